"""Computes a build from all records at once: who is whom, then parts of whole clusters in turn."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, LiteralString

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from structlog import get_logger

from hub.columnar.gathering import Slab
from hub.columnar.loading import BareTables
from projections.engine import FAMILIES, RECORDS, SUBJECTS, Computed, EpisodeEngine
from projections.heard_sql import LEARNING, SUMMED, SUMS
from projections.kinship import find_kin, part_kin

Note = Callable[[int, int, str], None]

# Of what is computed at once, tables between included.
BYTES_A_RECORD: Final = 6_000
# The database of columns cannot do with less.
_LEAST: Final = 1 << 30

_HEARD: LiteralString = """
CREATE OR REPLACE TEMP TABLE heard AS
SELECT position, CAST(stream AS UUID) AS stream, topic, publisher,
       CAST(submission_id AS UUID) AS submission,
       CAST(occurred_at AS TIMESTAMPTZ) AS occurred_at,
       CAST(recorded_at AS TIMESTAMPTZ) AS recorded_at, state
  FROM slab
 WHERE position BETWEEN getvariable('after') AND getvariable('until')
"""
_NO_CHILD: LiteralString = (
    "CREATE OR REPLACE TABLE about_streams (position BIGINT, topic VARCHAR, publisher VARCHAR,"
    " submission VARCHAR, occurred_at TIMESTAMPTZ, state VARCHAR)"
)
_STREAMS: LiteralString = """
INSERT INTO about_streams
SELECT position, topic, publisher, coalesce(CAST(submission AS VARCHAR), '') AS submission,
       occurred_at, state
  FROM heard
 WHERE position > getvariable('after') AND list_contains(getvariable('stream_types'), topic)
"""
_DEAL: LiteralString = """
COPY (SELECT position, topic, publisher,
             coalesce(CAST(CAST(submission_id AS UUID) AS VARCHAR), '') AS submission,
             CAST(occurred_at AS TIMESTAMPTZ) AS occurred_at, state, cluster, part
        FROM slab JOIN streams ON streams.stream = CAST(slab.stream AS UUID)
       WHERE position > getvariable('after') AND position <= getvariable('until')
         AND (list_contains(getvariable('episode_types'), topic)
              OR list_contains(getvariable('child_types'), topic)))
  TO '{folder}' (FORMAT parquet, PARTITION_BY (part), APPEND, COMPRESSION lz4)
"""
_PART: LiteralString = """
SELECT position, topic, publisher, submission, occurred_at, state, cluster
  FROM dealt ORDER BY position
"""
_FAMILIES: LiteralString = """
SELECT CAST(episode_id AS VARCHAR) AS episode_id, CAST(subject_id AS VARCHAR) AS subject_id,
       family, cluster
  FROM episodes SEMI JOIN (SELECT * FROM clusters WHERE part = getvariable('part')) USING (cluster)
 ORDER BY episode_id
"""
_SUBJECTS: LiteralString = """
SELECT CAST(subject_id AS VARCHAR) AS subject_id, cluster
  FROM people SEMI JOIN (SELECT * FROM clusters WHERE part = getvariable('part')) USING (cluster)
 ORDER BY subject_id
"""


@dataclass(frozen=True, kw_only=True)
class Topics:
    """The types of record that the views read, by what they are about."""

    episodes: Sequence[str]
    children: Sequence[str]
    persons: Sequence[str]
    streams: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Part:
    """All that was ever recorded of some clusters; records name the cluster besides."""

    records: pa.Table
    families: pa.Table
    subjects: pa.Table

    def halves(self) -> tuple["Part", "Part"] | None:
        """Return it in two, none of whose clusters is in both; None: it is a single cluster."""
        clusters = sorted(set(self.subjects.column("cluster").to_pylist()))
        if len(clusters) < 2:
            return None
        middle = clusters[len(clusters) // 2]
        return self._where(pc.less, middle), self._where(pc.greater_equal, middle)

    def _where(self, compare: Callable[[pa.ChunkedArray, int], pa.ChunkedArray], at: int) -> "Part":
        return Part(
            records=self.records.filter(compare(self.records.column("cluster"), at)),
            families=self.families.filter(compare(self.families.column("cluster"), at)),
            subjects=self.subjects.filter(compare(self.subjects.column("cluster"), at)),
        )


class Filling:
    """A database of columns in which all records are sorted by whom they are about."""

    def __init__(self, folder: Path, memory: int, topics: Topics) -> None:
        """Work in a folder of its own; memory: bytes that may be taken."""
        self._folder = folder
        self._parts = folder / "parts"
        self._memory = memory
        self.parts = 0
        self._duckdb = duckdb.connect(
            str(folder / "kin.duckdb"),
            config={
                "memory_limit": f"{max(memory, _LEAST)}B",
                "temp_directory": str(folder / "spilled"),
            },
        )
        self._duckdb.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        self._duckdb.execute(SUMS + _NO_CHILD)
        for name, types in {
            "episode_types": topics.episodes,
            "child_types": topics.children,
            "person_types": topics.persons,
            "stream_types": topics.streams,
        }.items():
            listed = ", ".join(f"'{each}'" for each in types)
            self._duckdb.execute(f"SET VARIABLE {name} = CAST([{listed}] AS VARCHAR[])")

    def close(self) -> None:
        """Give the memory back; the folder is its owner's to remove."""
        self._duckdb.close()

    def learn(self, slabs: Sequence[Slab], note: Note) -> None:
        """Find out who is whom, and what each publisher sent."""
        for slab in slabs:
            self._open(slab)
            for statement in (_HEARD, *LEARNING, _STREAMS):
                self._duckdb.execute(statement)
            note(slab.until, slabs[-1].until, "learning who is whom")
        self._duckdb.execute("DROP TABLE IF EXISTS heard")
        find_kin(self._duckdb)

    def deal(self, slabs: Sequence[Slab], note: Note) -> None:
        """Sort the records into parts of whole clusters."""
        last = slabs[-1].until if slabs else 0
        self.parts = max(1, -(-last * BYTES_A_RECORD // self._memory))
        part_kin(self._duckdb, self.parts)
        for slab in slabs:
            self._open(slab)
            self._duckdb.execute(_DEAL.replace("{folder}", _quoted(self._parts)))
            note(slab.until, last, "sorting records by child")

    def part(self, number: int) -> Part:
        """Return everything about the clusters of a part."""
        self._duckdb.execute(f"SET VARIABLE part = {number}")
        files = sorted(map(str, (self._parts / f"part={number}").glob("*.parquet")))
        records = _NOTHING
        if files:
            self._duckdb.read_parquet(files, hive_partitioning=False).create_view("dealt")
            records = self._duckdb.sql(_PART).to_arrow_table().cast(_DEALT)
            self._duckdb.execute("DROP VIEW dealt")
        return Part(
            records=records,
            families=self._duckdb.sql(_FAMILIES).to_arrow_table().cast(FAMILIES),
            subjects=self._duckdb.sql(_SUBJECTS).to_arrow_table().cast(SUBJECTS),
        )

    def about_streams(self) -> pa.Table:
        """Return the records that are about no child."""
        found = self._duckdb.sql("FROM about_streams ORDER BY position").to_arrow_table()
        return found.cast(RECORDS)

    def summed(self) -> dict[str, pa.Table]:
        """Return what all records together say of kin and publishers, as the views have it."""
        return {
            table: self._duckdb.sql(statement).to_arrow_table()
            for table, statement in SUMMED.items()
        }

    def _open(self, slab: Slab) -> None:
        self._duckdb.execute(
            f"SET VARIABLE after = {slab.after}; SET VARIABLE until = {slab.until}"
        )
        files = self._duckdb.read_parquet([str(each) for each in slab.files])
        files.create_view("slab", replace=True)


_DEALT = RECORDS.append(pa.field("cluster", pa.int64()))
_NOTHING = _DEALT.empty_table()


def compute(
    filling: Filling, engine: EpisodeEngine, tables: BareTables, until: int, note: Note
) -> None:
    """Compute part after part, and write each while the next is computed.

    A cluster that cannot be computed is parked.
    """
    with _behind() as write:
        for number in range(filling.parts):
            part = filling.part(number)
            if part.subjects.num_rows:
                for computed in _computed(part, engine, tables, until):
                    write(partial(tables.add, computed))
            note(number + 1, filling.parts, "computing views, parts")


def _computed(
    part: Part, engine: EpisodeEngine, tables: BareTables, until: int
) -> Iterator[Computed]:
    records = part.records.drop_columns(["cluster"])
    try:
        computed = engine.compute(records, part.families, part.subjects)
    except duckdb.Error as error:
        halves = part.halves()
        if halves is None:
            # Not the library's message: it may quote what it could not read.
            get_logger().error("child parked", position=until, error=type(error).__name__)
            tables.park(part.subjects.column("subject_id").to_pylist(), until)
            return
        for half in halves:
            yield from _computed(half, engine, tables, until)
    else:
        yield computed


@contextmanager
def _behind() -> Iterator[Callable[[Callable[[], None]], None]]:
    """Give what does one thing at a time in the background, and waits for the one before."""
    waiting: list[Future[None]] = []
    with ThreadPoolExecutor(1) as pool:

        def write(work: Callable[[], None]) -> None:
            while waiting:
                waiting.pop().result()
            waiting.append(pool.submit(work))

        yield write
        while waiting:
            waiting.pop().result()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
