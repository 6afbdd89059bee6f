"""Reads the ledger: by position, or by stream."""

from collections.abc import Iterable, Iterator
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.stored import recorded_event
from domain.records import Provenance, RecordedEvent

_FROM: LiteralString = """
SELECT notification_id, recorded_at, publisher, submission_id, occurred_at, topic, state
  FROM ledger.stored_events
 WHERE notification_id > %(after)s AND notification_id <= %(until)s
 ORDER BY notification_id
"""
_STREAMS: LiteralString = """
SELECT notification_id, recorded_at, publisher, submission_id, occurred_at, topic, state
  FROM ledger.stored_events
 WHERE originator_id = ANY(%(streams)s)
 ORDER BY notification_id
"""


def read_from(
    connection: Connection[TupleRow], *, after: int, until: int
) -> Iterator[RecordedEvent]:
    """Give the records of a range of positions, in their order."""
    yield from _records(connection.execute(_FROM, {"after": after, "until": until}, binary=True))


def read_streams(
    connection: Connection[TupleRow], streams: Iterable[UUID]
) -> Iterator[RecordedEvent]:
    """Give the records of some streams, in the order of their positions."""
    yield from _records(connection.execute(_STREAMS, {"streams": list(streams)}, binary=True))


def _records(rows: Iterable[TupleRow]) -> Iterator[RecordedEvent]:
    for position, recorded_at, publisher, submission_id, occurred_at, topic, state in rows:
        provenance = Provenance(
            publisher=publisher,
            submission_id=submission_id,
            occurred_at=occurred_at,
        )
        yield recorded_event(
            position,
            recorded_at,
            provenance,
            topic,
            bytes(state),
        )
