"""The rejections that wait for their publishers' topics, queued in the transaction of the batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString, Protocol
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.outcomes import Outcome, Settled
from contracts.reasons import Reason
from contracts.rejection_events import RejectedSubmission, RejectionEvent, rejection_event

# An id that was used before with other content; it has no reason code of its own.
CONFLICT = "This id was sent before with other content; send a correction with a new id."
CONFLICT_POINTER = "/id"

_QUEUE: LiteralString = """
INSERT INTO intake.outbox (publisher, submission_id, outcome, reason, pointer, message, topic,
    topic_offset, settled_at)
SELECT publisher, submission_id, outcome, reason, pointer, message, topic, topic_offset, %(now)s
  FROM unnest(%(publishers)s::text[], %(submissions)s::uuid[], %(outcomes)s::text[],
              %(reasons)s::text[], %(pointers)s::text[], %(messages)s::text[], %(topics)s::text[],
              %(offsets)s::bigint[])
       WITH ORDINALITY
       AS r (publisher, submission_id, outcome, reason, pointer, message, topic, topic_offset, n)
 ORDER BY n
"""
# Of each publisher as many, so that one whose topic cannot be written holds nobody else up.
_OLDEST: LiteralString = """
SELECT o.sequence, o.publisher, o.id, o.submission_id, o.outcome, o.reason, o.pointer, o.message,
       o.topic, o.topic_offset, o.settled_at
  FROM (SELECT DISTINCT publisher FROM intake.outbox) p
 CROSS JOIN LATERAL (SELECT * FROM intake.outbox WHERE publisher = p.publisher
                      ORDER BY sequence LIMIT %(each)s) o
 ORDER BY o.sequence
"""
_DELETE: LiteralString = "DELETE FROM intake.outbox WHERE sequence = ANY (%(sequences)s)"


class Place(Protocol):
    """Where a message came from, and so who is told if it is refused."""

    @property
    def publisher(self) -> str:
        """Whose topic it is."""
        ...

    @property
    def topic(self) -> str:
        """The topic."""
        ...

    @property
    def offset(self) -> int:
        """The place in the topic."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A rejection that its publisher has not been told yet; sequence: its place in the queue."""

    sequence: int
    publisher: str
    event: RejectionEvent


def queue_rejections(
    connection: Connection[TupleRow],
    places: Sequence[Place],
    settled: Sequence[Settled],
    now: datetime,
) -> None:
    """Queue what was refused of a batch, in its order and in the caller's transaction.

    places: of every message of the batch; empty: nobody is told on a topic.
    """
    refused = [
        (place, end)
        for place, end in zip(places, settled, strict=bool(places))
        if end.outcome is Outcome.REJECTED or end.outcome is Outcome.CONFLICT
    ]
    if not refused:
        return
    reasons = [end.rejection for _, end in refused]
    connection.execute(
        _QUEUE,
        {
            "publishers": [place.publisher for place, _ in refused],
            "submissions": [end.submission_id for _, end in refused],
            "outcomes": [end.outcome.value for _, end in refused],
            "reasons": [each.reason.value if each else None for each in reasons],
            "pointers": [each.pointer if each else CONFLICT_POINTER for each in reasons],
            "messages": [each.message if each else CONFLICT for each in reasons],
            "topics": [place.topic for place, _ in refused],
            "offsets": [place.offset for place, _ in refused],
            "now": now,
        },
    )


def oldest(connection: Connection[TupleRow], *, each: int) -> list[Waiting]:
    """Return the rejections that wait longest, at most `each` of a publisher, in their order."""
    return [_waiting(row) for row in connection.execute(_OLDEST, {"each": each}).fetchall()]


def delete(connection: Connection[TupleRow], sent: Sequence[Waiting]) -> None:
    """Forget rejections that their topics hold."""
    connection.execute(_DELETE, {"sequences": [each.sequence for each in sent]})


def _waiting(row: TupleRow) -> Waiting:
    sequence, publisher, event_id, submission_id, outcome, reason, pointer, message = row[:8]
    topic, offset, settled_at = row[8:]
    rejected = RejectedSubmission(
        submission_id=UUID(str(submission_id)),
        outcome=outcome,
        reason=None if reason is None else Reason(str(reason)),
        pointer=str(pointer),
        message=str(message),
        topic=str(topic),
        offset=int(str(offset)),
    )
    return Waiting(
        sequence=int(str(sequence)),
        publisher=str(publisher),
        event=rejection_event(UUID(str(event_id)), settled_at, rejected),
    )
