"""How the history of a count is asked for and told, in JSON, CSV, Parquet and Arrow."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

import pyarrow as pa
from msgspec import Struct, field
from msgspec.json import encode
from msgspec.structs import replace

from contracts.counts import parse_counts_query
from contracts.questions import choice, moment
from contracts.tables import METADATA_KEY, table_arrow, table_csv, table_parquet
from domain.history import MEANING, ChangeKind, HistoryAnswer, HistoryQuery, HistoryStep
from domain.measures import MEASURES, Source

START_NOTE: Final = (
    "start: the count at since_position. The changes add up to the difference from start to end."
)
VALUE_NOTE: Final = "Values are as decided; what is in review counts on its own until it is."


class HistoryRowDocument(Struct, frozen=True, kw_only=True):
    """One step of a history; position is null where a row is all of a kind on one day."""

    recorded_on: date
    position: int | None
    kind: ChangeKind
    records: int
    change: int | float
    value: int | float


class HistoryDocument(Struct, frozen=True, kw_only=True):
    """How a count changed between two ledger positions, and because of which kinds of event.

    first_day, last_day: London dates, inclusive; null: open. kinds: what each kind means. value: of
    a row: the count after it.
    """

    measure: str
    source: Source
    since_position: int
    since_time: datetime | None
    as_of_position: int
    as_of_time: datetime | None
    definition_version: str
    first_day: date | None = field(name="from")
    last_day: date | None = field(name="to")
    where: dict[str, str]
    by: HistoryStep
    unit: str
    start: int | float
    end: int | float
    rows: tuple[HistoryRowDocument, ...]
    kinds: dict[ChangeKind, str]
    parked_children: int
    notes: tuple[str, ...]


def parse_history_query(
    measure: str,
    *,
    first: str | None = None,
    last: str | None = None,
    since: str | None = None,
    as_of: str | None = None,
    source: str | None = None,
    by: str | None = None,
    where: Mapping[str, str] | None = None,
    definition_version: str | None = None,
) -> HistoryQuery:
    """Read a question for the history of a count, as `parse_counts_query` reads one for counts.

    since: a ledger position or a date; None: the close of the period. by: day or position.
    """
    counts = parse_counts_query(
        measure,
        first=first,
        last=last,
        as_of=as_of,
        source=source,
        where=where,
        definition_version=definition_version,
    )
    step = HistoryStep.DAY if by is None else HistoryStep(choice("by", by, tuple(HistoryStep)))
    return HistoryQuery(counts=counts, since=moment(since, "since"), by=step)


def history_document(answer: HistoryAnswer) -> HistoryDocument:
    """Return a history in the form that `hub history --json` and `/v1/counts/history` print."""
    query, counts = answer.query, answer.query.counts
    return HistoryDocument(
        measure=counts.measure,
        source=counts.source,
        since_position=answer.since_position,
        since_time=answer.since_time,
        as_of_position=answer.as_of_position,
        as_of_time=answer.as_of_time,
        definition_version=answer.definition_version,
        first_day=counts.first_day,
        last_day=counts.last_day,
        where=dict(counts.where),
        by=query.by,
        unit=MEASURES[counts.measure].unit,
        start=answer.start,
        end=answer.end,
        rows=tuple(
            HistoryRowDocument(
                recorded_on=row.recorded_on,
                position=row.position,
                kind=row.kind,
                records=row.records,
                change=row.change,
                value=row.value,
            )
            for row in answer.rows
        ),
        kinds=dict(MEANING),
        parked_children=answer.parked_children,
        notes=(START_NOTE, VALUE_NOTE),
    )


def history_json(answer: HistoryAnswer) -> bytes:
    """Return a history as JSON."""
    return encode(history_document(answer))


def history_table(answer: HistoryAnswer) -> pa.Table:
    """Return a history as a table: one row a step, then what every row shares.

    The schema's metadata hold the JSON answer without its rows.
    """
    rows, counts = answer.rows, answer.query.counts
    whole = " per " not in MEASURES[counts.measure].unit
    number = pa.int64() if whole else pa.float64()
    columns = {
        "recorded_on": pa.array([row.recorded_on for row in rows], pa.date32()),
        "position": pa.array([row.position for row in rows], pa.int64()),
        "kind": pa.array([row.kind.value for row in rows], pa.string()),
        "records": pa.array([row.records for row in rows], pa.int64()),
        "change": pa.array([row.change for row in rows], number),
        "value": pa.array([row.value for row in rows], number),
    }
    shared = (
        ("measure", counts.measure, pa.string()),
        ("source", counts.source.value, pa.string()),
        ("since_position", answer.since_position, pa.int64()),
        ("start", answer.start, number),
        ("as_of_position", answer.as_of_position, pa.int64()),
        ("as_of_time", answer.as_of_time, pa.timestamp("us", tz="UTC")),
        ("definition_version", answer.definition_version, pa.string()),
    )
    for name, value, kind in shared:
        columns[name] = pa.array([value] * len(rows), kind)
    metadata = encode(replace(history_document(answer), rows=()))
    return pa.table(columns).replace_schema_metadata({METADATA_KEY: metadata})


def history_csv(answer: HistoryAnswer) -> str:
    """Return the table of a history as CSV."""
    return table_csv(history_table(answer))


def history_parquet(answer: HistoryAnswer) -> bytes:
    """Return the table of a history as a Parquet file."""
    return table_parquet(history_table(answer))


def history_arrow(answer: HistoryAnswer) -> bytes:
    """Return the table of a history as an Arrow IPC file."""
    return table_arrow(history_table(answer))
