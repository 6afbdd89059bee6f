"""When each child of an authority goes missing in the year: the skeleton that all else hangs on.

The whole year is always drawn, also for a month, so that a month is a cut of its year.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import cycle
from random import Random
from typing import Final

from hub.synthetic.births import Birth, draw_birth
from hub.synthetic.calibration import AreaFigures
from hub.synthetic.clock import HOUR, MINUTE, Clock
from hub.synthetic.nation import Nation
from hub.synthetic.profile import (
    CARE_POLICE_ONLY,
    IN_FAMILY,
    SIBLINGS_TOGETHER,
    UNACCOMPANIED,
)
from hub.synthetic.randomness import Weighted, between, chance, shuffle
from hub.synthetic.repeats import counts

# Between two departures of a child, so that one can end before the next begins.
SHORTEST_GAP: Final = 3 * HOUR

# Children away without authorisation who also go missing in the year (ours).
_AWAY_AND_MISSING: Final = 0.6

# Children whose first time can be any day of the year, among those who do not turn 18 in it: as
# many begin as end by their birthday, so that no month is thin.
_LATE_CARE: Final = 0.16
_LATE_HOME: Final = 0.06

# By London's clock, from midnight; ours.
_HOURS: Final = Weighted(
    *enumerate(
        (
            *(35, 25, 17, 12, 9, 9, 12, 20, 35, 38, 35, 33),
            *(35, 36, 40, 55, 65, 70, 75, 80, 85, 85, 80, 60),
        )
    )
)
# January to December; ours.
_SEASON: Final = (0.95, 0.95, 1.0, 1.0, 1.1, 1.1, 1.1, 1.0, 1.05, 1.0, 0.95, 0.85)
_BUSIEST: Final = max(_SEASON)


class Kind(StrEnum):
    """What an absence truly is."""

    CARE = "missing-from-care"
    HOME = "missing-from-home"
    AWAY = "away"


@dataclass(frozen=True, kw_only=True, slots=True)
class Departure:
    """A child leaves.

    key: siblings who leave together share it. police_only: the authority never learns of it.
    """

    at: int
    kind: Kind
    key: int
    police_only: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """A child's year. family: index of the family's first child, its own if it has no sibling."""

    index: int
    looked_after: bool
    unaccompanied: bool
    family: int
    birth: Birth
    departures: tuple[Departure, ...]


# What each departure of a child is, and whether only police learn of it.
Plan = list[tuple[Kind, bool]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Draft:
    """A child before its year is laid out.

    key: of its first departure. window: first day and length of the stretch for all departures.
    """

    index: int
    key: int
    looked_after: bool
    plan: Plan
    window: tuple[int, int] | None


def outlines(nation: Nation, area: AreaFigures) -> list[Outline]:
    """Return every child of an authority that goes missing or away in the year."""
    random = nation.stream(area.number, "year")
    care = _care_plans(nation, area, random)
    plans = care + _home_plans(nation, area, random)
    months = cycle(_months(nation.clock)) if area.alone else None
    drawn: list[Outline] = []
    key = 0
    for index, plan in enumerate(plans):
        looked_after = index < len(care)
        # Where each month needs its own departure, nobody moves to a sibling's.
        leader = drawn[-1] if drawn and not months and chance(random, IN_FAMILY) else None
        # Families have two children here: a third would follow the second, who follows the first.
        if leader and (leader.looked_after != looked_after or leader.family != leader.index):
            leader = None
        window = next(months) if months and len(plan) == 1 else None
        child = _Draft(index=index, key=key, looked_after=looked_after, plan=plan, window=window)
        drawn.append(_outline(nation.clock, random, child, leader))
        key += len(plan)
    return drawn


def _care_plans(nation: Nation, area: AreaFigures, random: Random) -> list[Plan]:
    size = nation.sizes[area.number]
    missing = _drawn(nation, random, size.care, area.children, area.incidents)
    plans: list[Plan] = [[(Kind.CARE, False)] * count for count in missing]
    repeated = [place for place, count in enumerate(missing) for _ in range(count)]
    for place in repeated:
        if chance(random, CARE_POLICE_ONLY):
            plans[place].append((Kind.CARE, True))
    away = _drawn(nation, random, size.away, area.away_children, area.away_incidents)
    places = list(range(len(plans)))
    shuffle(random, places)
    both = min(int(len(away) * _AWAY_AND_MISSING + random.random()), len(places))
    for number, count in enumerate(away):
        if number < both:
            plans[places[number]].extend([(Kind.AWAY, False)] * count)
        else:
            plans.append([(Kind.AWAY, False)] * count)
    for plan in plans:
        shuffle(random, plan)
    return plans


def _home_plans(nation: Nation, area: AreaFigures, random: Random) -> list[Plan]:
    home = nation.sizes[area.number].home
    drawn = _drawn(nation, random, home, area.home_children, area.home_incidents)
    return [[(Kind.HOME, False)] * count for count in drawn]


def _drawn(nation: Nation, random: Random, size: int, children: int, incidents: int) -> list[int]:
    if not size:
        return []
    # A small part of a nation keeps the shape of the distribution, a whole one also the sums.
    total = round(incidents * size / children) if nation.options.scale >= 1 else None
    return counts(random, size, incidents / children, total=total)


def _outline(clock: Clock, random: Random, child: _Draft, leader: Outline | None) -> Outline:
    count = len(child.plan)
    needed = sum(child.window) if child.window else count * 3 // 2 + 1
    unaccompanied = child.looked_after and chance(random, UNACCOMPANIED)
    if leader:
        unaccompanied = leader.unaccompanied
    birth = draw_birth(
        random,
        clock,
        looked_after=child.looked_after,
        unaccompanied=unaccompanied,
        needed_days=min(needed, clock.days),
        sibling=leader.birth if leader else None,
    )
    days = birth.childhood_days
    span = child.window or _span(random, clock, child, days)
    times = _times(random, clock, count, span)
    departures = [
        Departure(at=at, kind=kind, key=child.key + place, police_only=police_only)
        for place, (at, (kind, police_only)) in enumerate(zip(times, child.plan, strict=True))
    ]
    ends_at = clock.at(days, 0)
    if leader:
        _join(random, departures, leader, ends_at)
    return Outline(
        index=child.index,
        looked_after=child.looked_after,
        unaccompanied=unaccompanied,
        family=leader.index if leader else child.index,
        birth=birth,
        departures=_spaced(departures, ends_at),
    )


def _join(random: Random, departures: list[Departure], leader: Outline, ends_at: int) -> None:
    """Let a child leave together with its sibling, now and then."""
    for place, (own, other) in enumerate(zip(departures, leader.departures, strict=False)):
        same = own.kind == other.kind and not own.police_only and not other.police_only
        at = other.at + between(random, 0, 10) * MINUTE
        if same and at < ends_at and chance(random, SIBLINGS_TOGETHER):
            departures[place] = replace(own, at=at, key=other.key)


def _span(random: Random, clock: Clock, child: _Draft, days: int) -> tuple[int, int]:
    """Return the part of the year in which a child may go missing: first day and length."""
    late = _LATE_CARE if child.looked_after else _LATE_HOME
    if days < clock.days or not chance(random, late):
        return 0, days
    latest = max(days - len(child.plan) * 3 // 2 - 1, 0)
    # Early ones are likelier, as late birthdays are: there is more childhood around them.
    start = int(min(random.random(), random.random()) * latest)
    return start, days - start


def _times(random: Random, clock: Clock, count: int, span: tuple[int, int]) -> list[int]:
    """Return instants within a stretch of the year: many incidents crowd into part of it.

    span: its first day and its length. A stretch that runs past the end goes on at the start, so
    that no month is thin.
    """
    start, length = span
    days = length
    if count > 1:
        days = min(length, int(count * 1.3) + 10 + int(random.random() * length))
    first = int(random.random() * length)
    times = []
    for _ in range(count):
        day = start + (first + int(random.random() * days)) % length
        if random.random() * _BUSIEST > _SEASON[clock.months[day] - 1]:
            day = start + (first + int(random.random() * days)) % length
        times.append(clock.at(day, _HOURS.draw(random) * 60 + between(random, 0, 59)))
    return sorted(times)


def _spaced(departures: list[Departure], ends_at: int) -> tuple[Departure, ...]:
    """Move departures apart, later where there is room before the end."""
    ordered = sorted(departures, key=lambda each: (each.at, each.key))
    times = [each.at for each in ordered]
    for place in range(1, len(times)):
        times[place] = max(times[place], times[place - 1] + SHORTEST_GAP)
    limit = ends_at - MINUTE
    for place in range(len(times) - 1, -1, -1):
        times[place] = min(times[place], limit)
        limit = times[place] - SHORTEST_GAP
    return tuple(
        each if each.at == at else replace(each, at=at)
        for each, at in zip(ordered, times, strict=True)
    )


def _months(clock: Clock) -> list[tuple[int, int]]:
    """Return the first day and the length of each month of the year, counted from its start."""
    return [
        (clock.months.index(month), clock.months.count(month))
        for month in dict.fromkeys(clock.months)
    ]
