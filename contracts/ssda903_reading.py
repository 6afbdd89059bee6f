"""What an SSDA903 return was read into: messages, and what each of its rows came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, kw_only=True)
class RowMessage:
    """One CloudEvent made from a row, or first made possible by it.

    row: counts data rows from 1. kind: the event type. raw: the message, JSON in UTF-8.
    """

    file: str
    row: int
    kind: str
    raw: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RowFinding:
    """What looks wrong about a row, by a published rule.

    code: DfE's own rule number where there is one. field: the column to put right.
    subject_row: the row of the child in the Header; None if the child is not there.
    """

    file: str
    row: int
    code: str
    field: str
    subject_row: int | None


@dataclass(frozen=True, kw_only=True)
class RowRejection:
    """Why no event can be made of a row; it repeats no value of the row.

    code: DfE's own rule number where there is one, else one of `Reason`. pointer: `/` and the
    column; empty: the whole row.
    """

    file: str
    row: int
    code: str
    pointer: str
    message: str


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
class ReturnReading:
    """A whole return, read.

    messages: in the order of header, episodes, missing, and of their rows. findings, rejections:
    in the same order; a row is rejected once at most. rows: data rows by file. ignored: files
    that are no part of what the hub takes. missing: one account for each row of that file.
    """

    messages: tuple[RowMessage, ...]
    findings: tuple[RowFinding, ...]
    rejections: tuple[RowRejection, ...]
    rows: Mapping[str, int]
    ignored: tuple[str, ...]
    missing: tuple[MissingRowAccount, ...]
    periods: tuple[ReturnedPeriod, ...] = field(repr=False)
