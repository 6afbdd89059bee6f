"""Finds, for the rows of a return, the rows that the hub knows: which is which, and which is gone.

The rule for corrections is the hub's own: a row that vanished and a new one of the same child and
kind are one row, corrected, if they have the same end or start within seven days, and only if
neither has another such partner. A row that starts on the day of a known one is that row.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from contracts.returned_rows import KnownRow, ReturnedRow, order_of, standing_of

DAYS_APART: Final = 7


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """Rows of one child and kind. same: known and returned. doubtful: several ways to pair them.

    gone: known rows that the return should have and has not.
    """

    same: tuple[tuple[KnownRow, ReturnedRow], ...] = ()
    fresh: tuple[ReturnedRow, ...] = ()
    gone: tuple[KnownRow, ...] = ()
    doubtful_gone: tuple[KnownRow, ...] = ()
    doubtful_fresh: tuple[ReturnedRow, ...] = ()


@dataclass(kw_only=True)
class _Open:
    """The rows that have no partner yet."""

    scope: str
    known: list[KnownRow]
    returned: list[ReturnedRow]
    same: list[tuple[KnownRow, ReturnedRow]] = field(default_factory=list)

    def match(self, known_key: "KnownKey", returned_key: "ReturnedKey") -> None:
        """Pair what has equal keys, where each key is borne by one row on either side."""
        known = _by_key(self.known, lambda row: known_key(row, self.scope))
        returned = _by_key(self.returned, returned_key)
        for key, (row, *more) in known.items():
            partners = returned.get(key, [])
            if not more and len(partners) == 1:
                self.pair(row, partners[0])

    def pair(self, known: KnownRow, returned: ReturnedRow) -> None:
        """Put two rows together."""
        self.same.append((known, returned))
        self.known = [row for row in self.known if row is not known]
        self.returned = [row for row in self.returned if row is not returned]


KnownKey = Callable[[KnownRow, str], object]
ReturnedKey = Callable[[ReturnedRow], object]


def pair_rows(known: Iterable[KnownRow], returned: Iterable[ReturnedRow], scope: str) -> Pairing:
    """Pair the rows of one child and kind with those known of it.

    Only what the return of this scope had can be gone from it; a row of another scope goes on
    in this one if it starts on the same day.
    """
    candidates = [row for row in known if not row.void and not row.held]
    rows = _Open(scope=scope, known=candidates, returned=sorted(returned, key=order_of))
    rows.match(_said_here, lambda row: (row.start, row.end))
    rows.match(_stands, lambda row: (row.start, row.end))
    _continue(rows)
    rows.match(_starts, lambda row: row.start)
    gone = [row for row in rows.known if row.last_in(scope) and scope not in row.kept]
    rest = pair_corrections(gone, rows.returned, scope)
    return Pairing(
        same=(*rows.same, *rest.same),
        fresh=rest.fresh,
        gone=rest.gone,
        doubtful_gone=rest.doubtful_gone,
        doubtful_fresh=rest.doubtful_fresh,
    )


def pair_corrections(gone: Sequence[KnownRow], fresh: Sequence[ReturnedRow], scope: str) -> Pairing:
    """Pair vanished rows with new ones where there is but one way to do it."""
    partners_of_gone = [
        [at for at, new in enumerate(fresh) if _alike(old, new, scope)] for old in gone
    ]
    partners_of_fresh = [
        [at for at, partners in enumerate(partners_of_gone) if number in partners]
        for number in range(len(fresh))
    ]
    same, doubtful = [], []
    for old, partners in zip(gone, partners_of_gone, strict=True):
        if len(partners) == 1 and len(partners_of_fresh[partners[0]]) == 1:
            same.append((old, fresh[partners[0]]))
        elif partners:
            doubtful.append(old)
    paired = [new for _, new in same]
    doubtful_fresh = [
        new
        for new, partners in zip(fresh, partners_of_fresh, strict=True)
        if partners and not any(new is each for each in paired)
    ]
    return Pairing(
        same=tuple(same),
        fresh=tuple(
            new for new, partners in zip(fresh, partners_of_fresh, strict=True) if not partners
        ),
        gone=tuple(
            old for old, partners in zip(gone, partners_of_gone, strict=True) if not partners
        ),
        doubtful_gone=tuple(doubtful),
        doubtful_fresh=tuple(doubtful_fresh),
    )


def _said_here(row: KnownRow, scope: str) -> object:
    said = row.last_in(scope)
    return None if said is None else (said.start, said.end)


def _stands(row: KnownRow, scope: str) -> object:
    if row.last_in(scope) is not None:
        return None
    stands = standing_of(row)
    return stands.start, stands.end


def _starts(row: KnownRow, scope: str) -> object:
    return (row.last_in(scope) or standing_of(row)).start


def _continue(rows: _Open) -> None:
    """Pair what was so already when the return begins with the known row that lasted then."""
    for returned in [row for row in rows.returned if row.continues]:
        lasting = [
            row
            for row in rows.known
            if (stands := standing_of(row)).start <= returned.start
            and (stands.end is None or returned.start <= stands.end)
            and stands.attributes.get("placement_type") == returned.attributes.get("placement_type")
        ]
        if lasting:
            rows.pair(max(lasting, key=lambda row: standing_of(row).start), returned)


def _alike(old: KnownRow, new: ReturnedRow, scope: str) -> bool:
    said = old.last_in(scope) or standing_of(old)
    if said.end is not None and said.end == new.end:
        return True
    first, second = date.fromisoformat(said.start[:10]), date.fromisoformat(new.start[:10])
    return abs((first - second).days) <= DAYS_APART


def _by_key(rows: Iterable[object], key: Callable[..., object]) -> dict[object, list]:  # type: ignore[type-arg]
    found: dict[object, list[object]] = defaultdict(list)
    for row in rows:
        of = key(row)
        if of is not None:
            found[of].append(row)
    return found
