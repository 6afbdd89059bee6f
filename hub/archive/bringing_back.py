"""Brings detached payloads into the database for as long as one transaction lasts: for a rebuild.

A rebuild asks for the records of some thousand children at a time, which lie all over the archive.
So it reads the archive once, from end to end, and then asks a table of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.errors import ArchiveUnusableError
from hub.archive.segments import ArchivedRecord
from hub.archive.store import Archive

Progress = Callable[[int, int], None]

STEP: Final = 65_536

_RANGES: LiteralString = """
SELECT first_position, least(last_position, %(until)s) FROM ledger.partitions
 WHERE detached_at IS NOT NULL AND first_position <= %(until)s
 ORDER BY first_position
"""
_CREATE: LiteralString = """
CREATE TEMPORARY TABLE brought_back (
    position bigint PRIMARY KEY, leaf_hash bytea NOT NULL, state bytea NOT NULL
) ON COMMIT DROP
"""
_COPY: LiteralString = """
COPY brought_back (position, leaf_hash, state) FROM STDIN (FORMAT BINARY)
"""
_FIND: LiteralString = """
SELECT position, leaf_hash, state FROM brought_back
 WHERE position = ANY(%(positions)s) ORDER BY position
"""


def detached_ranges(connection: Connection[TupleRow], until: int) -> list[tuple[int, int]]:
    """Return the first and last positions of the ledger's detached partitions, up to a position."""
    return [(row[0], row[1]) for row in connection.execute(_RANGES, {"until": until})]


class BroughtBack:
    """The payloads of some types of record, in a temporary table of the caller's transaction."""

    def __init__(
        self,
        connection: Connection[TupleRow],
        archive: Archive,
        ranges: Sequence[tuple[int, int]],
        types: Sequence[str],
        progress: Progress | None = None,
    ) -> None:
        """Read the ranges of positions from the archive, from end to end."""
        self._connection = connection
        self._types = frozenset(types)
        if not ranges:
            return
        total = sum(last - first + 1 for first, last in ranges)
        done = 0
        connection.execute(_CREATE)
        for first, last in ranges:
            for after in range(first - 1, last, STEP):
                until = min(after + STEP, last)
                self._copy(archive, after, until)
                done += until - after
                if progress is not None:
                    progress(done, total)

    def attested(self, leaves: Mapping[int, bytes]) -> Mapping[int, bytes]:
        """Return the states of records, by position, whose leaf hashes the ledger gives."""
        rows = self._connection.execute(_FIND, {"positions": list(leaves)}, binary=True)
        found = {position: (bytes(leaf), bytes(state)) for position, leaf, state in rows}
        for position, leaf in leaves.items():
            if position not in found or found[position][0] != leaf:
                raise ArchiveUnusableError(
                    f"The archive's record at position {position} is not the ledger's:"
                    " HUB_ARCHIVE_DIR names another hub's archive, or an older copy."
                )
        return {position: state for position, (_, state) in found.items()}

    def _copy(self, archive: Archive, after: int, until: int) -> None:
        with self._connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.set_types(("int8", "bytea", "bytea"))
            for record in archive.records(after, until):
                if self._wanted(record):
                    copy.write_row((record.position, record.leaf_hash, record.state))

    def _wanted(self, record: ArchivedRecord) -> bool:
        return record.stored_type in self._types
