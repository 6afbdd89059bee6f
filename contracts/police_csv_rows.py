"""What a row of a police export says once it has been read by the force's mapping."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from contracts.identity import Identity
from contracts.returned_rows import Value
from contracts.ssda903_rows import Flaw
from domain.vocabulary import Sex


@dataclass(frozen=True, kw_only=True)
class PoliceRow:
    """One incident of one child.

    incident: the force's reference. start: the latest of left and last seen, else the report, as
    messages carry it. facts: by the field that a message has for each; besides, in a form of
    their own, `steps`, `check` and `notified`. ethnicity: None: not known, or no such code.
    """

    number: int
    child: str = field(repr=False)
    incident: str = field(repr=False)
    start: str
    started_on: date
    identity: Identity = field(repr=False)
    sex: Sex | None
    ethnicity: str | None
    facts: Mapping[str, Value] = field(repr=False)
    flaws: tuple[Flaw, ...]

    @property
    def person(self) -> tuple[Identity, Sex | None, str | None]:
        """Everything that the row says of the child."""
        return self.identity, self.sex, self.ethnicity
