"""The one way into the ledger: gapless positions from a locked head row, and COPY."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from struct import Struct as Packing
from typing import LiteralString
from uuid import UUID

from msgspec import Struct
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.stored import encode_event, record_hashes, stream_of
from domain.events import Event
from domain.records import Provenance
from hub.binary_copy import NULL, bytes_field, copy_in, microseconds, text_field

CHANNEL: LiteralString = "hub_ledger"

_LOCK_HEAD: LiteralString = """
SELECT position, room, CASE WHEN isfinite(recorded_at) THEN recorded_at END
  FROM ledger.head FOR UPDATE
"""
_MOVE_HEAD: LiteralString = """
UPDATE ledger.head SET position = %(position)s, recorded_at = %(recorded_at)s
"""
_MAKE_ROOM: LiteralString = "SELECT ledger.make_room(%(until)s)"
_NOTIFY: LiteralString = "NOTIFY hub_ledger"
_COPY: LiteralString = """
COPY ledger.stored_events (notification_id, originator_id, topic, state, publisher,
    submission_id, occurred_at, recorded_at, leaf_hash) FROM STDIN (FORMAT BINARY)
"""
# Columns of a fixed length, with what PostgreSQL wants before them: how many columns the row has,
# and the length of each.
_POSITION_AND_STREAM = Packing(">hiqi16s")
_ID = Packing(">i16s")
_OCCURRED = Packing(">iq")
_RECORDED_AND_LEAF = Packing(">iqi32s")
_COLUMNS = 9


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
    """The last position given and when it was recorded; None: the ledger is empty.

    room: the last position that has a partition to lie in.
    """

    position: int
    room: int
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
    return Head(position=row[0], room=row[1], recorded_at=row[2])


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
    room = _room(connection, head, head.position + len(drafts))
    position = head.position + len(drafts)
    copy_in(connection, _COPY, _rows(drafts, head.position, recorded_at))
    connection.execute(_MOVE_HEAD, {"position": position, "recorded_at": recorded_at})
    connection.execute(_NOTIFY)
    return Head(position=position, room=room, recorded_at=recorded_at)


def _room(connection: Connection[TupleRow], head: Head, until: int) -> int:
    """Return the last position with a partition, after those that are missing were made."""
    if until <= head.room:
        return head.room
    row = connection.execute(_MAKE_ROOM, {"until": until}).fetchone()
    return int(row[0]) if row else head.room


def _rows(drafts: Sequence[EncodedDraft], after: int, recorded_at: datetime) -> Iterator[bytes]:
    """Yield the rows of the ledger's table: this runs for every record, so little is called."""
    recorded = microseconds(recorded_at)
    hashed = record_hashes(recorded_at)
    # Some dozens of types and publishers, thousands of times.
    texts: dict[str, bytes] = {}
    for position, draft in enumerate(drafts, after + 1):
        origin = draft.provenance
        stored_type, publisher = draft.stored_type, origin.publisher
        leaf = hashed(position, draft.stream, stored_type, draft.state, origin)
        submission = origin.submission_id
        yield b"".join(
            (
                _POSITION_AND_STREAM.pack(_COLUMNS, 8, position, 16, draft.stream.bytes),
                texts.get(stored_type) or texts.setdefault(stored_type, text_field(stored_type)),
                bytes_field(draft.state),
                texts.get(publisher) or texts.setdefault(publisher, text_field(publisher)),
                NULL if submission is None else _ID.pack(16, submission.bytes),
                _OCCURRED.pack(8, microseconds(origin.occurred_at)),
                _RECORDED_AND_LEAF.pack(8, recorded, 32, leaf),
            )
        )
