"""Runs the relational definition of the episode facts over a set of records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from projections.definition import FACT_STEPS, FACT_TYPES, LATER_STEPS, RESULTS
from projections.episode_sql import MACROS
from projections.quality_sql import LIMITS
from projections.relation import About, Relation

RECORDS = pa.schema(
    [
        ("position", pa.int64()),
        ("topic", pa.string()),
        ("publisher", pa.string()),
        ("submission", pa.string()),
        ("occurred_at", pa.timestamp("us", tz="UTC")),
        ("state", pa.string()),
    ]
)
FAMILIES = pa.schema(
    [
        ("episode_id", pa.string()),
        ("subject_id", pa.string()),
        ("family", pa.int64()),
        ("cluster", pa.int64()),
    ]
)
SUBJECTS = pa.schema([("subject_id", pa.string()), ("cluster", pa.int64())])

_FACT_TYPES = pa.array(FACT_TYPES)


@dataclass(frozen=True, kw_only=True)
class Computed:
    """What follows from a set of records: facts in every version, findings and cases as of now.

    source_rows: every source episode ever heard of, in every version. relations: the rows of each
    declared relation about episodes or children, by its name.
    """

    facts: pa.Table
    source_rows: pa.Table
    findings: pa.Table
    cases: pa.Table
    relations: Mapping[str, pa.Table]


# Of fewer records any plan is good enough.
_FEW: Final = 1_000


class EpisodeEngine:
    """The definition with its constant tables, ready to run; not for use by several threads."""

    def __init__(
        self,
        regions: Mapping[str, str],
        placement_groups: Mapping[str, str],
        relations: Sequence[Relation] = (),
    ) -> None:
        """Take the region of each authority number, and the group of each placement code.

        relations: what is to be computed besides the facts and the quality of the data.
        """
        self.relations = tuple(relations)
        self._few = False
        self._duckdb = duckdb.connect(":memory:")
        self._duckdb.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        # Tables are joined in the order in which the statements name them. Guesses at sizes would
        # begin with joins by position alone, which take quadratic time.
        self._duckdb.execute("SET disabled_optimizers = 'join_order'")
        self._duckdb.execute(MACROS)
        for name, limit in LIMITS.items():
            self._duckdb.execute(
                f"SET VARIABLE {name} = INTERVAL {int(limit.total_seconds())} SECOND"
            )
        self._table("areas", "authority", "region", regions)
        self._table("placement_groups", "code", "name", placement_groups)

    def facts(self, records: pa.Table, families: pa.Table, subjects: pa.Table) -> pa.Table:
        """Return every version of every fact, ordered by source, identifier, world and position.

        world: `decided`, `linked` (holds only if everything in review were linked), or `both`.

        The tables have the schemas RECORDS, FAMILIES and SUBJECTS and hold whole clusters: what
        is left out is not known.
        """
        database = self._duckdb
        database.register("records", records)
        database.register("families", families)
        database.register("subjects", subjects)
        try:
            for step in FACT_STEPS:
                database.execute(step)
            return database.sql(RESULTS["episode_facts_v1"]).to_arrow_table()
        finally:
            for name in ("records", "families", "subjects"):
                database.unregister(name)

    def compute(
        self,
        records: pa.Table,
        families: pa.Table,
        subjects: pa.Table,
        *,
        sparing: bool = False,
    ) -> Computed:
        """Return the facts, the source rows, and what the data-quality rules say.

        The tables are as for `facts`. sparing: leave out relations that can have no row, because
        none of the records is of their topics: for few records, each statement costs the same.
        """
        self._tune(records.num_rows)
        carrying = pc.is_in(records.column("topic"), value_set=_FACT_TYPES)
        facts = self.facts(records.filter(carrying), families, subjects)
        database = self._duckdb
        database.register("told_records", records)
        database.register("families", families)
        database.register("subjects", subjects)
        try:
            for step in LATER_STEPS:
                database.execute(step)
            return Computed(
                facts=facts,
                source_rows=database.sql(RESULTS["source_rows_v1"]).to_arrow_table(),
                findings=database.sql(RESULTS["findings_v1"]).to_arrow_table(),
                cases=database.sql(RESULTS["quality_cases_v1"]).to_arrow_table(),
                relations=self._related(self._concerned(records, sparing=sparing)),
            )
        finally:
            for name in ("told_records", "families", "subjects"):
                database.unregister(name)

    def streams(self, records: pa.Table) -> Mapping[str, pa.Table]:
        """Return the rows of each relation about streams, from all records of some streams."""
        self._duckdb.register("told_records", records)
        try:
            return self._related(each for each in self.relations if each.about is About.STREAMS)
        finally:
            self._duckdb.unregister("told_records")

    def _tune(self, records: int) -> None:
        """Let DuckDB plan no longer than few records take: a plan would cost more than it saves."""
        few = records < _FEW
        if few != self._few:
            self._duckdb.execute("PRAGMA disable_optimizer" if few else "PRAGMA enable_optimizer")
            self._few = few

    def _concerned(self, records: pa.Table, *, sparing: bool) -> Iterable[Relation]:
        told = set(pc.unique(records.column("topic")).to_pylist())
        for relation in self.relations:
            if relation.about is About.STREAMS:
                continue
            if not (sparing and relation.alone and told.isdisjoint(relation.topics)):
                yield relation

    def _related(self, relations: Iterable[Relation]) -> Mapping[str, pa.Table]:
        found: dict[str, pa.Table] = {}
        for relation in relations:
            for step in relation.steps:
                self._duckdb.execute(step)
            found[relation.name] = self._duckdb.sql(relation.rows).to_arrow_table()
        return found

    def close(self) -> None:
        """Give the memory back."""
        self._duckdb.close()

    def _table(self, name: str, key: str, value: str, rows: Mapping[str, str]) -> None:
        table = pa.table(
            {key: pa.array(rows, pa.string()), value: pa.array(rows.values(), pa.string())}
        )
        self._duckdb.from_arrow(table).create(name)
