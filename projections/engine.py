"""Runs the relational definition of the episode facts over a set of records."""

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from projections.episode_sql import ACCOUNTS, CONTEXT, MACROS, PARSED
from projections.fact_sql import (
    AT_POINTS,
    FACTS,
    NATIONAL_FACTS,
    POINTS,
    ROWS,
    SOURCE_FACTS,
)

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

_STEPS = (PARSED, ACCOUNTS, CONTEXT, POINTS, AT_POINTS, SOURCE_FACTS, NATIONAL_FACTS, FACTS)


class EpisodeEngine:
    """The definition with its constant tables, ready to run; not for use by several threads."""

    def __init__(self, regions: Mapping[str, str], placement_groups: Mapping[str, str]) -> None:
        """Take the region of each authority number, and the group of each placement code."""
        self._duckdb = duckdb.connect(":memory:")
        self._duckdb.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        self._duckdb.execute(MACROS)
        self._table("areas", "authority", "region", regions)
        self._table("placement_groups", "code", "name", placement_groups)

    def facts(self, records: pa.Table, families: pa.Table, subjects: pa.Table) -> pa.Table:
        """Return every version of every fact, ordered by source, identifier and first position.

        The tables have the schemas RECORDS, FAMILIES and SUBJECTS and hold whole clusters: what
        is left out is not known.
        """
        database = self._duckdb
        database.register("records", records)
        database.register("families", families)
        database.register("subjects", subjects)
        try:
            for step in _STEPS:
                database.execute(step)
            return database.sql(ROWS).to_arrow_table()
        finally:
            for name in ("records", "families", "subjects"):
                database.unregister(name)

    def close(self) -> None:
        """Give the memory back."""
        self._duckdb.close()

    def _table(self, name: str, key: str, value: str, rows: Mapping[str, str]) -> None:
        table = pa.table(
            {key: pa.array(rows, pa.string()), value: pa.array(rows.values(), pa.string())}
        )
        self._duckdb.from_arrow(table).create(name)
