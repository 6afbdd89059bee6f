"""When children were born, so that those who go missing in any month are of the ages known."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from domain.periods import eighteenth_birthday
from hub.synthetic.clock import Clock
from hub.synthetic.profile import TWINS_IN_FAMILIES, UNACCOMPANIED_BIRTH_DATE_HEAPED
from hub.synthetic.randomness import Weighted, between, chance

# Ages at a day of the year. DfE 2018 to 2025; police 2015/16 less those in care.
_CARE_AGES: Final = Weighted(
    (2, 3), (6, 9), (8, 12), (10, 40), (11, 120), (12, 350), (13, 800), (14, 1400), (15, 1950),
    (16, 2700), (17, 2750),
)  # fmt: skip
_HOME_AGES: Final = Weighted(
    (1, 30), (3, 50), (6, 100), (8, 150), (10, 200), (11, 420), (12, 900), (13, 1400), (14, 1800),
    (15, 2050), (16, 1700), (17, 1200),
)  # fmt: skip
_UNACCOMPANIED_AGES: Final = Weighted((14, 5), (15, 17), (16, 38), (17, 40))

# Siblings are born at least this far apart, unless they are twins.
_APART: Final = timedelta(days=330)


@dataclass(frozen=True, kw_only=True, slots=True)
class Birth:
    """When a child was born.

    childhood_days: days of the reporting year before the eighteenth birthday, at least one.
    """

    on: date
    childhood_days: int
    twin: bool = False


def draw_birth(
    random: Random,
    clock: Clock,
    *,
    looked_after: bool,
    unaccompanied: bool,
    needed_days: int,
    sibling: Birth | None,
) -> Birth:
    """Return a child's birth.

    needed_days: the child stays a child for so much of the year, so that its absences fit.
    """
    ages = _CARE_AGES if looked_after else _HOME_AGES
    if unaccompanied:
        ages = _UNACCOMPANIED_AGES
    some_day = clock.starts_on + timedelta(days=between(random, 0, clock.days - 1))
    born_on = some_day - timedelta(days=ages.draw(random) * 1461 // 4 + between(random, 1, 364))
    if unaccompanied and chance(random, UNACCOMPANIED_BIRTH_DATE_HEAPED):
        fifteenth = chance(random, 0.5)
        born_on = born_on.replace(day=15) if fifteenth else born_on.replace(month=1, day=1)
    short = needed_days - _childhood_days(clock, born_on)
    if short > 0:
        # One day more: a leap day may take one back.
        born_on += timedelta(days=short + 1)
    if sibling:
        return _beside(random, clock, born_on, sibling, needed_days)
    return Birth(on=born_on, childhood_days=_childhood_days(clock, born_on))


def _beside(random: Random, clock: Clock, born_on: date, sibling: Birth, needed_days: int) -> Birth:
    """Return a birth that a sibling can have: on the same day, or most of a year away."""
    if sibling.childhood_days >= needed_days and chance(random, TWINS_IN_FAMILIES):
        return Birth(on=sibling.on, childhood_days=sibling.childhood_days, twin=True)
    if abs(born_on - sibling.on) < _APART:
        later = sibling.on + _APART
        born_on = later if later < clock.starts_on else sibling.on - _APART
    return Birth(on=born_on, childhood_days=_childhood_days(clock, born_on))


def _childhood_days(clock: Clock, born_on: date) -> int:
    days = (eighteenth_birthday(born_on) - clock.starts_on).days
    return min(days, clock.days)
