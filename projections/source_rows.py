"""The view of source rows in PostgreSQL: where every source episode ever heard of stands."""

from collections.abc import Sequence
from typing import LiteralString

import pyarrow as pa
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL

from domain.measures import Bucket
from domain.reconciliation_terms import SourceRowTotals
from projections.standpoint import Standpoint

SOURCE_ROW_COLUMNS: LiteralString = (
    "episode_id, held_from, held_until, source, bucket, category, started_on, authority, region,"
    " force, age, age_band"
)

_STORED: LiteralString = """
SELECT episode_id::text, held_from, held_until, source, bucket, category, started_on, authority,
       region, force, age, age_band
  FROM projection.source_rows_v1
 WHERE build = %(build)s AND episode_id = ANY(%(episodes)s::uuid[])
"""
_REMOVE: LiteralString = """
DELETE FROM projection.source_rows_v1 AS r
 USING unnest(%(episodes)s::uuid[], %(froms)s::bigint[]) AS gone (e, p)
 WHERE r.build = %(build)s AND r.episode_id = gone.e AND r.held_from = gone.p
"""
_COPY: LiteralString = """
COPY projection.source_rows_v1 (build, episode_id, held_from, held_until, source, bucket, category,
    started_on, authority, region, force, age, age_band) FROM STDIN
"""
_BUCKETS: LiteralString = """
SELECT bucket, count(*) FROM projection.source_rows_v1
 WHERE build = %(build)s AND {held}
 GROUP BY bucket ORDER BY bucket
"""
# Every source episode that a record was about, whatever the rows say.
_KNOWN: LiteralString = """
SELECT count(DISTINCT member) FROM projection.kin_v1 WHERE build = %(build)s AND kind = 'e'
"""
_KNOWN_THEN: LiteralString = """
SELECT count(DISTINCT episode_id) FROM projection.source_rows_v1
 WHERE build = %(build)s AND held_from <= %(position)s
"""
_PARKED: LiteralString = """
SELECT count(DISTINCT k.member)
  FROM projection.kin_v1 k
  JOIN projection.parked_v1 p ON p.build = k.build AND p.subject_id = k.kin
 WHERE k.build = %(build)s AND k.kind = 'e'
"""


def count_source_rows(connection: Connection[TupleRow], at: Standpoint) -> SourceRowTotals:
    """Return how many source episodes stand in each bucket, and how many there are.

    The episodes of parked children have no row; they count as held, as of now.
    """
    values = {"build": at.build, "position": at.position}
    rows = connection.execute(SQL(_BUCKETS).format(held=at.held), values)
    found = {str(bucket): int(str(count)) for bucket, count in rows}
    parked = _number(connection, _PARKED, values) if at.current else 0
    return SourceRowTotals(
        total=_number(connection, _KNOWN if at.current else _KNOWN_THEN, values),
        matched=found.get(Bucket.MATCHED, 0),
        police_only=found.get(Bucket.POLICE_ONLY, 0),
        authority_only=found.get(Bucket.AUTHORITY_ONLY, 0),
        in_review=found.get(Bucket.IN_REVIEW, 0),
        held=found.get(Bucket.HELD, 0) + parked,
        void=found.get(Bucket.VOID, 0),
    )


def _number(connection: Connection[TupleRow], query: LiteralString, values: dict[str, int]) -> int:
    row = connection.execute(query, values).fetchone() or (0,)
    return int(str(row[0]))


def apply_source_rows(
    connection: Connection[TupleRow],
    build: int,
    rows: pa.Table | None,
    *,
    episodes: Sequence[str],
) -> int:
    """Change the stored rows of these episodes; return how many changed.

    rows: as the engine gives them; None: they could not be computed, so what was stored of the
    episodes is withdrawn.
    """
    before = set(connection.execute(_STORED, {"build": build, "episodes": list(episodes)}))
    columns = [] if rows is None else [column.to_pylist() for column in rows.columns]
    after = list(zip(*columns, strict=True))
    gone = before.difference(after)
    if gone:
        values = {
            "build": build,
            "episodes": [row[0] for row in gone],
            "froms": [row[1] for row in gone],
        }
        connection.execute(_REMOVE, values)
    fresh = [row for row in after if row not in before]
    if fresh:
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for row in fresh:
                copy.write_row((build, *row))
    return len(gone) + len(fresh)
