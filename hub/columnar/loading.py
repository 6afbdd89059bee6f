"""Tables of a build that nobody reads yet: made bare, filled by COPY, then given their indexes."""

from collections.abc import Mapping, Sequence
from typing import Final, LiteralString

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier, Literal

from hub.database import Database
from projections.engine import Computed, EpisodeEngine
from projections.episodes import TABLES, VIEWS
from projections.relation import About, create
from projections.summaries import AREA_MONTHS, CHILD_MONTHS, fill_statements

_BARE: LiteralString = """
CREATE TABLE projection.{part} (LIKE projection.{table} INCLUDING DEFAULTS);
ALTER TABLE projection.{part} ALTER COLUMN build SET DEFAULT {build};
ALTER TABLE projection.{part} ADD CONSTRAINT {check} CHECK (build = {build});
"""
# The indexes of the views' tables are made for the part now, all its rows at once.
_ATTACH: LiteralString = """
ALTER TABLE projection.{table} ATTACH PARTITION projection.{part} FOR VALUES IN ({build});
ALTER TABLE projection.{part} DROP CONSTRAINT {check};
ALTER TABLE projection.{part} ALTER COLUMN build DROP DEFAULT;
GRANT SELECT ON projection.{part} TO hub_read;
"""
_ANALYZE: LiteralString = "ANALYZE projection.{part}"
_SORT_MEMORY: LiteralString = "SET LOCAL maintenance_work_mem = '512MB'"
_COPY: LiteralString = "COPY projection.{part} ({columns}) FROM STDIN (FORMAT csv)"
_COUNT: LiteralString = """
INSERT INTO projection.{part} ({cell}, episodes, if_linked)
SELECT {cell}, count(*) FILTER (WHERE world <> 'linked'),
       count(*) FILTER (WHERE world <> 'decided')
  FROM projection.{facts}
 WHERE held_until IS NULL
 GROUP BY {cell}
"""
_PARK: LiteralString = """
INSERT INTO projection.{part} (subject_id, since_position)
SELECT unnest(%(subjects)s::uuid[]), %(position)s
"""
FACTS: Final = "episode_facts_v1"
COUNTS: Final = "incident_counts_v1"
CELLS: Final = tuple(dict(VIEWS)[COUNTS].replace(" ", "").split(",")[:-2])


class BareTables:
    """The tables of a build that is being computed."""

    def __init__(self, database: Database, build: int, engine: EpisodeEngine) -> None:
        """Take what the build is to hold."""
        self._database = database
        self._build = build
        self._relations = engine.relations
        self._columns: Mapping[str, Sequence[str]] = {
            name: columns.replace(" ", "").split(",")
            for name, columns in (*VIEWS, *(each.view for each in engine.relations))
        } | {"kin_v1": ("kind", "member", "kin")}
        self._tables = (*TABLES, *(each.name for each in engine.relations))

    def create(self) -> None:
        """Make the tables, without indexes; no reader of the views has to wait for that."""
        with self._database.transaction() as connection:
            for relation in self._relations:
                create(connection, relation)
            for table in self._tables:
                connection.execute(SQL(_BARE).format(**self._names(table)))

    def add(self, computed: Computed) -> None:
        """Add what the engine computed of some clusters, in one transaction."""
        tables = {
            FACTS: computed.facts,
            "source_rows_v1": computed.source_rows,
            "findings_v1": computed.findings,
            "quality_cases_v1": computed.cases,
        }
        self.fill({**tables, **computed.relations})

    def fill(self, tables: Mapping[str, pa.Table]) -> None:
        """Add rows to some tables, in one transaction."""
        with self._database.transaction() as connection:
            for table, rows in tables.items():
                if rows.num_rows:
                    self._copy(connection, table, rows)

    def park(self, subjects: Sequence[str], position: int) -> None:
        """Note children that could not be computed."""
        statement = SQL(_PARK).format(part=self._part("parked_v1"))
        with self._database.transaction() as connection:
            connection.execute(statement, {"subjects": list(subjects), "position": position})

    def count(self) -> None:
        """Count the facts as they stand into the cells of all dimensions."""
        cell = SQL(", ").join(map(Identifier, CELLS))
        names = {"part": self._part(COUNTS), "facts": self._part(FACTS), "cell": cell}
        summaries = fill_statements(
            facts=f"{FACTS}_b{self._build}",
            children=f"{CHILD_MONTHS}_b{self._build}",
            areas=f"{AREA_MONTHS}_b{self._build}",
        )
        with self._database.transaction() as connection:
            connection.execute(SQL(_COUNT).format(**names))
            for statement in summaries:
                connection.execute(statement)

    def attach(self, table: str) -> None:
        """Make a table a part of its view, with the indexes that it has there."""
        with self._database.transaction() as connection:
            connection.execute(_SORT_MEMORY)
            connection.execute(SQL(_ATTACH).format(**self._names(table)))
            connection.execute(SQL(_ANALYZE).format(part=self._part(table)))

    @property
    def names(self) -> tuple[str, ...]:
        """The views' tables."""
        return self._tables

    @property
    def about_streams(self) -> bool:
        """Whether anything is to be computed that is about no child."""
        return any(each.about is About.STREAMS for each in self._relations)

    def _copy(self, connection: Connection[TupleRow], table: str, rows: pa.Table) -> None:
        columns = self._columns[table]
        statement = SQL(_COPY).format(
            part=self._part(table), columns=SQL(", ").join(map(Identifier, columns))
        )
        arrays = {
            column.name
            for each in self._relations
            if each.name == table
            for column in each.columns
            if column.type.endswith("[]")
        }
        told = _told(rows.select(list(columns)), arrays)
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for batch in told.to_batches(max_chunksize=32_768):
                block = pa.BufferOutputStream()
                csv.write_csv(batch, block, csv.WriteOptions(include_header=False))
                copy.write(memoryview(block.getvalue()))

    def _part(self, table: str) -> Identifier:
        return Identifier(f"{table}_b{self._build}")

    def _names(self, table: str) -> dict[str, Identifier | Literal]:
        return {
            "table": Identifier(table),
            "part": self._part(table),
            "check": Identifier(f"{table}_b{self._build}_only"),
            "build": Literal(self._build),
        }


def _told(rows: pa.Table, arrays: set[str]) -> pa.Table:
    """Return rows with their lists as text: PostgreSQL's arrays, or codes joined by commas."""
    for index, field in enumerate(rows.schema):
        if pa.types.is_list(field.type):
            column = rows.column(index).combine_chunks()
            told = _array(column) if field.name in arrays else pc.binary_join(column, ",")
            rows = rows.set_column(index, field.name, told)
    return rows


def _array(lists: pa.ListArray) -> pa.Array:
    """Return lists of texts in the form in which PostgreSQL takes arrays."""
    escaped = pc.replace_substring(lists.values.cast(pa.string()), "\\", "\\\\")
    items = pc.binary_join_element_wise('"', pc.replace_substring(escaped, '"', '\\"'), '"', "")
    quoted = pa.ListArray.from_arrays(lists.offsets, items, mask=lists.is_null())
    return pc.binary_join_element_wise("{", pc.binary_join(quoted, ","), "}", "")
