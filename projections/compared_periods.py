"""The periods of an answer in SQL: where each begins and ends, and when its stock is taken."""

from typing import LiteralString

from psycopg.sql import SQL, Composed

from domain.views import ViewQuery
from projections.counted_episodes import named

# London dates and instants; values needed: build, first, last, now.
TODAY: LiteralString = "(%(now)s::timestamptz AT TIME ZONE 'Europe/London')::date"

_STARTS: dict[str, LiteralString] = {
    "month": "date_trunc('month', {day})::date",
    "reporting_year": "(date_trunc('year', {day} - INTERVAL '3 months')"
    " + INTERVAL '3 months')::date",
    "": "%(first)s::date",
}
_ENDS: dict[str, LiteralString] = {
    "month": "(date_trunc('month', {day}) + INTERVAL '1 month' - INTERVAL '1 day')::date",
    "reporting_year": "(date_trunc('year', {day} - INTERVAL '3 months')"
    " + INTERVAL '15 months' - INTERVAL '1 day')::date",
    "": "%(last)s::date",
}
_STEP: dict[str, LiteralString] = {"month": "1 month", "reporting_year": "1 year"}

# The last day of each period that has ended, as far as the answer reaches, and the instant after.
_ENDED: LiteralString = """
SELECT ends_on, (ends_on + 1)::timestamp AT TIME ZONE 'Europe/London' AS boundary
  FROM (SELECT {end_of_step} AS ends_on
          FROM generate_series(
                   coalesce(%(first)s::date, (SELECT min(started_on)
                       FROM projection.episode_facts_v1 WHERE build = %(build)s))::timestamp,
                   {end_of_last}::timestamp, INTERVAL '{step}') AS at (step)) AS ends
 WHERE ends_on < {today} AND ends_on <= coalesce(%(last)s::date, ends_on)
"""
# Without a period the stock is taken on the last day asked for, or now if that has not ended. A
# microsecond on, what became true at this very instant has become true.
_NOW: LiteralString = """
SELECT least(coalesce(%(last)s::date, {today}), {today}) AS ends_on,
       least((%(last)s::date + 1)::timestamp AT TIME ZONE 'Europe/London',
             %(now)s::timestamptz + INTERVAL '1 microsecond') AS boundary
 WHERE %(now)s::timestamptz IS NOT NULL
"""

_EARLIEST: LiteralString = """
coalesce(%(first)s::date, (SELECT min(started_on) FROM projection.episode_facts_v1
                            WHERE build = %(build)s))
"""
_LATEST: LiteralString = "least(coalesce(%(last)s::date, {today}), {today})"
_SPANS: LiteralString = """
SELECT greatest({start_of_step}, earliest) AS starts_on, least({end_of_step}, latest) AS until_on
  FROM (SELECT {earliest} AS earliest, {latest} AS latest) AS range
 CROSS JOIN generate_series({start_of_first}::timestamp, latest::timestamp,
                            INTERVAL '{step}') AS at (step)
 WHERE earliest <= latest
"""
_ONE_SPAN: LiteralString = """
SELECT starts_on, until_on
  FROM (SELECT {earliest} AS starts_on, {latest} AS until_on) AS range
 WHERE starts_on <= until_on
"""


def grain(query: ViewQuery) -> str:
    """Return what the periods of an answer are: `month`, `reporting_year`, or `` for one range."""
    names = named(query)
    return next((each for each in ("month", "reporting_year") if each in names), "")


def starts_on(query: ViewQuery, day: LiteralString) -> Composed:
    """Return the SQL of the first day of the period of a day, as far as it was asked for."""
    found = SQL(_STARTS[grain(query)]).format(day=SQL(day))
    return SQL("greatest({}, %(first)s::date)").format(found)


def ends_on(query: ViewQuery, day: LiteralString) -> Composed:
    """Return the SQL of the last day of the period of a day, as far as it was asked for."""
    found = SQL(_ENDS[grain(query)]).format(day=SQL(day))
    return SQL("least({}, %(last)s::date)").format(found)


def period_ends(query: ViewQuery) -> Composed:
    """Return the SQL of (ends_on, boundary): the moments at which stocks are taken.

    They are the ends of the months or years that an answer tells apart, once they have ended; else
    the end of the range, or now if it has not ended.
    """
    unit = grain(query)
    today = SQL(TODAY)
    if not unit:
        return SQL(_NOW).format(today=today)
    return SQL(_ENDED).format(
        end_of_step=SQL(_ENDS[unit]).format(day=SQL("at.step")),
        end_of_last=SQL(_ENDS[unit]).format(day=SQL("coalesce(%(last)s::date, {})").format(today)),
        step=SQL(_STEP[unit]),
        today=today,
    )


def period_spans(query: ViewQuery) -> Composed:
    """Return the SQL of (starts_on, until_on): the periods that an answer tells apart.

    Both days are inclusive and as far as they were asked for; the last reaches no further than
    today.
    """
    unit = grain(query)
    parts = {"earliest": SQL(_EARLIEST), "latest": SQL(_LATEST).format(today=SQL(TODAY))}
    if not unit:
        return SQL(_ONE_SPAN).format(**parts)
    return SQL(_SPANS).format(
        start_of_step=SQL(_STARTS[unit]).format(day=SQL("at.step")),
        end_of_step=SQL(_ENDS[unit]).format(day=SQL("at.step")),
        start_of_first=SQL(_STARTS[unit]).format(day=SQL("range.earliest")),
        step=SQL(_STEP[unit]),
        **parts,
    )
