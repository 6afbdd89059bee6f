"""How long an episode lasted, as far as its recorded times tell."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.periods import day_bounds, london_date
from domain.rules import PERIOD_RULES, Effect

HOUR: Final = timedelta(hours=1)
# DfE: how many incidents last two days or less (answer to parliamentary question 187193).
TWO_DAYS: Final = 48 * HOUR

# An episode with one of these findings counts, but says nothing about how long it lasted.
WITHOUT_DURATION: Final = tuple(
    sorted(rule.code for rule in PERIOD_RULES if rule.effect is Effect.COUNT_WITHOUT_DURATION)
)


class Length(StrEnum):
    """How long an episode lasted, in elapsed hours; the bands are ours."""

    UNDER_6_HOURS = "under_6_hours"
    UNDER_24_HOURS = "6_to_24_hours"
    UP_TO_2_DAYS = "1_to_2_days"
    UP_TO_7_DAYS = "2_to_7_days"
    UP_TO_30_DAYS = "7_to_30_days"
    OVER_30_DAYS = "over_30_days"
    STILL_OPEN = "still_open"
    NOT_COMPUTABLE = "not_computable"


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The shortest and the longest that an episode may have lasted; equal if times are known."""

    shortest: timedelta
    longest: timedelta

    @property
    def exact(self) -> bool:
        """Whether the times at both ends are known."""
        return self.shortest == self.longest


def is_midnight(instant: datetime) -> bool:
    """Return whether an instant is the beginning of a London day.

    An end known by its date alone is stored as such an instant; one that fell on it to the
    microsecond is read as a date too (ours).
    """
    return day_bounds(london_date(instant))[0] == instant


def latest_start(start_at: datetime) -> datetime:
    """Return the latest instant at which an episode may have started, for a stored start."""
    return day_bounds(london_date(start_at))[1] if is_midnight(start_at) else start_at


def earliest_end(end_at: datetime, *, birthday: bool) -> datetime:
    """Return the earliest instant at which an episode may have ended, for a stored end.

    birthday: it ended as its child turned 18, at midnight exactly.
    """
    if birthday or not is_midnight(end_at):
        return end_at
    return day_bounds(london_date(end_at) - timedelta(days=1))[0]


def bounds(start_at: datetime, end_at: datetime, *, birthday: bool) -> Bounds | None:
    """Return how long an episode may have lasted; None: it ended before it started."""
    longest = end_at - start_at
    if longest < timedelta(0):
        return None
    shortest = earliest_end(end_at, birthday=birthday) - latest_start(start_at)
    return Bounds(shortest=max(shortest, timedelta(0)), longest=longest)


def band(elapsed: timedelta) -> Length:
    """Return the band of a duration; two days exactly are `1_to_2_days`."""
    if elapsed < 6 * HOUR:
        return Length.UNDER_6_HOURS
    if elapsed < 24 * HOUR:
        return Length.UNDER_24_HOURS
    if elapsed <= TWO_DAYS:
        return Length.UP_TO_2_DAYS
    if elapsed <= 7 * 24 * HOUR:
        return Length.UP_TO_7_DAYS
    return Length.UP_TO_30_DAYS if elapsed <= 30 * 24 * HOUR else Length.OVER_30_DAYS


def length(
    start_at: datetime, end_at: datetime | None, *, birthday: bool, findings: frozenset[str]
) -> Length:
    """Return how long an episode lasted: a band only if every possible duration lies in it."""
    if findings.intersection(WITHOUT_DURATION):
        return Length.NOT_COMPUTABLE
    if end_at is None:
        return Length.STILL_OPEN
    possible = bounds(start_at, end_at, birthday=birthday)
    if possible is None or band(possible.shortest) is not band(possible.longest):
        return Length.NOT_COMPUTABLE
    return band(possible.longest)
