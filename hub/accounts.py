"""The books of intake: what was accepted, what was refused, and tallies that must agree."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from struct import Struct as Packing
from typing import LiteralString
from uuid import UUID

from msgspec import Struct
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.outcomes import Outcome, Rejection
from domain.decisions import OutcomeCount
from hub.binary_copy import copy_in

_KNOWN: LiteralString = """
SELECT source_key, content_key, position
  FROM intake.submissions
 WHERE source_key = ANY(%(keys)b)
"""
_ACCEPT: LiteralString = """
COPY intake.submissions (source_key, content_key, position) FROM STDIN (FORMAT BINARY)
"""
# Its three columns, each after its length.
_ACCEPTED = Packing(">hi10si16siq")
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
       reason = excluded.reason, pointer = excluded.pointer, message = excluded.message,
       replayed_as = NULL
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

CONTENT_KEY_BYTES = 16


class Accepted(Struct, frozen=True, kw_only=True, gc=False):
    """A submission that the ledger holds.

    content_key: after a restore from the archive only as much of it as the receipt tells.
    """

    content_key: bytes
    position: int

    @property
    def partial(self) -> bool:
        """Whether only the first bytes of the key are known."""
        return len(self.content_key) < CONTENT_KEY_BYTES

    def says(self, content_key: bytes) -> bool:
        """Tell whether it says the same as a submission with this key."""
        return content_key.startswith(self.content_key)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A submission that was refused; rejection: None for a conflict."""

    submission_id: UUID
    publisher: str
    outcome: Outcome
    rejection: Rejection | None


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
    copy_in(
        connection,
        _ACCEPT,
        [
            _ACCEPTED.pack(3, 10, source_key, 16, entry.content_key, 8, entry.position)
            # Neighbours in the index come one after the other.
            for source_key, entry in sorted(accepted.items(), key=itemgetter(0))
        ],
    )


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
