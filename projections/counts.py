"""Answers questions for counts from the episode facts, at one ledger position."""

from decimal import Decimal
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composable, Composed

from domain.measures import (
    MEASURES,
    MOST_CELLS,
    Clock,
    CountRow,
    CountsAnswer,
    CountsQuery,
    Coverage,
    Measure,
)
from projections.coverage import heard_and_parked
from projections.measured import column, inside, period, values_of, where, which
from projections.sizes import most_cells, refuse_too_many
from projections.standpoint import Standpoint, stand
from projections.stocks import boundaries
from projections.summary_answers import is_summed, summed

# Each question is asked in both worlds: as decided, and if everything in review were linked.
_FLOW_FROM_COUNTS: LiteralString = """
SELECT {selected}
  FROM projection.incident_counts_v1
 WHERE build = %(build)s AND source = %(source)s AND category = %(category)s
   AND age_band <> '18+' AND {inside} AND {period} AND {where}
 {grouped}
"""
_FROM_FACTS: LiteralString = """
SELECT {selected}
  FROM projection.episode_facts_v1
 WHERE build = %(build)s AND source = %(source)s AND category = %(category)s
   AND age_band <> '18+' AND {inside} AND {period} AND {held} AND {which} AND {where}
 {grouped}
"""
_STOCK: LiteralString = """
SELECT {selected}
  FROM unnest(%(labels)s::text[], %(instants)s::timestamptz[]) AS periods (label, boundary)
  JOIN projection.episode_facts_v1
    ON start_at < boundary AND (end_at IS NULL OR end_at > boundary)
 WHERE build = %(build)s AND source = %(source)s AND category = %(category)s
   AND age_band <> '18+' AND {inside} AND {held} AND {where}
 {grouped}
"""
_FINDINGS: LiteralString = """
SELECT code, count(*)
  FROM projection.episode_facts_v1, unnest(string_to_array(findings, ',')) AS code
 WHERE build = %(build)s AND source = %(source)s AND category = %(category)s
   AND findings <> '' AND world <> 'linked' AND {period} AND {held} AND {where}
 GROUP BY code ORDER BY code
"""

_EPISODES: LiteralString = "count(*) FILTER (WHERE {world})"
_CHILDREN: LiteralString = "count(DISTINCT person_id) FILTER (WHERE {world})"
_PER_CHILD: LiteralString = (
    "round(count(*) FILTER (WHERE {world})::numeric"
    " / nullif(count(DISTINCT person_id) FILTER (WHERE {world}), 0), 2)"
)


class CountsView:
    """Answers questions for counts; every answer names the position it is true at."""

    def __init__(self, publishers_registered: int, *, largest: int = MOST_CELLS) -> None:
        """Take how many publishers the register has, for coverage, and the cells of one answer."""
        self._registered = publishers_registered
        self._largest = largest

    def answer(self, connection: Connection[TupleRow], query: CountsQuery) -> CountsAnswer:
        """Return the counts asked for; give a connection whose reads see one snapshot.

        Raises UsageError if the position or date asked for is not covered by the ledger, if the
        answer would be too large, or if it would be made under other definitions than asked for.
        """
        at = stand(connection, query.as_of, under=query.definition_version)
        measure = MEASURES[query.measure]
        values = values_of(query, at)
        if measure.clock is Clock.STOCK:
            values |= boundaries(connection, query, build=at.build, now=at.time)
        if most_cells(query.by, query.first_day, query.last_day) > self._largest:
            asked = SQL(", ").join(column(name, measure.clock) for name in query.by)
            cells = _statement(query, measure, at, SQL("1"), SQL("GROUP BY {}").format(asked))
            refuse_too_many(connection, cells, values, largest=self._largest)
        found = connection.execute(_counts(query, measure, at), values).fetchall()
        rows = tuple(_row(each) for each in found)
        if not query.by and not rows:
            rows = (CountRow(dimensions=(), value=0, low=0, high=0),)
        return CountsAnswer(
            query=query,
            as_of_position=at.position,
            as_of_time=at.time,
            definition_version=at.version,
            rows=rows,
            coverage=self._coverage(connection, query, measure, at, values),
        )

    def _coverage(
        self,
        connection: Connection[TupleRow],
        query: CountsQuery,
        measure: Measure,
        at: Standpoint,
        values: dict[str, object],
    ) -> Coverage:
        heard, parked = heard_and_parked(connection, at)
        clock = Clock.START if measure.clock is Clock.STOCK else measure.clock
        statement = SQL(_FINDINGS).format(
            period=period(query, clock), held=at.held, where=where(query)
        )
        return Coverage(
            publishers_heard=heard,
            publishers_registered=self._registered,
            parked_children=parked,
            findings=tuple(
                (str(code), int(str(count)))
                for code, count in connection.execute(statement, values)
            ),
        )


def _counts(query: CountsQuery, measure: Measure, at: Standpoint) -> Composed:
    """Return the statement that gives every cell, in the order of the dimensions."""
    if at.current and is_summed(query, measure):
        return summed(query, measure)
    columns = [column(name, measure.clock) for name in query.by]
    listed = SQL(", ").join(SQL(str(number)) for number in range(1, len(columns) + 1))
    grouped = SQL("GROUP BY {0} ORDER BY {0}").format(listed) if columns else SQL("")
    worlds = ("sum(episodes)", "sum(if_linked)")
    value = SQL(_value(measure))
    figures: list[Composable] = [
        value.format(world=SQL("world <> 'linked'")),
        value.format(world=SQL("world <> 'decided'")),
    ]
    if _from_counts(measure, at):
        figures = [SQL(world) for world in worlds]
    return _statement(query, measure, at, SQL(", ").join([*columns, *figures]), grouped)


def _statement(
    query: CountsQuery, measure: Measure, at: Standpoint, selected: Composable, grouped: Composable
) -> Composed:
    parts: dict[str, Composable] = {
        "selected": selected,
        "grouped": grouped,
        "inside": inside(query),
        "held": at.held,
        "where": where(query),
        "which": which(query),
    }
    if measure.clock is Clock.STOCK:
        return SQL(_STOCK).format(**parts)
    parts["period"] = period(query, measure.clock)
    return SQL(_FLOW_FROM_COUNTS if _from_counts(measure, at) else _FROM_FACTS).format(**parts)


def _from_counts(measure: Measure, at: Standpoint) -> bool:
    """Tell whether the kept counts answer: they stand at the build's own position."""
    return at.current and measure.clock is Clock.START and not measure.distinct


def _value(measure: Measure) -> LiteralString:
    """Return what a measure makes of the facts of one world."""
    if measure.name == "missing_incidents_per_child":
        return _PER_CHILD
    return _CHILDREN if measure.distinct else _EPISODES


def _row(values: tuple[object, ...]) -> CountRow:
    """Return a cell: its value as decided, and the range to what it would be if all were linked."""
    decided, linked = _count(values[-2]), _count(values[-1])
    return CountRow(
        dimensions=tuple(str(each) for each in values[:-2]),
        value=decided,
        low=min(decided, linked),
        high=max(decided, linked),
    )


def _count(raw: object) -> int | float:
    """Return a number as counts are told: whole, unless it is not."""
    if isinstance(raw, Decimal) and raw % 1:
        return float(raw)
    return int(str(raw or 0).split(".")[0])
