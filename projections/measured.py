"""Which rows of the facts a question counts, as SQL; shared by counts and their history."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable, Composed, Placeholder

from domain.errors import UsageError
from domain.measures import MEASURES, Clock, CountsQuery
from projections.standpoint import Standpoint

_CATEGORY: Final = {"away_incidents": "away", "away_children": "away"} | {
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


def values_of(query: CountsQuery, at: Standpoint) -> dict[str, object]:
    """Return the values that the conditions below name."""
    named: dict[str, object] = {
        "build": at.build,
        "position": at.position,
        "source": query.source.value,
        "category": _CATEGORY.get(query.measure, "missing"),
        "first": query.first_day,
        "last": query.last_day,
    }
    return named | {f"where_{name}": value for name, value in query.where}


def column(name: str, clock: Clock) -> SQL:
    """Return a dimension as text."""
    if name == "month":
        return SQL(_MONTH_OF[clock])
    if name == "reporting_year":
        return SQL(_YEAR_OF[clock])
    return SQL(_DIRECT[name])


def inside(query: CountsQuery) -> SQL:
    """Return what leaves out areas outside England, unless they are shown apart or asked for."""
    named = {*query.by, *(name for name, _ in query.where)}
    return SQL("true") if {"authority", "region"} & named else SQL("region <> 'outside'")


def where(query: CountsQuery) -> Composed:
    """Return the condition of the question's filters.

    Raises UsageError for a stock of some months only, which has none but the ends of periods.
    """
    clock = MEASURES[query.measure].clock
    parts: list[Composable] = [SQL("true")]
    for name, _ in query.where:
        if clock is Clock.STOCK and name in ("month", "reporting_year"):
            raise UsageError(f"A stock has no {name} to filter by; say `to`, or `by` {name}.")
        parts.append(SQL("{} = {}").format(column(name, clock), Placeholder(f"where_{name}")))
    return SQL(" AND ").join(parts)


def which(query: CountsQuery) -> SQL:
    """Return the condition that makes a measure of its own out of a category's episodes."""
    return SQL(_WHICH.get(query.measure, "true"))


def period(query: CountsQuery, clock: Clock) -> Composed:
    """Return the condition under which a row belongs to the period, by one of its dates."""
    day = SQL(_CLOCK_DAY[clock])
    parts: list[Composable] = [SQL("{} IS NOT NULL").format(day)]
    if query.first_day is not None:
        parts.append(SQL("{} >= %(first)s").format(day))
    if query.last_day is not None:
        parts.append(SQL("{} <= %(last)s").format(day))
    return SQL(" AND ").join(parts)
