"""What an SSDA903 return was read into: messages, and what each of its rows came to."""

from dataclasses import dataclass, field
from datetime import date

from contracts.file_reading import FileReading


@dataclass(frozen=True, kw_only=True)
class MissingRowAccount:
    """What one row of the Missing module came to.

    codes: the rules it breaks; first the one it was rejected for.
    """

    row: int
    accepted: bool
    codes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReturnedPeriod:
    """A period that a return tells of, for comparison with the return of the next year.

    ends_on: None: open at the end of the year. subject_row: as in RowFinding.
    """

    file: str
    row: int
    child: str = field(repr=False)
    starts_on: date
    ends_on: date | None
    subject_row: int | None


@dataclass(frozen=True, kw_only=True)
class ReturnReading(FileReading):
    """A whole return, read.

    missing: one account for each row of the Missing module. periods: those that it tells of.
    """

    missing: tuple[MissingRowAccount, ...]
    periods: tuple[ReturnedPeriod, ...] = field(repr=False)
