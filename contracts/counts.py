"""How counts are asked for and answered: one query, one table, in JSON, CSV, Parquet and Arrow."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

import pyarrow as pa
from msgspec import Struct, field
from msgspec.json import encode
from msgspec.structs import replace

from contracts.questions import choice, day, dimensions, filters, moment, refuse_backwards
from contracts.tables import METADATA_KEY, table_arrow, table_csv, table_parquet
from domain.measures import (
    DIMENSIONS,
    MEASURES,
    CountRow,
    CountsAnswer,
    CountsQuery,
    Measure,
    Source,
)

DISTINCT_NOTE: Final = (
    "A child counts once in each cell and once in each total, so cells do not add up to a total."
)
RANGE_NOTE: Final = (
    "value: as decided. low and high: between what it is while nothing in review is linked, and"
    " what it would be if all of it were."
)


class CoverageDocument(Struct, frozen=True, kw_only=True):
    """Whose records an answer rests on; `findings` counts episodes by finding code."""

    publishers_heard: int
    publishers_registered: int
    parked_children: int
    findings: dict[str, int]


class CountsDocument(Struct, frozen=True, kw_only=True):
    """Counts as they stood at one ledger position.

    first_day, last_day: London dates, inclusive; null: open. where: dimensions with the one value
    that was asked for. rows: the value of each dimension, then value, low and high. notes: what a
    reader must know before adding cells up.
    """

    measure: str
    source: Source
    as_of_position: int
    as_of_time: datetime | None
    definition_version: str
    dimensions: tuple[str, ...]
    rows: tuple[dict[str, str | int | float], ...]
    coverage: CoverageDocument
    unit: str
    first_day: date | None = field(name="from")
    last_day: date | None = field(name="to")
    where: dict[str, str]
    notes: tuple[str, ...]


def parse_counts_query(
    measure: str,
    by: str | None = None,
    first: str | None = None,
    last: str | None = None,
    as_of: str | None = None,
    source: str | None = None,
    where: Mapping[str, str] | None = None,
    definition_version: str | None = None,
) -> CountsQuery:
    """Read a question for counts as people write it.

    by: dimensions, separated by commas. first, last: dates. as_of: a ledger position or a date.
    where: the value that a dimension shall have. None and an empty `by` take the default. Raises
    UsageError, whose message names the choices and never repeats what was written.
    """
    query = CountsQuery(
        measure=choice("measure", measure, MEASURES),
        by=dimensions(by, DIMENSIONS),
        first_day=day("from", first),
        last_day=day("to", last),
        as_of=moment(as_of),
        source=Source.NATIONAL
        if source is None
        else Source(choice("source", source, tuple(Source))),
        where=filters(where or {}, DIMENSIONS),
        definition_version=definition_version,
    )
    refuse_backwards(query.first_day, query.last_day)
    return query


def counts_document(answer: CountsAnswer) -> CountsDocument:
    """Return an answer in the form that `hub counts --json` and `/v1/counts` print."""
    query, measure = answer.query, MEASURES[answer.query.measure]
    return CountsDocument(
        measure=query.measure,
        source=query.source,
        as_of_position=answer.as_of_position,
        as_of_time=answer.as_of_time,
        definition_version=answer.definition_version,
        dimensions=query.by,
        rows=tuple(_cell(query.by, row) for row in answer.rows),
        coverage=CoverageDocument(
            publishers_heard=answer.coverage.publishers_heard,
            publishers_registered=answer.coverage.publishers_registered,
            parked_children=answer.coverage.parked_children,
            findings=dict(answer.coverage.findings),
        ),
        unit=measure.unit,
        first_day=query.first_day,
        last_day=query.last_day,
        where=dict(query.where),
        notes=(RANGE_NOTE, DISTINCT_NOTE) if measure.distinct else (RANGE_NOTE,),
    )


def counts_json(answer: CountsAnswer) -> bytes:
    """Return an answer as JSON."""
    return encode(counts_document(answer))


def counts_table(answer: CountsAnswer) -> pa.Table:
    """Return an answer as a table: dimensions, value, low, high, then what every row shares.

    Each row names its measure, source, position and definitions, so that a table without its
    file is still a statement. The schema's metadata hold the JSON answer without its rows.
    """
    query, rows = answer.query, answer.rows
    number = _number_type(MEASURES[query.measure])
    columns = {
        name: pa.array([row.dimensions[place] for row in rows], pa.string())
        for place, name in enumerate(query.by)
    }
    for name in ("value", "low", "high"):
        columns[name] = pa.array([getattr(row, name) for row in rows], number)
    shared = (
        ("measure", query.measure, pa.string()),
        ("source", query.source.value, pa.string()),
        ("as_of_position", answer.as_of_position, pa.int64()),
        ("as_of_time", answer.as_of_time, pa.timestamp("us", tz="UTC")),
        ("definition_version", answer.definition_version, pa.string()),
    )
    for name, value, kind in shared:
        columns[name] = pa.array([value] * len(rows), kind)
    return pa.table(columns).replace_schema_metadata({METADATA_KEY: _metadata(answer)})


def counts_csv(answer: CountsAnswer) -> str:
    """Return the table of an answer as CSV."""
    return table_csv(counts_table(answer))


def counts_parquet(answer: CountsAnswer) -> bytes:
    """Return the table of an answer as a Parquet file."""
    return table_parquet(counts_table(answer))


def counts_arrow(answer: CountsAnswer) -> bytes:
    """Return the table of an answer as an Arrow IPC file."""
    return table_arrow(counts_table(answer))


def _cell(by: tuple[str, ...], row: CountRow) -> dict[str, str | int | float]:
    named: dict[str, str | int | float] = dict(zip(by, row.dimensions, strict=True))
    return {**named, "value": row.value, "low": row.low, "high": row.high}


def _number_type(measure: Measure) -> pa.DataType:
    """Return what a measure counts in: whole numbers, unless it is one thing per another."""
    return pa.float64() if " per " in measure.unit else pa.int64()


def _metadata(answer: CountsAnswer) -> bytes:
    return encode(replace(counts_document(answer), rows=()))
