"""Reads from the ledger what the views are made of: who was touched, and all their records."""

from collections.abc import Iterable, Mapping, Sequence
from typing import LiteralString

import pyarrow as pa
from psycopg import Connection
from psycopg.rows import TupleRow

from hub.archive.filling import Payloads, with_payloads
from projections.catalogue import all_relations
from projections.engine import RECORDS
from projections.kin import LEARN, Kin, related
from projections.quality import tally
from projections.quality_sql import QUALITY_CHILD_TYPES, QUALITY_EPISODE_TYPES
from projections.relation import CHILD_TOPICS, EPISODE_TOPICS, STREAM_TOPICS
from projections.topics import CHILD_TYPES, EPISODE_TYPES, PERSON_TYPES

_DECLARED = frozenset(topic for relation in all_relations() for topic in relation.topics)
ABOUT_EPISODES = sorted({*EPISODE_TYPES, *QUALITY_EPISODE_TYPES, *(_DECLARED & EPISODE_TOPICS)})
ABOUT_CHILDREN = sorted({*CHILD_TYPES, *QUALITY_CHILD_TYPES, *(_DECLARED & CHILD_TOPICS)})
ABOUT_STREAMS = sorted(_DECLARED & STREAM_TOPICS)
TYPES = [*ABOUT_EPISODES, *ABOUT_CHILDREN]

# The stream of a record about a child is the child, of one about an episode the episode.
_TOUCHED: LiteralString = """
SELECT DISTINCT originator_id::text, topic = ANY(%(episode_types)s) AS episode
  FROM ledger.stored_events
 WHERE notification_id > %(after)s AND notification_id <= %(until)s
   AND topic = ANY(%(types)s)
 ORDER BY 1, 2
"""
_STREAMS: LiteralString = """
SELECT DISTINCT originator_id FROM ledger.stored_events
 WHERE notification_id > %(after)s AND notification_id <= %(until)s AND topic = ANY(%(types)s)
 ORDER BY 1
"""
_RECORDS: LiteralString = """
SELECT notification_id, topic, publisher, coalesce(submission_id::text, ''), occurred_at,
       CASE WHEN state IS NULL THEN leaf_hash END, state
  FROM ledger.stored_events
 WHERE originator_id = ANY(%(streams)s::uuid[]) AND notification_id <= %(until)s
   AND topic = ANY(%(types)s)
 ORDER BY notification_id
"""
_DETACHED: LiteralString = """
SELECT count(*) FROM ledger.partitions
 WHERE detached_at IS NOT NULL
   AND first_position <= %(until)s AND last_position > %(after)s
"""
_LEAVES: LiteralString = """
SELECT notification_id, leaf_hash FROM ledger.stored_events
 WHERE notification_id > %(after)s AND notification_id <= %(until)s AND state IS NULL
 ORDER BY notification_id
"""


def touched(connection: Connection[TupleRow], build: int, *, after: int, until: int) -> Kin:
    """Return what must be computed again because of the records of a range of positions."""
    values = {"after": after, "until": until, "types": TYPES, "episode_types": ABOUT_EPISODES}
    streams = connection.execute(_TOUCHED, values).fetchall()
    return related(
        connection,
        build,
        episodes=[str(stream) for stream, episode in streams if episode],
        subjects=[str(stream) for stream, episode in streams if not episode],
    )


def touched_streams(connection: Connection[TupleRow], *, after: int, until: int) -> list[str]:
    """Return the streams about no child of which a range of positions has records."""
    values = {"after": after, "until": until, "types": ABOUT_STREAMS}
    return [str(stream) for (stream,) in connection.execute(_STREAMS, values)]


def records_of(
    connection: Connection[TupleRow],
    payloads: Payloads,
    streams: Sequence[str],
    types: Sequence[str],
    *,
    until: int,
) -> pa.Table:
    """Return all records of some streams up to a position, of some types, for the engine."""
    values = {"streams": streams, "until": until, "types": types}
    told = connection.execute(_RECORDS, values, binary=True)
    return _records(with_payloads(told, payloads))


def learn(
    connection: Connection[TupleRow], build: int, payloads: Payloads, *, after: int, until: int
) -> None:
    """Note who is whom in the records of a range of positions, and what each publisher sent."""
    archived = _archived(connection, payloads, after=after, until=until)
    connection.execute(
        LEARN,
        {
            "build": build,
            "after": after,
            "until": until,
            "archived": list(archived),
            "states": list(archived.values()),
            "episode_types": ABOUT_EPISODES,
            "child_types": ABOUT_CHILDREN,
            "person_types": list(PERSON_TYPES),
            "topics": TYPES,
        },
    )
    tally(connection, build, archived, after=after, until=until)


def _archived(
    connection: Connection[TupleRow], payloads: Payloads, *, after: int, until: int
) -> Mapping[int, bytes]:
    """Return the states that a range of positions lacks.

    Nothing is detached while a transaction that has read the ledger is open, so there are no more.
    """
    values: dict[str, object] = {"after": after, "until": until}
    detached = connection.execute(_DETACHED, values).fetchone()
    if detached is None or not detached[0]:
        return {}
    rows = connection.execute(_LEAVES, values, binary=True)
    return payloads.attested({position: bytes(leaf) for position, leaf in rows})


def _records(rows: Iterable[TupleRow]) -> pa.Table:
    told = ((*row[:-1], bytes(row[-1]).decode()) for row in rows)
    columns: list[Sequence[object]] = list(zip(*told, strict=True))
    columns = columns or [() for _ in RECORDS.names]
    return pa.Table.from_pydict(dict(zip(RECORDS.names, columns, strict=True)), RECORDS)
