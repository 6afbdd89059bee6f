"""Which of some rows belongs to which of some columns, with the least cost in all."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

# Up to so many rows and columns every assignment is looked at (linkage rules, section 4).
EXHAUSTIVE: Final = 6

Costs = Mapping[tuple[int, int], int]


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Pairs of row and column, none of either twice.

    certain: no other assignment is as good, but for exchanging what is alike.
    """

    pairs: tuple[tuple[int, int], ...]
    certain: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Partial:
    """The best way found to give the rows so far some columns, by the kinds of what it pairs."""

    left_over: int
    cost: int
    choice: tuple[int, ...]
    kinds: tuple[tuple[int, int], ...]
    tied: bool


def assign(costs: Costs, rows: Sequence[Hashable], columns: Sequence[Hashable]) -> Assignment:
    """Return the assignment that leaves the fewest over, and of these the one of least cost.

    costs: of the pairs that are possible. rows, columns: what each is like; to exchange two alike
    changes nothing, so the earlier row gets the earlier column. More than six of either are given
    away one by one, the cheapest pair first, and that is never certain.
    """
    if max(len(rows), len(columns)) > EXHAUSTIVE:
        return Assignment(pairs=tuple(_one_by_one(costs)), certain=False)
    row_kinds, column_kinds = _kinds(rows), _kinds(columns)
    best = {0: _Partial(left_over=0, cost=0, choice=(), kinds=(), tied=False)}
    for row, row_kind in enumerate(row_kinds):
        found: dict[int, _Partial] = {}
        for taken, partial in best.items():
            _keep(found, taken, _without(partial, len(columns)))
            for column, column_kind in enumerate(column_kinds):
                cost = costs.get((row, column))
                if cost is not None and not taken >> column & 1:
                    pair = (row_kind, column_kind)
                    _keep(found, taken | 1 << column, _with(partial, column, cost, pair))
        best = found
    whole: dict[int, _Partial] = {}
    for partial in best.values():
        _keep(whole, 0, partial)
    chosen = enumerate(whole[0].choice)
    pairs = tuple((row, column) for row, column in chosen if column < len(columns))
    return Assignment(pairs=pairs, certain=not whole[0].tied)


def connected(pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the rows and columns that hang together by some pairs, in a fixed order."""
    columns_of = columns_by_row(pairs)
    rows_of = columns_by_row((column, row) for row, column in pairs)
    seen: set[int] = set()
    for first in sorted(columns_of):
        if first in seen:
            continue
        seen.add(first)
        rows, columns, waiting = [], set(), [first]
        while waiting:
            row = waiting.pop()
            rows.append(row)
            for column in columns_of[row]:
                if column not in columns:
                    columns.add(column)
                    fresh = [each for each in rows_of[column] if each not in seen]
                    seen.update(fresh)
                    waiting.extend(fresh)
        yield sorted(rows), sorted(columns)


def columns_by_row(pairs: Iterable[tuple[int, int]]) -> Mapping[int, list[int]]:
    """Return the columns that each row is paired with, in the order of the pairs."""
    columns: dict[int, list[int]] = defaultdict(list)
    for row, column in pairs:
        columns[row].append(column)
    return columns


def _one_by_one(costs: Costs) -> Iterator[tuple[int, int]]:
    rows: set[int] = set()
    columns: set[int] = set()
    for row, column in sorted(costs, key=lambda pair: (costs[pair], pair)):
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            yield row, column


def _kinds(things: Sequence[Hashable]) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(each, len(numbers)) for each in things]


def _without(partial: _Partial, none: int) -> _Partial:
    return _Partial(
        left_over=partial.left_over + 1,
        cost=partial.cost,
        choice=(*partial.choice, none),
        kinds=partial.kinds,
        tied=partial.tied,
    )


def _with(partial: _Partial, column: int, cost: int, pair: tuple[int, int]) -> _Partial:
    return _Partial(
        left_over=partial.left_over,
        cost=partial.cost + cost,
        choice=(*partial.choice, column),
        kinds=tuple(sorted((*partial.kinds, pair))),
        tied=partial.tied,
    )


def _keep(found: dict[int, _Partial], taken: int, new: _Partial) -> None:
    """Keep the better of two ways to take the same columns; of equals the first in order."""
    old = found.get(taken)
    if old is None:
        found[taken] = new
        return
    before, now = (old.left_over, old.cost), (new.left_over, new.cost)
    if now > before:
        return
    if now < before:
        found[taken] = new
        return
    first, second = (new, old) if new.choice < old.choice else (old, new)
    tied = first.tied or second.tied or first.kinds != second.kinds
    found[taken] = _Partial(
        left_over=first.left_over,
        cost=first.cost,
        choice=first.choice,
        kinds=first.kinds,
        tied=tied,
    )
