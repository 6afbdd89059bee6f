"""Reads the ledger: by position, or by stream."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.stored import recorded_event
from domain.events import AccountEvent
from domain.facts import SourceEpisode, fold_episode
from domain.records import Provenance, RecordedEvent
from hub.archive.filling import Payloads, with_payloads

_FROM: LiteralString = """
SELECT notification_id, recorded_at, publisher, submission_id, occurred_at, topic,
       CASE WHEN state IS NULL THEN leaf_hash END, state
  FROM ledger.stored_events
 WHERE notification_id > %(after)s AND notification_id <= %(until)s
 ORDER BY notification_id
"""
_STREAMS: LiteralString = """
SELECT notification_id, recorded_at, publisher, submission_id, occurred_at, topic,
       CASE WHEN state IS NULL THEN leaf_hash END, state
  FROM ledger.stored_events
 WHERE originator_id = ANY(%(streams)s)
 ORDER BY notification_id
"""


def read_from(
    connection: Connection[TupleRow], payloads: Payloads, *, after: int, until: int
) -> Iterator[RecordedEvent]:
    """Give the records of a range of positions, in their order.

    payloads: where those lie that were detached. Raises ArchiveUnusableError if one cannot be had.
    """
    rows = connection.execute(_FROM, {"after": after, "until": until}, binary=True)
    yield from _records(with_payloads(rows, payloads))


def read_streams(
    connection: Connection[TupleRow], payloads: Payloads, streams: Iterable[UUID]
) -> Iterator[RecordedEvent]:
    """Give the records of some streams, in the order of their positions.

    payloads: where those lie that were detached. Raises ArchiveUnusableError if one cannot be had.
    """
    rows = connection.execute(_STREAMS, {"streams": list(streams)}, binary=True)
    yield from _records(with_payloads(rows, payloads))


def read_episodes(
    connection: Connection[TupleRow], payloads: Payloads, streams: Iterable[UUID]
) -> Iterator[SourceEpisode]:
    """Give the source episodes whose streams these are, as their accounts tell of them.

    payloads: where those lie that were detached. Raises ArchiveUnusableError if one cannot be had.
    """
    by_episode: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    for record in read_streams(connection, payloads, streams):
        if isinstance(record.event, AccountEvent):
            by_episode[record.event.episode_id].append(record)
    for records in by_episode.values():
        yield fold_episode(records)


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
