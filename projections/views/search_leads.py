"""Who is responsible for looking for a child: home, host or police, and since when (¶79)."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.views import ViewQuery
from projections.counted_episodes import counted
from projections.placed_children import LIVED_DIMENSIONS
from projections.relation import About, Column, Relation, versions
from projections.standpoint import Standpoint
from projections.view import Dimension, Figure, View
from projections.views.care import STANDING
from projections.views.members import MEMBERS

_TOPICS: Final = ("search-lead-offered", "search-lead-accepted", "search-lead-handed-over")

_TOLD: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE search_leads_v1_said AS
WITH told AS (
SELECT position, """
    + STANDING
    + """ AS standing,
       from_json(state, '{"episode_id":"VARCHAR","lead":"VARCHAR","to_lead":"VARCHAR",
           "offered":"VARCHAR","accepted":"VARCHAR","handed_over":"VARCHAR"}') AS e
  FROM told_records
 WHERE topic IN ('search-lead-offered', 'search-lead-accepted', 'search-lead-handed-over')
), running AS (
SELECT e.episode_id AS episode_id, position,
       min(earliest(e.offered)) OVER so_far AS offered_at,
       min(earliest(coalesce(e.accepted, e.handed_over))) OVER so_far AS led_at,
       arg_max(struct_pack(lead := coalesce(e.to_lead, e.lead),
                           since := earliest(coalesce(e.accepted, e.handed_over))),
               struct_pack(a := earliest(coalesce(e.accepted, e.handed_over)), b := standing))
           FILTER (e.offered IS NULL) OVER so_far AS latest,
       bool_or(e.handed_over IS NOT NULL) OVER so_far AS handed_over
  FROM told
WINDOW so_far AS (PARTITION BY e.episode_id ORDER BY position
                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT episode_id, position,
       struct_pack(offered_at := offered_at, led_at := led_at, lead := latest.lead,
                   lead_at := latest.since, handed_over := handed_over) AS value
  FROM running
"""
)
_RANGES: LiteralString = "CREATE OR REPLACE TEMP TABLE search_leads_v1_ranges AS " + versions(
    "search_leads_v1_said", "episode_id", "value"
)

# offered_at, led_at: when somebody was first asked to lead the search, and first took the lead.
# lead, lead_at: the publisher that leads it by the latest word, and since when.
SEARCH_LEADS: Final = Relation(
    name="search_leads_v1",
    columns=(
        Column(name="episode_id", type="uuid"),
        Column(name="held_from", type="bigint"),
        Column(name="held_until", type="bigint", required=False),
        Column(name="offered_at", type="timestamptz", required=False),
        Column(name="led_at", type="timestamptz", required=False),
        Column(name="lead", type="text", required=False),
        Column(name="lead_at", type="timestamptz", required=False),
        Column(name="handed_over", type="boolean"),
    ),
    key=("episode_id", "held_from"),
    about=About.EPISODES,
    owner="episode_id",
    topics=_TOPICS,
    alone=True,
    steps=(_TOLD, _RANGES),
    rows="""
SELECT episode_id, held_from, held_until, offered_at, led_at, lead, lead_at, handed_over
  FROM search_leads_v1_ranges ORDER BY episode_id, held_from
""",
)

# What any account of an episode tells of its search counts for the episode.
_ROWS: LiteralString = """
WITH counted AS ({counted}), accounts AS (
SELECT m.national_id AS fact_id, m.episode_id, w.world
  FROM projection.members_v1 AS m
  JOIN (VALUES ('decided'), ('linked')) AS w (world) ON m.world IN ('both', w.world)
 WHERE m.build = %(build)s AND {held_member} AND %(source)s = 'national'
 UNION ALL
SELECT s.episode_id, s.episode_id, w.world
  FROM projection.search_leads_v1 AS s CROSS JOIN (VALUES ('decided'), ('linked')) AS w (world)
 WHERE s.build = %(build)s AND {held_lead} AND %(source)s <> 'national'
), led AS (
SELECT accounts.fact_id, accounts.world, min(s.offered_at) AS offered_at, min(s.led_at) AS led_at,
       (array_agg(s.lead ORDER BY s.lead_at DESC NULLS LAST, s.episode_id))[1] AS lead,
       bool_or(s.handed_over) AS handed_over
  FROM accounts
  JOIN projection.search_leads_v1 AS s ON s.build = %(build)s AND {held_lead}
   AND s.episode_id = accounts.episode_id
 GROUP BY accounts.fact_id, accounts.world
)
SELECT counted.*, offered_at, coalesce(handed_over, false) AS handed_over,
       CASE WHEN lead IS NULL AND offered_at IS NULL THEN 'none'
            WHEN lead IS NULL THEN 'offered_only'
            WHEN lead LIKE 'pf-%%' THEN 'police'
            WHEN lead = 'la-' || authority THEN 'home'
            WHEN lead = 'la-' || host_authority THEN 'host'
            ELSE 'other' END AS led_by,
       extract(epoch FROM led_at - start_at) / 3600 AS hours,
       CASE WHEN looked_after <> 'yes' THEN 'not_looked_after'
            WHEN host_authority = 'restricted' THEN 'restricted'
            WHEN host_authority IN ('NIR', 'SCO', 'WAL') THEN 'outside_england'
            WHEN 'unknown' IN (host_authority, authority) THEN 'unknown'
            WHEN host_authority = authority THEN 'in_area' ELSE 'out_of_area' END AS placed_in
  FROM counted LEFT JOIN led USING (fact_id, world)
"""
_SOURCE: Final = "¶79"
_ALL: LiteralString = "count(*) FILTER (WHERE {world})"


def _rows(at: Standpoint, query: ViewQuery) -> Composable:
    return SQL(_ROWS).format(
        counted=counted(at, query, apart=True),
        held_member=at.held_as("m"),
        held_lead=at.held_as("s"),
    )


def _figure(
    name: str, title: str, definition: str, sql: LiteralString, unit: str = "episodes"
) -> Figure:
    return Figure(name=name, title=title, definition=definition, unit=unit, source=_SOURCE, sql=sql)


def _led_by(name: str, title: str, definition: str, which: LiteralString) -> Figure:
    sql: LiteralString = "count(*) FILTER (WHERE {world} AND " + which + ")"
    return _figure(name, title, definition, sql)


_FIGURES: Final = (
    _figure("episodes", "Missing episodes", "Missing episodes that started in the period.", _ALL),
    _led_by(
        "led_by_home",
        "Search led by the responsible authority",
        "Such episodes whose search the responsible authority leads, by the latest word.",
        "led_by = 'home'",
    ),
    _led_by(
        "led_by_host",
        "Search led by the host authority",
        "Such episodes whose search the authority in which the child lived leads.",
        "led_by = 'host'",
    ),
    _led_by(
        "led_by_police",
        "Search led by the police",
        "Such episodes whose search a police force leads.",
        "led_by = 'police'",
    ),
    _led_by(
        "led_by_other",
        "Search led by another authority",
        "Such episodes whose search an authority leads that is neither responsible nor host, or"
        " of which that is not told.",
        "led_by = 'other'",
    ),
    _led_by(
        "offered_only",
        "Lead offered and not accepted",
        "Such episodes whose lead was offered, and that nobody took.",
        "led_by = 'offered_only'",
    ),
    _led_by(
        "no_lead",
        "No lead recorded",
        "Such episodes of which nobody recorded who leads the search: the ownership gap.",
        "led_by = 'none'",
    ),
    _figure(
        "gap_share",
        "Share of episodes that nobody leads",
        "Episodes without a lead, or with one only offered, in percent of the episodes.",
        "round(100.0 * count(*) FILTER (WHERE {world} AND led_by IN ('none', 'offered_only'))"
        " / nullif(" + _ALL + ", 0), 1)",
        "percent of the episodes",
    ),
    _led_by(
        "handed_over",
        "Lead handed over",
        "Such episodes whose lead went from one publisher to another.",
        "handed_over",
    ),
    _figure(
        "median_hours",
        "Hours until somebody led the search",
        "Median of the hours from the start of the episode until somebody first took the lead, to"
        " one decimal; episodes that nobody led are left out.",
        "round((percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FILTER (WHERE {world}))"
        "::numeric, 1)",
        "hours",
    ),
)

VIEWS: Final = (
    View(
        name="search-lead",
        title="Who looks for the child",
        definition="Missing episodes by who is responsible for the search, and how long it took"
        " until somebody was.",
        source=_SOURCE,
        figures=_FIGURES,
        dimensions=(
            *LIVED_DIMENSIONS,
            Dimension(
                name="led_by",
                text="home, host, police, other, offered_only (nobody accepted), none (no record).",
                sql="led_by",
            ),
            Dimension(
                name="placed_in",
                text="in_area, out_of_area, outside_england, unknown, restricted,"
                " not_looked_after.",
                sql="placed_in",
            ),
        ),
        relations=(MEMBERS, SEARCH_LEADS),
        rows=_rows,
        day="started_on",
        has_findings=True,
        notes=("No record is no proof that nobody looked: it is what could not be shown.",),
    ),
)
RELATIONS: Final = (SEARCH_LEADS,)
