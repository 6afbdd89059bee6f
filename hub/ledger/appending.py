"""The one way into the ledger: gapless positions from a locked head row, and COPY."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from msgspec import Struct
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.stored import encode_event, record_hash, stream_of
from domain.events import Event
from domain.records import Provenance

CHANNEL: LiteralString = "hub_ledger"

_LOCK_HEAD: LiteralString = """
SELECT position, CASE WHEN isfinite(recorded_at) THEN recorded_at END
  FROM ledger.head FOR UPDATE
"""
_MOVE_HEAD: LiteralString = """
UPDATE ledger.head SET position = %(position)s, recorded_at = %(recorded_at)s
"""
_NOTIFY: LiteralString = "NOTIFY hub_ledger"
_COPY: LiteralString = """
COPY ledger.stored_events (notification_id, originator_id, topic, state, publisher,
    submission_id, occurred_at, recorded_at, leaf_hash) FROM STDIN (FORMAT BINARY)
"""
_TYPES = ("int8", "uuid", "text", "bytea", "text", "uuid", "timestamptz", "timestamptz", "bytea")


class Draft(Struct, frozen=True, kw_only=True, gc=False):
    """An event about to be recorded, and whence it came."""

    event: Event
    provenance: Provenance


class EncodedDraft(Struct, frozen=True, kw_only=True, gc=False):
    """A draft in its stored form."""

    stream: UUID
    stored_type: str
    state: bytes
    provenance: Provenance


@dataclass(frozen=True, kw_only=True)
class Head:
    """The last position given and when it was recorded; None: the ledger is empty."""

    position: int
    recorded_at: datetime | None


def encoded(draft: Draft) -> EncodedDraft:
    """Return a draft in its stored form."""
    event = draft.event
    return EncodedDraft(
        stream=stream_of(event),
        stored_type=event.type,
        state=encode_event(event),
        provenance=draft.provenance,
    )


def lock_head(connection: Connection[TupleRow]) -> Head:
    """Wait until no other writer is at work, and keep the others out until the transaction ends.

    Under this lock positions are given in the order of commits, so a reader that tails the
    ledger by position never passes over a record that is committed later.
    """
    row = connection.execute(_LOCK_HEAD).fetchone()
    if row is None:
        raise RuntimeError("ledger.head has no row: the schema was not migrated")
    return Head(position=row[0], recorded_at=row[1])


def append(
    connection: Connection[TupleRow],
    head: Head,
    drafts: Sequence[EncodedDraft],
    *,
    now: datetime,
) -> Head:
    """Record drafts at the positions after `head`, in their order, in the caller's transaction.

    They are durable once that transaction has committed. recorded_at never goes back, whatever
    the clock does. Returns the new head.
    """
    if not drafts:
        return head
    recorded_at = now if head.recorded_at is None else max(now, head.recorded_at)
    position = head.position
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.set_types(_TYPES)
        for draft in drafts:
            position += 1
            origin = draft.provenance
            leaf = record_hash(
                position, recorded_at, draft.stream, draft.stored_type, draft.state, origin
            )
            copy.write_row(
                (
                    position,
                    draft.stream,
                    draft.stored_type,
                    draft.state,
                    origin.publisher,
                    origin.submission_id,
                    origin.occurred_at,
                    recorded_at,
                    leaf,
                )
            )
    connection.execute(_MOVE_HEAD, {"position": position, "recorded_at": recorded_at})
    connection.execute(_NOTIFY)
    return Head(position=position, recorded_at=recorded_at)
