"""What a publisher's return said before, beside what it says now: the same, corrected, new, gone.

A return is sent again and again, its rows have no identifiers that last, and their order says
nothing. So a row is known by what it says: whose it is, of which kind, and when it began.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

Value = str | bool

START: Final = "start"
END: Final = "end"
REASON: Final = "reason"
# Who the child is, as a keyed digest: a row about identity holds nothing else of it.
IDENTITY: Final = "identity"
# What is news when the return of another scope says it; for the rest see `changes_of`.
NEWS: Final = frozenset({END, REASON, IDENTITY})


class Place(Struct, frozen=True, kw_only=True):
    """Where a row stood; subject_row: the row of its child, if the return lists children."""

    file: str
    row: int
    subject_row: int | None = None


class ReturnedRow(Struct, frozen=True, kw_only=True):
    """A row of a return, or several rows that are one fact.

    kind: rows of one kind are compared with each other. start, end: dates or instants as
    messages carry them; end None: not ended. attributes: by the name that the message's field
    has; one that is not known is left out. stem: of the reference, before the day of the start.
    continues: the return does not say that it began on this day, only that it was so already.
    """

    child: str
    kind: str
    stem: str
    start: str
    end: str | None
    attributes: Mapping[str, Value]
    place: Place
    continues: bool = False


class Statement(Struct, frozen=True, kw_only=True):
    """What the return of one scope said of a row; scope: the collection year, say."""

    scope: str
    start: str
    end: str | None
    attributes: Mapping[str, Value]
    place: Place

    def says_as(self, other: "Statement") -> bool:
        """Return whether two statements say the same, wherever they stood."""
        return (self.start, self.end, self.attributes) == (
            other.start,
            other.end,
            other.attributes,
        )


class KnownRow(Struct, frozen=True, kw_only=True):
    """A row that the hub was told of, with everything that returns ever said of it, in order.

    reference: under which its messages went out. asked: scopes whose return has lost it, so that
    the publisher is asked. kept: scopes for which the publisher answered that it stands. void:
    the publisher withdrew it. held: it waits for an answer about other rows, nothing was sent.
    """

    child: str
    kind: str
    stem: str
    reference: str
    statements: tuple[Statement, ...]
    asked: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    void: bool = False
    held: bool = False

    @property
    def about(self) -> str:
        """What ties the row to its messages while a file is read."""
        return f"{self.kind} {self.reference}"

    def last_in(self, scope: str) -> Statement | None:
        """Return what the return of a scope said last; None: it never had the row."""
        found = [each for each in self.statements if each.scope == scope]
        return found[-1] if found else None


class RowMemory(Struct, frozen=True, kw_only=True):
    """What is to be remembered of a return once its messages are durable.

    rows: every row that it had or has lost, as they stand now; the held ones replace all that
    were held for the scope before.
    """

    adapter: str
    scope: str
    rows: tuple[KnownRow, ...]


class Change(Struct, frozen=True, kw_only=True):
    """What one statement changed: new values by field, None where there is none any more.

    number: of the statement. before, after: how the row stood, all returns taken together.
    """

    number: int
    before: Statement
    after: Statement
    values: Mapping[str, Value | None]


def changes_of(row: KnownRow) -> list[Change]:
    """Return what the statements after the first changed, those that changed nothing left out.

    A statement is compared with the one before it of the same scope: a return of last year that
    is sent again takes back nothing that this year's said. In a return of another scope only
    the end is news: what surrounded the start of the row is no longer in it.
    """
    first, *others = row.statements
    standing = first
    by_scope = {first.scope: first}
    changes = []
    for number, statement in enumerate(others, start=1):
        base = by_scope.get(statement.scope)
        values = _difference(base or standing, statement, only_news=base is None)
        by_scope[statement.scope] = statement
        if values:
            after = _applied(standing, values)
            changes.append(Change(number=number, before=standing, after=after, values=values))
            standing = after
    return changes


def standing_of(row: KnownRow) -> Statement:
    """Return how a row stands, all returns taken together."""
    changes = changes_of(row)
    return changes[-1].after if changes else row.statements[0]


def state(row: KnownRow, returned: ReturnedRow, scope: str) -> KnownRow:
    """Return a known row after the return of a scope said it (again)."""
    before = row.last_in(scope)
    start = returned.start
    if returned.continues:
        start = (before or standing_of(row)).start
    statement = Statement(
        scope=scope,
        start=start,
        end=returned.end,
        attributes=dict(sorted(returned.attributes.items())),
        place=returned.place,
    )
    if before is not None and before.says_as(statement):
        # Only the place may have changed, and that is to be remembered, not told.
        at = max(at for at, each in enumerate(row.statements) if each is before)
        statements = (*row.statements[:at], statement, *row.statements[at + 1 :])
    else:
        statements = (*row.statements, statement)
    return replace(
        row, statements=statements, asked=_without(row.asked, scope), kept=_without(row.kept, scope)
    )


def first_told(returned: ReturnedRow, scope: str, known: Iterable[KnownRow]) -> KnownRow:
    """Return a row that was never told before, under a reference that nothing else ever had.

    known: every row of the same child and kind, void ones too.
    """
    base = f"{returned.stem}/{returned.start[:10]}"
    taken = {row.reference for row in known}
    reference, number = base, 1
    while reference in taken:
        number += 1
        reference = f"{base}/{number}"
    row = KnownRow(
        child=returned.child,
        kind=returned.kind,
        stem=returned.stem,
        reference=reference,
        statements=(),
    )
    return state(row, replace(returned, continues=False), scope)


def held_row(returned: ReturnedRow, scope: str) -> KnownRow:
    """Return a row that waits for an answer; its reference is for the hub's own use."""
    row = first_told(returned, scope, ())
    return replace(row, reference=f"{row.reference}/held/{scope}/{returned.end}", held=True)


def returned_again(held: KnownRow) -> ReturnedRow:
    """Return the row that was held, as its return said it."""
    statement = held.statements[-1]
    return ReturnedRow(
        child=held.child,
        kind=held.kind,
        stem=held.stem,
        start=statement.start,
        end=statement.end,
        attributes=statement.attributes,
        place=statement.place,
    )


def order_of(row: ReturnedRow) -> tuple[str, bool, str, str]:
    """Return the key by which the rows of a child are taken: by start, then end, open last."""
    return row.start, row.end is None, row.end or "", repr(sorted(row.attributes.items()))


def _difference(
    base: Statement, statement: Statement, *, only_news: bool
) -> dict[str, Value | None]:
    before, after = _fields(base), _fields(statement)
    return {
        name: after.get(name)
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name) and (name in NEWS or not only_news)
    }


def _fields(statement: Statement) -> dict[str, Value | None]:
    return {START: statement.start, END: statement.end, **statement.attributes}


def _applied(standing: Statement, values: Mapping[str, Value | None]) -> Statement:
    fields = {**_fields(standing), **values}
    start, end = fields.pop(START), fields.pop(END)
    return replace(
        standing,
        start=str(start),
        end=None if end is None else str(end),
        attributes={name: value for name, value in fields.items() if value is not None},
    )


def _without(scopes: Sequence[str], scope: str) -> tuple[str, ...]:
    return tuple(each for each in scopes if each != scope)
