"""Answers questions for the figures of a view, at one ledger position."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composable, Composed, Placeholder

from domain.errors import RebuildNeededError, UsageError
from domain.measures import MOST_CELLS, Coverage
from domain.views import ViewAnswer, ViewQuery, ViewRow
from projections.coverage import heard_and_parked
from projections.sizes import most_cells, refuse_too_many
from projections.standpoint import Standpoint, stand
from projections.stocks import boundaries
from projections.view import OF_DAY, Figure, Registered, View

# Every question is asked in both worlds: as decided, and if everything in review were linked.
WORLDS: tuple[LiteralString, ...] = ("world <> 'linked'", "world <> 'decided'")

_ANSWER: LiteralString = """
WITH told AS ({rows})
SELECT {columns} {figures}
  FROM told
 WHERE {period} {where}
 {grouped}
"""
_CELLS: LiteralString = """
WITH told AS ({rows})
SELECT 1 FROM told WHERE {period} {where} GROUP BY {columns}
"""
_FINDINGS: LiteralString = """
WITH told AS ({rows})
SELECT code, count(*)
  FROM told, unnest(string_to_array(findings, ',')) AS code
 WHERE {period} {where} AND findings <> '' AND world <> 'linked'
 GROUP BY code ORDER BY code
"""


def answer(
    connection: Connection[TupleRow],
    view: View,
    query: ViewQuery,
    registered: Registered,
    *,
    largest: int = MOST_CELLS,
) -> ViewAnswer:
    """Return the figures asked for; give a connection whose reads see one snapshot.

    largest: how many cells the answer may have. Raises UsageError, naming the choices, for a
    dimension or figure that the view has not, or a position or date that the ledger does not
    cover; RebuildNeededError if what readers see was built before the view existed.
    """
    check(view, query)
    at = stand(connection, query.as_of, under=query.definition_version)
    missing = sorted(each.name for each in view.relations if each.name not in at.relations)
    if missing:
        raise RebuildNeededError(
            f"The views were built without {', '.join(missing)}: run hub rebuild."
        )
    values = _values(connection, view, query, at) | {
        "areas": list(registered.areas),
        "area_regions": list(registered.areas.values()),
        "publishers": list(registered.publishers),
    }
    if view.compute is not None:
        rows = tuple(view.compute(connection, at, query))
    else:
        if most_cells(query.by, query.first_day, query.last_day) > largest:
            cells = SQL(_CELLS).format(
                rows=_selected(view, query, at),
                period=_period(view, query),
                where=_where(view, query),
                columns=SQL(", ").join(_column(view, name) for name in query.by),
            )
            refuse_too_many(connection, cells, values, largest=largest)
        rows = _rows(connection, view, query, at, values)
    return ViewAnswer(
        query=query,
        about=view.about,
        as_of_position=at.position,
        as_of_time=at.time,
        definition_version=at.version,
        rows=rows,
        coverage=_coverage(connection, view, query, at, values, len(registered.publishers)),
    )


def check(view: View, query: ViewQuery) -> None:
    """Raise UsageError if the view has no such dimension or figure, or the range is upside down."""
    about = view.about
    known = {each.name for each in about.dimensions}
    for name in (*query.by, *(name for name, _ in query.where)):
        if name not in known:
            choices = ", ".join(each.name for each in about.dimensions) or "none"
            raise UsageError(f"{view.name} has no dimension {name!r}; it has: {choices}.")
    if len(set(query.by)) < len(query.by):
        raise UsageError("A dimension may be named once.")
    for name in query.figures:
        if name not in {each.name for each in view.figures}:
            choices = ", ".join(each.name for each in view.figures)
            raise UsageError(f"{view.name} has no figure {name!r}; it has: {choices}.")
    if query.first_day and query.last_day and query.last_day < query.first_day:
        raise UsageError("The range is upside down: `from` must not be later than `to`.")


def _values(
    connection: Connection[TupleRow], view: View, query: ViewQuery, at: Standpoint
) -> dict[str, object]:
    values: dict[str, object] = {
        "build": at.build,
        "position": at.position,
        "now": at.time,
        "source": query.source.value,
        "first": query.first_day,
        "last": query.last_day,
    }
    values |= {f"where_{number}": value for number, (_, value) in enumerate(query.where)}
    if view.about.stock:
        values |= boundaries(connection, query, build=at.build, now=at.time)
    return values


def _rows(
    connection: Connection[TupleRow],
    view: View,
    query: ViewQuery,
    at: Standpoint,
    values: dict[str, object],
) -> tuple[ViewRow, ...]:
    asked_for = set(query.figures)
    if asked_for & view.together:
        asked_for |= view.together
    figures = [each for each in view.figures if not asked_for or each.name in asked_for]
    columns = [_column(view, name) for name in query.by]
    listed = SQL(", ").join(SQL(str(number)) for number in range(1, len(columns) + 1))
    asked = [SQL(each.sql).format(world=SQL(world)) for each in figures for world in WORLDS]
    statement = SQL(_ANSWER).format(
        rows=_selected(view, query, at),
        columns=SQL("").join(SQL("{}, ").format(column) for column in columns),
        figures=SQL(", ").join(asked),
        period=_period(view, query),
        where=_where(view, query),
        grouped=SQL("GROUP BY {0} ORDER BY {0}").format(listed) if columns else SQL(""),
    )
    found = connection.execute(statement, values)
    return tuple(each for row in found for each in _cell(row, len(columns), figures))


def _cell(row: TupleRow, dimensions: int, figures: Sequence[Figure]) -> Iterable[ViewRow]:
    cell = tuple(str(each) for each in row[:dimensions])
    numbers = [number(each) for each in row[dimensions:]]
    for at, figure in enumerate(figures):
        value, linked = numbers[2 * at], numbers[2 * at + 1]
        known = [each for each in (value, linked) if each is not None]
        yield ViewRow(
            dimensions=cell,
            figure=figure.name,
            value=value,
            low=min(known, default=None),
            high=max(known, default=None),
        )


def number(raw: object) -> int | float | None:
    """Return a number as figures are told: whole, unless it is not; None stays None."""
    if raw is None:
        return None
    if isinstance(raw, Decimal | float) and raw % 1:
        return float(raw)
    return int(str(raw).split(".")[0])


def _selected(view: View, query: ViewQuery, at: Standpoint) -> Composable:
    if view.rows is None:
        raise ValueError(f"{view.name} has neither rows nor compute")
    return view.rows(at, query)


def _column(view: View, name: str) -> Composable:
    if name in OF_DAY:
        if view.day is None:
            return SQL("label")
        return SQL(OF_DAY[name]).format(day=SQL(view.day))
    return SQL(next(each.sql for each in view.dimensions if each.name == name))


def _period(view: View, query: ViewQuery) -> Composed:
    parts: list[Composable] = [SQL("true")]
    if view.day is not None:
        day = SQL(view.day)
        parts.append(SQL("{} IS NOT NULL").format(day))
        if query.first_day is not None:
            parts.append(SQL("{} >= %(first)s").format(day))
        if query.last_day is not None:
            parts.append(SQL("{} <= %(last)s").format(day))
    return SQL(" AND ").join(parts)


def _where(view: View, query: ViewQuery) -> Composable:
    parts = [
        SQL(" AND {} = {}").format(_column(view, name), Placeholder(f"where_{number}"))
        for number, (name, _) in enumerate(query.where)
    ]
    return SQL("").join(parts)


def _coverage(
    connection: Connection[TupleRow],
    view: View,
    query: ViewQuery,
    at: Standpoint,
    values: dict[str, object],
    registered: int,
) -> Coverage:
    heard, parked = heard_and_parked(connection, at)
    findings: tuple[tuple[str, int], ...] = ()
    if view.has_findings and view.rows is not None:
        statement = SQL(_FINDINGS).format(
            rows=_selected(view, query, at), period=_period(view, query), where=_where(view, query)
        )
        found = connection.execute(statement, values)
        findings = tuple((str(code), int(str(count))) for code, count in found)
    return Coverage(
        publishers_heard=heard,
        publishers_registered=registered,
        parked_children=parked,
        findings=findings,
    )
