"""What is known of local programmes, of the months of areas, and of the children who took part."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composable

from domain.interventions import Known, Programme
from domain.views import ViewQuery
from projections.standpoint import Standpoint

_PROGRAMMES: LiteralString = """
SELECT own_id, programme, area, started_on, ended_on
  FROM projection.programmes_v1 WHERE build = %(build)s AND {held}
 ORDER BY started_on, own_id
"""
_COUNTED: LiteralString = """
SELECT authority, (extract(year FROM started_on) * 12 + extract(month FROM started_on) - 1)::int,
       count(*)
  FROM projection.episode_facts_v1
 WHERE build = %(build)s AND source = %(source)s AND category = 'missing' AND age_band <> '18+'
   AND world <> 'linked' AND {held}
 GROUP BY 1, 2 ORDER BY 1, 2
"""
# A declared month without an episode is zero; any other is unknown.
_DECLARED: LiteralString = """
WITH said AS (
    SELECT publisher, range_agg(daterange(from_date, to_date, '[]')) AS days
      FROM projection.declarations_v1
     WHERE build = %(build)s AND starts_with(publisher, 'la-') AND {held}
     GROUP BY publisher
)
SELECT substr(publisher, 4), (extract(year FROM m) * 12 + extract(month FROM m) - 1)::int
  FROM said,
       generate_series(date_trunc('month', lower(days)::timestamp),
                       upper(days)::timestamp, INTERVAL '1 month') AS s (m)
 WHERE days @> daterange(m::date, (m + INTERVAL '1 month')::date)
 ORDER BY 1, 2
"""
# Only children who joined 90 days ago or more can be known not to have gone missing in 90 days.
_CHILDREN: LiteralString = """
WITH joined AS (
    SELECT c.own, c.person_id, min(c.joined_until) AS joined_until, min(c.joined_on) AS joined_on
      FROM projection.programme_children_v1 c
     WHERE c.build = %(build)s AND c.world <> 'linked' AND {held_c}
     GROUP BY c.own, c.person_id
), followed AS (
    SELECT j.*, (j.joined_on + 91)::timestamp AT TIME ZONE 'Europe/London' AS until FROM joined j
), again AS (
    SELECT DISTINCT j.own, j.person_id
      FROM followed j JOIN projection.episode_facts_v1 f
        ON f.person_id = j.person_id AND f.start_at >= j.joined_until AND f.start_at < j.until
     WHERE f.build = %(build)s AND f.source = %(source)s AND f.category = 'missing'
       AND f.age_band <> '18+' AND f.world <> 'linked' AND {held_f}
)
SELECT own, count(*), count(*) FILTER (WHERE until <= %(now)s),
       count(*) FILTER (WHERE until <= %(now)s AND again.own IS NULL)
  FROM followed LEFT JOIN again USING (own, person_id)
 GROUP BY own ORDER BY own
"""


@dataclass(frozen=True, kw_only=True)
class Participants:
    """Children who joined; of these, who did 90 days ago or more; of these, who stayed."""

    joined: int = 0
    followed: int = 0
    not_missing: int = 0


def programmes(connection: Connection[TupleRow], at: Standpoint) -> tuple[Programme, ...]:
    """Return the programmes as they stood, by their start."""
    return tuple(
        Programme(programme_id=own, kind=kind, area=area, started_on=started, ended_on=ended)
        for own, kind, area, started, ended in _asked(connection, _PROGRAMMES, at, held=at.held)
    )


def known_months(connection: Connection[TupleRow], at: Standpoint, query: ViewQuery) -> Known:
    """Return the missing episodes of each area and month: heard of, or declared complete."""
    known: dict[str, dict[int, int]] = defaultdict(dict)
    for area, month in _asked(connection, _DECLARED, at, held=at.held):
        known[area][month] = 0
    source = query.source.value
    for area, month, episodes in _asked(connection, _COUNTED, at, source, held=at.held):
        known[area][month] = episodes
    return known


def participants(
    connection: Connection[TupleRow], at: Standpoint, query: ViewQuery
) -> Mapping[str, Participants]:
    """Return, by programme, the children who took part and whether they went missing again."""
    source, held_c, held_f = query.source.value, at.held_as("c"), at.held_as("f")
    found = _asked(connection, _CHILDREN, at, source, held_c=held_c, held_f=held_f)
    return {
        own: Participants(joined=joined, followed=followed, not_missing=stayed)
        for own, joined, followed, stayed in found
    }


def _asked(
    connection: Connection[TupleRow],
    statement: LiteralString,
    at: Standpoint,
    source: str = "",
    **held: Composable,
) -> list[TupleRow]:
    values = {"build": at.build, "position": at.position, "now": at.time, "source": source}
    return connection.execute(SQL(statement).format(**held), values).fetchall()
