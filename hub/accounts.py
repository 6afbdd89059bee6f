"""The books of intake: what was accepted, what was refused, and tallies that must agree."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from msgspec import Struct
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.outcomes import Outcome, Rejection
from domain.decisions import OutcomeCount
from domain.errors import FencedOutError

_KNOWN: LiteralString = """
SELECT source_key, content_key, position
  FROM intake.submissions
 WHERE source_key = ANY(%(keys)b)
"""
_ACCEPT: LiteralString = """
COPY intake.submissions (source_key, content_key, position) FROM STDIN (FORMAT BINARY)
"""
_SEEN_AGAIN: LiteralString = """
UPDATE intake.submissions SET seen = seen + %s WHERE source_key = %s
"""
_REFUSE: LiteralString = """
INSERT INTO intake.refusals AS r
    (submission_id, publisher, outcome, reason, pointer, message, first_at, last_at, seen)
VALUES (%(id)s, %(publisher)s, %(outcome)s, %(reason)s, %(pointer)s, %(message)s,
        %(now)s, %(now)s, 1)
ON CONFLICT (submission_id) DO UPDATE
   SET last_at = excluded.last_at, seen = r.seen + 1, outcome = excluded.outcome,
       reason = excluded.reason, pointer = excluded.pointer, message = excluded.message
"""
_TALLY_RECEIVED: LiteralString = """
INSERT INTO intake.received AS t (publisher, transport, messages, last_at)
VALUES (%(publisher)s, %(transport)s, %(messages)s, %(now)s)
ON CONFLICT (publisher, transport) DO UPDATE
   SET messages = t.messages + excluded.messages, last_at = excluded.last_at
"""
_TALLY_OUTCOME: LiteralString = """
INSERT INTO intake.outcomes AS t (publisher, transport, outcome, reason, submissions)
VALUES (%(publisher)s, %(transport)s, %(outcome)s, %(reason)s, %(submissions)s)
ON CONFLICT (publisher, transport, outcome, reason) DO UPDATE
   SET submissions = t.submissions + excluded.submissions
"""
_READ_OFFSETS: LiteralString = """
SELECT topic, topic_id, next_offset FROM intake.offsets
 WHERE topic = ANY(%(topics)s) ORDER BY topic
"""
_START_OFFSET: LiteralString = """
INSERT INTO intake.offsets (topic, topic_id, next_offset, updated_at)
VALUES (%(topic)s, %(topic_id)s, %(next)s, clock_timestamp()) ON CONFLICT DO NOTHING
"""
_MOVE_OFFSET: LiteralString = """
UPDATE intake.offsets SET next_offset = %(next)s, updated_at = clock_timestamp()
 WHERE topic = %(topic)s AND topic_id = %(topic_id)s AND next_offset = %(expected)s
"""


class Accepted(Struct, frozen=True, kw_only=True, gc=False):
    """A submission that the ledger holds."""

    content_key: bytes
    position: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A submission that was refused; rejection: None for a conflict."""

    submission_id: UUID
    publisher: str
    outcome: Outcome
    rejection: Rejection | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OffsetMove:
    """How far a batch moves a topic: from `expected`, which nobody else may have moved, to `next`.

    expected: None at the very first batch of the topic.
    """

    topic: str
    topic_id: UUID
    expected: int | None
    next: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPosition:
    """Where reading a topic goes on, and which incarnation of the topic it speaks of."""

    topic_id: UUID
    next_offset: int


def known_submissions(
    connection: Connection[TupleRow], source_keys: Iterable[bytes]
) -> dict[bytes, Accepted]:
    """Return, by source key, what was accepted before."""
    rows = connection.execute(_KNOWN, {"keys": sorted(set(source_keys))}, binary=True).fetchall()
    return {bytes(row[0]): Accepted(content_key=bytes(row[1]), position=row[2]) for row in rows}


def record_accepted(connection: Connection[TupleRow], accepted: Mapping[bytes, Accepted]) -> None:
    """Keep the keys of newly accepted submissions."""
    if not accepted:
        return
    with connection.cursor() as cursor, cursor.copy(_ACCEPT) as copy:
        copy.set_types(("bytea", "bytea", "int8"))
        for source_key, entry in accepted.items():
            copy.write_row((source_key, entry.content_key, entry.position))


def record_seen_again(connection: Connection[TupleRow], source_keys: Sequence[bytes]) -> None:
    """Count the duplicates of submissions accepted before."""
    repeats = sorted((count, key) for key, count in Counter(source_keys).items())
    if repeats:
        with connection.cursor() as cursor:
            cursor.executemany(_SEEN_AGAIN, repeats)


def record_refused(
    connection: Connection[TupleRow], refused: Sequence[Refused], now: datetime
) -> None:
    """Keep why submissions were refused, by receipt, for their publishers to look up."""
    if not refused:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            _REFUSE,
            [
                {
                    "id": each.submission_id,
                    "publisher": each.publisher,
                    "outcome": each.outcome.value,
                    "reason": each.rejection.reason.value if each.rejection else None,
                    "pointer": each.rejection.pointer if each.rejection else "",
                    "message": each.rejection.message if each.rejection else "",
                    "now": now,
                }
                for each in refused
            ],
        )


def tally(
    connection: Connection[TupleRow],
    received: Mapping[str, int],
    outcomes: Sequence[OutcomeCount],
    *,
    transport: str,
    now: datetime,
) -> None:
    """Add a batch to the two tallies."""
    with connection.cursor() as cursor:
        cursor.executemany(
            _TALLY_RECEIVED,
            [
                {"publisher": name, "transport": transport, "messages": count, "now": now}
                for name, count in sorted(received.items())
            ],
        )
        cursor.executemany(
            _TALLY_OUTCOME,
            [
                {
                    "publisher": each.publisher,
                    "transport": transport,
                    "outcome": each.outcome,
                    "reason": each.reason,
                    "submissions": each.count,
                }
                for each in outcomes
            ],
        )


def read_offsets(
    connection: Connection[TupleRow], topics: Sequence[str]
) -> dict[str, StoredPosition]:
    """Return where reading goes on, for the topics that were ever read."""
    rows = connection.execute(_READ_OFFSETS, {"topics": list(topics)}).fetchall()
    return {str(row[0]): StoredPosition(topic_id=row[1], next_offset=row[2]) for row in rows}


def move_offsets(connection: Connection[TupleRow], moves: Sequence[OffsetMove]) -> None:
    """Move offsets in the caller's transaction. Raises FencedOutError if another process did."""
    for move in moves:
        statement = _START_OFFSET if move.expected is None else _MOVE_OFFSET
        done = connection.execute(
            statement,
            {
                "topic": move.topic,
                "topic_id": move.topic_id,
                "expected": move.expected,
                "next": move.next,
            },
        )
        if done.rowcount != 1:
            raise FencedOutError(
                f"Another process has moved the offset of {move.topic}: read the offsets again."
            )
