"""Quarterly returns that placement providers send to authorities, and the quarters without one."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.periods import DAYS_UNTIL_CLOSED
from domain.views import ViewQuery
from projections.relation import About, Column, Relation
from projections.standpoint import Standpoint
from projections.streams import RANGED, ranged
from projections.view import Dimension, Figure, View

_STATED: LiteralString = """
CREATE OR REPLACE TEMP TABLE provider_returns_v1_stated AS
WITH told AS (
SELECT position, publisher, {standing} AS standing,
       from_json(state, '{"own_id":"VARCHAR","provider_urn":"VARCHAR","from_date":"VARCHAR",
           "to_date":"VARCHAR","missing_episodes":"INTEGER","away_episodes":"INTEGER",
           "received":"VARCHAR"}') AS e
  FROM told_records WHERE topic = 'provider-return-received'
), running AS (
SELECT e.own_id AS own_id, position,
       arg_max(struct_pack(publisher := publisher, e := e), standing)
           OVER (PARTITION BY e.own_id ORDER BY position
                 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS s
  FROM told
)
SELECT own_id, position,
       struct_pack(publisher := s.publisher, provider_urn := s.e.provider_urn,
                   from_date := CAST(s.e.from_date AS DATE), to_date := CAST(s.e.to_date AS DATE),
                   missing_episodes := s.e.missing_episodes, away_episodes := s.e.away_episodes,
                   received_on := day_of(s.e.received)) AS stated
  FROM running
"""

RETURNS: Final = Relation(
    name="provider_returns_v1",
    columns=(
        *RANGED,
        Column(name="publisher", type="text"),
        Column(name="provider_urn", type="text"),
        Column(name="from_date", type="date"),
        Column(name="to_date", type="date"),
        Column(name="missing_episodes", type="integer"),
        Column(name="away_episodes", type="integer", required=False),
        Column(name="received_on", type="date"),
    ),
    key=("own_id", "held_from"),
    about=About.STREAMS,
    owner="own_id",
    topics=("provider-return-received",),
    steps=ranged("provider_returns_v1", _STATED),
    rows="""
SELECT own_id, held_from, held_until, publisher, provider_urn, from_date, to_date,
       missing_episodes, away_episodes, received_on
  FROM provider_returns_v1_ranges ORDER BY own_id, held_from
""",
)

# A return belongs to the quarter in which its last day lies. A provider that sent one owes one for
# every later quarter, once the quarter has closed.
_ROWS: LiteralString = """
WITH returns AS (
    SELECT r.own_id, r.publisher, r.provider_urn, r.to_date, r.missing_episodes, r.away_episodes,
           r.received_on, date_trunc('quarter', r.to_date::timestamp) AS quarter
      FROM projection.provider_returns_v1 r
     WHERE r.build = %(build)s AND {held_r}
), firsts AS (
    SELECT publisher, provider_urn, min(quarter) AS first FROM returns GROUP BY 1, 2
), owed AS (
    SELECT publisher, provider_urn, quarter
      FROM firsts, generate_series(first, %(now)s::timestamptz AT TIME ZONE 'Europe/London',
                                   INTERVAL '3 months') AS q (quarter)
     WHERE quarter + INTERVAL '3 months' + {closing}
           <= %(now)s::timestamptz AT TIME ZONE 'Europe/London'
     UNION
    SELECT publisher, provider_urn, quarter FROM returns
)
SELECT 'both' AS world, coalesce(substring(o.publisher FROM '^la-(.*)$'), 'none') AS authority,
       o.provider_urn, to_char(o.quarter, 'YYYY-"Q"Q') AS quarter,
       (o.quarter + INTERVAL '3 months - 1 day')::date AS day,
       o.publisher || ' ' || o.provider_urn || ' ' || o.quarter AS owed, r.own_id,
       r.missing_episodes, r.away_episodes, r.received_on - r.to_date AS late_days
  FROM owed o LEFT JOIN returns r USING (publisher, provider_urn, quarter)
"""


def _rows(at: Standpoint, query: ViewQuery) -> Composable:
    del query
    return SQL(_ROWS).format(
        held_r=at.held_as("r"), closing=SQL("make_interval(days => {})").format(DAYS_UNTIL_CLOSED)
    )


_OWED: LiteralString = "count(DISTINCT owed) FILTER (WHERE {world})"
_SENT: LiteralString = "count(DISTINCT owed) FILTER (WHERE {world} AND own_id IS NOT NULL)"


def _figure(name: str, title: str, definition: str, unit: str, sql: LiteralString) -> Figure:
    return Figure(name=name, title=title, definition=definition, unit=unit, source="¶81", sql=sql)


VIEWS: Final = (
    View(
        name="provider-returns",
        title="Quarterly returns of placement providers",
        definition=(
            "What providers of placements returned to authorities, quarter by quarter from their"
            " first return, and the quarters for which there is none."
        ),
        source="¶81",
        figures=(
            _figure(
                "quarters",
                "Quarters owed",
                "Calendar quarters from a provider's first return to an authority, closed or"
                " returned.",
                "quarters",
                _OWED,
            ),
            _figure("returned", "Quarters returned", "Quarters with a return.", "quarters", _SENT),
            _figure(
                "not_returned",
                "Quarters without a return",
                "Closed quarters without a return, after the provider's first.",
                "quarters",
                _OWED + " - " + _SENT,
            ),
            _figure(
                "missing_episodes",
                "Missing episodes returned",
                "Missing episodes that the returns state, added up; not compared with records.",
                "episodes",
                "sum(missing_episodes) FILTER (WHERE {world})",
            ),
            _figure(
                "away_episodes",
                "Away episodes returned",
                "Away episodes that the returns state, added up.",
                "episodes",
                "sum(away_episodes) FILTER (WHERE {world})",
            ),
            _figure(
                "late_days",
                "Days until a return arrived",
                "Median of the days from the end of what a return covers to its arrival.",
                "days",
                "percentile_cont(0.5) WITHIN GROUP (ORDER BY late_days) FILTER (WHERE {world})",
            ),
        ),
        dimensions=(
            Dimension(name="authority", text="Authority that was sent it.", sql="authority"),
            Dimension(name="provider", text="Ofsted's unique reference.", sql="provider_urn"),
            Dimension(name="quarter", text="Calendar quarter, as 2026-Q1.", sql="quarter"),
        ),
        relations=(RETURNS,),
        rows=_rows,
        day="day",
        restricted=True,
        notes=("A provider that never sent a return is not here: no publisher names it.",),
    ),
)
RELATIONS: Final = (RETURNS,)
