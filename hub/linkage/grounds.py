"""What makes registrations weak ground for linking: each case has a code and is counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from hub.database import Database
from hub.linkage.normalising import is_heaped
from hub.linkage.prepared import Prepared

HEAPED: Final = "birth-date-heaped"
CROWDED: Final = "shared-by-too-many"

_PUT: LiteralString = """
WITH told AS (
    SELECT subject_id, string_to_array(codes, ',') AS codes
      FROM unnest(%(subjects)s::uuid[], %(codes)s::text[]) AS t (subject_id, codes)
), keys AS (
    SELECT DISTINCT rule, link_key FROM vault.link_keys WHERE subject_id = ANY(%(subjects)s)
), crowded AS (
    SELECT rule, link_key FROM keys JOIN vault.link_keys USING (rule, link_key)
     GROUP BY rule, link_key HAVING count(*) > %(most)s
), lost AS (
    SELECT DISTINCT subject_id FROM crowded JOIN vault.link_keys USING (rule, link_key)
)
UPDATE link.persons p
   SET ground = told.codes || CASE WHEN lost.subject_id IS NULL THEN ARRAY[]::text[]
                                   ELSE ARRAY[%(crowded)s::text] END
  FROM told LEFT JOIN lost USING (subject_id)
 WHERE p.subject_id = told.subject_id
"""
_COUNTED: LiteralString = """
SELECT code, count(*), count(DISTINCT s.publisher)
  FROM link.persons p
  JOIN vault.subjects s USING (subject_id), unnest(p.ground) AS code
 GROUP BY code ORDER BY code
"""
_CONFLICTS: LiteralString = """
SELECT conflict, verdict, count(*) FROM link.pairs
 WHERE conflict IS NOT NULL GROUP BY conflict, verdict ORDER BY conflict, verdict
"""


@dataclass(frozen=True, kw_only=True)
class GroundCount:
    """How many registrations, of how many publishers, are weak ground in one way."""

    code: str
    registrations: int
    publishers: int


@dataclass(frozen=True, kw_only=True)
class ConflictCount:
    """How many pairs have one thing that speaks against them, and what became of them."""

    code: str
    verdict: str
    pairs: int


def ground_of(known: Prepared) -> tuple[str, ...]:
    """Return the codes of what of a registration does not count, or counts for less."""
    heaped = known.born is not None and is_heaped(known.born)
    return (*known.ignored, *((HEAPED,) if heaped else ()))


def put_grounds(
    connection: Connection[TupleRow], grounds: Mapping[UUID, Sequence[str]], *, most: int
) -> None:
    """Note the codes of registrations; one whose keys more than `most` share gets another."""
    connection.execute(
        _PUT,
        {
            "subjects": list(grounds),
            "codes": [",".join(codes) for codes in grounds.values()],
            "most": most,
            "crowded": CROWDED,
        },
    )


def count_grounds(database: Database) -> tuple[list[GroundCount], list[ConflictCount]]:
    """Return how many registrations and pairs there are of each kind of weak ground."""
    with database.transaction() as connection:
        grounds = [
            GroundCount(code=code, registrations=number, publishers=publishers)
            for code, number, publishers in connection.execute(_COUNTED)
        ]
        conflicts = [
            ConflictCount(code=code, verdict=verdict, pairs=number)
            for code, verdict, number in connection.execute(_CONFLICTS)
        ]
    return grounds, conflicts
