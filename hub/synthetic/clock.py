"""Seconds since 1970 as London days and as the texts of messages.

Instants are whole seconds, UTC, and always on a full minute, as people record them.
"""

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from domain.periods import ReportingYear, day_bounds

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86_400

_EPOCH: Final = date(1970, 1, 1).toordinal()
# Absences begin within the year, but some are known of, or last, long before or after.
_DAYS_BEFORE: Final = 3
_DAYS_AFTER: Final = 800


class Clock:
    """The London days of a reporting year and of the time after it."""

    def __init__(self, year: ReportingYear) -> None:
        """Look up every midnight once."""
        self.starts_on = year.starts_on
        self.ends_on = year.ends_on
        self.days = (year.ends_on - year.starts_on).days + 1
        # The calendar month of each day of the year, 1 to 12.
        self.months = tuple(
            (year.starts_on + timedelta(days=number)).month for number in range(self.days)
        )
        self._first = year.starts_on - timedelta(days=_DAYS_BEFORE)
        self._midnights = [
            int(day_bounds(self._first + timedelta(days=number))[0].timestamp())
            for number in range(_DAYS_BEFORE + self.days + _DAYS_AFTER)
        ]

    @property
    def starts_at(self) -> int:
        """The first second of the year."""
        return self._midnights[_DAYS_BEFORE]

    @property
    def ends_at(self) -> int:
        """The first second after the year."""
        return self._midnights[_DAYS_BEFORE + self.days]

    def at(self, day: int, minute: int) -> int:
        """Return the instant so many minutes after midnight on a day of the year, 0 the first.

        On the two days when the clocks change, the afternoon is an hour off; nothing rests on it.
        """
        return self._midnights[_DAYS_BEFORE + day] + minute * MINUTE

    def date_at(self, instant: int) -> date:
        """Return the London date at an instant; the edge of what is known if it lies outside."""
        number = bisect_right(self._midnights, instant) - 1
        return self._first + timedelta(days=max(number, 0))

    def month_of(self, instant: int) -> int:
        """Return the month of the year at an instant, April 0; the nearest if it lies outside."""
        day = (self.date_at(instant) - self.starts_on).days
        return (self.months[min(max(day, 0), self.days - 1)] - 4) % 12

    def date_text(self, instant: int) -> str:
        """Return the London date at an instant as a message carries it."""
        return self.date_at(instant).isoformat()


def instant_text(instant: int) -> str:
    """Return an instant as a message carries it, such as 2022-03-14T22:05:00Z."""
    day, second = divmod(instant, DAY)
    return f"{_day_text(day)}T{second // HOUR:02d}:{second // MINUTE % 60:02d}:{second % 60:02d}Z"


def noon(day: date) -> int:
    """Return 12:00 UTC on a date."""
    return (day.toordinal() - _EPOCH) * DAY + DAY // 2


def whole_minutes(seconds: float) -> int:
    """Return a length of time cut to full minutes, in seconds."""
    return int(seconds // MINUTE) * MINUTE


@lru_cache(maxsize=8192)
def _day_text(day: int) -> str:
    return date.fromordinal(_EPOCH + day).isoformat()
