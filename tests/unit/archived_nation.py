"""A small nation made of random histories, and its archive as the hub would have written it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pyarrow as pa

from contracts.archive_manifest import (
    ArchivedFile,
    SegmentManifest,
    archived_file,
    manifest_hash,
    manifest_json,
)
from contracts.stored import encode_event, stream_of
from domain.compact_range import CompactRange
from domain.records import RecordedEvent
from hub.archive.segments import (
    RECORDS,
    ArchivedRecord,
    SegmentName,
    subjects_of,
    write_records,
    write_subjects,
)
from tests.unit.placement_histories import care_history
from tests.unit.protection_histories import of_publisher, protection_history
from tests.unit.quality_histories import quality_history
from tests.unit.random_histories import history
from tests.unit.records import record
from tests.unit.response_histories import response_history

RECORDED = datetime(2026, 4, 1, tzinfo=UTC)
HISTORIES = (
    history,
    quality_history,
    protection_history,
    care_history,
    response_history,
    protection_history,
)
# What every identifier in a history begins with, and its number ends.
_BEGINS = "00000000-0000-0000-0000-"


def nation(histories: int, length: int) -> list[ArchivedRecord]:
    """Return what publishers tell of themselves, then histories of two persons each, in turn."""
    told = [_moved(_told_of_itself(Random(seed)), histories) for seed in range(histories)]
    for seed in range(histories):
        tell = HISTORIES[seed % len(HISTORIES)]
        told += [_moved(each, seed) for each in tell(Random(seed), length)]
    return [_placed(each, position) for position, each in enumerate(told, start=1)]


def _told_of_itself(random: Random) -> RecordedEvent:
    # No two statements stand equally high: each comes in a submission of its own.
    submission = random.randrange(1, 2**40)
    publisher = random.choice(["la-330", "la-331"])
    return record(of_publisher(random), publisher=publisher, submission=submission)


def _moved(told: RecordedEvent, seed: int) -> ArchivedRecord:
    """Return a record whose identifiers are in no other history."""

    def moved(text: str) -> str:
        return text.replace(_BEGINS, f"{seed:08x}-0000-0000-0000-")

    origin = told.provenance
    submission = origin.submission_id
    return ArchivedRecord(
        position=1,
        stream=UUID(moved(str(stream_of(told.event)))),
        stored_type=told.event.type,
        state=moved(encode_event(told.event).decode()).encode(),
        provenance=replace(
            origin, submission_id=None if submission is None else UUID(moved(str(submission)))
        ),
        recorded_at=RECORDED,
        leaf_hash=b"",
    )


def _placed(record: ArchivedRecord, position: int) -> ArchivedRecord:
    placed = replace(record, position=position)
    return replace(placed, leaf_hash=placed.derived_hash())


def write_archive(folder: Path, records: Sequence[ArchivedRecord], *, segment: int) -> None:
    """Write the archive of a ledger, in segments of so many records."""
    segments = folder / "ledger" / "segments"
    segments.mkdir(parents=True)
    tree, previous = CompactRange(), None
    for at in range(0, len(records), segment):
        some = records[at : at + segment]
        name = SegmentName(first=at + 1, last=at + len(some))
        write_records(segments / name.records, [_table(some)])
        write_subjects(segments / name.subjects, _entries(some))
        tree.extend([each.leaf_hash for each in some])
        manifest = SegmentManifest(
            first=name.first,
            last=name.last,
            records=len(some),
            segment=_file(segments / name.records),
            subjects=_file(segments / name.subjects),
            root=tree.root().hex(),
            edge=tuple(each.hex() for each in tree.hashes),
            previous=previous,
        )
        document = manifest_json(manifest)
        (segments / name.manifest).write_bytes(document)
        previous = manifest_hash(document)


def _table(records: Sequence[ArchivedRecord]) -> pa.Table:
    columns: list[Any] = [list(column) for column in zip(*map(_row, records), strict=True)]
    return pa.Table.from_pydict(dict(zip(RECORDS.names, columns, strict=True)), RECORDS)


def _row(record: ArchivedRecord) -> list[object]:
    row = [each.bytes if isinstance(each, UUID) else each for each in record.row()]
    return [each.decode() if each is record.state else each for each in row]


def _entries(records: Sequence[ArchivedRecord]) -> Iterator[tuple[bytes, int]]:
    return ((subject, each.position) for each in records for subject in subjects_of(each))


def _file(path: Path) -> ArchivedFile:
    content = path.read_bytes()
    return archived_file(path.name, sha256(content).hexdigest(), len(content))
