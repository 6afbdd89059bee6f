"""The moments at which a stock is taken: the ends of the periods that an answer speaks of."""

from datetime import date, datetime
from typing import LiteralString, Protocol

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.errors import UsageError
from domain.periods import Month, ReportingYear, day_bounds, london_date, months_between


class Periods(Protocol):
    """What a question says of the periods that it asks about."""

    @property
    def by(self) -> tuple[str, ...]:
        """The dimensions asked for."""
        ...

    @property
    def first_day(self) -> date | None:
        """The first London date; None: open."""
        ...

    @property
    def last_day(self) -> date | None:
        """The last London date, inclusive; None: open."""
        ...


_EARLIEST: LiteralString = """
SELECT min(started_on) FROM projection.episode_facts_v1 WHERE build = %(build)s
"""


def boundaries(
    connection: Connection[TupleRow], query: Periods, *, build: int, now: datetime | None
) -> dict[str, object]:
    """Return the instants at which a stock is taken: period ends that have come, else one.

    now: when the position was recorded that the answer stands at; None: before the first record.
    Raises UsageError if both months and years are asked for.
    """
    if now is None:
        return {"labels": [], "instants": []}
    today = london_date(now)
    last = today if query.last_day is None else min(query.last_day, today)
    if not {"month", "reporting_year"}.intersection(query.by):
        end = now if query.last_day is None else min(now, day_bounds(query.last_day)[1])
        return {"labels": [""], "instants": [end]}
    if {"month", "reporting_year"}.issubset(query.by):
        raise UsageError("A stock is taken by month or by reporting_year, not by both.")
    row = connection.execute(_EARLIEST, {"build": build}).fetchone()
    first = query.first_day or (row[0] if row and row[0] else last)
    periods = _periods(query, first, last)
    ended = [each for each in periods if each.ends_at <= now and each.ends_on <= last]
    return {"labels": [str(each) for each in ended], "instants": [each.ends_at for each in ended]}


def _periods(query: Periods, first: date, last: date) -> list[Month | ReportingYear]:
    if last < first:
        return []
    if "month" in query.by:
        return list(months_between(Month.of(first), Month.of(last)))
    years = range(ReportingYear.of(first).ending, ReportingYear.of(last).ending + 1)
    return [ReportingYear(ending=year) for year in years]
