"""The true figures of authorities for DfE's official table, from what authorities recorded.

A child is one child of an authority, as in its return. Children who are only looked after in a
series of short breaks (legal status V3 or V4) are left out, as DfE leaves them out. Where a
protected placement is, is not known here, so it is neither placed in nor out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL

from domain.errors import RebuildNeededError
from domain.geography import Authority
from domain.official import Absence, Absences, Tally
from domain.periods import ReportingYear
from projections.relation import Relation
from projections.standpoint import Standpoint, stand
from projections.views.care import CARE
from projections.views.placements import PLACEMENTS

NEEDED: Final[tuple[Relation, ...]] = (CARE, PLACEMENTS)

_LOOKED_AFTER: LiteralString = """
SELECT c.authority, count(DISTINCT c.person_id)
  FROM projection.care_v1 AS c
 WHERE c.build = %(build)s AND {held} AND c.world <> 'linked'
   AND coalesce(c.legal_status, '') NOT IN ('V3', 'V4')
   AND c.started_on <= %(last)s AND (c.ended_on IS NULL OR c.ended_on >= %(first)s)
 GROUP BY c.authority ORDER BY c.authority
"""
_ABSENCES: LiteralString = """
WITH of_child AS (
SELECT f.authority, f.category, f.person_id,
       count(*) FILTER (WHERE f.started_on >= %(first)s) AS incidents,
       bool_or(f.end_at IS NULL OR f.end_at > %(boundary)s) AS still_open
  FROM projection.episode_facts_v1 AS f
 WHERE f.build = %(build)s AND {held} AND f.world <> 'linked' AND f.source = 'authority'
   AND f.category IN ('missing', 'away') AND f.looked_after = 'yes' AND f.age_band <> '18+'
   AND f.started_on <= %(last)s
   AND (f.started_on >= %(first)s OR f.end_at IS NULL OR f.end_at > %(boundary)s)
 GROUP BY f.authority, f.category, f.person_id
)
SELECT authority, category, count(*) FILTER (WHERE incidents > 0), sum(incidents)::bigint,
       count(*) FILTER (WHERE incidents > 1), count(*) FILTER (WHERE still_open)
  FROM of_child GROUP BY authority, category ORDER BY authority, category
"""
# A child of two authorities is placed by each; the latest of an authority's placements holds.
_PLACED: LiteralString = """
WITH looked_after AS (
SELECT DISTINCT c.authority, c.person_id
  FROM projection.care_v1 AS c
 WHERE c.build = %(build)s AND {care_held} AND c.world <> 'linked'
   AND coalesce(c.legal_status, '') NOT IN ('V3', 'V4')
   AND c.started_on <= %(last)s AND (c.ended_on IS NULL OR c.ended_on > %(last)s)
), placed AS (
SELECT DISTINCT ON (p.authority, p.person_id) p.authority, p.host_authority, p.area
  FROM projection.placements_v1 AS p
  JOIN looked_after USING (authority, person_id)
 WHERE p.build = %(build)s AND {held} AND p.world <> 'linked'
   AND p.started_on <= %(last)s AND (p.ended_on IS NULL OR p.ended_on > %(last)s)
 ORDER BY p.authority, p.person_id, p.started_at DESC, p.placement_id
)
SELECT authority, 'out' AS way, count(*) FROM placed
 WHERE area IN ('out_of_area', 'outside_england') GROUP BY authority
UNION ALL
SELECT host_authority, 'in', count(*) FROM placed
 WHERE area = 'out_of_area' AND host_authority <> 'unknown' GROUP BY host_authority
 ORDER BY 1, 2
"""
_DECLARED: LiteralString = """
SELECT DISTINCT publisher FROM projection.declared_periods_v1
 WHERE build = %(build)s AND position <= %(position)s
   AND from_date <= %(last)s AND to_date >= %(first)s
 ORDER BY publisher
"""


@dataclass(frozen=True, kw_only=True)
class OfficialFigures:
    """True figures of authorities by number, and where they stand; who is silent has none."""

    year: ReportingYear
    tallies: Mapping[str, Tally]
    position: int
    time: datetime | None
    definition_version: str


class OfficialView:
    """Answers questions for the figures of the official table."""

    def __init__(self, authorities: Iterable[Authority]) -> None:
        """Take every authority, current or abolished."""
        self._authorities = tuple(authorities)

    def figures(
        self, connection: Connection[TupleRow], year: ReportingYear, as_of: int | date | None
    ) -> OfficialFigures:
        """Return the figures of a reporting year; give a connection that reads one snapshot.

        Raises UsageError if the ledger does not cover the position or date, RebuildNeededError if
        the views were built without care and placements.
        """
        at = stand(connection, as_of)
        _refuse_lacking(at)
        values = {
            "build": at.build,
            "position": at.position,
            "first": year.starts_on,
            "last": year.ends_on,
            "boundary": year.ends_at,
        }
        found = _Found(connection, at, values)
        tallies = {each.number: found.tally(each) for each in self._authorities}
        return OfficialFigures(
            year=year,
            tallies={number: tally for number, tally in tallies.items() if tally != Tally()},
            position=at.position,
            time=at.time,
            definition_version=at.version,
        )


class _Found:
    """What the views hold of a year, by authority."""

    def __init__(
        self, connection: Connection[TupleRow], at: Standpoint, values: Mapping[str, object]
    ) -> None:
        cared = SQL(_LOOKED_AFTER).format(held=at.held_as("c"))
        absent = SQL(_ABSENCES).format(held=at.held_as("f"))
        placed = SQL(_PLACED).format(held=at.held_as("p"), care_held=at.held_as("c"))
        self._cared = {
            str(authority): int(number) for authority, number in connection.execute(cared, values)
        }
        self._absent = {
            (str(authority), str(category)): Absences(
                children=children, incidents=incidents, repeat=repeat, still_open=still_open
            )
            for authority, category, children, incidents, repeat, still_open in connection.execute(
                absent, values
            )
        }
        self._placed = {
            (str(authority), str(way)): int(number)
            for authority, way, number in connection.execute(placed, values)
        }
        self._declared = {str(publisher) for (publisher,) in connection.execute(_DECLARED, values)}

    def tally(self, authority: Authority) -> Tally:
        """Return the figures of an authority; silence is not zero, a declared period is."""
        number = authority.number
        kinds = {kind: self._absent.get((number, kind)) for kind in Absence}
        declared = self._is_declared(authority)
        # A return tells of both kinds, or of neither.
        told = declared or any(each is not None for each in kinds.values())
        returned = declared or number in self._cared
        return Tally(
            looked_after=self._cared.get(number, 0) if returned else None,
            missing=kinds[Absence.MISSING] or (Absences() if told else None),
            away=kinds[Absence.AWAY] or (Absences() if told else None),
            placed_in=self._placed.get((number, "in"), 0 if returned else None),
            placed_out=self._placed.get((number, "out"), 0) if returned else None,
        )

    def _is_declared(self, authority: Authority) -> bool:
        """Who took over from an abolished authority declares for it."""
        senders = authority.successors or (authority.number,)
        return any(f"la-{number}" in self._declared for number in senders)


def _refuse_lacking(at: Standpoint) -> None:
    if any(each.name not in at.relations for each in NEEDED):
        raise RebuildNeededError(
            "The views were built without care and placements: run `hub rebuild`, then ask again."
        )
