"""Holds the ledger's rows against their hashes, and against the archive that lies beside it."""

from collections.abc import Iterator
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.signed_notes import NoteVerifier
from contracts.stored import record_hash
from domain.records import Provenance
from hub.archive.segments import ArchivedRecord
from hub.archive.store import Archive
from hub.archive.verifying import ArchiveWalk, Misfit

# What only the archive has, or must have had before it was signed.
_NEEDED: LiteralString = """
SELECT coalesce(max(last_position), 0) FROM ledger.partitions WHERE detached_at IS NOT NULL
"""


class Beside:
    """The archive's records one by one beside the ledger's; without an archive, the ledger's."""

    def __init__(self, archive: Archive | None, verifier: NoteVerifier | None) -> None:
        """Take note of what the archive holds now. verifier: for the checkpoints kept there."""
        self.archived = 0
        self.detached = 0
        self._walk = None if archive is None else ArchiveWalk(archive, verifier)
        self._records: Iterator[ArchivedRecord | Misfit] = iter(())

    def begin(self, connection: Connection[TupleRow]) -> Misfit | None:
        """Start; return a misfit if the archive lacks what was left to it alone."""
        if self._walk is None:
            return None
        self._records = self._walk.records()
        row = connection.execute(_NEEDED).fetchone()
        needed = row[0] if row else 0
        if self._walk.extent >= needed:
            return None
        first = next(self._records, None)
        if isinstance(first, Misfit):
            return first
        problem = f"it ends before position {needed}, whose payload was left to it"
        return Misfit(where="archive", problem=problem)

    def check(self, expected: int, values: TupleRow) -> Misfit | None:
        """Return what is wrong with the next row of the ledger, or with the archive up to it.

        values: position, stream, type, state, publisher, submission, both times, leaf hash.
        """
        where = f"position {expected}"
        if values[0] != expected:
            problem = f"a record is missing: the next one has position {values[0]}"
            return Misfit(where=where, problem=problem)
        archived = next(self._records, None)
        if isinstance(archived, Misfit):
            return archived
        state = values[3]
        if state is None:
            self.detached += 1
            if archived is None:
                return Misfit(where=where, problem="its payload is detached, and in no archive")
            state = archived.state
        row = (*values[:3], bytes(state), *values[4:8], bytes(values[8]))
        if archived is not None:
            self.archived += 1
            # The walk has derived the hash from the same values.
            if row == archived.row():
                return None
        if _derived(row) != row[-1]:
            return Misfit(where=where, problem="the record is not what its leaf hash says")
        if archived is not None:
            return Misfit(where=where, problem="the archive holds another record")
        return None

    def end(self, records: int) -> Misfit | None:
        """Return what the archive holds after the ledger's last record, or is wrong at its end."""
        left = next(self._records, None)
        if isinstance(left, ArchivedRecord):
            where = f"position {records + 1}"
            return Misfit(where=where, problem="the archive holds it, and the ledger does not")
        return left


def _derived(row: TupleRow) -> bytes:
    position, stream, topic, state, publisher, submission, occurred_at, recorded_at, _ = row
    origin = Provenance(publisher=publisher, submission_id=submission, occurred_at=occurred_at)
    return record_hash(position, recorded_at, stream, topic, state, origin)
