"""The placements of children, and who went missing from them, period by period.

Views of a stock select from it: each of their periods has an end, at which the stock is taken, and
a beginning, from which episodes and placements are counted.
"""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composed

from domain.views import ViewQuery
from projections.counted_episodes import EPISODE_DIMENSIONS, named
from projections.standpoint import Standpoint
from projections.view import PERIODS, Dimension, Figure

# Each period in each world, since who is one child differs between them. A period asked for by no
# month or year has no label, and begins with the range; a month or year cut by the range, too.
MOMENTS: Final[LiteralString] = (
    """
moments AS (
SELECT w.world, label, boundary,
       coalesce(greatest(%(first)s::date,
                         CASE length(label) WHEN 7 THEN to_date(label, 'YYYY-MM')
                                            WHEN 4 THEN make_date(label::int - 1, 4, 1) END),
                '-infinity')::timestamp AT TIME ZONE 'Europe/London' AS begins_at
  FROM (VALUES ('decided'), ('linked')) AS w (world) CROSS JOIN """
    + PERIODS
    + ")"
)

# Whether a child was looked after; one whose care nobody told of is, while a placement lasts.
# An episode belongs to the placement that covers its start; of several, to the one begun last.
_ROWS: LiteralString = (
    "WITH "
    + MOMENTS
    + """, cared AS (
SELECT m.world, m.label, c.person_id,
       bool_or(c.started_at < boundary AND (c.ended_at IS NULL OR c.ended_at > boundary))
           AS at_the_end,
       bool_or(c.started_at < boundary AND (c.ended_at IS NULL OR c.ended_at > begins_at))
           AS in_the_period
  FROM moments AS m
  JOIN projection.care_v1 AS c ON c.build = %(build)s AND c.world IN ('both', m.world)
   AND {held_care}
 GROUP BY m.world, m.label, c.person_id
), stays AS (
SELECT m.world, m.label, p.person_id, p.placement_id, p.authority, p.region, p.host_authority,
       p.host_region, p.area, p.placement_type, p.provider, p.provider_urn, p.out_of_area_reason,
       p.started_at >= begins_at AS begun,
       (p.ended_at IS NULL OR p.ended_at > boundary) AND coalesce(at_the_end, true) AS lasting,
       p.started_at, count(*) OVER (PARTITION BY m.world, m.label, p.person_id) AS of_child
  FROM moments AS m
  JOIN projection.placements_v1 AS p ON p.build = %(build)s AND p.world IN ('both', m.world)
   AND {held_placement} AND p.started_at < boundary
   AND (p.ended_at IS NULL OR p.ended_at > begins_at)
  LEFT JOIN cared ON cared.world = m.world AND cared.label = m.label
   AND cared.person_id = p.person_id
 WHERE coalesce(in_the_period, true)
), placed_episodes AS (
SELECT DISTINCT ON (m.world, m.label, f.fact_id)
       m.world, m.label, f.fact_id, p.placement_id
  FROM moments AS m
  JOIN projection.episode_facts_v1 AS f ON f.build = %(build)s AND f.source = %(source)s
   AND f.category = 'missing' AND f.age_band <> '18+' AND f.world IN ('both', m.world)
   AND {held_fact} AND f.start_at >= begins_at AND f.start_at < boundary
  JOIN projection.placements_v1 AS p ON p.build = %(build)s AND p.world IN ('both', m.world)
   AND {held_placement} AND p.person_id = f.person_id AND p.started_at <= f.start_at
   AND (p.ended_at IS NULL OR f.start_at < p.ended_at)
 ORDER BY m.world, m.label, f.fact_id, p.started_at DESC, p.placement_id DESC
), missing AS (
SELECT world, label, placement_id, count(*) AS incidents FROM placed_episodes GROUP BY 1, 2, 3
)
SELECT stays.*, coalesce(incidents, 0) AS incidents,
       lasting AND row_number() OVER (PARTITION BY stays.world, stays.label, person_id
           ORDER BY lasting DESC, started_at DESC, placement_id DESC) = 1 AS at_the_end
  FROM stays LEFT JOIN missing USING (world, label, placement_id)
"""
)
_ONLY: LiteralString = "SELECT * FROM ({rows}) AS placed WHERE {which}"

PLACED_DIMENSIONS: Final = (
    Dimension(
        name="authority",
        text="Responsible authority: that which placed the child; three-digit number.",
        sql="authority",
    ),
    Dimension(name="region", text="Region of the responsible authority.", sql="region"),
    Dimension(
        name="host_authority",
        text="Authority in which the child is placed; restricted: the place is protected.",
        sql="host_authority",
    ),
    Dimension(name="host_region", text="Region of the host authority.", sql="host_region"),
    Dimension(
        name="placed_in",
        text="in_area, out_of_area, outside_england, unknown, restricted (not told).",
        sql="area",
    ),
    Dimension(name="placement_type", text="Placement, in groups.", sql="placement_type"),
    Dimension(
        name="provider", text="Kind of provider, SSDA903 code.", sql="coalesce(provider, 'unknown')"
    ),
    Dimension(
        name="reason",
        text="Why the placement is out of the area.",
        sql="coalesce(out_of_area_reason, 'unknown')",
    ),
)
# The force that reported a child of a protected placement would tell where that is.
LIVED_DIMENSIONS: Final = (
    *(each for each in EPISODE_DIMENSIONS if each.name != "force"),
    Dimension(
        name="force",
        text="Police force that reported, by ONS code; none: no force did; restricted: it would"
        " tell where a protected placement is.",
        sql="CASE WHEN host_authority = 'restricted' THEN 'restricted' ELSE force END",
    ),
)
RESTRICTED_NOTE: Final = (
    "Where a protected placement is, nobody learns: its host is `restricted`, and whether it is in"
    " the area is not told (¶82)."
)
_CHILDREN: LiteralString = "count(DISTINCT person_id) FILTER (WHERE {world})"
_MISSING: LiteralString = "count(DISTINCT person_id) FILTER (WHERE {world} AND incidents > 0)"
_INCIDENTS: LiteralString = "coalesce(sum(incidents) FILTER (WHERE {world}), 0)"

_SOURCE: Final = "¶78, 92"


def placed_figure(
    name: str,
    title: str,
    definition: str,
    sql: LiteralString,
    *,
    unit: str = "children",
    source: str = _SOURCE,
) -> Figure:
    """Return a figure about placed children."""
    return Figure(name=name, title=title, definition=definition, unit=unit, source=source, sql=sql)


PLACED_FIGURES: Final = (
    placed_figure(
        "children_at_the_end",
        "Children placed at the end of the period",
        "Children in such a placement at 24:00 London on the last day of the period; a child in"
        " several placements stands in the one begun last.",
        "count(DISTINCT person_id) FILTER (WHERE {world} AND at_the_end)",
    ),
    placed_figure(
        "children",
        "Children placed in the period",
        "Children in such a placement at any time of the period.",
        _CHILDREN,
    ),
    placed_figure(
        "placements_begun",
        "Placements begun",
        "Such placements that began in the period.",
        "count(*) FILTER (WHERE {world} AND begun)",
        unit="placements",
    ),
    placed_figure(
        "children_missing",
        "Children who went missing",
        "Children with a missing episode in the period that started while they were so placed.",
        _MISSING,
    ),
    placed_figure(
        "incidents",
        "Missing incidents",
        "Missing episodes in the period that started while the child was so placed.",
        _INCIDENTS,
        unit="episodes",
    ),
    placed_figure(
        "missing_rate",
        "Share of children who went missing",
        "Children who went missing from such a placement in percent of the children so placed in"
        " the period.",
        "round(100.0 * " + _MISSING + " / nullif(" + _CHILDREN + ", 0), 1)",
        unit="percent of the children placed in the period",
    ),
    placed_figure(
        "incidents_per_child",
        "Missing incidents per child who went missing",
        "Missing incidents divided by the children who went missing, to two decimals.",
        "round(" + _INCIDENTS + " / nullif(" + _MISSING + ", 0), 2)",
        unit="episodes per child",
    ),
)


def placed(at: Standpoint, which: LiteralString = "true") -> Composed:
    """Return the SQL of the placements of each period, with the incidents from each.

    which: a condition over its columns.
    """
    rows = SQL(_ROWS).format(
        held_care=at.held_as("c"), held_placement=at.held_as("p"), held_fact=at.held_as("f")
    )
    return SQL(_ONLY).format(rows=rows, which=SQL(which))


def elsewhere(query: ViewQuery, sure: LiteralString, *, shown_by: frozenset[str]) -> LiteralString:
    """Return the condition of placements that are elsewhere.

    Those of which it is not told are left out, unless the answer shows them apart by one of some
    dimensions. sure: the values of `area` that are meant, as SQL.
    """
    if named(query) & shown_by:
        return "area IN (" + sure + ", 'restricted')"
    return "area IN (" + sure + ")"
