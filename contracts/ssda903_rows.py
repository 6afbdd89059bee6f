"""The rows of an SSDA903 return as typed values: what a row says once it has been read."""

from dataclasses import dataclass, field
from datetime import date

from domain.vocabulary import Classification, Sex


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """A field that breaks a rule, by the rule's code and the column."""

    code: str
    field: str


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a row is nothing that can be taken; `also`: what else it breaks.

    field: the column; empty: the whole row. message: repeats no value.
    """

    number: int
    code: str
    field: str
    message: str
    also: tuple[Flaw, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HeaderRow:
    """A child. upn: None: not known, or not valid. The others: None: not valid."""

    number: int
    child: str = field(repr=False)
    sex: Sex | None
    born_on: date | None = field(repr=False)
    ethnicity: str | None
    upn: str | None = field(repr=False)
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, kw_only=True)
class EpisodeRow:
    """An episode of care: one legal status in one placement.

    Codes are None where they are blank or not in their list. new_reason: `RNE`. ceased: whether
    `REC` says that care ended with the episode; None: it is blank. change_reason:
    `REASON_PLACE_CHANGE`. home_postcode: None: none, or not a postcode.
    """

    number: int
    child: str = field(repr=False)
    starts_on: date
    ends_on: date | None
    new_reason: str | None
    legal_status: str | None
    placement_type: str | None
    provider: str | None
    ceased: bool | None
    ceased_reason: str | None
    change_reason: str | None
    home_postcode: str | None = field(repr=False)
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, kw_only=True)
class MissingRow:
    """A period missing or away. ends_on: None: open. born_on: None: blank, or no date."""

    number: int
    child: str = field(repr=False)
    kind: Classification
    starts_on: date
    ends_on: date | None
    born_on: date | None = field(repr=False)
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, kw_only=True)
class UascRow:
    """A child who came alone to seek asylum."""

    number: int
    child: str = field(repr=False)
    flaws: tuple[Flaw, ...] = ()


AnyRow = HeaderRow | EpisodeRow | MissingRow | UascRow
