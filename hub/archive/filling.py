"""Puts payloads that were detached from the ledger back into the rows that a reader asked for."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final, Protocol

from psycopg.rows import TupleRow

# Rows that are looked at together, so that a row group of the archive is read once for all of them.
_ROWS: Final = 4_096


class Payloads(Protocol):
    """Where detached payloads lie."""

    def attested(self, leaves: Mapping[int, bytes]) -> Mapping[int, bytes]:
        """Return the states of records, by position, whose leaf hashes the ledger gives."""
        ...


def with_payloads(rows: Iterable[TupleRow], payloads: Payloads) -> Iterator[TupleRow]:
    """Give rows in their order, without the last column but one, and with no state missing.

    A row begins with its position and ends with leaf hash and state, of which one is NULL: the
    leaf hash, or the state if it is detached. Raises ArchiveUnusableError if it cannot be had.
    """
    waiting = iter(rows)
    while some := list(islice(waiting, _ROWS)):
        leaves = {row[0]: bytes(row[-2]) for row in some if row[-1] is None}
        states = payloads.attested(leaves) if leaves else {}
        for row in some:
            state = row[-1] if row[-1] is not None else states[row[0]]
            yield (*row[:-2], state)
