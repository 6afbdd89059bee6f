"""Writes the archive behind the live ledger, a segment at a time, each checked before it counts.

The manifest comes last and makes the segment part of the archive; whatever a kill leaves before
that is cleared by the next writer. The same records give the same bytes.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import file_digest
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import pyarrow as pa
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.archive_manifest import (
    ArchivedFile,
    SegmentManifest,
    archived_file,
    manifest_hash,
    manifest_json,
)
from domain.compact_range import CompactRange
from domain.errors import ArchiveUnusableError, UsageError
from hub.archive.files import (
    UNFINISHED,
    beside,
    keep,
    make_directory,
    make_durable,
    put,
    storage_errors,
)
from hub.archive.segments import (
    GROUP_ROWS,
    RECORDS,
    SEGMENT_POSITIONS,
    SegmentName,
    records_in,
    subjects_in,
    subjects_of,
    write_records,
    write_subjects,
)
from hub.archive.store import Archive
from hub.database import Database

# An arbitrary number of ours: one process writes the archive, or moves payloads, at a time.
LOCK_ARCHIVE: LiteralString = "SELECT pg_advisory_xact_lock(7262003)"
_HEAD: LiteralString = "SELECT position FROM ledger.head"
# What the archive must hold already: nothing detached, nothing signed lies after its end.
_NEEDED: LiteralString = """
SELECT (SELECT coalesce(max(last_position), 0) FROM ledger.partitions
         WHERE detached_at IS NOT NULL),
       (SELECT coalesce(max(size), 0) FROM ledger.checkpoints)
"""
_NOTES: LiteralString = """
SELECT size, note FROM ledger.checkpoints WHERE size <= %(size)s ORDER BY size
"""
_LEAF: LiteralString = """
SELECT leaf_hash FROM ledger.stored_events WHERE notification_id = %(position)s
"""
_RECORDS: LiteralString = """
SELECT notification_id, originator_id, topic, state, publisher, submission_id, occurred_at,
       recorded_at, leaf_hash
  FROM ledger.stored_events
 WHERE notification_id >= %(first)s AND notification_id <= %(last)s
 ORDER BY notification_id
"""

Progress = Callable[[int, int], None]


def archive_ledger(
    database: Database,
    archive: Archive,
    *,
    until: int | None = None,
    anew: bool = False,
    progress: Progress | None = None,
    segment_positions: int = SEGMENT_POSITIONS,
) -> int:
    """Bring the archive up to date with the ledger; return the last position that it holds then.

    until: archive up to exactly this position, in a last segment that may be short; None: whole
    segments only. anew: the archive was lost, and is to begin again; what was signed is kept there
    again as well. Several processes take turns. Raises ArchiveUnusableError if the archive is not
    this ledger's or a record does not fit its hash, which is then not archived; UsageError if
    `until` lies after the ledger's end; StorageFullError.
    """
    while True:
        with database.transaction() as connection:
            connection.execute(LOCK_ARCHIVE)
            head = _position(connection)
            if until is not None and until > head:
                raise UsageError(f"The ledger ends at position {head}, before {until}.")
            done = archive.extent()
            _check_own(connection, archive, done, head, anew=anew)
            last = (done // segment_positions + 1) * segment_positions
            goal = head - head % segment_positions if until is None else until
            if progress is not None:
                progress(min(done, goal), goal)
            if done >= goal:
                for size, note in connection.execute(_NOTES, {"size": done}) if anew else ():
                    archive.keep_checkpoint(size, note)
                return done
            segment = SegmentName(first=done + 1, last=min(last, goal))
            with storage_errors(archive.segment_dir / segment.stem):
                _write(connection, archive, segment)


def _check_own(
    connection: Connection[TupleRow], archive: Archive, done: int, head: int, *, anew: bool
) -> None:
    """Refuse to go on with an archive of another ledger, or one that lost what it had."""
    detached, signed = connection.execute(_NEEDED).fetchone() or (0, 0)
    needed = detached if anew else max(detached, signed)
    if done < needed:
        raise ArchiveUnusableError(
            f"The archive in {archive.folder} ends at position {done}, but it held {needed} once."
            " Mount the archive's volume where HUB_ARCHIVE_DIR says, or restore it from its copy."
            " If it is lost for ever and no payload was detached, hub archive --anew begins again."
        )
    if done > head:
        raise ArchiveUnusableError(
            f"The archive holds position {done}, and the ledger ends at {head}: restore the ledger"
            " with hub restore, or let HUB_ARCHIVE_DIR name this hub's archive."
        )
    if done:
        row = connection.execute(_LEAF, {"position": done}, binary=True).fetchone()
        archive.attested({done: bytes(row[0]) if row else b""})


def _write(connection: Connection[TupleRow], archive: Archive, segment: SegmentName) -> None:
    """Add a segment: its two files, read back and compared, then the manifest."""
    folder = archive.segment_dir
    make_directory(folder)
    _clear(folder, segment.first)
    records, subjects = folder / segment.records, folder / segment.subjects
    unfinished = (beside(records), beside(subjects))
    try:
        leaves: list[bytes] = []
        write_records(unfinished[0], _batches(connection, segment, leaves))
        entries = _read_back(unfinished[0], segment, leaves)
        write_subjects(unfinished[1], entries)
        if subjects_in(unfinished[1]) != sorted(entries):
            raise _not_kept(segment.subjects)
        for path in unfinished:
            make_durable(path)
        files = (_entry(segment.records, unfinished[0]), _entry(segment.subjects, unfinished[1]))
        manifest = _manifest(archive, segment, leaves, files)
        keep(unfinished[0], records)
        keep(unfinished[1], subjects)
    finally:
        for path in unfinished:
            path.unlink(missing_ok=True)
    # Whoever lost the database has lost the lock as well, and must not finish.
    connection.execute(_HEAD)
    put(folder / segment.manifest, manifest_json(manifest))


def _batches(
    connection: Connection[TupleRow], segment: SegmentName, leaves: list[bytes]
) -> Iterator[pa.Table]:
    """Give the rows of a segment, a row group in memory at a time, and note their leaf hashes."""
    expected = segment.first
    with connection.cursor("archive", binary=True) as cursor:
        cursor.execute(_RECORDS, {"first": segment.first, "last": segment.last})
        while rows := cursor.fetchmany(GROUP_ROWS):
            for row in rows:
                if row[0] != expected or row[3] is None:
                    raise _misfit(expected, "is missing" if row[0] != expected else "has no state")
                expected += 1
            leaves += [bytes(row[-1]) for row in rows]
            yield _table(rows)
    if expected != segment.last + 1:
        raise _misfit(expected, "is missing")


def _table(rows: Sequence[TupleRow]) -> pa.Table:
    position, stream, topic, state, publisher, submission, occurred, recorded, leaf = zip(
        *rows, strict=True
    )
    columns: list[Sequence[Any]] = [
        position,
        [_bytes(each) for each in stream],
        topic,
        [_text(each, at) for at, each in zip(position, state, strict=True)],
        publisher,
        [_bytes(each) for each in submission],
        occurred,
        recorded,
        leaf,
    ]
    return pa.Table.from_arrays(
        [pa.array(each, field.type) for each, field in zip(columns, RECORDS, strict=True)],
        schema=RECORDS,
    )


def _bytes(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes


def _text(state: bytes, position: int) -> str:
    try:
        return bytes(state).decode()
    except UnicodeDecodeError as error:
        raise _misfit(position, "has a state that is not UTF-8") from error


def _read_back(path: Path, segment: SegmentName, leaves: list[bytes]) -> list[tuple[bytes, int]]:
    """Derive every leaf hash from what was written, hold it against the ledger's, list whom."""
    entries = []
    position = segment.first
    for record, leaf in zip(records_in(path), leaves, strict=True):
        if record.position != position or record.leaf_hash != leaf:
            raise _not_kept(segment.records)
        if record.derived_hash() != leaf:
            raise _misfit(position, "is not what its leaf hash says")
        entries += [(subject, position) for subject in subjects_of(record)]
        position += 1
    return entries


def _manifest(
    archive: Archive,
    segment: SegmentName,
    leaves: list[bytes],
    files: tuple[ArchivedFile, ArchivedFile],
) -> SegmentManifest:
    tree, previous = CompactRange(), None
    if segment.first > 1:
        before = archive.segments()[-1]
        tree = archive.manifest(before).tree()
        previous = manifest_hash(archive.manifest_bytes(before))
    tree.extend(leaves)
    return SegmentManifest(
        first=segment.first,
        last=segment.last,
        records=len(leaves),
        segment=files[0],
        subjects=files[1],
        root=tree.root().hex(),
        edge=tuple(each.hex() for each in tree.hashes),
        previous=previous,
    )


def _entry(name: str, path: Path) -> ArchivedFile:
    with path.open("rb") as file:
        return archived_file(name, file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def _clear(folder: Path, first: int) -> None:
    """Remove what a dead writer left: unfinished files, and segments that have no manifest yet."""
    for path in folder.iterdir():
        number, _, rest = path.name.partition("-")
        left = number.isdecimal() and int(number) >= first and rest.endswith(".parquet")
        if left or path.name.startswith(UNFINISHED):
            path.unlink(missing_ok=True)


def _position(connection: Connection[TupleRow]) -> int:
    row = connection.execute(_HEAD).fetchone()
    return int(row[0]) if row else 0


def _misfit(position: int, problem: str) -> ArchiveUnusableError:
    return ArchiveUnusableError(
        f"The ledger's record at position {position} {problem}; nothing from there on was"
        " archived. Stop intake, run hub verify, and restore the ledger."
    )


def _not_kept(name: str) -> ArchiveUnusableError:
    return ArchiveUnusableError(
        f"The archive's volume gave back other bytes than were written ({name}): replace it."
        " What was archived before is not affected."
    )
