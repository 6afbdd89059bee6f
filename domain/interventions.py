"""Before and after a local programme, in its area and in areas without one: what is compared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import log
from typing import Final
from uuid import UUID

# Ours: a trend and its change cannot be told from chance by less.
LEAST_MONTHS_BEFORE: Final = 12
LEAST_MONTHS_AFTER: Final = 6
LEAST_EPISODES_BEFORE: Final = 20
LEAST_EPISODES_AFTER: Final = 10
LEAST_MONTHS_WITH_EPISODES: Final = 3

# Ours: over more years no trend is a straight line.
MOST_MONTHS: Final = 36

# Ours: areas of the like size, the nearest first.
MOST_AREAS: Final = 20
SIZE_WITHIN: Final = 4.0

# The months of an area with the number of episodes in each that is known; what is not there was
# neither declared nor heard of, which is not zero.
Known = Mapping[str, Mapping[int, int]]


class NotEstimable(StrEnum):
    """Why the change that came with a programme cannot be estimated."""

    TOO_FEW_MONTHS = "too-few-months"
    TOO_FEW_EPISODES = "too-few-episodes"
    NO_COMPARISON = "no-comparison-areas"


@dataclass(frozen=True, kw_only=True)
class Programme:
    """A local programme; started_on, ended_on: London dates; ended_on: None while it lasts."""

    programme_id: UUID
    kind: str
    area: str
    started_on: date
    ended_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Monthly episodes of a programme's area, and of the areas that it is compared with together.

    months: counted from the first whole month of the programme, 0; ascending, those before below 0.
    areas: the areas compared with, by number.
    """

    months: tuple[int, ...]
    treated: tuple[int, ...]
    compared: tuple[int, ...]
    areas: tuple[str, ...]

    def before(self, series: Sequence[int]) -> tuple[int, ...]:
        """Return the part of a series before the programme."""
        return tuple(value for month, value in zip(self.months, series, strict=True) if month < 0)

    def after(self, series: Sequence[int]) -> tuple[int, ...]:
        """Return the part of a series during the programme."""
        return tuple(value for month, value in zip(self.months, series, strict=True) if month >= 0)

    @property
    def flaw(self) -> NotEstimable | None:
        """Why nothing can be estimated from it; None: something can."""
        before, after = self.before(self.treated), self.after(self.treated)
        if len(before) < LEAST_MONTHS_BEFORE or len(after) < LEAST_MONTHS_AFTER:
            return NotEstimable.TOO_FEW_MONTHS
        if not self.areas:
            return NotEstimable.NO_COMPARISON
        for part, least in ((before, LEAST_EPISODES_BEFORE), (after, LEAST_EPISODES_AFTER)):
            filled = sum(value > 0 for value in part)
            if sum(part) < least or filled < LEAST_MONTHS_WITH_EPISODES:
                return NotEstimable.TOO_FEW_EPISODES
        return None


def month_number(day: date) -> int:
    """Return the number of a day's month: one more for every month."""
    return day.year * 12 + day.month - 1


def trial_of(
    programme: Programme, others: Iterable[Programme], known: Known, last_month: int
) -> Trial:
    """Return what a programme is judged by, up to a month that is over.

    others: every programme, it included. The months in which it started or ended are left out, and
    months in which nothing happened in the areas compared with.
    """
    start = month_number(programme.started_on)
    end = last_month if programme.ended_on is None else month_number(programme.ended_on) - 1
    window = [
        month
        for month in range(start - MOST_MONTHS, min(last_month, end, start + MOST_MONTHS) + 1)
        if month != start and month in known.get(programme.area, {})
    ]
    areas = _compared_with(programme, others, known, window, start)
    months = [month for month in window if not areas or any(known[area][month] for area in areas)]
    return Trial(
        months=tuple(month - start - 1 if month > start else month - start for month in months),
        treated=tuple(known[programme.area][month] for month in months),
        compared=tuple(sum(known[area][month] for area in areas) for month in months),
        areas=areas,
    )


def _compared_with(
    programme: Programme,
    others: Iterable[Programme],
    known: Known,
    window: Sequence[int],
    start: int,
) -> tuple[str, ...]:
    """Return the areas most like in size before, known throughout, without a programme of the kind.

    Only what was before the programme decides, so that its effect cannot choose what it is
    compared with.
    """
    before = [month for month in window if month < start]
    own = sum(known[programme.area][month] for month in before)
    if not before or not own:
        return ()
    treated = {
        each.area
        for each in others
        if each.kind == programme.kind
        and month_number(each.started_on) <= window[-1]
        and (each.ended_on is None or month_number(each.ended_on) >= window[0])
    }
    ranked = []
    for area, months in known.items():
        size = sum(months.get(month, 0) for month in before)
        complete = all(month in months for month in window)
        if area == programme.area or area in treated or not complete or not size:
            continue
        distance = abs(log(size / own))
        if distance <= log(SIZE_WITHIN):
            ranked.append((distance, area))
    return tuple(sorted(area for _, area in sorted(ranked)[:MOST_AREAS]))
