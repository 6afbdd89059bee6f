"""The ledger's partitions, and which of them may give their payloads to the archive."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

_PARTITIONS: LiteralString = """
SELECT p.number, p.first_position, p.last_position, p.detached_at, e.recorded_at
  FROM ledger.partitions p
  LEFT JOIN ledger.stored_events e ON e.notification_id = p.last_position
 ORDER BY p.number
"""
_REACHED: LiteralString = """
SELECT (SELECT position FROM link.progress),
       (SELECT min(position) FROM projection.builds),
       (SELECT max(size) FROM ledger.checkpoints)
"""


@dataclass(frozen=True, kw_only=True)
class Partition:
    """A partition of the ledger, and its positions, both ends included.

    filled_at: when its last record was recorded; None: it has room yet. detached_at: since when
    its payloads are in the archive only; None: they are in the ledger.
    """

    number: int
    first: int
    last: int
    filled_at: datetime | None
    detached_at: datetime | None

    @property
    def records(self) -> int:
        """How many records it has once it is full."""
        return self.last - self.first + 1


@dataclass(frozen=True, kw_only=True)
class Reached:
    """How far those have come whom a detached payload would slow down, or must be proved to."""

    archived: int
    linked: int
    projected: int
    signed: int

    def hindrance(self, partition: Partition) -> str | None:
        """Return why a partition cannot be detached yet; None: it can."""
        for what, position in (
            ("the archive ends at", self.archived),
            ("the linker is at", self.linked),
            ("a build of the views is at", self.projected),
            ("the last checkpoint is at", self.signed),
        ):
            if position < partition.last:
                return f"{what} position {position}"
        return None


def partitions_of(connection: Connection[TupleRow]) -> tuple[Partition, ...]:
    """Return every partition of the ledger, in the order of positions."""
    return tuple(
        Partition(number=number, first=first, last=last, filled_at=filled, detached_at=detached)
        for number, first, last, detached, filled in connection.execute(_PARTITIONS)
    )


def reached(connection: Connection[TupleRow], archived: int) -> Reached:
    """Return how far linker, views and checkpoints have come; archived: how far the archive has.

    A hub without views has projected nothing.
    """
    linked, projected, signed = connection.execute(_REACHED).fetchone() or (0, 0, 0)
    return Reached(archived=archived, linked=linked, projected=projected or 0, signed=signed or 0)
