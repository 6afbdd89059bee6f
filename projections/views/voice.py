"""Whether children are asked for their views, and what becomes of them."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.views import ViewQuery
from projections.relation import About, Column, Relation
from projections.standpoint import Standpoint
from projections.view import Dimension, Figure, View
from projections.whose import KEY, STANDING, WHOSE, told_of_children

# The same words told twice by one publisher are one; nothing takes them back.
_STATED: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE views_v1_stated AS
WITH told AS (
SELECT position, topic, publisher, """
    + STANDING
    + """ AS standing,
       from_json(state, '{"subject_id":"VARCHAR","sought":"VARCHAR","recorded":"VARCHAR",
           "used":"VARCHAR","setting":"VARCHAR","used_in":"VARCHAR"}') AS e
  FROM told_records
 WHERE topic IN ('views-sought', 'views-recorded', 'views-used')
), each_told AS (
SELECT e.subject_id AS subject_id, position, publisher,
       CASE topic WHEN 'views-sought' THEN 'asked' WHEN 'views-recorded' THEN 'recorded'
            ELSE 'used' END AS step,
       coalesce(e.sought, e.recorded, e.used) AS told_when,
       coalesce(e.setting, 'not-stated') AS setting,
       coalesce(e.used_in, 'not-stated') AS used_in
  FROM told
)
SELECT subject_id, concat_ws('|', publisher, step, setting, used_in, told_when) AS own,
       min(position) AS position,
       struct_pack(publisher := publisher, step := step, setting := setting, used_in := used_in,
                   told_at := earliest(told_when), told_until := latest(told_when),
                   told_on := day_of(told_when)) AS stated
  FROM each_told
 GROUP BY subject_id, publisher, step, setting, used_in, told_when
"""
)

# own: publisher, step, setting, use and time, which is all that is told.
VIEWS_TOLD: Final = Relation(
    name="views_v1",
    columns=(
        *WHOSE,
        Column(name="publisher", type="text"),
        Column(name="step", type="text"),
        Column(name="setting", type="text"),
        Column(name="used_in", type="text"),
        Column(name="told_at", type="timestamptz"),
        Column(name="told_until", type="timestamptz"),
        Column(name="told_on", type="date"),
    ),
    key=KEY,
    about=About.CHILDREN,
    owner="subject_id",
    topics=("views-sought", "views-recorded", "views-used"),
    alone=True,
    steps=(_STATED, told_of_children("views_v1")),
    rows="""
SELECT subject_id, own, world, held_from, held_until, person_id, sex, stated.publisher,
       stated.step, stated.setting, stated.used_in, stated.told_at, stated.told_until,
       stated.told_on
  FROM views_v1_ranges ORDER BY subject_id, own, world, held_from
""",
    indexes=(("person_id",), ("told_on",)),
)

# Beside what was told of views, every missing episode, by the day on which it ended: was the child
# heard, by anybody, from its start until thirty days after its end or until the child went again?
_ROWS: LiteralString = """
WITH worlds (world) AS (VALUES ('decided'), ('linked')),
own_areas AS (
    SELECT 'la-' || authority AS publisher, authority, region
      FROM unnest(%(areas)s::text[], %(area_regions)s::text[]) AS a (authority, region)
), told AS (
    SELECT w.world, v.person_id, v.step, v.setting, v.used_in, v.sex, v.told_at, v.told_until,
           v.told_on, coalesce(o.authority, 'none') AS authority,
           coalesce(o.region, 'none') AS region
      FROM worlds w JOIN projection.views_v1 v ON v.world IN ('both', w.world)
      LEFT JOIN own_areas o USING (publisher)
     WHERE v.build = %(build)s AND {held_v}
), absences AS (
    SELECT w.world, f.person_id, f.fact_id, f.sex, f.authority, f.region, f.start_at, f.end_at,
           f.findings,
           least(lead(f.start_at) OVER (PARTITION BY w.world, f.person_id
                                            ORDER BY f.start_at, f.fact_id),
                 f.end_at + INTERVAL '30 days') AS until
      FROM worlds w JOIN projection.episode_facts_v1 f ON f.world IN ('both', w.world)
     WHERE f.build = %(build)s AND f.source = %(source)s AND f.category = 'missing'
       AND f.age_band <> '18+' AND {held_f}
), heard AS (
    SELECT DISTINCT a.world, a.fact_id
      FROM absences a JOIN told t ON t.world = a.world AND t.person_id = a.person_id
     WHERE t.step <> 'used' AND t.told_until >= a.start_at AND t.told_at < a.until
)
SELECT world, person_id, step, setting, used_in, sex, authority, region, told_on AS day,
       false AS heard, '' AS findings
  FROM told
 UNION ALL
SELECT a.world, a.person_id, 'absence', 'not-stated', 'not-stated', a.sex, a.authority, a.region,
       (a.end_at AT TIME ZONE 'Europe/London')::date, h.fact_id IS NOT NULL, a.findings
  FROM absences a LEFT JOIN heard h ON h.world = a.world AND h.fact_id = a.fact_id
 WHERE a.end_at IS NOT NULL
"""


def _rows(at: Standpoint, query: ViewQuery) -> Composable:
    del query
    return SQL(_ROWS).format(held_v=at.held_as("v"), held_f=at.held_as("f"))


def _times(step: LiteralString) -> LiteralString:
    return "count(*) FILTER (WHERE {world} AND step = '" + step + "')"


def _children(step: LiteralString) -> LiteralString:
    return "count(DISTINCT person_id) FILTER (WHERE {world} AND step = '" + step + "')"


_ABSENCES: LiteralString = "count(*) FILTER (WHERE {world} AND step = 'absence')"
_HEARD: LiteralString = "count(*) FILTER (WHERE {world} AND heard)"


def _figure(
    name: str, title: str, definition: str, sql: LiteralString, *, unit: str = "children"
) -> Figure:
    return Figure(
        name=name, title=title, definition=definition, unit=unit, source="¶34, 95, 114", sql=sql
    )


VIEWS: Final = (
    View(
        name="childrens-views",
        title="Children's views: asked for, recorded, used",
        definition=(
            "How often children were asked for their views, in which setting, whether the views"
            " were put on record, and what they were used in; and after how many missing episodes"
            " a child was heard at all."
        ),
        source="¶34, 95, 114",
        figures=(
            _figure(
                "asked",
                "Times that children were asked",
                "Occasions in the period on which a child was asked for its views.",
                _times("asked"),
                unit="occasions",
            ),
            _figure(
                "recorded",
                "Times that views were recorded",
                "Occasions in the period on which a child's views were put on record.",
                _times("recorded"),
                unit="occasions",
            ),
            _figure(
                "used",
                "Times that views were used",
                "Occasions in the period on which a child's views were used in a plan.",
                _times("used"),
                unit="occasions",
            ),
            _figure(
                "children_asked",
                "Children asked",
                "Children asked at least once in the period.",
                _children("asked"),
            ),
            _figure(
                "children_recorded",
                "Children whose views were recorded",
                "Children whose views were recorded at least once in the period.",
                _children("recorded"),
            ),
            _figure(
                "children_used",
                "Children whose views were used",
                "Children whose views were used at least once in the period.",
                _children("used"),
            ),
            _figure(
                "absences",
                "Missing episodes that ended",
                "Missing episodes that ended in the period.",
                _ABSENCES,
                unit="episodes",
            ),
            _figure(
                "absences_heard",
                "Of these, episodes after which the child was heard",
                "Views sought or recorded from the start of the episode until thirty days after"
                " its end, or until the child's next missing episode (ours).",
                _HEARD,
                unit="episodes",
            ),
            _figure(
                "heard_share",
                "Share of episodes after which the child was heard",
                "Episodes heard as a percentage of those that ended, to one decimal.",
                "round(100.0 * " + _HEARD + " / nullif(" + _ABSENCES + ", 0), 1)",
                unit="percent",
            ),
        ),
        dimensions=(
            Dimension(
                name="setting",
                text="Where a child was asked or heard; not-stated for use and episodes.",
                sql="setting",
            ),
            Dimension(
                name="use",
                text="What views were used in; not-stated for all but use.",
                sql="used_in",
            ),
            Dimension(
                name="authority",
                text="Authority that asked or used; none: others did. Of an episode: its own.",
                sql="authority",
            ),
            Dimension(name="region", text="Region of the authority, GSS code.", sql="region"),
            Dimension(name="sex", text="F, M, U.", sql="sex"),
        ),
        relations=(VIEWS_TOLD,),
        rows=_rows,
        day="day",
        has_findings=True,
        notes=(
            "Asking, recording and using are told apart and not added.",
            "Children are counted once in each cell and once in each total.",
        ),
    ),
)
RELATIONS: Final = (VIEWS_TOLD,)
