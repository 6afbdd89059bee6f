"""National counts and their trend: each period beside the one a year and a month before."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.views import ViewQuery
from projections.compared_periods import TODAY, ends_on, grain, period_ends, starts_on
from projections.counted_episodes import EPISODE_DIMENSIONS, counted
from projections.standpoint import Standpoint
from projections.view import Figure, View

# An episode stands on its own day, and again on the day of the next year and of the next month
# with which that one is compared: so each cell holds both sides of its comparison. A day that has
# not come yet is compared with nothing.
_ROWS: LiteralString = """
WITH counted AS ({counted}), covered AS (
SELECT publisher, min(day) AS covered_from
  FROM (SELECT CASE f.source WHEN 'police' THEN 'pf-' || f.force ELSE 'la-' || f.authority END
                   AS publisher, f.started_on AS day
          FROM projection.episode_facts_v1 AS f
         WHERE f.build = %(build)s AND f.source <> 'national' AND {held}
        UNION ALL
        SELECT publisher, from_date FROM projection.declared_periods_v1
         WHERE build = %(build)s AND position <= %(position)s) AS heard
 GROUP BY publisher
), known AS (
SELECT counted.*, greatest(
           CASE WHEN %(source)s <> 'police' THEN authorities.covered_from END,
           CASE WHEN %(source)s <> 'authority' THEN forces.covered_from END) AS covered_from
  FROM counted
  LEFT JOIN covered AS authorities ON authorities.publisher = 'la-' || authority
  LEFT JOIN covered AS forces ON forces.publisher = 'pf-' || force
), ends AS ({ends}), shifts (compared, apart) AS (
VALUES (0, INTERVAL '0'), (12, INTERVAL '1 year'){monthly}
), taken AS (
SELECT ends_on, compared, {earlier_boundary} AS boundary FROM ends CROSS JOIN shifts
), stood AS (
SELECT known.*, 'flow' AS kind, compared, (started_on + apart)::date AS day
  FROM known CROSS JOIN shifts
 WHERE compared = 0 OR (started_on + apart)::date <= {today}
UNION ALL
SELECT known.*, 'stock', compared, taken.ends_on FROM {open_at_ends}
)
SELECT stood.*, {by_month} AS by_month,
       coalesce({ends_on} < {today}
                AND (kind = 'stock' OR covered_from <= {starts_on} - INTERVAL '1 year')
                AND covered_from <= {ends_on} - INTERVAL '1 year', false) AS year_covered,
       coalesce({ends_on} < {today} AND {by_month}
                AND (kind = 'stock' OR covered_from <= {starts_on} - INTERVAL '1 month')
                AND covered_from <= {ends_on} - INTERVAL '1 month', false) AS month_covered
  FROM stood
"""
# Few episodes last over the end of a month, so each looks up those that it may have lasted over.
_OPEN_AT_MONTH_ENDS: LiteralString = """
known CROSS JOIN LATERAL generate_series(
    date_trunc('month', start_at AT TIME ZONE 'Europe/London'),
    coalesce(end_at, %(now)s) AT TIME ZONE 'Europe/London', INTERVAL '1 month') AS at (month)
  JOIN taken ON taken.boundary = (at.month + INTERVAL '1 month') AT TIME ZONE 'Europe/London'
   AND start_at < taken.boundary AND (end_at IS NULL OR end_at > taken.boundary)
"""
_OPEN_AT_END: LiteralString = """
taken JOIN known ON start_at < taken.boundary AND (end_at IS NULL OR end_at > taken.boundary)
"""
# What can stand in no period that is asked for, nor in one that such a period is compared with.
_WHICH: LiteralString = "f.category IN ('missing', 'away')"
_NOT_OVER: LiteralString = (
    " AND coalesce(f.end_at >= %(first)s::date - INTERVAL '14 months'"
    " OR f.started_on >= %(first)s::date - INTERVAL '14 months', true)"
)
_MONTHLY: LiteralString = ", (1, INTERVAL '1 month')"
# The end of a month is compared with the end of a month, the 28th of February with the 29th.
_SAME_END: LiteralString = """
CASE WHEN compared = 0 THEN ends.boundary ELSE
    ((date_trunc('month', ends.ends_on - apart) + INTERVAL '1 month') AT TIME ZONE 'Europe/London')
END
"""
_SAME_DAY: LiteralString = """
CASE WHEN compared = 0 THEN ends.boundary
     WHEN ends.ends_on < {today} THEN
         (((ends.ends_on - apart)::date + 1)::timestamp AT TIME ZONE 'Europe/London')
     ELSE ((ends.boundary AT TIME ZONE 'Europe/London') - apart) AT TIME ZONE 'Europe/London' END
"""


def _rows(at: Standpoint, query: ViewQuery) -> Composable:
    unit = grain(query)
    today = SQL(TODAY)
    return SQL(_ROWS).format(
        counted=counted(at, query, which=_WHICH if query.first_day is None else _WHICH + _NOT_OVER),
        open_at_ends=SQL(_OPEN_AT_MONTH_ENDS if unit else _OPEN_AT_END),
        held=at.held_as("f"),
        ends=period_ends(query),
        monthly=SQL(_MONTHLY if unit == "month" else ""),
        by_month=SQL("true" if unit == "month" else "false"),
        earlier_boundary=SQL(_SAME_END) if unit else SQL(_SAME_DAY).format(today=today),
        starts_on=starts_on(query, "day"),
        ends_on=ends_on(query, "day"),
        today=today,
    )


def _count(
    kind: LiteralString, category: LiteralString, what: LiteralString, compared: LiteralString
) -> LiteralString:
    return (
        what + " FILTER (WHERE {world} AND kind = '" + kind + "' AND category = '" + category + "'"
        " AND compared = " + compared + ")"
    )


def _given(covered: LiteralString, kind: LiteralString, value: LiteralString) -> LiteralString:
    """Return a value that is NULL unless both periods are covered."""
    return (
        "CASE WHEN bool_and(" + covered + ") FILTER (WHERE {world} AND kind = '" + kind + "')"
        " THEN " + value + " END"
    )


_EPISODES: LiteralString = "count(*)"
_CHILDREN: LiteralString = "count(DISTINCT person_id)"
_SOURCE: Final = "¶94; statutory guidance 2014"


def _figures(
    name: str,
    title: str,
    definition: str,
    *,
    kind: LiteralString,
    category: LiteralString,
    what: LiteralString,
    unit: str,
) -> tuple[Figure, ...]:
    now = _count(kind, category, what, "0")
    found = [
        Figure(name=name, title=title, definition=definition, unit=unit, source=_SOURCE, sql=now)
    ]
    apart: tuple[tuple[str, LiteralString, LiteralString, str], ...] = (
        ("year", "year_covered", "12", ""),
        ("month", "month_covered", "1", " Only by month."),
    )
    for span, covered, compared, only in apart:
        before = _count(kind, category, what, compared)
        same = f"The same figure of the same days one {span} before.{only}"
        shown: LiteralString = before
        if span == "month":
            shown = "CASE WHEN bool_or(by_month) THEN " + before + " END"
        share = "round(100.0 * (" + now + " - " + before + ") / nullif(" + before + ", 0), 1)"
        values: tuple[tuple[str, str, str, str, LiteralString], ...] = (
            (f"{name}_{span}_before", "before", same, unit, shown),
            (
                f"{name}_{span}_change",
                "change",
                f"The figure less that of one {span} before; both periods must be covered.{only}",
                unit,
                _given(covered, kind, "(" + now + " - " + before + ")"),
            ),
            (
                f"{name}_{span}_change_percent",
                "change in percent",
                f"The change in percent of the earlier figure; none if that was 0.{only}",
                "percent",
                _given(covered, kind, share),
            ),
        )
        found += [
            Figure(
                name=own,
                title=f"{title}: {one} (one {span})",
                definition=says,
                unit=its,
                source=_SOURCE,
                sql=sql,
            )
            for own, one, says, its, sql in values
        ]
    return tuple(found)


VIEWS: Final = (
    View(
        name="national-trends",
        title="Children missing from home and care: counts and trends",
        definition="Missing and away incidents by the London date of their start, the children"
        " concerned, and the episodes open at the end of each period, beside the same period a"
        " year and a month before. A change is given only where both periods are covered: the"
        " later has ended, and every publisher whose area the cell holds had declared or recorded"
        " by the first day of the earlier.",
        source=_SOURCE,
        figures=(
            *_figures(
                "incidents",
                "Missing incidents",
                "Missing episodes that started in the period.",
                kind="flow",
                category="missing",
                what=_EPISODES,
                unit="episodes",
            ),
            *_figures(
                "children",
                "Children with a missing incident",
                "Children with a missing episode that started in the period, each once.",
                kind="flow",
                category="missing",
                what=_CHILDREN,
                unit="children",
            ),
            *_figures(
                "open_episodes",
                "Open missing episodes",
                "Missing episodes open at 24:00 London on the last day of the period; now, if that"
                " has not come and neither months nor years are asked for.",
                kind="stock",
                category="missing",
                what=_EPISODES,
                unit="episodes",
            ),
            *_figures(
                "away_incidents",
                "Incidents away from placement without authorisation",
                "Away episodes that started in the period; never added to missing ones.",
                kind="flow",
                category="away",
                what=_EPISODES,
                unit="episodes",
            ),
            *_figures(
                "away_children",
                "Children away from placement without authorisation",
                "Children with an away episode that started in the period, each once.",
                kind="flow",
                category="away",
                what=_CHILDREN,
                unit="children",
            ),
        ),
        dimensions=EPISODE_DIMENSIONS,
        rows=_rows,
        day="day",
        notes=(
            "Day is compared with day; 29 February with 28 February of the next year.",
            "Children are counted once in each cell, so cells do not add up.",
            "Publishers that join between two periods are why a change may not be given.",
        ),
    ),
)
