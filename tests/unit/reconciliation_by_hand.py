"""The steps of the oracle: forces, then each authority, then what is left."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from domain.facts import SourceEpisode
from tests.unit.reconciliation_oracle import (
    Pair,
    Told,
    any_refused,
    best,
    day_of,
    distance,
    must_share_a_minute,
    nearly_same,
    refused,
    same_for_forces,
    share_a_minute,
    sources,
    together,
    told_of,
)

Numbers = frozenset[int]
Placed = dict[UUID, tuple[UUID, ...]]


def by_hand(
    episodes: Sequence[SourceEpisode], decided: Mapping[frozenset[UUID], bool], *, proposing: bool
) -> Placed:
    """Return the national episodes of each account; those that do not count are on their own."""
    hand = _Hand(told_of(episodes), decided, proposing)
    alone = {each.episode_id: (each.episode_id,) for each in episodes}
    return {**alone, **hand.placed()}


class _Hand:
    def __init__(
        self, everyone: list[Told], decided: Mapping[frozenset[UUID], bool], proposing: bool
    ) -> None:
        number = {each.name: each.number for each in everyone}
        known = {pair: same for pair, same in decided.items() if pair <= set(number)}
        self.same = sorted(
            sorted(number[name] for name in pair) for pair, same in known.items() if same
        )
        self.apart = {
            frozenset(number[name] for name in pair) for pair, same in known.items() if not same
        }
        self.everyone = everyone
        self.proposing = proposing

    def clusters(self, accounts: Sequence[Told], twice: bool) -> list[list[Told]]:
        found = [[each] for each in accounts]
        for pair in self.same:
            touched = [each for each in found if any(told.number in pair for told in each)]
            if len(touched) < 2 or refused(self.apart, *touched):
                continue
            if twice or not sources(touched[0]) & sources(touched[1]):
                both = sorted((*touched[0], *touched[1]), key=lambda told: told.number)
                found = [*(each for each in found if each not in touched), both]
        return sorted(found, key=lambda each: each[0].number)

    def merged(
        self, clusters: list[list[Told]], same: Callable[[Told, Told], bool]
    ) -> list[list[Told]]:
        costs: dict[Pair, int] = {}
        for at, one in enumerate(clusters):
            for to in range(at + 1, len(clusters)):
                other = clusters[to]
                met = [distance(a, b) for a in one for b in other if same(a, b)]
                apart = sources(one) & sources(other) or refused(self.apart, one, other)
                if met and not apart:
                    costs[at, to] = min(met)
        out = []
        for nodes in together(clusters, {frozenset(pair) for pair in costs}):
            out += self._settled(nodes, clusters, costs)
        return out

    def _settled(
        self, nodes: list[int], clusters: list[list[Told]], costs: Mapping[Pair, int]
    ) -> list[list[Told]]:
        theirs = [clusters[node] for node in nodes]
        everybody = [told for each in theirs for told in each]
        count = sum(len(sources(each)) for each in theirs)
        if count == len(sources(everybody)) and not any_refused(self.apart, theirs):
            return [everybody]
        inside = {pair: cost for pair, cost in costs.items() if pair[0] in nodes}
        if len(sources(everybody)) == 2:
            joins, certain = self._between_two(nodes, clusters, inside)
        else:
            joins, certain = self._one_by_one(clusters, inside), False
        if not certain and not self.proposing:
            return theirs
        numbers = {node: at for at, node in enumerate(nodes)}
        links = {frozenset((numbers[one], numbers[other])) for one, other in joins}
        return [[told for at in each for told in theirs[at]] for each in together(theirs, links)]

    def _between_two(
        self, nodes: list[int], clusters: list[list[Told]], inside: Mapping[Pair, int]
    ) -> tuple[list[Pair], bool]:
        first = min(told.by for node in nodes for told in clusters[node])
        rows = [node for node in nodes if clusters[node][0].by == first]
        columns = [node for node in nodes if node not in rows]
        costs = {
            (at, to): inside[min(row, column), max(row, column)]
            for at, row in enumerate(rows)
            for to, column in enumerate(columns)
            if (min(row, column), max(row, column)) in inside
        }
        found, certain = best(
            costs, *([_looks(clusters[n]) for n in each] for each in (rows, columns))
        )
        return [(rows[at], columns[to]) for at, to in found], certain

    def _one_by_one(self, clusters: list[list[Told]], inside: Mapping[Pair, int]) -> list[Pair]:
        sets = {node: [node] for pair in inside for node in pair}
        joins = []
        for one, other in sorted(inside, key=lambda pair: (inside[pair], pair)):
            left = [told for node in sets[one] for told in clusters[node]]
            right = [told for node in sets[other] for told in clusters[node]]
            if not sources(left) & sources(right) and not refused(self.apart, left, right):
                joins.append((one, other))
                whole = sets[one] + sets[other]
                for node in whole:
                    sets[node] = whole
        return joins

    def placed(self) -> Placed:
        forces = [each for each in self.everyone if each.police]
        units = self.merged(
            self.clusters(forces, twice=False),
            lambda one, other: one.by != other.by and same_for_forces(one, other, self.everyone),
        )
        units.sort(key=lambda each: min(told.number for told in each))
        rows = self.clusters([each for each in self.everyone if not each.police], twice=True)
        places, doubtful = self._evidence(rows, units)
        free = [each for at, each in enumerate(rows) if at not in places and at not in doubtful]
        alone = self.merged(
            free, lambda one, other: one.by != other.by and share_a_minute(one, other)
        )
        alone += [each for at, each in enumerate(rows) if at in doubtful and at not in places]
        return _named(units, rows, places, alone)

    def _evidence(
        self, rows: list[list[Told]], units: list[list[Told]]
    ) -> tuple[dict[int, set[int]], set[int]]:
        desk = _Desk(self, rows, units)
        for one, other in self.same:
            row = [
                at for at, each in enumerate(rows) for told in each if told.number in (one, other)
            ]
            unit = [
                at for at, each in enumerate(units) for told in each if told.number in (one, other)
            ]
            if row and unit:
                desk.put(row[0], unit[0])
        for by in sorted({each[0].by for each in rows}):
            desk.serve(by)
        return desk.places, desk.doubtful


class _Desk:
    """Places the rows of one authority after another."""

    def __init__(self, hand: _Hand, rows: list[list[Told]], units: list[list[Told]]) -> None:
        self.hand, self.rows, self.units = hand, rows, units
        self.full = [list(each) for each in units]
        self.places: dict[int, set[int]] = {}
        self.doubtful: set[int] = set()
        self.closed: set[int] = set()

    def put(self, row: int, unit: int) -> None:
        if not refused(self.hand.apart, self.rows[row], self.full[unit]):
            self.places.setdefault(row, set()).add(unit)
            self.full[unit] += self.rows[row]
            self.closed.add(unit)

    def met(self, by: str, how: Callable[[Told, Told], bool]) -> dict[Pair, int]:
        found = {}
        for at, row in enumerate(self.rows):
            for to, unit in enumerate(self.units):
                met = [distance(one, other) for one in row for other in unit if how(one, other)]
                if met and row[0].by == by:
                    found[at, to] = min(met)
        return found

    def free(self, met: dict[Pair, int]) -> dict[Pair, int]:
        return {
            (row, unit): cost
            for (row, unit), cost in met.items()
            if row not in self.places
            and row not in self.doubtful
            and unit not in self.closed
            and not refused(self.hand.apart, self.rows[row], self.full[unit])
        }

    def serve(self, by: str) -> None:
        self.closed = {
            unit
            for row, units in self.places.items()
            if self.rows[row][0].by == by
            for unit in units
        }
        meets = self.met(by, share_a_minute)
        fits = [pair for pair, cost in self.free(meets).items() if cost == 0]
        for row, unit in fits:
            if sum(row == each for each, _ in fits) == sum(unit == each for _, each in fits) == 1:
                self.put(row, unit)
        self.share(self.free(meets), outright=True)
        near = self.met(by, lambda row, unit: nearly_same(row, unit, self.hand.everyone))
        met = {unit for _, unit in meets}
        left = {pair: cost for pair, cost in self.free(near).items() if pair[1] not in met}
        self.share(left, outright=False)
        must = self.met(by, must_share_a_minute)
        for row, unit in sorted(meets, key=lambda pair: (meets[pair], pair)):
            days = {
                day_of(told.begins[0]) for at in self.places.get(row, ()) for told in self.units[at]
            }
            today = {day_of(told.begins[0]) for told in self.units[unit]}
            if unit not in self.closed and ((row, unit) in must or days & today):
                self.put(row, unit)
        for row, unit in sorted(must, key=lambda pair: (must[pair], pair)):
            if row not in self.places and row not in self.doubtful:
                self.put(row, unit)

    def share(self, met: dict[Pair, int], *, outright: bool) -> None:
        size = len(self.rows)
        links = {frozenset((row, size + unit)) for row, unit in met}
        for nodes in together([*self.rows, *self.units], links):
            rows = [each for each in nodes if each < size]
            units = [each - size for each in nodes if each >= size]
            if not rows or not units:
                continue
            if len(rows) == 1 and (outright or len(units) == 1):
                least = min(met[rows[0], unit] for unit in units)
                for unit in units:
                    if met[rows[0], unit] == least:
                        self.put(rows[0], unit)
                continue
            costs = {
                (at, to): met[row, unit]
                for at, row in enumerate(rows)
                for to, unit in enumerate(units)
                if (row, unit) in met
            }
            looks = (
                [_looks(self.rows[row]) for row in rows],
                [
                    (
                        frozenset(day_of(told.begins[0]) for told in self.units[unit]),
                        tuple(met.get((row, unit)) for row in rows),
                    )
                    for unit in units
                ],
            )
            found, certain = best(costs, *looks)
            if certain or self.hand.proposing:
                for at, to in found:
                    self.put(rows[at], units[to])
            elif not self.hand.proposing:
                self.doubtful.update(rows)
                self.closed.update(units)


def _looks(accounts: Sequence[Told]) -> tuple[object, ...]:
    ordered = sorted(accounts, key=lambda told: told.number)
    return tuple((told.by, told.begins, told.ends) for told in ordered)


def _named(
    units: list[list[Told]],
    rows: list[list[Told]],
    places: Mapping[int, set[int]],
    alone: list[list[Told]],
) -> Placed:
    members = [list(each) for each in units]
    for row, at in places.items():
        if len(at) == 1:
            members[min(at)] += rows[row]
    names = [_first(each) for each in members]
    placed: Placed = {told.name: (names[at],) for at, each in enumerate(units) for told in each}
    for each in alone:
        placed |= {told.name: (_first(each),) for told in each}
    for row, at in places.items():
        placed |= {told.name: tuple(names[unit] for unit in sorted(at)) for told in rows[row]}
    return placed


def _first(accounts: Sequence[Told]) -> UUID:
    return min((told.position, told.name.int, told.name) for told in accounts)[2]
