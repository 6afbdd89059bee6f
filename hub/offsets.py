"""Where reading goes on in each topic, moved in the transaction of the events themselves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.errors import FencedOutError
from hub.leases import Lease, hold

_READ: LiteralString = """
SELECT topic, topic_id, next_offset, last_message FROM intake.offsets
 WHERE topic = ANY (%(topics)s) ORDER BY topic
"""
_MOVE: LiteralString = """
WITH moves AS (
    SELECT * FROM unnest(%(topics)s::text[], %(ids)s::uuid[], %(expected)s::bigint[],
                         %(next)s::bigint[], %(last)s::bytea[])
               AS m (topic, topic_id, expected, next_offset, last_message)
), moved AS (
    UPDATE intake.offsets o
       SET next_offset = m.next_offset, last_message = m.last_message,
           updated_at = clock_timestamp()
      FROM moves m
     WHERE o.topic = m.topic AND o.topic_id = m.topic_id AND o.next_offset = m.expected
    RETURNING o.topic
), started AS (
    INSERT INTO intake.offsets (topic, topic_id, next_offset, last_message, updated_at)
    SELECT topic, topic_id, next_offset, last_message, clock_timestamp()
      FROM moves WHERE expected IS NULL
    ON CONFLICT DO NOTHING
    RETURNING topic
)
SELECT topic FROM moved UNION ALL SELECT topic FROM started ORDER BY topic
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class OffsetMove:
    """How far a batch moves a topic: from `expected`, which nobody else may have moved, to `next`.

    expected: None at the very first batch of the topic. last: keyed hash of the last message read.
    """

    topic: str
    topic_id: UUID
    expected: int | None
    next: int
    last: bytes | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPosition:
    """Where reading a topic goes on, and which incarnation of the topic it speaks of.

    last: keyed hash of the message before that place; None: there is none to compare with.
    """

    topic_id: UUID
    next_offset: int
    last: bytes | None = None


def read_offsets(
    connection: Connection[TupleRow], topics: Iterable[str]
) -> dict[str, StoredPosition]:
    """Return where reading goes on, for the topics that were ever read."""
    rows = connection.execute(_READ, {"topics": list(topics)}).fetchall()
    return {
        str(row[0]): StoredPosition(topic_id=row[1], next_offset=row[2], last=row[3])
        for row in rows
    }


def move_offsets(
    connection: Connection[TupleRow], moves: Sequence[OffsetMove], leases: Iterable[Lease] = ()
) -> None:
    """Move offsets in the caller's transaction, under leases that stay held until it ends.

    Raises FencedOutError if a lease was lost, or another process has moved an offset.
    """
    hold(connection, leases)
    if not moves:
        return
    values = {
        "topics": [each.topic for each in moves],
        "ids": [each.topic_id for each in moves],
        "expected": [each.expected for each in moves],
        "next": [each.next for each in moves],
        "last": [each.last for each in moves],
    }
    done = {str(row[0]) for row in connection.execute(_MOVE, values).fetchall()}
    left = sorted({each.topic for each in moves} - done)
    if left:
        raise FencedOutError(
            f"Another process has moved the offset of {left[0]}: read the offsets again."
        )
