"""How often a child goes missing, and which children meet the criteria of the founding report."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

# Box after ¶57: missing at least three times in the last 90 days.
STARTS: Final = 3
WITHIN_DAYS: Final = 90
# Box after ¶57 says "an extended period" only; the length is ours.
EXTENDED: Final = timedelta(hours=72)

# Ours: how many missing episodes of one reporting year put a child in a band, at least.
TIMES: Final = ((10, "10+"), (6, "6-9"), (3, "3-5"), (2, "2"), (1, "1"))


class Trigger(StrEnum):
    """What makes a child one for the multi-agency group, by its episodes alone."""

    THREE_IN_90_DAYS = "three_in_90_days"
    EXTENDED = "extended"


@dataclass(frozen=True, kw_only=True)
class Spell:
    """London days on which a child stands under three in 90 days, both inclusive."""

    first_day: date
    last_day: date


def times_band(episodes: int) -> str:
    """Return the band of a child with so many episodes. Raises ValueError if there are none."""
    for least, band in TIMES:
        if episodes >= least:
            return band
    raise ValueError("A child without an episode is in no band.")


def spells(starts: Iterable[date]) -> tuple[Spell, ...]:
    """Return when a child stands under three in 90 days, from the London dates of its starts.

    A spell begins with the third start within 90 days of the first, and ends with the ninetieth
    day after the first of the last such three. Starts may come in any order.
    """
    days = sorted(starts)
    found: list[Spell] = []
    for first, third in zip(days, days[STARTS - 1 :], strict=False):
        last_day = first + timedelta(days=WITHIN_DAYS)
        if third > last_day:
            continue
        if found and third <= found[-1].last_day:
            found[-1] = Spell(first_day=found[-1].first_day, last_day=last_day)
        else:
            found.append(Spell(first_day=third, last_day=last_day))
    return tuple(found)


def stands(starts: Sequence[date], day: date) -> bool:
    """Return whether a child stands under three in 90 days on a London day."""
    return any(spell.first_day <= day <= spell.last_day for spell in spells(starts))


def extended_at(latest_start: datetime, earliest_end: datetime | None) -> datetime | None:
    """Return the instant at which an episode is certain to have been open for 72 hours.

    latest_start, earliest_end: as far as dates without times leave them open; earliest_end: None:
    still open, so that only time tells. None: it is not certain.
    """
    instant = latest_start + EXTENDED
    return instant if earliest_end is None or earliest_end >= instant else None
