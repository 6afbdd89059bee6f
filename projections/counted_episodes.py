"""The episodes that count, as views about incidents and about children select them."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composed

from domain.measures import DIMENSIONS
from domain.views import ViewQuery
from projections.standpoint import Standpoint
from projections.view import Dimension

# Rows hold in one world or in both; a reader that looks along a child's episodes needs each world
# apart, since the episodes before one differ between them.
_COUNTED: LiteralString = """
SELECT {world} AS world, f.fact_id, f.person_id, f.category, f.start_at, f.started_on, f.end_at,
       f.end_reason, f.authority, f.host_authority, f.region, f.force, f.age_band, f.sex,
       f.placement_type, f.looked_after, f.findings, f.reporting_year
  FROM projection.episode_facts_v1 AS f {worlds}
 WHERE f.build = %(build)s AND f.source = %(source)s AND f.age_band <> '18+' AND {held}
   AND {inside} AND {which}
"""
_WORLDS: LiteralString = (
    "JOIN (VALUES ('decided'), ('linked')) AS w (world) ON f.world IN ('both', w.world)"
)
_AREAS: Final = frozenset({"authority", "region"})
MISSING: Final[LiteralString] = "f.category = 'missing'"

_TEXTS: Final = DIMENSIONS
EPISODE_DIMENSIONS: Final = (
    Dimension(name="authority", text=_TEXTS["authority"], sql="authority"),
    Dimension(name="host_authority", text=_TEXTS["host_authority"], sql="host_authority"),
    Dimension(name="region", text=_TEXTS["region"], sql="region"),
    Dimension(name="force", text=_TEXTS["force"], sql="force"),
    Dimension(name="age_band", text=_TEXTS["age_band"], sql="age_band"),
    Dimension(name="sex", text=_TEXTS["sex"], sql="sex"),
    Dimension(name="placement_type", text=_TEXTS["placement_type"], sql="placement_type"),
    Dimension(name="looked_after", text=_TEXTS["looked_after"], sql="looked_after"),
)


def counted(
    at: Standpoint,
    query: ViewQuery,
    *,
    which: LiteralString = MISSING,
    everywhere: bool = False,
    apart: bool = False,
) -> Composed:
    """Return the SQL of the episodes that count, each with its world.

    which: a condition over the facts, `f`. everywhere: with those outside England, which are left
    out unless the answer shows areas apart. apart: `both` becomes a row for each world.
    """
    return SQL(_COUNTED).format(
        world=SQL("w.world" if apart else "f.world"),
        worlds=SQL(_WORLDS if apart else ""),
        held=at.held_as("f"),
        inside=SQL("true" if everywhere else inside(query, "f.region")),
        which=SQL(which),
    )


def inside(query: ViewQuery, region: LiteralString = "region") -> LiteralString:
    """Return the condition that leaves out what is outside England, unless it is shown apart."""
    if _AREAS.intersection(named(query)):
        return "true"
    return region + " <> 'outside'"


def named(query: ViewQuery) -> frozenset[str]:
    """Return the dimensions that a question names, to be told apart or to choose by."""
    return frozenset((*query.by, *(name for name, _ in query.where)))
