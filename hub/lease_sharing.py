"""Shares leases evenly among the processes that live, and takes over those of one that does not."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow
from structlog import get_logger

from domain.errors import HubError
from hub.database import Database
from hub.leases import TERM, Lease, release, renew, take

# How often in a term a process shows that it lives; and while leases are on their way to it.
LOOKS = 5
EAGER_LOOKS = 20

_LIVE: LiteralString = """
INSERT INTO intake.processes AS p (holder, started_at, expires_at)
VALUES (%(process)s, clock_timestamp(), clock_timestamp() + %(term)s)
ON CONFLICT (holder) DO UPDATE SET expires_at = excluded.expires_at
"""
_END_SILENT: LiteralString = "SELECT intake.end_silent_processes()"
_LIVING: LiteralString = """
SELECT holder FROM intake.processes
 WHERE expires_at >= clock_timestamp() ORDER BY started_at, holder
"""
_LEAVE: LiteralString = "DELETE FROM intake.processes WHERE holder = %(process)s"


def share(leases: int, processes: int, rank: int) -> int:
    """Return how many leases are due to the process of this rank, counted from 0.

    The shares of all ranks add up to all leases, and no two differ by more than one.
    """
    whole, left = divmod(leases, processes)
    return whole + (1 if rank < left else 0)


class LeaseSharing:
    """The leases of one process among its like; each look renews, takes and gives up.

    names: what there are leases on, the same for all processes.
    """

    def __init__(
        self, database: Database, names: Iterable[str], *, process: UUID, term: timedelta = TERM
    ) -> None:
        """Work under the intake role; nothing is held before the first look."""
        self._database = database
        self._names = sorted(names)
        self._process = process
        self._term = term
        self._held: list[Lease] = []
        self._next_look = float("-inf")
        self._log = get_logger()

    @property
    def due(self) -> bool:
        """Whether it is time to look again."""
        return monotonic() >= self._next_look

    def look(self) -> tuple[Lease, ...]:
        """Show that this process lives, and return what it holds from now on, by name.

        Renewing all is one statement, and so is taking. What was lost meanwhile is left out.
        """
        with self._database.transaction() as connection:
            connection.execute(_LIVE, {"process": self._process, "term": self._term})
            row = connection.execute(_END_SILENT).fetchone()
            due = self._due(connection)
            kept = renew(connection, self._held, term=self._term)
            release(connection, kept[due:])
            held = kept[:due]
            taken = take(
                connection, self._names, holder=self._process, most=due - len(held), term=self._term
            )
        if row is not None and row[0]:
            self._log.warning("silent intake processes ended", processes=row[0])
        if len(kept) < len(self._held):
            self._log.warning("leases lost", leases=len(self._held) - len(kept))
        self._held = sorted([*held, *taken])
        looks = LOOKS if len(self._held) == due else EAGER_LOOKS
        self._next_look = monotonic() + self._term.total_seconds() / looks
        return tuple(self._held)

    def leave(self) -> None:
        """Give everything back; if the database is away, the others wait until it runs out."""
        held, self._held = self._held, []
        with suppress(HubError), self._database.transaction() as connection:
            release(connection, held)
            connection.execute(_LEAVE, {"process": self._process})

    def _due(self, connection: Connection[TupleRow]) -> int:
        living: Sequence[UUID] = [row[0] for row in connection.execute(_LIVING).fetchall()]
        return share(len(self._names), len(living), living.index(self._process))
