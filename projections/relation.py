"""A stored relation of the views, declared once: its definition, its table, and how it changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, LiteralString, get_args

import pyarrow as pa
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composed, Identifier

from domain.events import EpisodeEvent, PublisherEvent, SubjectEvent

# A row in the order of its relation's columns.
Row = tuple[object, ...]


class About(Enum):
    """What the owner of a row is: that whose records, when they grow, replace the row."""

    EPISODES = "episodes"
    CHILDREN = "children"
    STREAMS = "streams"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column; type: PostgreSQL's. required: it is never NULL."""

    name: LiteralString
    type: LiteralString
    required: bool = True


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A table `projection.<name>`, and the DuckDB statements that say what is in it.

    key: unique within a build. owner: the column with the identifier of the source episode, the
    subject or the stream that a row is about. topics: what it reads besides what the facts read.
    steps: run after the facts, on their temporary tables; those about streams have only
    `told_records`. rows: the columns in their order. alone: no row is without a record of its
    topics, and no other relation needs its temporary tables: a live step may pass it over.
    """

    name: LiteralString
    columns: tuple[Column, ...]
    key: tuple[LiteralString, ...]
    about: About
    owner: LiteralString
    topics: tuple[str, ...]
    steps: tuple[LiteralString, ...]
    rows: LiteralString
    indexes: tuple[tuple[LiteralString, ...], ...] = ()
    alone: bool = False

    @property
    def view(self) -> tuple[LiteralString, LiteralString]:
        """The table and its columns, as checksums take them."""
        return self.name, ", ".join(column.name for column in self.columns)


def _topics(union: object) -> frozenset[str]:
    return frozenset(kind.type for kind in get_args(union))


EPISODE_TOPICS: Final = _topics(EpisodeEvent)
CHILD_TOPICS: Final = _topics(SubjectEvent)
STREAM_TOPICS: Final = _topics(PublisherEvent)


_RANGES: LiteralString = """
WITH compared AS (
SELECT {key}, position, {value} AS value, lag({value}) OVER own AS before,
       row_number() OVER own AS nth
  FROM {said}
WINDOW own AS (PARTITION BY {key} ORDER BY position)
), ranges AS (
SELECT {key}, value, position AS held_from,
       lead(position) OVER (PARTITION BY {key} ORDER BY position) AS held_until
  FROM compared
 WHERE nth = 1 OR value IS DISTINCT FROM before
)
SELECT {key}, held_from, held_until, unnest(value) FROM ranges WHERE value IS NOT NULL
"""


def versions(said: LiteralString, key: LiteralString, value: LiteralString) -> LiteralString:
    """Return the SQL that makes ranges of positions out of what was said at each.

    said: a relation (key, position, value). value: a struct, NULL where the thing does not exist.
    The result has the key, the struct's fields, held_from and held_until (NULL: it still holds).
    """
    told = _RANGES.replace("{said}", said).replace("{key}", key)
    return told.replace("{value}", value)


_CREATE: LiteralString = """
CREATE TABLE IF NOT EXISTS projection.{table} (build integer NOT NULL, {columns},
    PRIMARY KEY (build, {key})) PARTITION BY LIST (build)
"""
_INDEX: LiteralString = """
CREATE INDEX IF NOT EXISTS {name} ON projection.{table} ({columns})
"""
_READABLE: LiteralString = "GRANT SELECT ON projection.{table} TO hub_read"
_STORED: LiteralString = """
SELECT {columns} FROM projection.{table}
 WHERE build = %(build)s AND {owner} = ANY(%(owners)s::uuid[])
"""
_REMOVE: LiteralString = """
DELETE FROM projection.{table} AS r USING unnest({arrays}) AS gone ({names})
 WHERE r.build = %(build)s AND {same}
"""
_COPY: LiteralString = "COPY projection.{table} (build, {columns}) FROM STDIN"


def create(connection: Connection[TupleRow], relation: Relation) -> None:
    """Make the table of a relation, for builds to add their parts to, if there is none yet."""
    table = Identifier(relation.name)
    columns = [
        SQL("{} {}{}").format(
            Identifier(column.name), SQL(column.type), SQL(" NOT NULL" if column.required else "")
        )
        for column in relation.columns
    ]
    connection.execute(
        SQL(_CREATE).format(table=table, columns=SQL(", ").join(columns), key=_names(relation.key))
    )
    for index in relation.indexes:
        name = Identifier("_".join((relation.name, *index))[:63])
        connection.execute(SQL(_INDEX).format(name=name, table=table, columns=_names(index)))
    connection.execute(SQL(_READABLE).format(table=table))


def apply(
    connection: Connection[TupleRow],
    build: int,
    relation: Relation,
    rows: pa.Table | None,
    *,
    owners: Sequence[str],
) -> int:
    """Change the stored rows of these owners to what the engine gave; return how many changed.

    rows: None: they could not be computed, so what was stored is withdrawn.
    """
    values = {"build": build, "owners": list(owners)}
    before = set(map(_plain, connection.execute(_stored(relation), values)))
    columns = [] if rows is None else [column.to_pylist() for column in rows.columns]
    after = [_plain(row) for row in zip(*columns, strict=True)]
    gone = before.difference(after)
    if gone:
        _remove(connection, build, relation, gone)
    fresh = [row for row in after if row not in before]
    if fresh:
        names = _names([column.name for column in relation.columns])
        copying = SQL(_COPY).format(table=Identifier(relation.name), columns=names)
        with connection.cursor() as cursor, cursor.copy(copying) as copy:
            for row in fresh:
                copy.write_row((build, *(_listed(value) for value in row)))
    return len(gone) + len(fresh)


def _stored(relation: Relation) -> Composed:
    columns = [
        SQL("{}::text").format(Identifier(column.name))
        if column.type == "uuid"
        else Identifier(column.name)
        for column in relation.columns
    ]
    return SQL(_STORED).format(
        columns=SQL(", ").join(columns),
        table=Identifier(relation.name),
        owner=Identifier(relation.owner),
    )


def _remove(
    connection: Connection[TupleRow], build: int, relation: Relation, gone: set[Row]
) -> None:
    at = {column.name: (index, column) for index, column in enumerate(relation.columns)}
    parts = [(name, *at[name]) for name in relation.key]
    arrays = [SQL("%({})s::{}[]").format(SQL(name), SQL(col.type)) for name, _, col in parts]
    same = [SQL("r.{0} = gone.{0}").format(Identifier(name)) for name, _, _ in parts]
    values: dict[str, object] = {name: [row[index] for row in gone] for name, index, _ in parts}
    statement = SQL(_REMOVE).format(
        table=Identifier(relation.name),
        arrays=SQL(", ").join(arrays),
        names=_names(relation.key),
        same=SQL(" AND ").join(same),
    )
    connection.execute(statement, values | {"build": build})


def _plain(row: Sequence[object]) -> Row:
    """Return a row that can be compared: lists become tuples."""
    return tuple(tuple(value) if isinstance(value, list) else value for value in row)


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _names(names: Sequence[str]) -> Composed:
    return SQL(", ").join(Identifier(name) for name in names)
