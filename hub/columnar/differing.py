"""Rows in which two builds of the views differ: which, and in what, but never what they say."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, LiteralString

import duckdb
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

LISTED: Final = 20

_KEY: LiteralString = """
SELECT a.attname
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
 WHERE n.nspname = 'projection' AND c.relname = %(table)s AND i.indisprimary
   AND a.attname <> 'build'
 ORDER BY k.place
"""
_COPY: LiteralString = r"""
COPY (SELECT {columns} FROM projection.{table} WHERE build = {build})
  TO STDOUT (FORMAT csv, HEADER, NULL '\N')
"""
_BOTH: LiteralString = """
CREATE OR REPLACE TEMP TABLE only_live AS SELECT * FROM live EXCEPT ALL SELECT * FROM fresh;
CREATE OR REPLACE TEMP TABLE only_fresh AS SELECT * FROM fresh EXCEPT ALL SELECT * FROM live;
"""
_DIFFERING: LiteralString = """
CREATE OR REPLACE TEMP TABLE differing AS
SELECT {key},
       CASE WHEN f.there IS NULL THEN 'live' WHEN l.there IS NULL THEN 'fresh' ELSE 'both' END
           AS whereabouts,
       CAST([{differ}] AS BOOLEAN[]) AS flags
  FROM (SELECT *, true AS there FROM only_live) AS l
  FULL JOIN (SELECT *, true AS there FROM only_fresh) AS f ON {same}
"""
_COUNTS: LiteralString = "SELECT whereabouts, count(*) FROM differing GROUP BY whereabouts"


@dataclass(frozen=True, kw_only=True)
class DifferentRow:
    """A row that one build has and the other has not, or not alike.

    key: names and values of what identifies it. columns: in which they differ; none: where is the
    only build that has it, `live` or `fresh`.
    """

    view: str
    where: str
    key: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Differences:
    """How many rows of a view differ, and the first of them."""

    only_live: int
    only_fresh: int
    changed: int
    first: tuple[DifferentRow, ...]


def differences(
    folder: Path,
    view: tuple[LiteralString, LiteralString],
    live: tuple[Connection[TupleRow], int],
    fresh: tuple[Connection[TupleRow], int],
    *,
    limit: int | None = LISTED,
) -> Differences:
    """Return in which rows two builds of a view differ; each build with who reads it.

    limit: of the rows that are listed; None: all.
    """
    table, named = view
    columns = named.replace(" ", "").split(",")
    found = live[0].execute(_KEY, {"table": table}).fetchall()
    key = [str(name) for (name,) in found] or columns
    with _opened(folder) as database:
        for name, (connection, build) in (("live", live), ("fresh", fresh)):
            path = folder / f"{name}.csv"
            _copy(connection, path, table, columns, build)
            database.read_csv(
                str(path), header=True, all_varchar=True, quotechar='"', escapechar='"', sep=","
            ).create(name)
            path.unlink()
        database.execute(_BOTH)
        return _listed(database, table, columns, key, limit)


def _listed(
    database: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[str],
    key: Sequence[str],
    limit: int | None,
) -> Differences:
    others = [each for each in columns if each not in key]
    parts = {
        "{key}": ", ".join(f'coalesce(l."{each}", f."{each}") AS "{each}"' for each in key),
        "{differ}": ", ".join(f'l."{each}" IS DISTINCT FROM f."{each}"' for each in others),
        "{same}": " AND ".join(f'l."{each}" IS NOT DISTINCT FROM f."{each}"' for each in key),
    }
    statement: str = _DIFFERING
    for place, text in parts.items():
        statement = statement.replace(place, text)
    database.execute(statement)
    counts = dict(database.sql(_COUNTS).fetchall())
    rows = (
        database.sql("FROM differing ORDER BY ALL").limit(limit or sum(counts.values())).fetchall()
    )
    return Differences(
        only_live=counts.get("live", 0),
        only_fresh=counts.get("fresh", 0),
        changed=counts.get("both", 0),
        first=tuple(_row(table, key, others, row) for row in rows),
    )


def _row(
    table: str, key: Sequence[str], others: Sequence[str], row: tuple[object, ...]
) -> DifferentRow:
    *values, where, flags = row
    told = [name for name, flag in zip(others, _flags(flags), strict=True) if flag]
    return DifferentRow(
        view=table,
        where=str(where),
        key=tuple((name, str(value)) for name, value in zip(key, values, strict=True)),
        columns=tuple(told) if where == "both" else (),
    )


def _flags(raw: object) -> list[bool]:
    return raw if isinstance(raw, list) else []


def _copy(
    connection: Connection[TupleRow], path: Path, table: str, columns: Sequence[str], build: int
) -> None:
    statement = SQL(_COPY).format(
        columns=SQL(", ").join(map(Identifier, columns)), table=Identifier(table), build=build
    )
    with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(statement) as rows:
        for row in rows:
            file.write(row)


@contextmanager
def _opened(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    database = duckdb.connect(config={"temp_directory": str(folder / "spilled")})
    try:
        yield database
    finally:
        database.close()
