"""A segment's Parquet files: the records in the order of positions, and whom they are about."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from contracts.stored import record_hash
from domain.records import Provenance

# Segments end at multiples of this, which is one tile of level 1 of the tree, or at a checkpoint.
SEGMENT_POSITIONS: Final = 65_536
# What is decoded to read one payload: the fewer rows the quicker, the more rows the smaller.
GROUP_ROWS: Final = 4_096

_HASH = pa.binary(32)
_UUID = pa.binary(16)
_INSTANT = pa.timestamp("us", tz="UTC")
RECORDS: Final = pa.schema(
    [
        pa.field("position", pa.int64(), nullable=False),
        pa.field("stream", _UUID, nullable=False),
        pa.field("topic", pa.string(), nullable=False),
        pa.field("state", pa.string(), nullable=False),
        pa.field("publisher", pa.string(), nullable=False),
        pa.field("submission_id", _UUID),
        pa.field("occurred_at", _INSTANT, nullable=False),
        pa.field("recorded_at", _INSTANT, nullable=False),
        pa.field("leaf_hash", _HASH, nullable=False),
    ]
)
SUBJECTS: Final = pa.schema(
    [
        pa.field("subject", _UUID, nullable=False),
        pa.field("position", pa.int64(), nullable=False),
    ]
)
# All that decides about the bytes, besides pyarrow's version: the same records, the same file.
_FORM: Final[dict[str, Any]] = {
    "version": "2.6",
    "data_page_version": "1.0",
    "compression": "zstd",
    "compression_level": 3,
    "write_statistics": True,
    "write_page_checksum": True,
    "store_schema": False,
}
_RECORDS_FORM: Final = {
    **_FORM,
    "use_dictionary": ["topic", "publisher"],
    "column_encoding": {"position": "DELTA_BINARY_PACKED"},
}
_SUBJECTS_FORM: Final = {**_FORM, "use_dictionary": ["subject"]}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAME: Final = re.compile(r"([0-9]{12})-([0-9]{12})\.json", re.ASCII)


@dataclass(frozen=True, kw_only=True, order=True)
class SegmentName:
    """Which segment is meant: the positions that it holds, both included."""

    first: int
    last: int

    @property
    def stem(self) -> str:
        """What the names of its files begin with."""
        return f"{self.first:012d}-{self.last:012d}"

    @property
    def records(self) -> str:
        """The file of the records."""
        return f"{self.stem}.parquet"

    @property
    def subjects(self) -> str:
        """The file that says which records are about whom."""
        return f"{self.stem}.subjects.parquet"

    @property
    def manifest(self) -> str:
        """The file whose presence makes the segment part of the archive."""
        return f"{self.stem}.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchivedRecord:
    """A record as the archive holds it, every column of the ledger's."""

    position: int
    stream: UUID
    stored_type: str
    state: bytes
    provenance: Provenance
    recorded_at: datetime
    leaf_hash: bytes

    def derived_hash(self) -> bytes:
        """Return the leaf hash that the other columns lead to."""
        return record_hash(
            self.position,
            self.recorded_at,
            self.stream,
            self.stored_type,
            self.state,
            self.provenance,
        )

    def row(self) -> tuple[object, ...]:
        """Return the values in the order of the columns, as the ledger's table has them."""
        return (
            self.position,
            self.stream,
            self.stored_type,
            self.state,
            self.provenance.publisher,
            self.provenance.submission_id,
            self.provenance.occurred_at,
            self.recorded_at,
            self.leaf_hash,
        )


class _About(Struct):
    subject_id: UUID | None = None


_ABOUT = Decoder(_About)


def parse_manifest_name(name: str) -> SegmentName | None:
    """Return the segment that a manifest's file name stands for; None: it is no such name."""
    match = _NAME.fullmatch(name)
    return None if match is None else SegmentName(first=int(match[1]), last=int(match[2]))


def write_records(path: Path, batches: Iterable[pa.Table]) -> None:
    """Write a new file of records; each batch becomes a row group."""
    with path.open("xb") as file, pq.ParquetWriter(file, RECORDS, **_RECORDS_FORM) as writer:
        for batch in batches:
            writer.write_table(batch, row_group_size=GROUP_ROWS)


def write_subjects(path: Path, entries: Iterable[tuple[bytes, int]]) -> None:
    """Write a new file of who is in which record, sorted."""
    ordered = sorted(entries)
    columns = {
        "subject": [subject for subject, _ in ordered],
        "position": [position for _, position in ordered],
    }
    table = pa.Table.from_pydict(columns, SUBJECTS)
    with path.open("xb") as file, pq.ParquetWriter(file, SUBJECTS, **_SUBJECTS_FORM) as writer:
        writer.write_table(table, row_group_size=GROUP_ROWS)


def subjects_of(record: ArchivedRecord) -> set[bytes]:
    """Return whom a record is found by: its stream, and the child that its state names."""
    try:
        about = _ABOUT.decode(record.state).subject_id
    except DecodeError:
        about = None
    return {record.stream.bytes} if about is None else {record.stream.bytes, about.bytes}


def open_records(path: Path) -> pq.ParquetFile:
    """Open a file of records. Raises ValueError if it is none; OSError if it cannot be read."""
    file = pq.ParquetFile(path, page_checksum_verification=True)
    if not file.schema_arrow.equals(RECORDS):
        file.close()
        raise ValueError("its columns are not those of a segment")
    return file


def records_in(path: Path) -> Iterator[ArchivedRecord]:
    """Give the records of a file, a row group in memory at a time; nothing about them is checked.

    Raises ValueError or OSError if the file cannot be read.
    """
    with open_records(path) as file:
        for group in range(file.num_row_groups):
            yield from records_of(file.read_row_group(group, use_threads=False))


def records_of(table: pa.Table) -> Iterator[ArchivedRecord]:
    """Give the records that a table holds."""
    columns: list[Sequence[Any]] = [
        _instants(column) if column.type == _INSTANT else column.to_pylist()
        for column in table.columns
    ]
    for position, stream, topic, state, publisher, submission, occurred, recorded, leaf in zip(
        *columns, strict=True
    ):
        yield ArchivedRecord(
            position=position,
            stream=UUID(bytes=stream),
            stored_type=topic,
            state=state.encode(),
            provenance=Provenance(
                publisher=publisher,
                submission_id=None if submission is None else UUID(bytes=submission),
                occurred_at=occurred,
            ),
            recorded_at=recorded,
            leaf_hash=leaf,
        )


def _instants(column: pa.ChunkedArray) -> list[datetime]:
    """Return instants in UTC; the library's own way takes five times as long."""
    return [_EPOCH + timedelta(microseconds=each) for each in column.cast(pa.int64()).to_pylist()]


def subjects_in(path: Path) -> list[tuple[bytes, int]]:
    """Return who is in which record, as the file has it.

    Raises ValueError or OSError if the file cannot be read.
    """
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        if not file.schema_arrow.equals(SUBJECTS):
            raise ValueError("its columns are not those of a list of subjects")
        table = file.read(use_threads=False)
    return list(zip(table["subject"].to_pylist(), table["position"].to_pylist(), strict=True))
