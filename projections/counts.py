"""Answers questions for counts from the episode facts, at one ledger position."""

from decimal import Decimal
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composable, Composed

from domain.measures import (
    MEASURES,
    Clock,
    CountRow,
    CountsAnswer,
    CountsQuery,
    Coverage,
    Measure,
)
from projections.standpoint import Standpoint, stand
from projections.stocks import boundaries

_COVERAGE: LiteralString = """
SELECT (SELECT count(DISTINCT publisher) FROM intake.received WHERE publisher <> 'unknown'),
       (SELECT count(*) FROM projection.parked_v1 WHERE build = %(build)s)
"""
# Each question is asked in both worlds: as decided, and if everything in review were linked.
_FLOW_FROM_COUNTS: LiteralString = """
SELECT {columns} sum(episodes), sum(if_linked)
  FROM projection.incident_counts_v1
 WHERE build = %(build)s AND source = %(source)s AND category = %(category)s
   AND age_band <> '18+' AND {inside} AND {period}
 {grouped}
"""
_FROM_FACTS: LiteralString = """
SELECT {columns} {decided}, {linked}
  FROM projection.episode_facts_v1
 WHERE build = %(build)s AND source = %(source)s AND category = %(category)s
   AND age_band <> '18+' AND {inside} AND {period} AND {held} AND {which}
 {grouped}
"""
_STOCK: LiteralString = """
SELECT {columns} {decided}, {linked}
  FROM unnest(%(labels)s::text[], %(instants)s::timestamptz[]) AS periods (label, boundary)
  JOIN projection.episode_facts_v1
    ON start_at < boundary AND (end_at IS NULL OR end_at > boundary)
 WHERE build = %(build)s AND source = %(source)s AND category = %(category)s
   AND age_band <> '18+' AND {inside} AND {held}
 {grouped}
"""
_FINDINGS: LiteralString = """
SELECT code, count(*)
  FROM projection.episode_facts_v1, unnest(string_to_array(findings, ',')) AS code
 WHERE build = %(build)s AND source = %(source)s AND category = %(category)s
   AND findings <> '' AND world <> 'linked' AND {period} AND {held}
 GROUP BY code ORDER BY code
"""

_EPISODES: LiteralString = "count(*) FILTER (WHERE {world})"
_CHILDREN: LiteralString = "count(DISTINCT person_id) FILTER (WHERE {world})"
_PER_CHILD: LiteralString = (
    "round(count(*) FILTER (WHERE {world})::numeric"
    " / nullif(count(DISTINCT person_id) FILTER (WHERE {world}), 0), 2)"
)
_TOO_MANY: LiteralString = """
SELECT count(*) FROM (SELECT 1 FROM {facts} GROUP BY {columns} LIMIT %(limit)s) AS cells
"""


class CountsView:
    """Answers questions for counts; every answer names the position it is true at."""

    def __init__(self, publishers_registered: int) -> None:
        """Take how many publishers the register has, for coverage."""
        self._registered = publishers_registered

    def answer(self, connection: Connection[TupleRow], query: CountsQuery) -> CountsAnswer:
        """Return the counts asked for; give a connection whose reads see one snapshot.

        Raises UsageError if the position or date asked for is not covered by the ledger.
        """
        at = stand(connection, query.as_of)
        measure = MEASURES[query.measure]
        values: dict[str, object] = {
            "build": at.build,
            "position": at.position,
            "source": query.source.value,
            "category": _CATEGORY.get(query.measure, "missing"),
            "first": query.first_day,
            "last": query.last_day,
        }
        if measure.clock is Clock.STOCK:
            values |= boundaries(connection, query, build=at.build, now=at.time)
        found = connection.execute(_statement(query, measure, at), values).fetchall()
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
        row = connection.execute(_COVERAGE, {"build": at.build}).fetchone() or (0, 0)
        clock = Clock.START if measure.clock is Clock.STOCK else measure.clock
        statement = SQL(_FINDINGS).format(period=_period(query, clock), held=at.held)
        return Coverage(
            publishers_heard=int(str(row[0])),
            publishers_registered=self._registered,
            parked_children=int(str(row[1])),
            findings=tuple(
                (str(code), int(str(count)))
                for code, count in connection.execute(statement, values)
            ),
        )


def _statement(query: CountsQuery, measure: Measure, at: Standpoint) -> Composed:
    columns = [_column(name, measure.clock) for name in query.by]
    numbers = [SQL(str(number)) for number in range(1, len(columns) + 1)]
    listed = SQL(", ").join(numbers)
    parts: dict[str, Composable] = {
        "columns": SQL("").join(SQL("{}, ").format(column) for column in columns),
        "grouped": SQL("GROUP BY {0} ORDER BY {0}").format(listed) if columns else SQL(""),
        "inside": _inside(query),
        "held": at.held,
    }
    parts["decided"] = SQL(_value(measure)).format(world=SQL("world <> 'linked'"))
    parts["linked"] = SQL(_value(measure)).format(world=SQL("world <> 'decided'"))
    if measure.clock is Clock.STOCK:
        return SQL(_STOCK).format(**parts)
    parts["period"] = _period(query, measure.clock)
    if at.current and measure.clock is Clock.START and not measure.distinct:
        return SQL(_FLOW_FROM_COUNTS).format(**parts)
    parts["which"] = SQL(_WHICH.get(query.measure, "true"))
    return SQL(_FROM_FACTS).format(**parts)


def _value(measure: Measure) -> LiteralString:
    """Return what a measure makes of the facts of one world."""
    if measure.name == "missing_incidents_per_child":
        return _PER_CHILD
    return _CHILDREN if measure.distinct else _EPISODES


def _column(name: str, clock: Clock) -> SQL:
    if name == "month":
        return SQL(_MONTH_OF[clock])
    if name == "reporting_year":
        return SQL(_YEAR_OF[clock])
    return SQL(_DIRECT[name])


def _inside(query: CountsQuery) -> SQL:
    """Leave out areas outside England, unless the answer shows them apart."""
    apart = {"authority", "region"}.intersection(query.by)
    return SQL("true") if apart else SQL("region <> 'outside'")


def _period(query: CountsQuery, clock: Clock) -> Composed:
    day = SQL(_CLOCK_DAY[clock])
    parts: list[Composable] = [SQL("{} IS NOT NULL").format(day)]
    if query.first_day is not None:
        parts.append(SQL("{} >= %(first)s").format(day))
    if query.last_day is not None:
        parts.append(SQL("{} <= %(last)s").format(day))
    return SQL(" AND ").join(parts)


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
