"""The view of episode facts and incident counts in PostgreSQL: its tables and how they change."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import LiteralString

import pyarrow as pa
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier, Literal

from projections.quality import QUALITY_TABLES, QUALITY_VIEWS
from projections.relation import Relation, create
from projections.source_rows import SOURCE_ROW_COLUMNS
from projections.summaries import (
    AREA_MONTHS,
    CHILD_MONTHS,
    SUMMARY_VIEWS,
    change_summaries,
)

# A row of the facts in the order of COLUMNS.
FactRow = tuple[object, ...]

COLUMNS = (
    "source",
    "fact_id",
    "world",
    "held_from",
    "held_until",
    "person_id",
    "bucket",
    "category",
    "start_at",
    "started_on",
    "month",
    "reporting_year",
    "end_at",
    "end_reason",
    "returned_on",
    "offered",
    "declined",
    "completed",
    "within_72h",
    "authority",
    "host_authority",
    "region",
    "force",
    "age",
    "age_band",
    "sex",
    "placement_type",
    "looked_after",
    "findings",
)
TABLES: tuple[LiteralString, ...] = (
    "kin_v1",
    "parked_v1",
    "episode_facts_v1",
    "incident_counts_v1",
    CHILD_MONTHS,
    AREA_MONTHS,
    "source_rows_v1",
    *QUALITY_TABLES,
)
_CELL = (
    "source",
    "category",
    "started_on",
    "authority",
    "host_authority",
    "region",
    "force",
    "age_band",
    "sex",
    "placement_type",
    "looked_after",
)
_CELL_AT = tuple(COLUMNS.index(name) for name in _CELL)
_WORLD = COLUMNS.index("world")
_HELD_FROM = COLUMNS.index("held_from")
_HELD_UNTIL = COLUMNS.index("held_until")

_STORED: LiteralString = """
SELECT source, fact_id::text, world, held_from, held_until, person_id::text, bucket, category,
       start_at, started_on, month, reporting_year, end_at, end_reason, returned_on, offered,
       declined, completed, within_72h, authority, host_authority, region, force, age, age_band,
       sex, placement_type, looked_after, findings
  FROM projection.episode_facts_v1
 WHERE build = %(build)s AND fact_id = ANY(%(ids)s::uuid[])
"""
_REMOVE: LiteralString = """
DELETE FROM projection.episode_facts_v1 AS f
 USING unnest(%(sources)s::text[], %(ids)s::uuid[], %(worlds)s::text[], %(froms)s::bigint[])
           AS gone (s, i, w, p)
 WHERE f.build = %(build)s AND f.source = gone.s AND f.fact_id = gone.i AND f.world = gone.w
   AND f.held_from = gone.p
"""
_COPY: LiteralString = """
COPY projection.episode_facts_v1 (build, source, fact_id, world, held_from, held_until, person_id,
    bucket, category, start_at, started_on, month, reporting_year, end_at, end_reason, returned_on,
    offered, declined, completed, within_72h, authority, host_authority, region, force, age,
    age_band, sex, placement_type, looked_after, findings) FROM STDIN
"""
_CHANGE_COUNT: LiteralString = """
INSERT INTO projection.incident_counts_v1 AS c (build, source, category, started_on, authority,
    host_authority, region, force, age_band, sex, placement_type, looked_after, episodes, if_linked)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (build, source, category, started_on, authority, host_authority, region, force,
    age_band, sex, placement_type, looked_after)
DO UPDATE SET episodes = c.episodes + excluded.episodes,
              if_linked = c.if_linked + excluded.if_linked
"""
_DROP_EMPTY: LiteralString = """
DELETE FROM projection.incident_counts_v1
 WHERE build = %(build)s AND episodes = 0 AND if_linked = 0
"""
_PARTS: LiteralString = """
SELECT c.relname, whole.relname, coalesce(i.inhdetachpending, false)
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
  LEFT JOIN pg_class whole ON whole.oid = i.inhparent
 WHERE n.nspname = 'projection' AND c.relkind = 'r'
   AND right(c.relname, length(%(suffix)s)) = %(suffix)s
 ORDER BY c.relname
"""
_DETACH: LiteralString = "ALTER TABLE projection.{whole} DETACH PARTITION projection.{part} {how}"
# Sums do not depend on the order of the rows, and take no memory, however many rows there are.
_CHECKSUM: LiteralString = """
SELECT md5(concat_ws(' ', sum(hashtextextended(t::text, 1)::numeric),
                     sum(hashtextextended(t::text, 2)::numeric))), count(*)
  FROM (SELECT {columns} FROM projection.{table} WHERE build = %(build)s) AS t
"""
_CELL_COLUMNS: LiteralString = (
    "source, category, started_on, authority, host_authority, region, force, age_band, sex,"
    " placement_type, looked_after, episodes, if_linked"
)
_FACT_COLUMNS: LiteralString = (
    "source, fact_id, world, held_from, held_until, person_id, bucket, category, start_at,"
    " started_on, month, reporting_year, end_at, end_reason, returned_on, offered, declined,"
    " completed, within_72h, authority, host_authority, region, force, age, age_band, sex,"
    " placement_type, looked_after, findings"
)
VIEWS: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("episode_facts_v1", _FACT_COLUMNS),
    ("incident_counts_v1", _CELL_COLUMNS),
    *SUMMARY_VIEWS,
    ("source_rows_v1", SOURCE_ROW_COLUMNS),
    *QUALITY_VIEWS,
)


def create_build(
    connection: Connection[TupleRow], build: int, relations: Sequence[Relation] = ()
) -> None:
    """Make the empty tables of a build, those of the declared relations included."""
    for relation in relations:
        create(connection, relation)
    for table in (*TABLES, *(relation.name for relation in relations)):
        connection.execute(
            SQL("CREATE TABLE projection.{} PARTITION OF projection.{} FOR VALUES IN ({})").format(
                Identifier(f"{table}_b{build}"), Identifier(table), Literal(build)
            )
        )
        connection.execute(
            SQL("GRANT SELECT ON projection.{} TO hub_read").format(Identifier(f"{table}_b{build}"))
        )


def drop_build(connection: Connection[TupleRow], build: int) -> None:
    """Remove the tables of a build that nobody reads any more, whatever it held.

    Give a connection outside a transaction: then no reader of other builds has to wait.
    """
    found = connection.execute(_PARTS, {"suffix": f"_b{build}"}).fetchall()
    for part, whole, pending in found:
        name = Identifier(str(part))
        if whole is not None:
            parts = {"whole": Identifier(str(whole)), "part": name}
            how = SQL("FINALIZE" if pending else "CONCURRENTLY")
            connection.execute(SQL(_DETACH).format(**parts, how=how))
        connection.execute(SQL("DROP TABLE projection.{}").format(name))


def rows_of(table: pa.Table) -> list[FactRow]:
    """Return the engine's answer as rows in the order of COLUMNS; findings become one text."""
    columns = [table.column(name).to_pylist() for name in COLUMNS[:-1]]
    findings = [",".join(codes) for codes in table.column("findings").to_pylist()]
    return list(zip(*columns, findings, strict=True))


def stored_rows(
    connection: Connection[TupleRow], build: int, fact_ids: Sequence[str]
) -> set[FactRow]:
    """Return every stored version of the facts with these identifiers."""
    return set(connection.execute(_STORED, {"build": build, "ids": list(fact_ids)}))


def apply_rows(
    connection: Connection[TupleRow],
    build: int,
    *,
    before: set[FactRow],
    after: Sequence[FactRow],
) -> int:
    """Change the stored facts, and the counts by the differences; return rows changed."""
    wanted = set(after)
    removed = sorted(before - wanted, key=_key)
    added = [row for row in after if row not in before]
    if removed:
        connection.execute(
            _REMOVE,
            {
                "build": build,
                "sources": [row[0] for row in removed],
                "ids": [row[1] for row in removed],
                "worlds": [row[_WORLD] for row in removed],
                "froms": [row[_HELD_FROM] for row in removed],
            },
        )
    if added:
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for row in added:
                copy.write_row((build, *row))
    _change_counts(connection, build, removed, added)
    change_summaries(
        connection,
        build,
        gone=(dict(zip(COLUMNS, row, strict=True)) for row in removed),
        come=(dict(zip(COLUMNS, row, strict=True)) for row in added),
    )
    return len(removed) + len(added)


def _change_counts(
    connection: Connection[TupleRow],
    build: int,
    removed: Iterable[FactRow],
    added: Iterable[FactRow],
) -> None:
    decided: Counter[FactRow] = Counter()
    linked: Counter[FactRow] = Counter()
    for rows, sign in ((removed, -1), (added, 1)):
        for row in rows:
            if row[_HELD_UNTIL] is None:
                cell = tuple(row[at] for at in _CELL_AT)
                decided[cell] += sign * (row[_WORLD] != "linked")
                linked[cell] += sign * (row[_WORLD] != "decided")
    moved = [
        (build, *cell, decided[cell], linked[cell])
        for cell in decided
        if decided[cell] or linked[cell]
    ]
    if moved:
        with connection.cursor() as cursor:
            cursor.executemany(_CHANGE_COUNT, moved)
    if any(count < 0 for count in (*decided.values(), *linked.values())):
        connection.execute(_DROP_EMPTY, {"build": build})


def _key(row: FactRow) -> tuple[str, str, str, int]:
    return str(row[0]), str(row[1]), str(row[_WORLD]), int(str(row[_HELD_FROM]))


def checksum(
    connection: Connection[TupleRow],
    build: int,
    view: tuple[LiteralString, LiteralString],
) -> tuple[str, int]:
    """Return a checksum over all rows of a view, whatever their order, and their number."""
    table, columns = view
    row = connection.execute(
        SQL(_CHECKSUM).format(columns=SQL(columns), table=Identifier(table)), {"build": build}
    ).fetchone()
    if row is None:
        return "", 0
    return str(row[0]), int(str(row[1]))
