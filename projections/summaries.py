"""Incidents and children of each area and month, as they stand: what is asked most, kept ready.

A child counts once in an area's month, so how many episodes it has there is kept as well, and the
children of the area's month change when that number leaves 0 or comes back to it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composed, Identifier

CHILD_MONTHS: Final[LiteralString] = "child_months_v1"
AREA_MONTHS: Final[LiteralString] = "area_months_v1"
_CHILD_COLUMNS: LiteralString = (
    "source, category, month, region, authority, person_id, episodes, if_linked"
)
_AREA_COLUMNS: LiteralString = (
    "source, category, month, region, authority, episodes, if_linked, children, children_if_linked"
)
SUMMARY_VIEWS: tuple[tuple[LiteralString, LiteralString], ...] = (
    (CHILD_MONTHS, _CHILD_COLUMNS),
    (AREA_MONTHS, _AREA_COLUMNS),
)
# What a fact counts towards: the columns of a fact, and that it is a child's.
CELL: Final = ("source", "category", "month", "region", "authority", "person_id")
ADULT: Final = "18+"

_CHANGE: LiteralString = """
WITH changed AS (
INSERT INTO projection.child_months_v1 AS c
    (build, source, category, month, region, authority, person_id, episodes, if_linked)
SELECT %(build)s, * FROM unnest(%(source)s::text[], %(category)s::text[], %(month)s::text[],
    %(region)s::text[], %(authority)s::text[], %(person_id)s::uuid[], %(episodes)s::bigint[],
    %(if_linked)s::bigint[])
ON CONFLICT (build, source, category, month, authority, person_id)
DO UPDATE SET episodes = c.episodes + excluded.episodes,
              if_linked = c.if_linked + excluded.if_linked
RETURNING new.source, new.category, new.month, new.region, new.authority,
          new.episodes AS episodes, coalesce(old.episodes, 0) AS before,
          new.if_linked AS if_linked, coalesce(old.if_linked, 0) AS before_if_linked
)
INSERT INTO projection.area_months_v1 AS a (build, source, category, month, region, authority,
    episodes, if_linked, children, children_if_linked)
SELECT %(build)s, source, category, month, region, authority,
       sum(episodes - before), sum(if_linked - before_if_linked),
       sum((episodes > 0)::int - (before > 0)::int),
       sum((if_linked > 0)::int - (before_if_linked > 0)::int)
  FROM changed GROUP BY source, category, month, region, authority
ON CONFLICT (build, source, category, month, authority)
DO UPDATE SET episodes = a.episodes + excluded.episodes,
              if_linked = a.if_linked + excluded.if_linked,
              children = a.children + excluded.children,
              children_if_linked = a.children_if_linked + excluded.children_if_linked
"""
_DROP_CHILDREN: LiteralString = """
DELETE FROM projection.child_months_v1
 WHERE build = %(build)s AND person_id = ANY(%(person_id)s::uuid[])
   AND source = ANY(%(source)s) AND category = ANY(%(category)s) AND month = ANY(%(month)s)
   AND authority = ANY(%(authority)s) AND episodes = 0 AND if_linked = 0
"""
_DROP_AREAS: LiteralString = """
DELETE FROM projection.area_months_v1
 WHERE build = %(build)s AND month = ANY(%(month)s) AND authority = ANY(%(authority)s)
   AND source = ANY(%(source)s) AND category = ANY(%(category)s)
   AND episodes = 0 AND if_linked = 0
"""
_FILL_CHILDREN: LiteralString = """
INSERT INTO projection.{children}
    (source, category, month, region, authority, person_id, episodes, if_linked)
SELECT source, category, month, region, authority, person_id,
       count(*) FILTER (WHERE world <> 'linked'), count(*) FILTER (WHERE world <> 'decided')
  FROM projection.{facts}
 WHERE held_until IS NULL AND age_band <> '18+'
 GROUP BY source, category, month, region, authority, person_id
"""
_FILL_AREAS: LiteralString = """
INSERT INTO projection.{areas} (source, category, month, region, authority, episodes, if_linked,
    children, children_if_linked)
SELECT source, category, month, region, authority, sum(episodes), sum(if_linked),
       count(*) FILTER (WHERE episodes > 0), count(*) FILTER (WHERE if_linked > 0)
  FROM projection.{children}
 GROUP BY source, category, month, region, authority
"""


def fill_statements(*, facts: str, children: str, areas: str) -> tuple[Composed, ...]:
    """Return what fills empty tables of a build from its facts, given the names of its tables."""
    names = {
        "facts": Identifier(facts),
        "children": Identifier(children),
        "areas": Identifier(areas),
    }
    return tuple(SQL(each).format(**names) for each in (_FILL_CHILDREN, _FILL_AREAS))


def change_summaries(
    connection: Connection[TupleRow],
    build: int,
    *,
    gone: Iterable[Mapping[str, object]],
    come: Iterable[Mapping[str, object]],
) -> None:
    """Change the summaries by the facts that hold no longer and those that hold now."""
    decided: Counter[tuple[object, ...]] = Counter()
    linked: Counter[tuple[object, ...]] = Counter()
    for facts, sign in ((gone, -1), (come, 1)):
        for fact in facts:
            if fact["held_until"] is None and fact["age_band"] != ADULT:
                cell = tuple(fact[name] for name in CELL)
                decided[cell] += sign * (fact["world"] != "linked")
                linked[cell] += sign * (fact["world"] != "decided")
    moved = [cell for cell in decided if decided[cell] or linked[cell]]
    if not moved:
        return
    values: dict[str, object] = {name: [cell[at] for cell in moved] for at, name in enumerate(CELL)}
    values |= {
        "build": build,
        "episodes": [decided[cell] for cell in moved],
        "if_linked": [linked[cell] for cell in moved],
    }
    connection.execute(_CHANGE, values)
    if any(decided[cell] < 0 or linked[cell] < 0 for cell in moved):
        connection.execute(_DROP_CHILDREN, values)
        connection.execute(_DROP_AREAS, values)
