"""What rates are divided by: children in care and children who live in an area, by period."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable, Composed

from domain.views import ViewQuery
from projections.counted_episodes import inside, named
from projections.standpoint import Standpoint

# Rows of the sub-groups' columns, for the spans of an answer. Care in an agreed series of short
# breaks (V3, V4) is left out, as DfE leaves it out.
_IN_CARE: LiteralString = """
SELECT w.world, which.kind, care.person_id, 1, NULL::integer, spans.starts_on, care.authority,
       'unknown', care.region, 'none', 'unknown', care.sex, 'unknown', 'yes', {unaccompanied}, ''
  FROM spans
  JOIN projection.care_v1 AS care
    ON care.started_on <= spans.until_on
   AND (care.ended_on IS NULL OR care.ended_on >= spans.starts_on)
  JOIN (VALUES ('decided'), ('linked')) AS w (world) ON care.world IN ('both', w.world)
 CROSS JOIN (VALUES ('during'), ('on_day')) AS which (kind)
 WHERE care.build = %(build)s AND {held} AND {inside}
   AND care.legal_status IS DISTINCT FROM 'V3' AND care.legal_status IS DISTINCT FROM 'V4'
   AND (which.kind = 'during' OR care.ended_on IS NULL OR care.ended_on > spans.until_on)
"""
_PLACED: LiteralString = """
SELECT w.world, which.kind, care.person_id, 1, NULL::integer, spans.starts_on, care.authority,
       care.host_authority, care.region, 'none', 'unknown', 'U', care.placement_type, 'yes',
       {unaccompanied}, ''
  FROM spans
  JOIN projection.placements_v1 AS care
    ON care.started_on <= spans.until_on
   AND (care.ended_on IS NULL OR care.ended_on >= spans.starts_on)
  JOIN (VALUES ('decided'), ('linked')) AS w (world) ON care.world IN ('both', w.world)
 CROSS JOIN (VALUES ('during'), ('on_day')) AS which (kind)
 WHERE care.build = %(build)s AND {held} AND {inside}
   AND (which.kind = 'during' OR care.ended_on IS NULL OR care.ended_on > spans.until_on)
"""
# The estimate of 30 June in a reporting year, for periods that lie in that one.
_POPULATION: LiteralString = """
SELECT 'both', 'population', NULL::uuid, p.children, p.year, spans.starts_on, p.authority,
       'unknown', p.region, 'none', p.age_band, p.sex, 'unknown', 'unknown', 'not_asked', ''
  FROM spans
  JOIN projection.populations AS p
    ON p.year = extract(year FROM spans.starts_on - INTERVAL '3 months')
   AND p.year = extract(year FROM spans.until_on - INTERVAL '3 months')
 WHERE {held} AND {known}
"""
_UNACCOMPANIED: LiteralString = """
CASE WHEN EXISTS (
    SELECT FROM projection.concerns_v1 AS c
     WHERE c.build = %(build)s AND {held} AND c.concern = 'unaccompanied-asylum-seeking'
       AND c.person_id = {of}.person_id AND c.world IN ('both', {world}.world)
       AND coalesce(c.raised_on <= {last}, true) AND coalesce(c.closed_on >= {first}, true))
     THEN 'yes' ELSE 'not_recorded' END
"""
_UNKNOWN_OF_CARE: Final = frozenset({"host_authority", "force", "age_band", "placement_type"})
_UNKNOWN_OF_PLACEMENTS: Final = frozenset({"force", "age_band", "sex"})
_UNKNOWN_OF_POPULATION: Final = frozenset(
    {"host_authority", "force", "placement_type", "looked_after", "unaccompanied"}
)


def denominators(at: Standpoint, query: ViewQuery) -> list[Composed]:
    """Return the SQL of each denominator that is known by all that is asked, from `spans`."""
    names = named(query)
    parts: dict[str, Composable] = {
        "held": at.held_as("care"),
        "inside": SQL(inside(query, "care.region")),
        "unaccompanied": unaccompanied(
            at, query, "care", "w", first="spans.starts_on", last="spans.until_on"
        ),
    }
    people = SQL("false" if _UNKNOWN_OF_POPULATION & names else "true")
    found = [SQL(_POPULATION).format(held=at.held_as("p"), known=people)]
    if not _UNKNOWN_OF_CARE & names:
        found.append(SQL(_IN_CARE).format(**parts))
    elif not _UNKNOWN_OF_PLACEMENTS & names:
        found.append(SQL(_PLACED).format(**parts))
    return found


def unaccompanied(
    at: Standpoint,
    query: ViewQuery,
    of: LiteralString,
    world: LiteralString | None = None,
    *,
    first: LiteralString,
    last: LiteralString,
) -> Composable:
    """Return the SQL that says whether a person is recorded as unaccompanied between two days.

    of: the alias that has the person; world: that which has the world, if it is another. Nothing
    is looked up unless it is asked for.
    """
    if "unaccompanied" not in named(query):
        return SQL("'not_asked'")
    return SQL(_UNACCOMPANIED).format(
        held=at.held_as("c"),
        of=SQL(of),
        world=SQL(world or of),
        first=SQL(first),
        last=SQL(last),
    )
