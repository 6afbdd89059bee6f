"""Puts all records before a rebuild, as Parquet files: the archive's own, the rest copied out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final, LiteralString

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
from psycopg import Connection
from psycopg.rows import TupleRow

from domain.errors import ArchiveUnusableError
from hub.archive.segments import SegmentName, open_records
from hub.archive.store import Archive

Progress = Callable[[int, int], None]

# Positions that are looked at together.
SLAB: Final = 1_048_576
# Bytes of rows that are turned into columns at a time.
_BLOCK: Final = 16 << 20

_RANGES: LiteralString = """
SELECT first_position - 1, least(last_position, %(until)s) FROM ledger.partitions
 WHERE detached_at IS NOT NULL AND first_position <= %(until)s
 ORDER BY first_position
"""
# One hash over the leaf hashes of a range of positions.
_LEAVES: LiteralString = """
SELECT sha256(string_agg(leaf_hash, ''::bytea ORDER BY notification_id))
  FROM ledger.stored_events
 WHERE notification_id >= %(first)s AND notification_id <= %(last)s
"""
_COPY: LiteralString = """
COPY (SELECT notification_id, originator_id, topic, convert_from(state, 'UTF8'), publisher,
             submission_id, occurred_at AT TIME ZONE 'UTC', recorded_at AT TIME ZONE 'UTC'
        FROM ledger.stored_events
       WHERE notification_id > %(after)s AND notification_id <= %(until)s
       ORDER BY notification_id) TO STDOUT (FORMAT csv)
"""
_COPIED: Final = pa.schema(
    [
        ("position", pa.int64()),
        ("stream", pa.string()),
        ("topic", pa.string()),
        ("state", pa.string()),
        ("publisher", pa.string()),
        ("submission_id", pa.string()),
        ("occurred_at", pa.timestamp("us")),
        ("recorded_at", pa.timestamp("us")),
    ]
)


class Source(StrEnum):
    """Where a rebuild reads: what is archived from there, or only what the ledger lacks."""

    LEDGER = "ledger"
    ARCHIVE = "archive"


@dataclass(frozen=True, kw_only=True)
class Slab:
    """The records after one position and up to another, in files that may hold more."""

    after: int
    until: int
    files: tuple[Path, ...]


@dataclass(frozen=True, kw_only=True)
class _Stretch:
    after: int
    until: int
    archived: bool


def gather(
    connection: Connection[TupleRow],
    archive: Archive,
    source: Source,
    scratch: Path,
    *,
    until: int,
    progress: Progress,
) -> list[Slab]:
    """Return the records up to a position, in slabs; what no archive file holds is copied out.

    Nothing is detached while the caller's transaction lasts. Raises ArchiveUnusableError if an
    archived file is not what its manifest says, or is not of this ledger.
    """
    stretches = _stretches(connection, archive, source, until)
    _check(connection, archive, stretches, progress)
    slabs = []
    for stretch in stretches:
        for after in range(stretch.after, stretch.until, SLAB):
            last = min(after + SLAB, stretch.until)
            if stretch.archived:
                files = tuple(
                    archive.segment_dir / name.records for name in _held(archive, after, last)
                )
            else:
                files = (_copy(connection, scratch, after, last),)
                progress(last, until)
            slabs.append(Slab(after=after, until=last, files=files))
    return slabs


def _stretches(
    connection: Connection[TupleRow], archive: Archive, source: Source, until: int
) -> list[_Stretch]:
    """Return whence each position comes, from the first to the last."""
    connection.execute("SELECT position FROM ledger.head")
    if source is Source.ARCHIVE:
        ranges = [(0, min(archive.extent(), until))]
    else:
        found = connection.execute(_RANGES, {"until": until}).fetchall()
        ranges = [(int(str(after)), int(str(last))) for after, last in found]
    stretches, at = [], 0
    for after, last in ranges:
        if at < after:
            stretches.append(_Stretch(after=at, until=after, archived=False))
        if after < last:
            stretches.append(_Stretch(after=after, until=last, archived=True))
        at = max(at, last)
    if at < until:
        stretches.append(_Stretch(after=at, until=until, archived=False))
    return stretches


def _held(archive: Archive, after: int, until: int) -> Sequence[SegmentName]:
    """Return the segments that hold a range of positions, and the position before it.

    Raises ArchiveUnusableError if there are none.
    """
    found = [each for each in archive.segments() if each.first <= until and each.last >= after]
    if not found or found[-1].last < until:
        raise ArchiveUnusableError(
            f"The archive has no position {until}: it ends at {archive.extent()}. Mount the"
            " archive's volume where HUB_ARCHIVE_DIR says, or restore it from its copy."
        )
    return found


def _check(
    connection: Connection[TupleRow],
    archive: Archive,
    stretches: Sequence[_Stretch],
    progress: Progress,
) -> None:
    """Hold what will be read from the archive against its manifests and the ledger's hashes."""
    for stretch in stretches:
        if not stretch.archived:
            continue
        for segment in _held(archive, stretch.after, stretch.until):
            entry = archive.manifest(segment).segment
            if _digest(archive.segment_dir / segment.records) != entry.sha256:
                raise _damaged(segment, "its bytes are not those that its manifest names")
            values = {"first": segment.first, "last": segment.last}
            row = connection.execute(_LEAVES, values, binary=True).fetchone()
            if row is None or bytes(row[0] or b"") != _leaves(archive, segment):
                raise ArchiveUnusableError(
                    f"The archive's records from position {segment.first} to {segment.last} are"
                    " not the ledger's: HUB_ARCHIVE_DIR names another hub's archive, or an older"
                    " copy."
                )
            progress(segment.last, stretch.until)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ArchiveUnusableError(
            f"The archive is damaged: {path.name}: it cannot be read ({error.strerror}). Run hub"
            " verify, and restore the file from its copy."
        ) from error


def _leaves(archive: Archive, segment: SegmentName) -> bytes:
    """Return one hash over the leaf hashes that a segment's file has, in its order."""
    total = sha256()
    try:
        with open_records(archive.segment_dir / segment.records) as file:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=["leaf_hash"], use_threads=False)
                total.update(b"".join(table.column("leaf_hash").to_pylist()))
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _damaged(segment, f"it cannot be read ({type(error).__name__})") from error
    return total.digest()


def _damaged(segment: SegmentName, problem: str) -> ArchiveUnusableError:
    return ArchiveUnusableError(
        f"The archive is damaged: {segment.records}: {problem}. Run hub verify, and restore the"
        " file from its copy."
    )


def _copy(connection: Connection[TupleRow], scratch: Path, after: int, until: int) -> Path:
    """Copy a range of the ledger into a file of columns."""
    path = scratch / f"ledger-{until:012d}.parquet"
    # The position before goes along: what follows it may belong to one message with it.
    values = {"after": max(after - 1, 0), "until": until}
    with pq.ParquetWriter(path, _COPIED, compression="lz4") as writer:
        for block in _blocks(connection, values):
            writer.write_table(_columns(block))
    return path


def _blocks(connection: Connection[TupleRow], values: dict[str, int]) -> Iterator[bytes]:
    """Give whole rows, as many at a time as are worth the call."""
    waiting: list[bytes] = []
    size = 0
    with connection.cursor() as cursor, cursor.copy(_COPY, values) as rows:
        for row in rows:
            waiting.append(bytes(row))
            size += len(row)
            if size >= _BLOCK:
                yield b"".join(waiting)
                waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def _columns(block: bytes) -> pa.Table:
    return csv.read_csv(
        pa.py_buffer(block),
        read_options=csv.ReadOptions(column_names=_COPIED.names, block_size=_BLOCK * 2),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=_COPIED,
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
