"""Derives the archive again from its records, from end to end, with nothing but the archive."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import file_digest
from typing import Final

import pyarrow as pa

from contracts.archive_manifest import (
    ArchivedFile,
    SegmentManifest,
    manifest_hash,
    read_manifest,
)
from contracts.checkpoints import open_checkpoint, parse_checkpoint
from contracts.signed_notes import NoteVerifier, parse_note
from domain.compact_range import CompactRange
from domain.errors import ArchiveUnusableError
from hub.archive.segments import (
    ArchivedRecord,
    SegmentName,
    records_in,
    subjects_in,
    subjects_of,
)
from hub.archive.store import Archive

_STEP: Final = 4_096


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """The first thing that does not fit: where it is, and what is wrong there."""

    where: str
    problem: str


@dataclass(frozen=True, kw_only=True)
class VerifiedArchive:
    """How far an archive fits; where and problem: the first misfit, None: nothing."""

    records: int
    segments: int
    checkpoints: int
    where: str | None
    problem: str | None


class _FoundError(Exception):
    def __init__(self, where: str, problem: str) -> None:
        super().__init__(problem)
        self.misfit = Misfit(where=where, problem=problem)


class ArchiveWalk:
    """One way through an archive as it is now; what is added to it meanwhile is not looked at."""

    def __init__(self, archive: Archive, verifier: NoteVerifier | None) -> None:
        """Take note of what there is. verifier: None: signatures are not checked."""
        self.segments = 0
        self.checkpoints = 0
        self._archive = archive
        self._verifier = verifier
        self._tree = CompactRange()
        self._previous: str | None = None
        self._wrong: str | None = None
        self._names: tuple[SegmentName, ...] = ()
        self._sizes: list[int] = []
        try:
            # A checkpoint is kept after its segments, so these are looked for first.
            self._sizes = archive.checkpoint_sizes()
            self._names = archive.segments()
        except ArchiveUnusableError as error:
            self._wrong = str(error)

    @property
    def extent(self) -> int:
        """The last position that it comes to."""
        return self._names[-1].last if self._names else 0

    def records(self) -> Iterator[ArchivedRecord | Misfit]:
        """Give every record, derived again, in order; and at the end a misfit if there is one."""
        if self._wrong is not None:
            yield Misfit(where="archive", problem=self._wrong)
            return
        try:
            self._signed_here()
            for name in self._names:
                yield from self._segment(name)
                self.segments += 1
            for size in self._sizes[self.checkpoints :]:
                problem = f"it covers records after position {self._tree.size}, which are not there"
                raise _FoundError(f"archived checkpoint {size}", problem)
        except _FoundError as found:
            yield found.misfit
        except ArchiveUnusableError as error:
            yield Misfit(where="archive", problem=str(error))

    def _segment(self, name: SegmentName) -> Iterator[ArchivedRecord]:
        manifest = self._manifest(name)
        self._file(name.manifest, name.records, manifest.segment)
        self._file(name.manifest, name.subjects, manifest.subjects)
        entries: list[tuple[bytes, int]] = []
        for record in self._records(name):
            position = self._tree.size + 1
            if record.position != position or record.position > name.last:
                problem = f"its next record has position {record.position}, not {position}"
                raise _FoundError(name.records, problem)
            if record.derived_hash() != record.leaf_hash:
                problem = "the archived record is not what its leaf hash says"
                raise _FoundError(f"position {position}", problem)
            self._tree.extend([record.leaf_hash])
            entries += [(subject, position) for subject in subjects_of(record)]
            yield record
            self._signed_here()
        if self._tree.size != name.last:
            raise _FoundError(name.records, f"it ends at position {self._tree.size}")
        if manifest.root != self._tree.root().hex():
            raise _FoundError(name.manifest, "its root is not what the records lead to")
        if self._subjects(name) != sorted(entries):
            raise _FoundError(name.subjects, "it does not list whom the records are about")

    def _manifest(self, name: SegmentName) -> SegmentManifest:
        content = self._archive.manifest_bytes(name)
        try:
            manifest = read_manifest(content)
        except ValueError as error:
            raise _FoundError(name.manifest, "it is not a manifest of this format") from error
        if (manifest.first, manifest.last) != (name.first, name.last):
            raise _FoundError(name.manifest, "it is of other positions than its name says")
        if manifest.previous != self._previous:
            raise _FoundError(name.manifest, "it does not follow from the manifest before it")
        self._previous = manifest_hash(content)
        return manifest

    def _file(self, manifest: str, name: str, entry: ArchivedFile) -> None:
        if entry.name != name:
            raise _FoundError(manifest, f"it names another file than {name}")
        path = self._archive.segment_dir / name
        try:
            with path.open("rb") as file:
                same = file_digest(file, "sha256").hexdigest() == entry.sha256
            same = same and path.stat().st_size == entry.bytes
        except OSError as error:
            raise _FoundError(name, f"it cannot be read ({error.strerror})") from error
        if not same:
            raise _FoundError(name, f"its bytes are not those that {manifest} names")

    def _records(self, name: SegmentName) -> Iterator[ArchivedRecord]:
        try:
            yield from records_in(self._archive.segment_dir / name.records)
        except (OSError, ValueError, pa.ArrowException) as error:
            problem = f"it cannot be read ({type(error).__name__})"
            raise _FoundError(name.records, problem) from error

    def _subjects(self, name: SegmentName) -> list[tuple[bytes, int]]:
        try:
            return subjects_in(self._archive.segment_dir / name.subjects)
        except (OSError, ValueError, pa.ArrowException) as error:
            problem = f"it cannot be read ({type(error).__name__})"
            raise _FoundError(name.subjects, problem) from error

    def _signed_here(self) -> None:
        if self.checkpoints == len(self._sizes):
            return
        size = self._sizes[self.checkpoints]
        if size != self._tree.size:
            return
        where = f"archived checkpoint {size}"
        note = self._archive.checkpoint(size) or ""
        try:
            if self._verifier is None:
                signed = parse_checkpoint(parse_note(note.encode()).text)
            else:
                signed = open_checkpoint(note.encode(), self._verifier)
        except ValueError as error:
            raise _FoundError(where, str(error)) from error
        if signed.size != size:
            raise _FoundError(where, "the note is of another size than its name says")
        if signed.root != self._tree.root():
            raise _FoundError(where, "its root is not what the records lead to")
        self.checkpoints += 1


def verify_archive(
    archive: Archive,
    progress: Callable[[int, int], None] | None = None,
    *,
    verifier: NoteVerifier | None = None,
) -> VerifiedArchive:
    """Derive everything in an archive again, in order, and say what the first misfit is.

    verifier: whose signatures the checkpoints must bear; None: signatures are not checked.
    """
    walk = ArchiveWalk(archive, verifier)
    total = walk.extent
    records, misfit = 0, None
    for each in walk.records():
        if isinstance(each, Misfit):
            misfit = each
            break
        records += 1
        if progress is not None and records % _STEP == 0:
            progress(records, total)
    return VerifiedArchive(
        records=records,
        segments=walk.segments,
        checkpoints=walk.checkpoints,
        where=None if misfit is None else misfit.where,
        problem=None if misfit is None else misfit.problem,
    )
