"""The net gain of children of each authority on a day, as DfE defines it."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.views import ViewQuery
from projections.placed_children import MOMENTS, RESTRICTED_NOTE
from projections.standpoint import Standpoint
from projections.view import PERIODS, Dimension, Figure, View
from projections.views.care import CARE
from projections.views.placements import PLACEMENTS

# Who is looked after, by the care begun last; who lives where, by the placement begun last. It says
# in columns what `domain.net_gain` says of children whose places are known.
_ROWS: LiteralString = """
WITH {moments}, cared AS (
SELECT DISTINCT ON (m.world, m.label, c.person_id)
       m.world, m.label, c.person_id, c.authority, c.region,
       coalesce((SELECT split_part(changed, ' ', 2)
                   FROM unnest(string_to_array(c.status_changes, ',')) AS changed
                  WHERE to_timestamp(split_part(changed, ' ', 1)::numeric / 1000000) < boundary
                  ORDER BY split_part(changed, ' ', 1)::bigint DESC LIMIT 1),
                c.legal_status) AS legal_status
  FROM moments AS m
  JOIN projection.care_v1 AS c ON c.build = %(build)s AND c.world IN ('both', m.world)
   AND {held_care} AND c.started_at < boundary AND (c.ended_at IS NULL OR c.ended_at > boundary)
 ORDER BY m.world, m.label, c.person_id, c.started_at DESC, c.care_id DESC
), told_of AS (
SELECT DISTINCT w.world, c.person_id
  FROM projection.care_v1 AS c
  JOIN (VALUES ('decided'), ('linked')) AS w (world) ON c.world IN ('both', w.world)
 WHERE c.build = %(build)s AND {held_care}
), living AS (
SELECT DISTINCT ON (m.world, m.label, p.person_id)
       m.world, m.label, p.person_id, p.authority, p.region, p.host_authority, p.host_region, p.area
  FROM moments AS m
  JOIN projection.placements_v1 AS p ON p.build = %(build)s AND p.world IN ('both', m.world)
   AND {held_placement} AND p.started_at < boundary
   AND (p.ended_at IS NULL OR p.ended_at > boundary)
 ORDER BY m.world, m.label, p.person_id, p.started_at DESC, p.placement_id DESC
), children AS (
SELECT world, label,
       coalesce(nullif(living.authority, 'unknown'), cared.authority, 'unknown') AS authority,
       CASE WHEN living.authority <> 'unknown' THEN living.region
            ELSE coalesce(cared.region, 'unknown') END AS region, host_authority, host_region,
       coalesce(area, 'unknown') AS area
  FROM cared FULL JOIN living USING (world, label, person_id)
  LEFT JOIN told_of USING (world, person_id)
 WHERE (legal_status IS NULL OR legal_status NOT IN ('V3', 'V4'))
   AND (cared.authority IS NOT NULL OR told_of.person_id IS NULL)
)
SELECT world, label, authority, region, area AS counted_as FROM children
 UNION ALL
SELECT world, label, host_authority, host_region, 'hosted'
  FROM children WHERE area = 'out_of_area' AND host_authority <> 'unknown'
 UNION ALL
SELECT 'both', label, area, region, 'nobody'
  FROM unnest(%(areas)s::text[], %(area_regions)s::text[]) AS listed (area, region)
 CROSS JOIN {periods}
"""
_NET: Final = (
    "Over England, the net gain is what is placed outside England or at a place that is only known"
    " to be elsewhere, with a minus."
)
_SOURCE: Final = "DfE, children looked after: placements and net gain on 31 March; ¶78"
_HERE: LiteralString = "count(*) FILTER (WHERE {world} AND counted_as = 'hosted')"
_OUTSIDE: LiteralString = (
    "count(*) FILTER (WHERE {world} AND counted_as IN ('out_of_area', 'outside_england'))"
)


def _rows(at: Standpoint, _query: ViewQuery) -> Composable:
    return SQL(_ROWS).format(
        moments=SQL(MOMENTS),
        periods=SQL(PERIODS),
        held_care=at.held_as("c"),
        held_placement=at.held_as("p"),
    )


def _figure(name: str, title: str, definition: str, sql: LiteralString) -> Figure:
    return Figure(
        name=name, title=title, definition=definition, unit="children", source=_SOURCE, sql=sql
    )


def _part(name: str, title: str, definition: str, which: LiteralString) -> Figure:
    sql: LiteralString = "count(*) FILTER (WHERE {world} AND " + which + ")"
    return _figure(name, title, definition, sql)


_FIGURES: Final = (
    _figure(
        "placed_here",
        "Children who are the responsibility of other authorities, placed within the boundary",
        "Children looked after on the day for whom another authority is responsible, and who are"
        " placed in this one.",
        _HERE,
    ),
    _figure(
        "placed_outside",
        "Children who are the responsibility of this authority, placed outside the boundary",
        "Children looked after on the day for whom this authority is responsible, and who are"
        " placed outside it, in England or not.",
        _OUTSIDE,
    ),
    _figure(
        "net_gain",
        "Net gain of children by responsible authority",
        "Children placed within the boundary by others, less those placed outside it.",
        _HERE + " - " + _OUTSIDE,
    ),
    _part(
        "placed_outside_england",
        "Of those placed outside: outside England",
        "Children placed outside England; no authority of England gains them.",
        "counted_as = 'outside_england'",
    ),
    _part(
        "placed_inside",
        "Children placed inside the boundary of the responsible authority",
        "Children looked after on the day who are placed in the authority responsible for them.",
        "counted_as = 'in_area'",
    ),
    _part(
        "place_unknown",
        "Children whose place is not known",
        "Children looked after on the day of whom no placement, or not its place, is recorded;"
        " neither within nor outside.",
        "counted_as = 'unknown'",
    ),
    _part(
        "place_restricted",
        "Children in protected placements",
        "Children looked after on the day whose place must not be told; neither within nor"
        " outside.",
        "counted_as = 'restricted'",
    ),
    _part(
        "looked_after",
        "Children looked after on the day",
        "All children for whom the authority is responsible: inside, outside, unknown, protected.",
        "counted_as NOT IN ('hosted', 'nobody')",
    ),
)

VIEWS: Final = (
    View(
        name="net-gain",
        title="Net gain of children by responsible authority",
        definition="Children looked after at 24:00 London on the last day of the period, without"
        " those in series of short breaks (legal status V3 or V4), by who is responsible and"
        " where they are placed. Ask for a period that ends on 31 March for DfE's figures. Those"
        " of a region and of England are the sums of their authorities'.",
        source=_SOURCE,
        figures=_FIGURES,
        dimensions=(
            Dimension(
                name="authority",
                text="The authority that gains or loses; unknown: who is responsible is not known.",
                sql="authority",
            ),
            Dimension(name="region", text="Region of the authority.", sql="region"),
        ),
        relations=(CARE, PLACEMENTS),
        rows=_rows,
        notes=(
            RESTRICTED_NOTE,
            _NET,
        ),
    ),
)
