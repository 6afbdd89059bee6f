"""Brings the rows of an SSDA903 return together by child, each fact once."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Generic, TypeVar

from contracts.reasons import Reason
from contracts.ssda903_care import Care, join_episodes
from contracts.ssda903_parsing import RowParser
from contracts.ssda903_rows import EpisodeRow, HeaderRow, MissingRow, Refusal, UascRow
from contracts.ssda903_tables import Module, Row, Table

TWO_CHILDREN: Final = "Another row of the Header has the same reference for another child."

R = TypeVar("R", HeaderRow, EpisodeRow, MissingRow, UascRow)


@dataclass(frozen=True, kw_only=True)
class ModuleRows(Generic[R]):
    """The rows of a module: those taken, those that only repeat one taken, those refused."""

    taken: tuple[R, ...] = ()
    repeated: tuple[R, ...] = ()
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReturnRows:
    """The rows of a return; a module that the return does not have is empty."""

    header: ModuleRows[HeaderRow]
    episodes: ModuleRows[EpisodeRow]
    missing: ModuleRows[MissingRow]
    uasc: ModuleRows[UascRow]
    subject_rows: Mapping[str, int] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ReturnedChild:
    """Everything that a return says about one child.

    header: None: the child is not in the Header, or is two children there. subject_row: the
    first row of the Header with the child. missing: in the order of the file, repeats included.
    """

    child: str = field(repr=False)
    header: HeaderRow | None
    subject_row: int | None
    care: Care
    missing: tuple[MissingRow, ...]
    unaccompanied: bool


def read_rows(tables: Mapping[Module, Table], parser: RowParser) -> ReturnRows:
    """Read every row of a return, and tell apart what is said twice.

    Of two children with one reference in the Header neither is taken: nothing in the return
    says which of them the other rows are about.
    """
    header = _read(tables.get(Module.HEADER), parser.header, lambda row: replace(row, number=0))
    named = (*header.taken, *header.repeated)
    return ReturnRows(
        header=_without_contradictions(header),
        episodes=_read(
            tables.get(Module.EPISODES), parser.episode, lambda row: replace(row, number=0)
        ),
        missing=_read(
            tables.get(Module.MISSING),
            parser.missing,
            lambda row: (row.child, row.kind, row.starts_on, row.ends_on),
        ),
        uasc=_read(tables.get(Module.UASC), parser.uasc, lambda row: row.child),
        subject_rows={row.child: row.number for row in sorted(named, key=lambda row: -row.number)},
    )


def children_of(rows: ReturnRows) -> tuple[ReturnedChild, ...]:
    """Return the children of a return, in the order in which its modules first name them."""
    headers = {row.child: row for row in rows.header.taken}
    episodes = _by_child(rows.episodes.taken)
    missing_rows = (*rows.missing.taken, *rows.missing.repeated)
    missing = _by_child(tuple(sorted(missing_rows, key=lambda row: row.number)))
    alone = {row.child for row in rows.uasc.taken}
    return tuple(
        ReturnedChild(
            child=child,
            header=headers.get(child),
            subject_row=rows.subject_rows.get(child),
            care=join_episodes(episodes.get(child, ())),
            missing=tuple(missing.get(child, ())),
            unaccompanied=child in alone,
        )
        for child in dict.fromkeys((*headers, *episodes, *missing))
    )


def _read(
    table: Table | None, parse: Callable[[Row], R | Refusal], fact: Callable[[R], Hashable]
) -> ModuleRows[R]:
    if table is None:
        return ModuleRows()
    taken: list[R] = []
    repeated: list[R] = []
    refused = [
        Refusal(number=row.number, code=Reason.ROW_INVALID, field="", message=row.problem)
        for row in table.broken
    ]
    seen: set[Hashable] = set()
    for row in table.rows:
        read = parse(row)
        if isinstance(read, Refusal):
            refused.append(read)
            continue
        (repeated if fact(read) in seen else taken).append(read)
        seen.add(fact(read))
    return ModuleRows(taken=tuple(taken), repeated=tuple(repeated), refused=tuple(refused))


def _without_contradictions(header: ModuleRows[HeaderRow]) -> ModuleRows[HeaderRow]:
    times = Counter(row.child for row in header.taken)
    refused = tuple(
        Refusal(
            number=row.number, code=Reason.SUBJECT_MISMATCH, field="CHILD", message=TWO_CHILDREN
        )
        for row in (*header.taken, *header.repeated)
        if times[row.child] > 1
    )
    return ModuleRows(
        taken=tuple(row for row in header.taken if times[row.child] == 1),
        repeated=tuple(row for row in header.repeated if times[row.child] == 1),
        refused=header.refused + refused,
    )


def _by_child(rows: tuple[R, ...]) -> dict[str, list[R]]:
    grouped: dict[str, list[R]] = {}
    for row in rows:
        grouped.setdefault(row.child, []).append(row)
    return grouped
