"""Topics that stopped: kept until an operator decides where to go on, and that is put on record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow
from structlog import get_logger

from contracts.status import IntakeStop
from domain.errors import NotFoundError, UsageError
from hub.broker import Brokers, publisher_of
from hub.broker_watch import StopReason
from hub.database import Database
from hub.offsets import StoredPosition, read_offsets

_RECORD: LiteralString = """
INSERT INTO intake.stops (topic, publisher, code, detail, stopped_at)
VALUES (%(topic)s, %(publisher)s, %(code)s, %(detail)s, clock_timestamp())
ON CONFLICT (topic) DO NOTHING
"""
_READ: LiteralString = """
SELECT topic, publisher, code, detail, stopped_at FROM intake.stops ORDER BY topic
"""
_FORGET: LiteralString = (
    "DELETE FROM intake.stops WHERE topic = %(topic)s RETURNING code, stopped_at"
)
_PLACE: LiteralString = """
INSERT INTO intake.offsets (topic, topic_id, next_offset, last_message, updated_at)
VALUES (%(topic)s, %(topic_id)s, %(offset)s, NULL, clock_timestamp())
ON CONFLICT (topic) DO UPDATE
   SET topic_id = excluded.topic_id, next_offset = excluded.next_offset, last_message = NULL,
       updated_at = excluded.updated_at
"""
_KEEP: LiteralString = """
INSERT INTO intake.resumptions (topic, code, stopped_at, reason, from_topic_id, from_offset,
    to_topic_id, to_offset, resumed_at)
VALUES (%(topic)s, %(code)s, %(stopped_at)s, %(reason)s, %(from_topic_id)s, %(from_offset)s,
    %(topic_id)s, %(offset)s, clock_timestamp())
"""


class ResumeReason(StrEnum):
    """Why it is right to go on; permanent, kept with the decision."""

    NOTHING_LOST = "nothing-lost"
    SENT_AGAIN = "sent-again"
    LOSS_ACCEPTED = "loss-accepted"


@dataclass(frozen=True, kw_only=True)
class Resumed:
    """Where reading a topic goes on by an operator's decision."""

    topic: str
    topic_id: UUID
    offset: int


def record_stops(connection: Connection[TupleRow], stopped: Mapping[str, StopReason]) -> None:
    """Keep why topics are no longer read; the first reason of a topic stays."""
    with connection.cursor() as cursor:
        cursor.executemany(
            _RECORD,
            [
                {
                    "topic": topic,
                    "publisher": publisher_of(topic),
                    "code": reason.code.value,
                    "detail": reason.detail,
                }
                for topic, reason in sorted(stopped.items())
            ],
        )


def read_stops(connection: Connection[TupleRow]) -> tuple[IntakeStop, ...]:
    """Return the topics that are not read, and since when, by topic."""
    rows = connection.execute(_READ).fetchall()
    return tuple(
        IntakeStop(
            topic=row[0], publisher=row[1], code=row[2], detail=row[3], stopped_at=_time(row[4])
        )
        for row in rows
    )


def resume(
    database: Database,
    brokers: Brokers,
    topic: str,
    *,
    from_offset: int | None,
    accept_new_topic: bool,
    reason: ResumeReason,
) -> Resumed:
    """Let intake go on with a stopped topic from a chosen place, and keep that decision.

    from_offset: None: where a new topic begins. Raises NotFoundError if the topic is not stopped,
    UsageError if the place does not exist or the decision does not fit what the brokers hold.
    """
    publisher_of(topic)
    with database.transaction() as connection:
        forgotten = connection.execute(_FORGET, {"topic": topic}).fetchone()
        if forgotten is None:
            raise NotFoundError(f"{topic} is not stopped; hub status lists the topics that are.")
        stored = read_offsets(connection, [topic]).get(topic)
        topic_id = _known_topic(brokers, topic, stored, accept_new_topic=accept_new_topic)
        offset = _known_offset(brokers, topic, stored, from_offset, new=accept_new_topic)
        values = {
            "topic": topic,
            "topic_id": topic_id,
            "offset": offset,
            "code": forgotten[0],
            "stopped_at": forgotten[1],
            "reason": reason.value,
            "from_topic_id": stored.topic_id if stored else None,
            "from_offset": stored.next_offset if stored else None,
        }
        connection.execute(_PLACE, values)
        connection.execute(_KEEP, values)
    get_logger().warning(
        "intake-partition-resumed",
        topic=topic,
        code=forgotten[0],
        reason=reason.value,
        from_offset=values["from_offset"],
        to_offset=offset,
    )
    return Resumed(topic=topic, topic_id=topic_id, offset=offset)


def _known_topic(
    brokers: Brokers, topic: str, stored: StoredPosition | None, *, accept_new_topic: bool
) -> UUID:
    facts = brokers.describe([topic])[topic]
    if facts.topic_id is None or facts.partitions != 1:
        raise UsageError(
            f"The brokers show no topic {topic} with one partition: create it, or give the hub the"
            " right to read it, and then decide."
        )
    same = stored is None or stored.topic_id == facts.topic_id
    if same and accept_new_topic:
        raise UsageError(
            f"{topic} is the topic that was read before: say --from-offset instead of"
            " --accept-new-topic."
        )
    if not same and not accept_new_topic:
        raise UsageError(
            f"{topic} was deleted and created again: its offsets mean other messages now. If that"
            " was meant, say --accept-new-topic."
        )
    return facts.topic_id


def _known_offset(
    brokers: Brokers, topic: str, stored: StoredPosition | None, asked: int | None, *, new: bool
) -> int:
    first = brokers.beginning_offsets([topic])[topic]
    end = brokers.end_offsets([topic])[topic]
    offset = first if asked is None and new else asked
    if offset is None or not first <= offset <= end:
        read = f" The hub had read up to offset {stored.next_offset}." if stored else ""
        raise UsageError(
            f"Say --from-offset N, from {first} to {end}: {topic} begins at {first} and ends before"
            f" {end}.{read if not new else ''}"
        )
    return offset


def _time(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError("a stop has the time at which it was found")
    return value
