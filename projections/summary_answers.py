"""Answers from what is kept of each area and month, where a question needs nothing finer."""

from datetime import date, timedelta
from typing import Final, LiteralString

from psycopg.sql import SQL, Composable, Composed, Placeholder

from domain.measures import Clock, CountsQuery, Measure
from projections.measured import inside
from projections.summaries import AREA_MONTHS, CHILD_MONTHS

_SUMMED: LiteralString = """
SELECT {columns} {decided}, {linked}
  FROM projection.{table}
 WHERE build = %(build)s AND source = %(source)s AND category = %(category)s
   AND {inside} AND {period} AND {where}
 {grouped}
"""
_COLUMNS: Final[dict[str, LiteralString]] = {
    "month": "month",
    # Three months on, the calendar year is the one in which the reporting year ends, less 1.
    "reporting_year": "to_char((month || '-01')::date + INTERVAL '9 months', 'YYYY')",
    "region": "region",
    "authority": "authority",
}
_EPISODES: Final[tuple[LiteralString, LiteralString]] = ("sum(episodes)", "sum(if_linked)")
_CHILDREN: Final[tuple[LiteralString, LiteralString]] = (
    "sum(children)",
    "sum(children_if_linked)",
)
_PERSONS: Final[tuple[LiteralString, LiteralString]] = (
    "count(DISTINCT person_id) FILTER (WHERE episodes > 0)",
    "count(DISTINCT person_id) FILTER (WHERE if_linked > 0)",
)
_RATIO: LiteralString = "round(({episodes})::numeric / nullif({children}, 0), 2)"


def is_summed(query: CountsQuery, measure: Measure) -> bool:
    """Tell whether whole months of whole areas are asked for, by the start of episodes."""
    named = {*query.by, *(name for name, _ in query.where)}
    first, last = query.first_day, query.last_day
    return (
        measure.clock is Clock.START
        and named <= set(_COLUMNS)
        and (first is None or first.day == 1)
        and (last is None or last == date.max or (last + timedelta(days=1)).day == 1)
    )


def summed(query: CountsQuery, measure: Measure) -> Composed:
    """Return the statement that gives every cell, in the order of the dimensions."""
    columns = [SQL(_COLUMNS[name]) for name in query.by]
    listed = SQL(", ").join(SQL(str(number)) for number in range(1, len(columns) + 1))
    # A child is one in each area and month, so only those cells add up.
    kept = not measure.distinct or {"month", "authority"} <= set(query.by)
    decided, linked = (_value(measure, kept, world) for world in (0, 1))
    return SQL(_SUMMED).format(
        columns=SQL("").join(SQL("{}, ").format(column) for column in columns),
        decided=decided,
        linked=linked,
        table=SQL(AREA_MONTHS if kept else CHILD_MONTHS),
        inside=inside(query),
        period=_period(query),
        where=_where(query),
        grouped=SQL("GROUP BY {0} ORDER BY {0}").format(listed) if columns else SQL(""),
    )


def _value(measure: Measure, kept: bool, world: int) -> Composable:
    episodes = SQL(_EPISODES[world])
    children = SQL(_CHILDREN[world] if kept else _PERSONS[world])
    if measure.name == "missing_incidents_per_child":
        return SQL(_RATIO).format(episodes=episodes, children=children)
    return children if measure.distinct else episodes


def _period(query: CountsQuery) -> Composable:
    parts: list[Composable] = [SQL("true")]
    if query.first_day is not None:
        parts.append(SQL("month >= to_char(%(first)s::date, 'YYYY-MM')"))
    if query.last_day is not None:
        parts.append(SQL("month <= to_char(%(last)s::date, 'YYYY-MM')"))
    return SQL(" AND ").join(parts)


def _where(query: CountsQuery) -> Composable:
    parts: list[Composable] = [SQL("true")]
    for name, _ in query.where:
        parts.append(SQL("{} = {}").format(SQL(_COLUMNS[name]), Placeholder(f"where_{name}")))
    return SQL(" AND ").join(parts)
