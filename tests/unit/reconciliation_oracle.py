"""Reconciliation said once more: in minutes, by trying everything, without the hub's own steps.

It is slow and shares no code with the hub but the account that it is given.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.facts import SourceEpisode

LONDON = ZoneInfo("Europe/London")
NEVER = 10**12
Pair = tuple[int, int]


@dataclass
class Told:
    """An account in minutes since 1970; what is only known by its date has two ends."""

    name: UUID
    by: str
    position: int
    begins: tuple[int, int]
    ends: tuple[int, int]
    seen: bool
    sharp_start: bool
    sharp_end: bool
    found: list[int]
    number: int = 0

    @property
    def police(self) -> bool:
        return self.by.startswith("pf-")


def midnight(day: date) -> int:
    return minute(datetime.combine(day, time(), LONDON))


def minute(when: datetime) -> int:
    return int(when.timestamp()) // 60


def both(when: datetime | date) -> tuple[int, int]:
    if isinstance(when, datetime):
        return minute(when), minute(when)
    return midnight(when), midnight(when + timedelta(days=1))


def day_of(at: int) -> date:
    return datetime.fromtimestamp(at * 60, UTC).astimezone(LONDON).date()


def tell(each: SourceEpisode) -> Told | None:
    seen = [when for when in (each.left, each.last_seen) if when is not None]
    reports = [when for when in (each.reported, each.reported_at) if when is not None]
    if each.void or not (seen or reports):
        return None
    begins = max(both(when)[0] for when in seen) if seen else both(reports[0])[0]
    sources = [when for when in seen if both(when)[0] == begins] or reports[:1]
    end = each.ended
    if end is not None and both(end)[1] < begins:
        end = None
    last = NEVER if end is None else both(end)[1]
    by_then = min(max(both(when)[1] for when in sources), last)
    return Told(
        name=each.episode_id,
        by=each.publisher,
        position=each.first_position,
        begins=(begins, by_then),
        ends=(by_then, NEVER) if end is None else (max(both(end)[0], begins), last),
        seen=bool(seen),
        sharp_start=all(isinstance(when, datetime) for when in sources),
        sharp_end=isinstance(end, datetime),
        found=[
            minute(when)
            for when in (each.located, each.returned)
            if isinstance(when, datetime) and minute(when) >= begins
        ],
    )


def a_day_after(at: int, sharp: bool) -> int:
    return at + 1440 if sharp or at == NEVER else midnight(day_of(at) + timedelta(days=1))


def last_minute(each: Told, everyone: Sequence[Told]) -> int:
    """When the child of an open account was next seen."""
    first, sure = each.begins
    seen = [NEVER]
    for other in everyone:
        over = other.ends[1]
        if other.begins[0] < over and other.begins[0] >= first:
            seen.append(over)
        if other.ends[0] > sure or (other.ends[0] == sure and not each.sharp_start):
            seen.append(over)
        if other.by == each.by and other.begins[0] > first:
            seen.append(other.begins[0])
        forces = each.police and other.police
        limit = sure + 120 if forces else a_day_after(sure, each.sharp_start)
        if other.seen and other.begins[0] > limit:
            seen.append(other.begins[0])
    return min(seen)


def told_of(episodes: Sequence[SourceEpisode]) -> list[Told]:
    """The accounts in order, the open ones ended when the child was next seen."""
    everyone = [told for each in episodes if (told := tell(each)) is not None]
    everyone.sort(key=lambda each: (each.begins[0], each.position, each.name.int))
    sharp = {each.ends[1] for each in everyone if each.sharp_end}
    sharp |= {each.begins[0] for each in everyone if each.sharp_start}
    capped = {each.name: last_minute(each, everyone) for each in everyone}
    for number, each in enumerate(everyone):
        each.number = number
        if each.ends[1] == NEVER:
            end = capped[each.name]
            each.begins = (each.begins[0], min(each.begins[1], end))
            each.ends = (each.begins[1], end)
            each.sharp_end = end in sharp
    return everyone


def share_a_minute(one: Told, other: Told) -> bool:
    if one.begins[0] == other.begins[0]:
        return True
    first, second = sorted((one, other), key=lambda each: each.number)
    # What lasts no time at all still happened.
    return second.begins[0] < first.ends[1]


def must_share_a_minute(one: Told, other: Told) -> bool:
    surely = all(a.begins[1] <= b.ends[0] for a in (one, other) for b in (one, other))
    return surely and share_a_minute(one, other)


def found_between(one: Told, other: Told, everyone: Sequence[Told]) -> bool:
    first, second = sorted((one, other), key=lambda each: each.number)
    return any(first.ends[1] < at < second.begins[0] for each in everyone for at in each.found)


def same_for_forces(one: Told, other: Told, everyone: Sequence[Told]) -> bool:
    if share_a_minute(one, other):
        return True
    first, second = sorted((one, other), key=lambda each: each.number)
    if first.sharp_end and second.sharp_start and second.seen:
        return False
    near = second.begins[0] - first.ends[1] < 120
    return near and not found_between(one, other, everyone)


def nearly_same(row: Told, police: Told, everyone: Sequence[Told]) -> bool:
    if share_a_minute(row, police) or found_between(row, police, everyone):
        return False
    if row.begins[0] <= police.begins[0]:
        known = row.sharp_end and police.sharp_start
        return not known and police.begins[0] < a_day_after(row.ends[1], row.sharp_end)
    known = police.sharp_end and row.sharp_start
    before = row.begins[0] - 1440
    if not row.sharp_start:
        before = midnight(day_of(row.begins[0]) - timedelta(days=1))
    return not known and before < police.ends[1]


def distance(one: Told, other: Told) -> int:
    def apart(low: tuple[int, int], high: tuple[int, int]) -> int:
        return max(low[0] - high[1], high[0] - low[1], 0)

    return apart(one.begins, other.begins) + apart(one.ends, other.ends)


def best(
    costs: Mapping[Pair, int], rows: Sequence[Any], columns: Sequence[Any]
) -> tuple[list[Pair], bool]:
    """The best of all assignments there are, and whether no other one is as good."""
    if max(len(rows), len(columns)) > 6:
        taken: list[Pair] = []
        for pair in sorted(costs, key=lambda pair: (costs[pair], pair)):
            if all(pair[0] != row and pair[1] != column for row, column in taken):
                taken.append(pair)
        return taken, False
    ways = list(_ways(costs, len(rows), len(columns), 0, ()))
    none = len(columns)

    def worth(way: tuple[int, ...]) -> tuple[int, int]:
        given = [(row, column) for row, column in enumerate(way) if column != none]
        return -len(given), sum(costs[pair] for pair in given)

    least = min(map(worth, ways))
    equal = [way for way in ways if worth(way) == least]
    looks = {
        frozenset(
            Counter(
                (rows[row], columns[column]) for row, column in enumerate(way) if column != none
            ).items()
        )
        for way in equal
    }
    chosen = [(row, column) for row, column in enumerate(min(equal)) if column != none]
    return chosen, len(looks) == 1


def _ways(
    costs: Mapping[Pair, int], rows: int, columns: int, row: int, way: tuple[int, ...]
) -> Iterator[tuple[int, ...]]:
    if row == rows:
        yield way
        return
    for column in range(columns + 1):
        if column == columns or (column not in way and (row, column) in costs):
            yield from _ways(costs, rows, columns, row + 1, (*way, column))


def together(things: Sequence[Any], linked: set[frozenset[int]]) -> list[list[int]]:
    """The numbers of things that hang together, found by merging until nothing changes."""
    sets = [{number} for number in range(len(things))]
    for link in linked:
        touched = [each for each in sets if each & link]
        merged = set().union(*touched)
        sets = [each for each in sets if not each & link] + [merged]
    return sorted(sorted(each) for each in sets)


def refused(apart: set[frozenset[int]], ones: Sequence[Told], others: Sequence[Told]) -> bool:
    return any(frozenset((one.number, other.number)) in apart for one in ones for other in others)


def sources(accounts: Sequence[Told]) -> set[str]:
    return {each.by for each in accounts}


def any_refused(apart: set[frozenset[int]], clusters: Sequence[Sequence[Told]]) -> bool:
    return any(refused(apart, one, other) for one, other in combinations(clusters, 2))
