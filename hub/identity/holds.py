"""Orders to keep a child's identity: while one stands, the child is not erased."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.vocabulary import HoldReason

_SET: LiteralString = """
INSERT INTO vault.holds (subject_id, reason, set_by, set_at)
VALUES (%(subject)s, %(reason)s, %(by)s, %(now)s)
ON CONFLICT DO NOTHING
"""
_RELEASE: LiteralString = """
UPDATE vault.holds SET released_by = %(by)s, released_at = %(now)s
 WHERE subject_id = %(subject)s AND released_at IS NULL
   AND (%(reason)s::text IS NULL OR reason = %(reason)s)
"""
_HOLDS: LiteralString = """
SELECT subject_id, reason, set_by, set_at, released_by, released_at
  FROM vault.holds
 WHERE (%(subject)s::uuid IS NULL OR subject_id = %(subject)s)
   AND (NOT %(standing)s OR released_at IS NULL)
 ORDER BY set_at, subject_id, reason
"""


@dataclass(frozen=True, kw_only=True)
class Hold:
    """One order to keep; it stands until it was released."""

    subject_id: UUID
    reason: HoldReason
    set_by: str
    set_at: datetime
    released_by: str | None
    released_at: datetime | None


def set_hold(
    connection: Connection[TupleRow], subject_id: UUID, reason: HoldReason, by: str, now: datetime
) -> None:
    """Order that a child's identity is kept; one that stands for the same reason stays."""
    values = {"subject": subject_id, "reason": reason.value, "by": by, "now": now}
    connection.execute(_SET, values)


def release_holds(
    connection: Connection[TupleRow],
    subject_id: UUID,
    reason: HoldReason | None,
    by: str,
    now: datetime,
) -> int:
    """End the orders about a child for one reason, or for all (None); return how many stood."""
    values = {
        "subject": subject_id,
        "reason": None if reason is None else reason.value,
        "by": by,
        "now": now,
    }
    return connection.execute(_RELEASE, values).rowcount


def holds_of(
    connection: Connection[TupleRow], subject_id: UUID | None = None, *, standing: bool = True
) -> list[Hold]:
    """Return the orders about a child, or about all; standing: False: those released, too."""
    values = {"subject": subject_id, "standing": standing}
    return [
        Hold(
            subject_id=row[0],
            reason=HoldReason(row[1]),
            set_by=row[2],
            set_at=row[3],
            released_by=row[4],
            released_at=row[5],
        )
        for row in connection.execute(_HOLDS, values)
    ]
