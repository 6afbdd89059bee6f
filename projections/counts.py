"""Answers questions for counts from the episode facts, at one ledger position."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composable, Composed

from domain.errors import UsageError
from domain.measures import (
    MEASURES,
    Clock,
    CountRow,
    CountsAnswer,
    CountsQuery,
    Coverage,
    Measure,
)
from domain.periods import day_bounds
from projections.stocks import boundaries

_BUILD: LiteralString = """
SELECT b.build, b.position, b.definition_version
  FROM projection.active_build a JOIN projection.builds b USING (build)
"""
_RECORDED_AT: LiteralString = """
SELECT recorded_at FROM ledger.stored_events WHERE notification_id = %(position)s
"""
_POSITION_AT: LiteralString = """
SELECT coalesce(max(notification_id), 0)
  FROM ledger.stored_events
 WHERE notification_id <= %(position)s AND recorded_at < %(until)s
"""
_TODAY: LiteralString = "SELECT (clock_timestamp() AT TIME ZONE 'Europe/London')::date"
_COVERAGE: LiteralString = """
SELECT (SELECT count(DISTINCT publisher) FROM intake.received WHERE publisher <> 'unknown'),
       (SELECT count(*) FROM projection.parked_v1 WHERE build = %(build)s)
"""
_CURRENT: LiteralString = "held_until IS NULL"
_AS_OF: LiteralString = (
    "held_from <= %(position)s AND (held_until IS NULL OR held_until > %(position)s)"
)
_FLOW_FROM_COUNTS: LiteralString = """
SELECT {columns} sum(episodes)
  FROM projection.incident_counts_v1
 WHERE build = %(build)s AND source = %(source)s AND category = %(category)s
   AND age_band <> '18+' AND {inside} AND {period}
 {grouped}
"""
_FROM_FACTS: LiteralString = """
SELECT {columns} {value}
  FROM projection.episode_facts_v1
 WHERE build = %(build)s AND source = %(source)s AND category = %(category)s
   AND age_band <> '18+' AND {inside} AND {period} AND {held} AND {which}
 {grouped}
"""
_STOCK: LiteralString = """
SELECT {columns} count(*)
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
   AND findings <> '' AND {period} AND {held}
 GROUP BY code ORDER BY code
"""

_CATEGORY = {"away_incidents": "away", "away_children": "away"} | {
    "no_apparent_risk_incidents": "no_apparent_risk"
}
_OFFERED: LiteralString = "(offered OR declined OR completed)"
_WHICH: dict[str, LiteralString] = {
    "return_interviews_offered": _OFFERED,
    "return_interviews_not_offered": "NOT " + _OFFERED,
    "return_interviews_declined": "declined AND NOT completed",
    "return_interviews_completed": "completed",
    "return_interviews_within_72h": "within_72h = 'yes'",
    "return_interviews_not_computable": "within_72h = 'not_computable'",
}
_CLOCK_DAY: dict[Clock, LiteralString] = {Clock.START: "started_on", Clock.RETURN: "returned_on"}
_DIRECT: dict[str, LiteralString] = {
    "authority": "authority",
    "host_authority": "host_authority",
    "region": "region",
    "force": "force",
    "age_band": "age_band",
    "sex": "sex",
    "placement_type": "placement_type",
    "looked_after": "looked_after",
}
_MONTH_OF: dict[Clock, LiteralString] = {
    Clock.START: "to_char(started_on, 'YYYY-MM')",
    Clock.RETURN: "to_char(returned_on, 'YYYY-MM')",
    Clock.STOCK: "label",
}
# Three months on, the calendar year of a date is the year in which its reporting year ends, less 1.
_YEAR_OF: dict[Clock, LiteralString] = {
    Clock.START: "to_char(started_on + INTERVAL '9 months', 'YYYY')",
    Clock.RETURN: "to_char(returned_on + INTERVAL '9 months', 'YYYY')",
    Clock.STOCK: "label",
}


@dataclass(frozen=True, kw_only=True)
class _At:
    """Where an answer stands: build, position, and whether that is the build's own position."""

    build: int
    position: int
    current: bool
    version: str
    time: datetime | None


class CountsView:
    """Answers questions for counts; every answer names the position it is true at."""

    def __init__(self, publishers_registered: int) -> None:
        """Take how many publishers the register has, for coverage."""
        self._registered = publishers_registered

    def answer(self, connection: Connection[TupleRow], query: CountsQuery) -> CountsAnswer:
        """Return the counts asked for; give a connection whose reads see one snapshot.

        Raises UsageError if the position or date asked for is not covered by the ledger.
        """
        at = _stand(connection, query)
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
        at: _At,
        values: dict[str, object],
    ) -> Coverage:
        row = connection.execute(_COVERAGE, {"build": at.build}).fetchone() or (0, 0)
        clock = Clock.START if measure.clock is Clock.STOCK else measure.clock
        statement = SQL(_FINDINGS).format(period=_period(query, clock), held=_held(at))
        return Coverage(
            publishers_heard=int(str(row[0])),
            publishers_registered=self._registered,
            parked_children=int(str(row[1])),
            findings=tuple(
                (str(code), int(str(count)))
                for code, count in connection.execute(statement, values)
            ),
        )


def _stand(connection: Connection[TupleRow], query: CountsQuery) -> _At:
    row = connection.execute(_BUILD).fetchone()
    if row is None:
        raise UsageError("Nothing has been counted yet: start the hub, or run hub rebuild.")
    build, newest, version = int(str(row[0])), int(str(row[1])), str(row[2])
    position = newest
    if isinstance(query.as_of, int):
        if not 0 <= query.as_of <= newest:
            raise UsageError(f"as-of must be a position from 0 to {newest}, or a date.")
        position = query.as_of
    elif query.as_of is not None:
        _refuse_future(connection, query.as_of)
        found = connection.execute(
            _POSITION_AT, {"position": newest, "until": day_bounds(query.as_of)[1]}
        ).fetchone()
        position = 0 if found is None else int(str(found[0]))
    recorded = connection.execute(_RECORDED_AT, {"position": position}).fetchone()
    return _At(
        build=build,
        position=position,
        current=position == newest,
        version=version,
        time=recorded[0] if recorded else None,
    )


def _refuse_future(connection: Connection[TupleRow], day: date) -> None:
    """Raise UsageError for a day of which nobody can know yet how the counts will stand."""
    row = connection.execute(_TODAY).fetchone()
    if row is not None and day > row[0]:
        raise UsageError(f"as-of must be a position, or a date up to {row[0].isoformat()}.")


def _statement(query: CountsQuery, measure: Measure, at: _At) -> Composed:
    columns = [_column(name, measure.clock) for name in query.by]
    numbers = [SQL(str(number)) for number in range(1, len(columns) + 1)]
    listed = SQL(", ").join(numbers)
    parts: dict[str, Composable] = {
        "columns": SQL("").join(SQL("{}, ").format(column) for column in columns),
        "grouped": SQL("GROUP BY {0} ORDER BY {0}").format(listed) if columns else SQL(""),
        "inside": _inside(query),
        "held": _held(at),
    }
    if measure.clock is Clock.STOCK:
        return SQL(_STOCK).format(**parts)
    parts["period"] = _period(query, measure.clock)
    if at.current and measure.clock is Clock.START and not measure.distinct:
        return SQL(_FLOW_FROM_COUNTS).format(**parts)
    parts["which"] = SQL(_WHICH.get(query.measure, "true"))
    parts["value"] = SQL(_value(measure))
    return SQL(_FROM_FACTS).format(**parts)


def _value(measure: Measure) -> LiteralString:
    if measure.name == "missing_incidents_per_child":
        return "round(count(*)::numeric / nullif(count(DISTINCT person_id), 0), 2)"
    return "count(DISTINCT person_id)" if measure.distinct else "count(*)"


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


def _held(at: _At) -> SQL:
    return SQL(_CURRENT) if at.current else SQL(_AS_OF)


def _period(query: CountsQuery, clock: Clock) -> Composed:
    day = SQL(_CLOCK_DAY[clock])
    parts: list[Composable] = [SQL("{} IS NOT NULL").format(day)]
    if query.first_day is not None:
        parts.append(SQL("{} >= %(first)s").format(day))
    if query.last_day is not None:
        parts.append(SQL("{} <= %(last)s").format(day))
    return SQL(" AND ").join(parts)


def _row(values: tuple[object, ...]) -> CountRow:
    raw = values[-1]
    value: int | float = (
        float(raw) if isinstance(raw, Decimal) and raw % 1 else int(str(raw or 0).split(".")[0])
    )
    return CountRow(
        dimensions=tuple(str(each) for each in values[:-1]), value=value, low=value, high=value
    )
