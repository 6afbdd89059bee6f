"""Days, months and reporting years by the clock of London, and the ages and deadlines in them."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal, Self
from zoneinfo import ZoneInfo

from domain.errors import UsageError

London: Final = ZoneInfo("Europe/London")

# Ours: late rows are awaited this long before a period closes.
DAYS_UNTIL_CLOSED: Final = 14

# Statutory guidance of January 2014; Ofsted, "Missing children", 2013, ¶38.
INTERVIEW_LIMIT: Final = timedelta(hours=72)

# The same limit between two dates without times (ours): a gap of three days decides nothing.
DAYS_WITHIN: Final = 2
DAYS_OUTSIDE: Final = 4

ADULT_AGE: Final = 18

AgeBand = Literal["0", "1-4", "5-9", "10-15", "16-17", "18+", "unknown"]

AGE_BANDS: Final[tuple[AgeBand, ...]] = ("0", "1-4", "5-9", "10-15", "16-17", "18+", "unknown")


class Within(StrEnum):
    """Whether something happened within its time limit, as far as the recorded times tell."""

    YES = "yes"
    NO = "no"
    NOT_COMPUTABLE = "not_computable"


@dataclass(frozen=True, kw_only=True, order=True)
class Month:
    """A calendar month of London; months sort by time."""

    year: int
    number: int

    def __post_init__(self) -> None:
        """Raise ValueError if there is no such month."""
        date(self.year, self.number, 1)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month written as 2026-03. Raises UsageError if it is not one."""
        if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text) or text.startswith("0000"):
            raise UsageError(f"{text!r} is not a month; write it as 2026-03.")
        return cls(year=int(text[:4]), number=int(text[5:]))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month that a London date lies in."""
        return cls(year=day.year, number=day.month)

    def __str__(self) -> str:
        """Return the month as 2026-03, the form that `parse` reads."""
        return f"{self.year:04d}-{self.number:02d}"

    def next(self) -> Self:
        """Return the month after this one."""
        return type(self).of(self.starts_on + timedelta(days=31))

    def previous(self) -> Self:
        """Return the month before this one."""
        return type(self).of(self.starts_on - timedelta(days=1))

    @property
    def starts_on(self) -> date:
        """The first day."""
        return date(self.year, self.number, 1)

    @property
    def ends_on(self) -> date:
        """The last day."""
        return self.next().starts_on - timedelta(days=1)

    @property
    def starts_at(self) -> datetime:
        """The first instant, UTC."""
        return day_bounds(self.starts_on)[0]

    @property
    def ends_at(self) -> datetime:
        """The first instant after the month, UTC: 24:00 in London on the last day."""
        return day_bounds(self.ends_on)[1]


@dataclass(frozen=True, kw_only=True, order=True)
class ReportingYear:
    """The year from 1 April to 31 March, named by the year in which it ends."""

    ending: int

    def __post_init__(self) -> None:
        """Raise ValueError if the year or the one before lies outside the calendar."""
        date(self.ending - 1, 4, 1)
        date(self.ending, 3, 31)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the year written as 2026 (1 April 2025 to 31 March 2026), or raise UsageError."""
        if not re.fullmatch(r"[0-9]{4}", text) or int(text) <= 1:
            raise UsageError(
                f"{text!r} is not a reporting year; write the year in which it ends, as 2026."
            )
        return cls(ending=int(text))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the reporting year that a London date lies in."""
        return cls(ending=day.year + (day.month > 3))

    def __str__(self) -> str:
        """Return the year in which it ends, the form that `parse` reads."""
        return f"{self.ending:04d}"

    @property
    def starts_on(self) -> date:
        """The first day, 1 April."""
        return date(self.ending - 1, 4, 1)

    @property
    def ends_on(self) -> date:
        """The last day, 31 March."""
        return date(self.ending, 3, 31)

    @property
    def starts_at(self) -> datetime:
        """The first instant, UTC."""
        return day_bounds(self.starts_on)[0]

    @property
    def ends_at(self) -> datetime:
        """The first instant after the year, UTC: 24:00 in London on 31 March."""
        return day_bounds(self.ends_on)[1]

    def months(self) -> tuple[Month, ...]:
        """Return the twelve months, April first."""
        return months_between(Month.of(self.starts_on), Month.of(self.ends_on))


def london_date(instant: datetime) -> date:
    """Return the date in London at an instant. Raises ValueError if the instant has no zone."""
    if instant.utcoffset() is None:
        raise ValueError("An instant without a zone has no London date.")
    return instant.astimezone(London).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first instant of a London day and the first after it, UTC.

    They are 23 or 25 hours apart when the clocks change.
    """
    return _midnight(day), _midnight(day + timedelta(days=1))


def months_between(first: Month, last: Month) -> tuple[Month, ...]:
    """Return the months from the first to the last, both included; none if they are reversed."""
    months = []
    month = first
    while month <= last:
        months.append(month)
        month = month.next()
    return tuple(months)


def closed_on(period: Month | ReportingYear) -> date:
    """Return the last day on which rows of a period are awaited."""
    return period.ends_on + timedelta(days=DAYS_UNTIL_CLOSED)


def within_72_hours(returned: datetime | date, completed: datetime | date) -> Within:
    """Return whether an interview was completed within 72 hours of the return.

    Takes instants with a zone, or London dates where no time was recorded. It is not
    computable where the missing time decides, nor where the interview lies before the return.
    """
    if not isinstance(returned, datetime) and not isinstance(completed, datetime):
        return _within_days((completed - returned).days)
    shortest = _earliest(completed) - _latest(returned)
    longest = _latest(completed) - _earliest(returned)
    if longest < timedelta(0):
        return Within.NOT_COMPUTABLE
    if longest <= INTERVIEW_LIMIT:
        return Within.YES
    return Within.NO if shortest > INTERVIEW_LIMIT else Within.NOT_COMPUTABLE


def age_in_years(born_on: date, on: date) -> int:
    """Return completed years of age on a date; below zero if the date is before the birth.

    An age is reached when its birthday begins (Family Law Reform Act 1969, section 9). Who was
    born on 29 February has a birthday on 1 March in other years.
    """
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def eighteenth_birthday(born_on: date) -> date:
    """Return the day on which somebody turns 18 and stops being a child."""
    if (born_on.month, born_on.day) == (2, 29):
        # No year 18 years after a leap year has a 29 February.
        return date(born_on.year + ADULT_AGE, 3, 1)
    return born_on.replace(year=born_on.year + ADULT_AGE)


def age_band(age: int | None) -> AgeBand:
    """Return the published band of an age in completed years; None or below zero is unknown."""
    if age is None or age < 0:
        return "unknown"
    if age == 0:
        return "0"
    if age <= 4:
        return "1-4"
    if age <= 9:
        return "5-9"
    if age <= 15:
        return "10-15"
    return "16-17" if age < ADULT_AGE else "18+"


@lru_cache(maxsize=4096)
def _midnight(day: date) -> datetime:
    # The clocks change at 01:00, so midnight exists and is unique on every London day.
    return datetime.combine(day, time(), London).astimezone(UTC)


def _within_days(gap: int) -> Within:
    if 0 <= gap <= DAYS_WITHIN:
        return Within.YES
    return Within.NO if gap >= DAYS_OUTSIDE else Within.NOT_COMPUTABLE


def _earliest(when: datetime | date) -> datetime:
    return _instant(when) if isinstance(when, datetime) else day_bounds(when)[0]


def _latest(when: datetime | date) -> datetime:
    # The last instant of a day, since the first after it no longer belongs to it.
    if isinstance(when, datetime):
        return _instant(when)
    return day_bounds(when)[1] - timedelta.resolution


def _instant(when: datetime) -> datetime:
    # Subtraction between two times of one zone would count wall-clock hours, not elapsed ones.
    if when.utcoffset() is None:
        raise ValueError("An instant without a zone has no elapsed time.")
    return when.astimezone(UTC)
