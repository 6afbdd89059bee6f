"""Reads the ledger: by position, or by stream."""

from collections.abc import Iterable, Iterator
from typing import LiteralString
from uuid import UUID

from psycopg import Connection

from contracts.stored import recorded_event
from domain.events import Provenance, RecordedEvent

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
    connection: Connection[tuple[object, ...]], *, after: int, until: int
) -> Iterator[RecordedEvent]:
    """Give the records of a range of positions, in their order."""
    yield from _records(connection.execute(_FROM, {"after": after, "until": until}, binary=True))


def read_streams(
    connection: Connection[tuple[object, ...]], streams: Iterable[UUID]
) -> Iterator[RecordedEvent]:
    """Give the records of some streams, in the order of their positions."""
    yield from _records(connection.execute(_STREAMS, {"streams": list(streams)}, binary=True))


def _records(rows: Iterable[tuple[object, ...]]) -> Iterator[RecordedEvent]:
    for position, recorded_at, publisher, submission_id, occurred_at, topic, state in rows:
        provenance = Provenance(
            publisher=publisher,  # type: ignore[arg-type]
            submission_id=submission_id,  # type: ignore[arg-type]
            occurred_at=occurred_at,  # type: ignore[arg-type]
        )
        yield recorded_event(
            position,  # type: ignore[arg-type]
            recorded_at,  # type: ignore[arg-type]
            provenance,
            topic,  # type: ignore[arg-type]
            bytes(state),  # type: ignore[call-overload]
        )
