"""What a board pack says, whatever it is written as."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Self

from contracts.feed import month_title
from domain.errors import UsageError
from domain.periods import Month, ReportingYear
from domain.safeguarding import Board

_QUARTER: Final = re.compile(r"(20[0-9]{2})-Q([1-4])")
_YEAR: Final = re.compile(r"20[0-9]{2}")
_QUARTER_MONTHS: Final = ("April to June", "July to September", "October to December")


class Edition(StrEnum):
    """For whom a pack is: the board alone, or anybody."""

    RESTRICTED = "restricted"
    PUBLISHABLE = "publishable"


BOARD_NAMES: Final = {
    Board.SAFEGUARDING_PARTNERSHIP: "Safeguarding partnership",
    Board.CORPORATE_PARENTING: "Corporate parenting board",
    Board.SENIOR_MANAGERS: "Senior managers",
    Board.ELECTED_MEMBERS: "Elected members",
}


@dataclass(frozen=True, kw_only=True)
class PackPeriod:
    """The period that a pack is about; first, last: London dates, both inside."""

    name: str
    title: str
    first: date
    last: date

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the period written as 2026-03, 2026-Q4 or 2026, a reporting year by its end.

        Q1 is April to June. Raises UsageError if it is none of these.
        """
        if _YEAR.fullmatch(text):
            year = ReportingYear(ending=int(text))
            title = f"Year to 31 March {year.ending}"
            return cls(name=text, title=title, first=year.starts_on, last=year.ends_on)
        quarter = _QUARTER.fullmatch(text)
        if quarter is not None:
            return cls._quarter(text, int(quarter[1]), int(quarter[2]))
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
            month = Month.parse(text)
            return cls(
                name=text, title=month_title(month), first=month.starts_on, last=month.ends_on
            )
        raise UsageError(
            f"{text!r} is not a period: write a month as 2026-03, a quarter of a reporting year as"
            " 2026-Q1 (April to June 2025), or a reporting year by its end as 2026."
        )

    @classmethod
    def _quarter(cls, text: str, ending: int, number: int) -> Self:
        if number == 4:
            months, year = (1, 3), ending
            words = f"January to March {ending}"
        else:
            months, year = (3 * number + 1, 3 * number + 3), ending - 1
            words = f"{_QUARTER_MONTHS[number - 1]} {year}"
        return cls(
            name=text,
            title=words,
            first=Month(year=year, number=months[0]).starts_on,
            last=Month(year=year, number=months[1]).ends_on,
        )


@dataclass(frozen=True, kw_only=True)
class Bars:
    """A bar chart: names with numbers, in the order of their bars; None: no bar, and why in text.

    texts: what stands behind each bar. words: what the chart shows, for those who cannot see it.
    """

    names: tuple[str, ...]
    numbers: tuple[float | None, ...]
    texts: tuple[str, ...]
    words: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table; the first column names its rows, the others are numbers as they are shown."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a pack. lead: what it says in a sentence. source: where its rules come from."""

    title: str
    lead: str
    table: Table | None
    chart: Bars | None
    notes: tuple[str, ...]
    source: str


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A whole pack.

    area: its name. position, recorded_until: the ledger position that every figure stands at, and
    when that was recorded; None for what was published, which stands at no one position.
    synthetic: the figures describe no real child.
    """

    edition: Edition
    area: str
    area_code: str
    board: Board
    period: PackPeriod
    position: int | None
    recorded_until: datetime | None
    definition_version: str
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    synthetic: bool

    @property
    def title(self) -> str:
        """The title of the pack."""
        return f"Missing children: {self.area}, {self.period.title}"

    @property
    def file_stem(self) -> str:
        """The name of its files, without a suffix."""
        words = (self.area_code, self.period.name, self.board.value, self.edition.value)
        return "-".join(("missing", *words))
