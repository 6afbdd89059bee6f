"""Reports on missing children presented to boards, and the boards that were given none."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.views import ViewQuery
from projections.relation import About, Column, Relation
from projections.standpoint import Standpoint
from projections.streams import RANGED, ranged
from projections.view import Dimension, Figure, View

_STATED: LiteralString = """
CREATE OR REPLACE TEMP TABLE board_reports_v1_stated AS
WITH told AS (
SELECT position, publisher, {standing} AS standing,
       from_json(state, '{"own_id":"VARCHAR","board":"VARCHAR","presented":"VARCHAR",
           "from_date":"VARCHAR","to_date":"VARCHAR"}') AS e
  FROM told_records WHERE topic = 'board-report-presented'
), running AS (
SELECT e.own_id AS own_id, position,
       arg_max(struct_pack(publisher := publisher, board := e.board, presented := e.presented,
                           from_date := e.from_date, to_date := e.to_date), standing)
           OVER (PARTITION BY e.own_id ORDER BY position
                 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS s
  FROM told
)
SELECT own_id, position,
       struct_pack(publisher := s.publisher, board := s.board,
                   presented_on := day_of(s.presented), from_date := CAST(s.from_date AS DATE),
                   to_date := CAST(s.to_date AS DATE)) AS stated
  FROM running
"""

REPORTS: Final = Relation(
    name="board_reports_v1",
    columns=(
        *RANGED,
        Column(name="publisher", type="text"),
        Column(name="board", type="text"),
        Column(name="presented_on", type="date"),
        Column(name="from_date", type="date"),
        Column(name="to_date", type="date"),
    ),
    key=("own_id", "held_from"),
    about=About.STREAMS,
    owner="own_id",
    topics=("board-report-presented",),
    steps=ranged("board_reports_v1", _STATED),
    rows="""
SELECT own_id, held_from, held_until, publisher, board, presented_on, from_date, to_date
  FROM board_reports_v1_ranges ORDER BY own_id, held_from
""",
)

# A row for every authority and board, and one for every report presented in the period.
_ROWS: LiteralString = """
WITH bounds AS (
    SELECT coalesce(%(first)s::date, DATE '0001-01-01') AS first,
           least(%(last)s::date, (%(now)s::timestamptz AT TIME ZONE 'Europe/London')::date) AS last
), expected AS (
    SELECT authority, region, board
      FROM unnest(%(areas)s::text[], %(area_regions)s::text[]) AS a (authority, region),
           unnest(ARRAY['safeguarding-partnership', 'corporate-parenting-board',
                        'senior-managers', 'elected-members']) AS b (board)
), reports AS (
    SELECT r.own_id, coalesce(substring(r.publisher FROM '^la-(.*)$'), 'none') AS authority,
           coalesce(a.region, 'none') AS region, r.board, r.presented_on, r.from_date, r.to_date
      FROM projection.board_reports_v1 r
      LEFT JOIN unnest(%(areas)s::text[], %(area_regions)s::text[]) AS a (authority, region)
        ON r.publisher = 'la-' || a.authority
     WHERE r.build = %(build)s AND {held_r}
), told AS (
    SELECT r.* FROM reports r, bounds WHERE presented_on BETWEEN first AND last
), given AS (
    SELECT authority, board, count(*) AS times, max(presented_on) AS last_on
      FROM told GROUP BY authority, board
)
SELECT 'both' AS world, e.authority, e.region, e.board,
       CASE WHEN g.times IS NULL THEN 'no' ELSE 'yes' END AS given, bounds.last AS day,
       e.authority || ' ' || e.board AS pair, NULL::uuid AS own_id, NULL::int AS covered_days,
       NULL::int AS age_days, bounds.last - g.last_on AS since_days
  FROM expected e CROSS JOIN bounds LEFT JOIN given g USING (authority, board)
 WHERE bounds.last IS NOT NULL
 UNION ALL
SELECT 'both', t.authority, t.region, t.board, 'yes', t.presented_on,
       NULL, t.own_id, t.to_date - t.from_date + 1, t.presented_on - t.to_date, NULL
  FROM told t
"""


def _rows(at: Standpoint, query: ViewQuery) -> Composable:
    del query
    return SQL(_ROWS).format(held_r=at.held_as("r"))


_PAIRS: LiteralString = "count(pair) FILTER (WHERE {world})"
_WITHOUT: LiteralString = "count(pair) FILTER (WHERE {world} AND given = 'no')"


def _figure(name: str, title: str, definition: str, unit: str, sql: LiteralString) -> Figure:
    return Figure(name=name, title=title, definition=definition, unit=unit, source="¶89", sql=sql)


VIEWS: Final = (
    View(
        name="reports-presented",
        title="Reports on missing children presented to boards",
        definition=(
            "For every authority of the register and every board: whether a report on missing"
            " children was presented in the period, how often, how long a time it covered, and how"
            " old it was."
        ),
        source="¶89: in four of ten authorities, the corporate parenting board had received none",
        figures=(
            _figure(
                "boards",
                "Boards that should be told",
                "Authorities of the register times the boards; none is a gap.",
                "boards",
                _PAIRS,
            ),
            _figure(
                "boards_told",
                "Boards told",
                "Boards to which a report was presented in the period.",
                "boards",
                "count(pair) FILTER (WHERE {world} AND given = 'yes')",
            ),
            _figure(
                "boards_not_told",
                "Boards told nothing",
                "Boards to which no report was presented in the period.",
                "boards",
                _WITHOUT,
            ),
            _figure(
                "not_told_share",
                "Share of boards told nothing",
                "A percentage of the boards, to one decimal.",
                "percent",
                "round(100.0 * " + _WITHOUT + " / nullif(" + _PAIRS + ", 0), 1)",
            ),
            _figure(
                "reports",
                "Reports presented",
                "Reports presented in the period.",
                "reports",
                "count(own_id) FILTER (WHERE {world})",
            ),
            _figure(
                "covered_days",
                "Days covered by a report",
                "Median length of the period that a report covers, both days inside.",
                "days",
                "percentile_cont(0.5) WITHIN GROUP (ORDER BY covered_days) FILTER (WHERE {world})",
            ),
            _figure(
                "age_days",
                "Age of a report when presented",
                "Median of the days from the end of what a report covers to its presentation.",
                "days",
                "percentile_cont(0.5) WITHIN GROUP (ORDER BY age_days) FILTER (WHERE {world})",
            ),
            _figure(
                "since_days",
                "Days since the last report",
                "Most days from the last report to a board until the period's end; None: none was.",
                "days",
                "max(since_days) FILTER (WHERE {world})",
            ),
        ),
        dimensions=(
            Dimension(name="authority", text="Authority that presented.", sql="authority"),
            Dimension(name="region", text="Region of the authority, GSS code.", sql="region"),
            Dimension(
                name="board",
                text=(
                    "safeguarding-partnership, corporate-parenting-board, senior-managers,"
                    " elected-members."
                ),
                sql="board",
            ),
            Dimension(name="told", text="Whether any report was presented: yes, no.", sql="given"),
        ),
        relations=(REPORTS,),
        rows=_rows,
        day="day",
        notes=(
            "Only reports that publishers told the hub of; a report not told of counts as none.",
            "By month or year, boards stand in the last one asked for, reports in their own.",
        ),
    ),
)
RELATIONS: Final = (REPORTS,)
