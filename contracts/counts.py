"""How counts are asked for and answered: one query, one table, in JSON, CSV, Parquet and Arrow."""

import csv
import re
from collections.abc import Collection
from datetime import date, datetime
from difflib import get_close_matches
from io import BytesIO, StringIO
from typing import Final

import pyarrow as pa
from msgspec import Struct, field
from msgspec.json import encode
from msgspec.structs import replace
from pyarrow import ipc, parquet

from domain.errors import UsageError
from domain.measures import (
    DIMENSIONS,
    MEASURES,
    CountRow,
    CountsAnswer,
    CountsQuery,
    Measure,
    Source,
)

# PostgreSQL's bigint: no position is larger.
LAST_POSITION: Final = 2**63 - 1

METADATA_KEY: Final = b"hub"

DISTINCT_NOTE: Final = (
    "A child counts once in each cell and once in each total, so cells do not add up to a total."
)
RANGE_NOTE: Final = "low and high: the count if every row in review were linked, and if none were."

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_POSITION = re.compile(r"[0-9]{1,19}")


class CoverageDocument(Struct, frozen=True, kw_only=True):
    """Whose records an answer rests on; `findings` counts episodes by finding code."""

    publishers_heard: int
    publishers_registered: int
    parked_children: int
    findings: dict[str, int]


class CountsDocument(Struct, frozen=True, kw_only=True):
    """Counts as they stood at one ledger position.

    first_day, last_day: London dates, inclusive; null: open. rows: the value of each dimension,
    then value, low and high. notes: what a reader must know before adding cells up.
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
    notes: tuple[str, ...]


def parse_counts_query(
    measure: str,
    by: str | None = None,
    first: str | None = None,
    last: str | None = None,
    as_of: str | None = None,
    source: str | None = None,
) -> CountsQuery:
    """Read a question for counts as people write it.

    by: dimensions, separated by commas. first, last: dates. as_of: a ledger position or a date.
    None and an empty `by` take the default. Raises UsageError, whose message names the choices
    and never repeats what was written.
    """
    query = CountsQuery(
        measure=_choice("measure", measure, MEASURES),
        by=_dimensions(by),
        first_day=_day("from", first),
        last_day=_day("to", last),
        as_of=_moment(as_of),
        source=Source.NATIONAL
        if source is None
        else Source(_choice("source", source, tuple(Source))),
    )
    if query.first_day and query.last_day and query.last_day < query.first_day:
        raise UsageError("`to` lies before `from`; give the earlier date as `from`.")
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
    """Return the table of an answer as CSV: a header, a comma, lines that end in a line feed."""
    table = counts_table(answer)
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.column_names)
    for row in table.to_pylist():
        writer.writerow(_plain(value) for value in row.values())
    return text.getvalue()


def counts_parquet(answer: CountsAnswer) -> bytes:
    """Return the table of an answer as a Parquet file; the same answer gives the same bytes."""
    buffer = BytesIO()
    parquet.write_table(counts_table(answer), buffer, compression="zstd")
    return buffer.getvalue()


def counts_arrow(answer: CountsAnswer) -> bytes:
    """Return the table of an answer as an Arrow IPC file."""
    table = counts_table(answer)
    buffer = BytesIO()
    with ipc.new_file(buffer, table.schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


def _choice(option: str, text: str, choices: Collection[str]) -> str:
    """Return a text that is one of the choices, or raise UsageError with the nearest and all."""
    if text in choices:
        return text
    near = get_close_matches(text[:64], choices, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise UsageError(f"`{option}` is not known.{hint} Choices: {', '.join(choices)}.")


def _dimensions(by: str | None) -> tuple[str, ...]:
    if not by:
        return ()
    if by.count(",") >= len(DIMENSIONS):
        raise UsageError(f"`by` takes each dimension once: {', '.join(DIMENSIONS)}.")
    names = tuple(_choice("by", name.strip(), DIMENSIONS) for name in by.split(","))
    if len(set(names)) < len(names):
        raise UsageError("`by` names a dimension twice; give each one once.")
    return names


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"`{option}` is not a date of the calendar; write it as 2026-03-31."
        ) from None


def _moment(text: str | None) -> int | date | None:
    if text is None:
        return None
    if _POSITION.fullmatch(text) and int(text) <= LAST_POSITION:
        return int(text)
    try:
        return _day("as_of", text)
    except UsageError:
        raise UsageError(
            "`as_of` is neither a ledger position nor a date; write it as 1200 or as 2026-03-31."
        ) from None


def _cell(dimensions: tuple[str, ...], row: CountRow) -> dict[str, str | int | float]:
    named: dict[str, str | int | float] = dict(zip(dimensions, row.dimensions, strict=True))
    return {**named, "value": row.value, "low": row.low, "high": row.high}


def _number_type(measure: Measure) -> pa.DataType:
    """Return what a measure counts in: whole numbers, unless it is one thing per another."""
    return pa.float64() if " per " in measure.unit else pa.int64()


def _metadata(answer: CountsAnswer) -> bytes:
    return encode(replace(counts_document(answer), rows=()))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
