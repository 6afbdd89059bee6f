"""What publishers declared, sent and left out: silence is not zero."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.views import ViewQuery
from projections.relation import About, Column, Relation
from projections.standpoint import Standpoint
from projections.streams import RANGED, ranged
from projections.view import Dimension, Figure, View

_STATED: LiteralString = """
CREATE OR REPLACE TEMP TABLE declarations_v1_stated AS
WITH told AS (
SELECT position, publisher, {standing} AS standing,
       from_json(state, '{"own_id":"VARCHAR","from_date":"VARCHAR","to_date":"VARCHAR",
           "rows":"BIGINT"}') AS e
  FROM told_records WHERE topic = 'period-declared'
), running AS (
SELECT e.own_id AS own_id, position,
       arg_max(struct_pack(publisher := publisher, e := e), standing)
           OVER (PARTITION BY e.own_id ORDER BY position
                 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS s
  FROM told
)
SELECT own_id, position,
       struct_pack(publisher := s.publisher, from_date := CAST(s.e.from_date AS DATE),
                   to_date := CAST(s.e.to_date AS DATE), rows_sent := s.e.rows) AS stated
  FROM running
"""

DECLARATIONS: Final = Relation(
    name="declarations_v1",
    columns=(
        *RANGED,
        Column(name="publisher", type="text"),
        Column(name="from_date", type="date"),
        Column(name="to_date", type="date"),
        Column(name="rows_sent", type="bigint"),
    ),
    key=("own_id", "held_from"),
    about=About.STREAMS,
    owner="own_id",
    topics=("period-declared",),
    steps=ranged("declarations_v1", _STATED),
    rows="""
SELECT own_id, held_from, held_until, publisher, from_date, to_date, rows_sent
  FROM declarations_v1_ranges ORDER BY own_id, held_from
""",
    indexes=(("publisher",),),
)

# Three kinds of row: every publisher and month; every declared period, by its last day; findings.
# What the hub has not kept for the past stands only in answers as of now.
_ROWS: LiteralString = """
WITH bounds AS (
    SELECT date_trunc('month', coalesce(%(first)s::date,
               (SELECT min(from_date) FROM projection.declarations_v1 d
                 WHERE d.build = %(build)s AND {held_d}),
               (SELECT min(started_on) FROM projection.episode_facts_v1 f
                 WHERE f.build = %(build)s AND {held_f}))::timestamp) AS first,
           least(%(last)s::date, (%(now)s::timestamptz AT TIME ZONE 'Europe/London')::date) AS last
), declared AS (
    SELECT d.publisher, range_agg(daterange(d.from_date, d.to_date, '[]')) AS days
      FROM projection.declarations_v1 d
     WHERE d.build = %(build)s AND {held_d}
     GROUP BY d.publisher
), whom AS (
    SELECT publisher FROM unnest(%(publishers)s::text[]) AS p (publisher)
     UNION
    SELECT publisher FROM declared
), months AS (
    SELECT publisher, month::date AS month, (month + INTERVAL '1 month')::date AS next_month
      FROM whom CROSS JOIN bounds,
           generate_series(bounds.first, bounds.last::timestamp, INTERVAL '1 month') AS m (month)
), heard AS (
    SELECT publisher, month, bool_or(type = 'episode-reported') AS reports,
           bool_or(starts_with(type, 'return-interview-')) AS interviews
      FROM projection.publisher_tallies_v1
     WHERE build = %(build)s AND {current} AND starts_with(what, 'delay:')
     GROUP BY publisher, month
), stood AS (
    SELECT m.publisher, m.month,
           coalesce(d.days @> daterange(m.month, m.next_month), false) AS whole,
           coalesce(d.days && daterange(m.month, m.next_month), false) AS part,
           CASE WHEN {current} THEN coalesce(h.reports, false) END AS reports,
           CASE WHEN {current} THEN coalesce(h.interviews, false) END AS interviews
      FROM months m
      LEFT JOIN declared d USING (publisher)
      LEFT JOIN heard h ON h.publisher = m.publisher AND h.month = to_char(m.month, 'YYYY-MM')
), told AS (
    SELECT publisher, 'month' AS what,
           greatest(month, coalesce(%(first)s::date, month)) AS day, whole, part,
           reports, interviews, NULL::bigint AS declared_rows, NULL::bigint AS received_rows,
           'none' AS code, NULL AS about
      FROM stood
     UNION ALL
    SELECT d.publisher, 'period', d.to_date, NULL, NULL, NULL, NULL, d.rows_sent,
           CASE WHEN {current} THEN (
               SELECT coalesce(sum(s.messages), 0)::bigint FROM projection.sent_v1 s
                WHERE s.build = %(build)s AND s.publisher = d.publisher
                  AND s.day BETWEEN d.from_date AND d.to_date) END, 'none', NULL
      FROM projection.declarations_v1 d
     WHERE d.build = %(build)s AND {held_d}
     UNION ALL
    SELECT publisher, 'finding',
           greatest((month || '-01')::date, coalesce(%(first)s::date, (month || '-01')::date)),
           NULL, NULL, NULL, NULL, NULL, NULL, code,
           concat_ws(' ', publisher, code, coalesce(episode_id::text, position::text))
      FROM projection.findings_v1
     WHERE build = %(build)s AND {current}
       AND (true_from IS NULL OR true_from <= %(now)s::timestamptz)
       AND (true_until IS NULL OR %(now)s::timestamptz < true_until)
)
SELECT 'both' AS world, t.*,
       CASE WHEN starts_with(t.publisher, 'la-') THEN 'local-authority' ELSE 'police-force' END
           AS kind,
       coalesce(substring(t.publisher FROM '^la-(.*)$'), 'none') AS authority,
       coalesce(a.region, 'none') AS region,
       CASE WHEN whole THEN 'full' WHEN part THEN 'partial' WHEN what = 'month' THEN 'none'
            ELSE 'not-a-month' END AS declared
  FROM told t
  LEFT JOIN unnest(%(areas)s::text[], %(area_regions)s::text[]) AS a (authority, region)
    ON t.publisher = 'la-' || a.authority
"""


def _rows(at: Standpoint, query: ViewQuery) -> Composable:
    del query
    return SQL(_ROWS).format(
        held_d=at.held_as("d"),
        held_f=at.held_as("f"),
        current=SQL("true" if at.current else "false"),
    )


def _months(condition: LiteralString) -> LiteralString:
    return "count(*) FILTER (WHERE {world} AND what = 'month' AND " + condition + ")"


def _kept(column: LiteralString, condition: LiteralString) -> LiteralString:
    """Return a count of months that is NULL where nothing was kept to tell it by."""
    return "CASE WHEN count(" + column + ") > 0 THEN " + _months(condition) + " END"


def _figure(
    name: str, title: str, definition: str, unit: str, sql: LiteralString, source: str = "ours"
) -> Figure:
    return Figure(name=name, title=title, definition=definition, unit=unit, source=source, sql=sql)


_DEFINITIONS = "definitions, coverage"
VIEWS: Final = (
    View(
        name="coverage",
        title="What publishers declared, sent and left out",
        definition=(
            "Every publisher of the register and every month of the period: declared complete or"
            " not, heard or silent; rows declared beside messages received; findings by rule."
        ),
        source="M1, ¶91-92; definitions, coverage",
        figures=(
            _figure(
                "months",
                "Months of publishers",
                "Publishers of the register times the months of the period.",
                "months",
                _months("true"),
            ),
            _figure(
                "months_declared",
                "Months declared complete",
                "Months that declared periods cover whole, between them.",
                "months",
                _months("whole"),
                _DEFINITIONS,
            ),
            _figure(
                "months_partial",
                "Months declared in part",
                "Months of which declared periods cover some days.",
                "months",
                _months("part AND NOT whole"),
                _DEFINITIONS,
            ),
            _figure(
                "months_undeclared_heard",
                "Months not declared, with reports",
                "Months declared at most in part, in which the publisher reported an episode.",
                "months",
                _kept("reports", "NOT whole AND reports"),
            ),
            _figure(
                "months_silent",
                "Silent months",
                "Months not declared and without any report: unknown, and not zero.",
                "months",
                _kept("reports", "NOT part AND NOT reports"),
                _DEFINITIONS,
            ),
            _figure(
                "months_with_interviews",
                "Months that can feed return interviews",
                "Months in which the publisher told of return interviews, held or not.",
                "months",
                _kept("interviews", "interviews"),
                "definitions, return interview: SSDA903 alone cannot feed it",
            ),
            _figure(
                "rows_declared",
                "Rows declared",
                "Rows that declared periods say were sent; a period stands by its last day.",
                "rows",
                "sum(declared_rows) FILTER (WHERE {world})",
                _DEFINITIONS,
            ),
            _figure(
                "rows_received",
                "Rows received",
                "Messages accepted that were recorded in those periods.",
                "rows",
                "sum(received_rows) FILTER (WHERE {world})",
                _DEFINITIONS,
            ),
            _figure(
                "findings",
                "Findings",
                "Records to which findings of data quality point that hold, by rule.",
                "findings",
                "count(DISTINCT about) FILTER (WHERE {world})",
                "¶91-93",
            ),
        ),
        dimensions=(
            Dimension(name="publisher", text="Identifier, as la-330.", sql="publisher"),
            Dimension(name="kind", text="local-authority, police-force.", sql="kind"),
            Dimension(name="authority", text="Three-digit number, or none.", sql="authority"),
            Dimension(name="region", text="Region of the authority, GSS code.", sql="region"),
            Dimension(
                name="declared",
                text="Of a month: full, partial, none; not-a-month for the other rows.",
                sql="declared",
            ),
            Dimension(name="code", text="Code of a finding; none for other rows.", sql="code"),
        ),
        relations=(DECLARATIONS,),
        rows=_rows,
        day="day",
        notes=(
            "Silence is not zero: a month without declaration and reports is unknown.",
            "What was received, heard and found is told as of now only, what was declared always.",
        ),
    ),
)
RELATIONS: Final = (DECLARATIONS,)
