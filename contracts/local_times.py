"""Times as local clocks showed them, as instants: with what happens when the clocks change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from domain.about import When
from domain.periods import london_date

# Messages hold no other years.
FIRST_YEAR = 1900
LAST_YEAR = 2099


class TimeProblem(StrEnum):
    """Why a text is no time."""

    UNREADABLE = "unreadable"
    NEVER_WAS = "never-was"


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A day of London, or an instant in UTC.

    second: the later instant, if the clock showed this time twice; `when` is then the earlier.
    """

    when: When
    second: datetime | None = None

    @property
    def text(self) -> str:
        """The form that messages carry."""
        return when_text(self.when)


def when_text(when: When) -> str:
    """Return a day as 2018-03-31, an instant in UTC as 2026-03-14T22:05:00Z."""
    if not isinstance(when, datetime):
        return when.isoformat()
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_moment(text: str, formats: Sequence[str], zone: ZoneInfo) -> Moment | TimeProblem:
    """Read a text by the first format that fits; one without hours gives a day.

    An offset in the text counts before the zone.
    """
    for form in formats:
        try:
            read = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is joined below
        except ValueError:
            continue
        if not FIRST_YEAR <= read.year <= LAST_YEAR:
            return TimeProblem.UNREADABLE
        return _day(read.date()) if not has_hours(form) else local_moment(read, zone)
    return TimeProblem.UNREADABLE


def read_day(text: str, formats: Sequence[str]) -> date | None:
    """Read a day, from a text that may have hours behind it; None if it is none."""
    for form in formats:
        try:
            read = datetime.strptime(text, form).date()  # noqa: DTZ007 - only its day is taken
        except ValueError:
            continue
        return read if FIRST_YEAR <= read.year <= LAST_YEAR else None
    return None


def join_time(day: date, text: str, formats: Sequence[str], zone: ZoneInfo) -> Moment | TimeProblem:
    """Return the moment of a day and a time that stand apart."""
    for form in formats:
        try:
            read = datetime.strptime(text, form).time()  # noqa: DTZ007 - the zone is joined below
        except ValueError:
            continue
        return local_moment(datetime.combine(day, read), zone)
    return TimeProblem.UNREADABLE


def local_moment(local: datetime, zone: ZoneInfo) -> Moment | TimeProblem:
    """Return the moment at which a clock showed a time; an instant with an offset is one already.

    A time that the clock leapt over in spring never was. One that it showed twice in autumn is
    taken as the first.
    """
    try:
        if local.utcoffset() is not None:
            return Moment(when=_bounded(local.astimezone(UTC)))
        first = _bounded(local.replace(tzinfo=zone, fold=0).astimezone(UTC))
        second = _bounded(local.replace(tzinfo=zone, fold=1).astimezone(UTC))
    except (OverflowError, ValueError):
        return TimeProblem.UNREADABLE
    if first.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None, fold=0):
        return TimeProblem.NEVER_WAS
    return Moment(when=first, second=second if second != first else None)


def london_day(moment: Moment) -> date:
    """Return the London day of a moment."""
    return london_date(moment.when) if isinstance(moment.when, datetime) else moment.when


@cache
def has_hours(form: str) -> bool:
    """Return whether a format of `strptime` reads a time of day."""
    return "%H" in form or "%I" in form


def _day(day: date) -> Moment:
    return Moment(when=day)


def _bounded(instant: datetime) -> datetime:
    # A message holds no other years, in UTC neither; its times have whole seconds.
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError("outside the years that messages hold")
    return instant.replace(microsecond=0)
