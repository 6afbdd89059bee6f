"""The journal of erasures, kept beside the archive: a restored database does them again.

Each line names a subject, the reason and the time, nothing else about the child.
"""

import os
from datetime import datetime
from fcntl import LOCK_EX, flock
from pathlib import Path
from uuid import UUID

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Encoder, decode

from domain.errors import ErasureJournalError
from domain.vocabulary import ErasureReason
from hub.durable_files import sync_directory

JOURNAL = "erasures.ndjson"
_ENCODER = Encoder()


class Journalled(Struct, frozen=True, kw_only=True):
    """An erasure that was decided; erased_at: in UTC."""

    subject_id: UUID
    reason: ErasureReason
    erased_at: datetime


class ErasureJournal:
    """Remembers erasures outside the database, in the order in which they were decided."""

    def __init__(self, folder: Path) -> None:
        """Take the archive's directory, which need not be there yet."""
        self.path = folder / JOURNAL

    def add(self, erasure: Journalled) -> None:
        """Keep an erasure; on return it is durable. One that is known already changes nothing.

        Raises ErasureJournalError if it cannot be kept.
        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            with os.fdopen(handle, "r+b") as file:
                flock(file, LOCK_EX)
                whole = file.read()
                # What a crash left half-written was never confirmed to anyone.
                end = whole.rfind(b"\n") + 1
                known = {each.subject_id for each in self._read(whole[:end])}
                if erasure.subject_id not in known:
                    file.truncate(end)
                    file.seek(end)
                    file.write(_ENCODER.encode(erasure) + b"\n")
                    file.flush()
                # Another process may have written the line and not have made it durable yet.
                os.fsync(file.fileno())
            sync_directory(self.path.parent)
        except OSError as error:
            raise ErasureJournalError(
                f"The journal of erasures {self.path} cannot be written ({error.strerror}):"
                " nothing was erased. Mount the archive's directory, or free space, and ask again."
            ) from error

    def entries(self) -> tuple[Journalled, ...]:
        """Return every erasure. Raises ErasureJournalError if the journal is there and damaged."""
        try:
            whole = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise ErasureJournalError(
                f"The journal of erasures {self.path} cannot be read ({error.strerror}):"
                " mount the archive's directory, or give the hub's user access."
            ) from error
        return self._read(whole[: whole.rfind(b"\n") + 1])

    def _read(self, whole: bytes) -> tuple[Journalled, ...]:
        try:
            return tuple(decode(line, type=Journalled) for line in whole.splitlines())
        except (DecodeError, ValidationError) as error:
            raise ErasureJournalError(
                f"The journal of erasures {self.path} is damaged: restore it from a copy. Nothing"
                " is served or erased until then, for erased children could come back."
            ) from error
