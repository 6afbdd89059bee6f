"""Compares a whole return with what the hub knows, and says what is to be told, asked and held."""

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from msgspec.structs import replace

from contracts.returned_pairs import pair_corrections, pair_rows
from contracts.returned_rows import (
    KnownRow,
    ReturnedRow,
    first_told,
    held_row,
    order_of,
    returned_again,
    standing_of,
    state,
)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What a return comes to. told: rows with all that is known of them now.

    asked: rows that the return has lost, so that the publisher must say what became of them.
    held: rows that could be one of those, in more ways than one; they wait for the answer.
    """

    told: tuple[tuple[ReturnedRow, KnownRow], ...]
    asked: tuple[KnownRow, ...]
    held: tuple[KnownRow, ...]

    @property
    def rows(self) -> tuple[KnownRow, ...]:
        """Everything that is to be remembered."""
        return (*(known for _, known in self.told), *self.asked, *self.held)


def compare(
    known: Iterable[KnownRow], returned: Iterable[ReturnedRow], *, scope: str, asks: Set[str]
) -> Comparison:
    """Compare the rows of the return of a scope with every row known of its publisher.

    asks: kinds that a publisher can withdraw. A row of another kind that is gone stays as it
    was, one that has lost its end becomes a new row, and none is held.
    """
    before: dict[tuple[str, str], list[KnownRow]] = defaultdict(list)
    now: dict[tuple[str, str], list[ReturnedRow]] = defaultdict(list)
    for row in known:
        before[row.child, row.kind].append(row)
    for each in returned:
        now[each.child, each.kind].append(each)
    parts = [
        _compare(before[key], now[key], scope=scope, asks=key[1] in asks)
        for key in dict.fromkeys((*now, *before))
    ]
    return Comparison(
        told=tuple(each for part in parts for each in part.told),
        asked=tuple(each for part in parts for each in part.asked),
        held=tuple(each for part in parts for each in part.held),
    )


def settle(known: Sequence[KnownRow], scope: str) -> Comparison:
    """Compare again what is still asked and held of one child and kind, after an answer."""
    asked = [row for row in known if scope in row.asked and not row.void]
    held = [row for row in known if row.held and row.last_in(scope) is not None]
    pairs = pair_corrections(asked, [returned_again(row) for row in held], scope)
    told = [(new, state(old, new, scope)) for old, new in pairs.same]
    return Comparison(
        told=(*told, *_fresh(pairs.fresh, known, scope)),
        asked=(*pairs.gone, *pairs.doubtful_gone),
        held=tuple(held_row(row, scope) for row in pairs.doubtful_fresh),
    )


def _compare(
    known: Sequence[KnownRow], returned: Sequence[ReturnedRow], *, scope: str, asks: bool
) -> Comparison:
    pairs = pair_rows(known, returned, scope)
    same, fresh = list(pairs.same), list(pairs.fresh)
    if not asks:
        fresh += pairs.doubtful_fresh
        fresh += [new for old, new in same if _lost_its_end(old, new, scope)]
        same = [(old, new) for old, new in same if not _lost_its_end(old, new, scope)]
    told = [(new, state(old, new, scope)) for old, new in same]
    lost = (*pairs.gone, *pairs.doubtful_gone) if asks else ()
    return Comparison(
        told=(*told, *_fresh(fresh, known, scope)),
        asked=tuple(_ask(row, scope) for row in lost),
        held=tuple(held_row(row, scope) for row in pairs.doubtful_fresh) if asks else (),
    )


def _fresh(
    returned: Iterable[ReturnedRow], known: Sequence[KnownRow], scope: str
) -> list[tuple[ReturnedRow, KnownRow]]:
    told: list[tuple[ReturnedRow, KnownRow]] = []
    everything = [*known]
    for new in sorted(returned, key=order_of):
        row = first_told(new, scope, everything)
        everything.append(row)
        told.append((new, row))
    return told


def _lost_its_end(old: KnownRow, new: ReturnedRow, scope: str) -> bool:
    return new.end is None and (old.last_in(scope) or standing_of(old)).end is not None


def _ask(row: KnownRow, scope: str) -> KnownRow:
    return row if scope in row.asked else replace(row, asked=(*row.asked, scope))
