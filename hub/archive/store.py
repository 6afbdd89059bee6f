"""The reading side of the ledger's archive: segments, payloads by position, kept checkpoints."""

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Final

import pyarrow as pa

from contracts.archive_manifest import SegmentManifest, read_manifest
from domain.errors import ArchiveUnusableError
from hub.archive.files import UNFINISHED, make_directory, put, storage_errors
from hub.archive.segments import (
    GROUP_ROWS,
    ArchivedRecord,
    SegmentName,
    open_records,
    parse_manifest_name,
    records_in,
    records_of,
    subjects_in,
)

# Row groups that are kept decoded, of about a megabyte each.
GROUPS_KEPT: Final = 48

_DIGITS: Final = 12


class Archive:
    """The archive in a directory; what is in it never changes, it only grows.

    Whatever cannot be read raises ArchiveUnusableError, which names the file.
    """

    def __init__(self, folder: Path) -> None:
        """Read below `folder`, which need not exist yet."""
        self.folder = folder
        self.segment_dir = folder / "ledger" / "segments"
        self.checkpoint_dir = folder / "ledger" / "checkpoints"
        self._segments: tuple[SegmentName, ...] = ()
        self._groups: OrderedDict[tuple[int, int], pa.Table] = OrderedDict()
        self._lock = RLock()

    def extent(self) -> int:
        """Return the last archived position; everything from 1 to there is archived. 0: nothing."""
        segments = self.segments()
        return segments[-1].last if segments else 0

    def segments(self) -> tuple[SegmentName, ...]:
        """Return the segments in the order of their positions, without a gap from position 1."""
        found = sorted(
            name for each in _names(self.segment_dir) if (name := parse_manifest_name(each))
        )
        expected = 1
        for name in found:
            if name.first != expected or name.last < name.first:
                raise ArchiveUnusableError(
                    f"The archive is not whole: {name.manifest} does not follow position"
                    f" {expected - 1}. Restore the archive's directory from its copy."
                )
            expected = name.last + 1
        self._segments = tuple(found)
        return self._segments

    def manifest(self, segment: SegmentName) -> SegmentManifest:
        """Return the manifest of a segment."""
        content = self.manifest_bytes(segment)
        with self._readable(segment.manifest):
            return read_manifest(content)

    def manifest_bytes(self, segment: SegmentName) -> bytes:
        """Return the manifest as it is stored, which is what the next one's hash is of."""
        with self._readable(segment.manifest):
            return (self.segment_dir / segment.manifest).read_bytes()

    def payloads(self, positions: Collection[int]) -> Mapping[int, bytes]:
        """Return the states of records, each held against its own leaf hash."""
        return {record.position: record.state for record in self.find(positions)}

    def attested(self, leaves: Mapping[int, bytes]) -> Mapping[int, bytes]:
        """Return the states of records whose leaf hashes the ledger gives, by position.

        Raises ArchiveUnusableError if the archive holds another record there.
        """
        states = {}
        for record in self.find(leaves):
            if record.leaf_hash != leaves[record.position]:
                raise ArchiveUnusableError(
                    f"The archive's record at position {record.position} is not the ledger's:"
                    " HUB_ARCHIVE_DIR names another hub's archive, or an older copy."
                )
            states[record.position] = record.state
        return states

    def find(self, positions: Collection[int]) -> Iterator[ArchivedRecord]:
        """Give single records, in the order of positions; only the row groups needed are read."""
        wanted: dict[tuple[SegmentName, int], list[int]] = defaultdict(list)
        for position in sorted(positions):
            segment = self._holding(position)
            group, row = divmod(position - segment.first, GROUP_ROWS)
            wanted[segment, group].append(row)
        for (segment, group), rows in wanted.items():
            with self._readable(segment.records):
                found = list(records_of(self._group(segment, group).take(rows)))
            for row, record in zip(rows, found, strict=True):
                position = segment.first + group * GROUP_ROWS + row
                if record.position != position or record.derived_hash() != record.leaf_hash:
                    raise _damaged(segment.records, f"position {position} does not fit its hash")
                yield record

    def records(self, after: int, until: int) -> Iterator[ArchivedRecord]:
        """Give the records of a range of positions in order, each held against its leaf hash."""
        if until > after:
            self._holding(until)
        for segment in self._segments:
            if segment.last <= after or segment.first > until:
                continue
            expected = segment.first
            for record in self._all(segment):
                if record.position != expected or record.derived_hash() != record.leaf_hash:
                    raise _damaged(segment.records, f"position {expected} does not fit its hash")
                expected += 1
                if after < record.position <= until:
                    yield record
            if expected != segment.last + 1:
                raise _damaged(segment.records, f"it ends before position {expected}")

    def positions_of(self, subject: bytes, segment: SegmentName) -> list[int]:
        """Return the positions of a segment's records about a child or an episode (16 bytes)."""
        with self._readable(segment.subjects):
            entries = subjects_in(self.segment_dir / segment.subjects)
        return [position for about, position in entries if about == subject]

    def keep_checkpoint(self, size: int, note: str) -> None:
        """Keep what was signed; durable on return.

        Raises ArchiveUnusableError if another note of this size is kept already.
        """
        path = self._note_path(size)
        with storage_errors(path):
            make_directory(self.checkpoint_dir)
            if not path.exists():
                put(path, note.encode())
            if path.read_bytes() != note.encode():
                raise ArchiveUnusableError(
                    f"The archive holds another checkpoint of size {size}: it is another hub's, or"
                    " the ledger has forked. Stop intake and run hub verify."
                )

    def checkpoint_sizes(self) -> list[int]:
        """Return the sizes of the checkpoints that are kept, in their order."""
        names = _names(self.checkpoint_dir)
        strange = [name for name in names if not (name.isdecimal() and len(name) == _DIGITS)]
        if strange:
            raise _damaged(f"checkpoints/{strange[0]}", "it is not the name of a checkpoint")
        return sorted(map(int, names))

    def checkpoint(self, size: int) -> str | None:
        """Return the signed note of a size; None: it is not kept."""
        path = self._note_path(size)
        with self._readable(f"checkpoints/{path.name}"):
            return path.read_bytes().decode() if path.exists() else None

    def last_checkpoint(self) -> tuple[int, str] | None:
        """Return size and signed note of the largest checkpoint; None before the first."""
        for size in reversed(self.checkpoint_sizes()):
            return size, self.checkpoint(size) or ""
        return None

    def _note_path(self, size: int) -> Path:
        return self.checkpoint_dir / f"{size:0{_DIGITS}d}"

    def _holding(self, position: int) -> SegmentName:
        """Return the segment that holds a position."""
        segments = self._segments
        if not segments or position > segments[-1].last:
            segments = self.segments()
        low, high = 0, len(segments)
        while low < high:
            middle = (low + high) // 2
            if segments[middle].last < position:
                low = middle + 1
            else:
                high = middle
        if low == len(segments) or position < 1:
            raise ArchiveUnusableError(
                f"The archive has no position {position}: it ends at {self.extent()}. Mount the"
                " archive's volume where HUB_ARCHIVE_DIR says, or restore it from its copy."
            )
        return segments[low]

    def _group(self, segment: SegmentName, group: int) -> pa.Table:
        key = (segment.first, group)
        with self._lock:
            table = self._groups.pop(key, None)
            if table is None:
                with open_records(self.segment_dir / segment.records) as file:
                    table = file.read_row_group(group, use_threads=False)
            self._groups[key] = table
            if len(self._groups) > GROUPS_KEPT:
                self._groups.popitem(last=False)
            return table

    def _all(self, segment: SegmentName) -> Iterator[ArchivedRecord]:
        with self._readable(segment.records):
            yield from records_in(self.segment_dir / segment.records)

    @contextmanager
    def _readable(self, name: str) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, IndexError, pa.ArrowException) as error:
            # Not the library's message: it may quote what it could not read.
            raise _damaged(name, f"it cannot be read ({type(error).__name__})") from error


def _damaged(name: str, problem: str) -> ArchiveUnusableError:
    return ArchiveUnusableError(
        f"The archive is damaged: {name}: {problem}. Run hub verify, and restore the file from"
        " its copy."
    )


def _names(directory: Path) -> list[str]:
    """Return the files of a directory that are finished; none if it is not there."""
    with storage_errors(directory):
        if not directory.is_dir():
            return []
        return [each.name for each in directory.iterdir() if not each.name.startswith(UNFINISHED)]
