"""The rows of a Standard Safeguarding Dataset extract as typed values."""

from dataclasses import dataclass, field
from datetime import date

from contracts.returned_children import PersonSaid
from contracts.ssda903_rows import EpisodeRow, Flaw
from domain.safeguarding import ProtectionCategory
from domain.vocabulary import Classification


@dataclass(frozen=True, kw_only=True)
class PersonRow:
    """A child. born_on: None: not known."""

    number: int
    child: str = field(repr=False)
    said: PersonSaid = field(repr=False)
    born_on: date | None = field(repr=False)
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, kw_only=True)
class CareRow:
    """An episode of care. entered_on: when its period of care began; None: not said.

    The extract reaches back some years only, so that the first episodes of a period may be gone.
    """

    episode: EpisodeRow
    entered_on: date | None

    @property
    def number(self) -> int:
        """The number of the row."""
        return self.episode.number

    @property
    def child(self) -> str:
        """The child."""
        return self.episode.child

    @property
    def flaws(self) -> tuple[Flaw, ...]:
        """What is wrong with the row."""
        return self.episode.flaws


@dataclass(frozen=True, kw_only=True)
class PlacementRow:
    """A placement; its type is in the list of the years that it spans."""

    number: int
    child: str = field(repr=False)
    starts_on: date
    ends_on: date | None
    placement_type: str
    provider: str | None
    urn: str | None
    reason: str | None
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """A child protection plan."""

    number: int
    child: str = field(repr=False)
    starts_on: date
    ends_on: date | None
    category: ProtectionCategory | None
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, kw_only=True)
class MissingRow:
    """An absence. start, end: as messages carry them; starts_on, ends_on: their London days."""

    number: int
    child: str = field(repr=False)
    classification: Classification
    start: str
    end: str | None
    starts_on: date
    ends_on: date | None
    offered: bool
    declined: bool
    flaws: tuple[Flaw, ...]
