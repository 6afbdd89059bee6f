"""Pads the ledger for public checkpoints, and remembers for which of them it has."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import uuid4

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.stored import HUB
from domain.decisions import LedgerPadded
from domain.publication import extra_blocks, last_due, padded_size
from domain.records import Provenance
from hub.database import Database
from hub.ledger.appending import Draft, append, encoded, lock_head

# signed: the size of the last checkpoint of all. made: whether this padding has its checkpoint.
_LAST: LiteralString = """
SELECT p.size, p.due_at, EXISTS (SELECT FROM ledger.checkpoints c WHERE c.size = p.size) AS made,
       coalesce((SELECT max(size) FROM ledger.checkpoints), 0) AS signed
  FROM ledger.paddings p ORDER BY p.size DESC LIMIT 1
"""
_BEGAN: LiteralString = """
SELECT recorded_at FROM ledger.stored_events ORDER BY notification_id LIMIT 1
"""
_INSERT: LiteralString = """
INSERT INTO ledger.paddings (size, due_at) VALUES (%(size)s, %(due_at)s)
"""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """Where the daily publication of the ledger's size stands.

    due_at: for which the ledger must be padded now; None: for none. padded: the size that it was
    padded to and that waits for its checkpoint; None: there is none.
    """

    due_at: datetime | None
    padded: int | None


def publication(connection: Connection[TupleRow], now: datetime, hour: int) -> Publication:
    """Return what is to be done at a moment, if public checkpoints are due at an hour UTC.

    Days that were missed are made up for by one. Before the first hour that a ledger with any
    record in it has come to, nothing is due.
    """
    due = last_due(now, hour)
    row = connection.execute(_LAST).fetchone()
    if row is None:
        began = connection.execute(_BEGAN).fetchone()
        return Publication(due_at=due if began and began[0] < due else None, padded=None)
    size, padded_for, made, signed = row
    if not made and size > signed:
        # Whatever is due by now: what was padded is signed first.
        return Publication(due_at=None, padded=size)
    # A checkpoint that was signed beyond the padding has left it behind.
    return Publication(due_at=due if padded_for < due or not made else None, padded=None)


def pad_if_due(
    database: Database, now: datetime, hour: int, draw: Callable[[int], int]
) -> Publication:
    """Append the padding of a public checkpoint if one is due, once; return where that leaves it.

    draw: gives a secret random number below its argument. The head is locked for as long as it
    takes to append up to 17 blocks, a fraction of a second.
    """
    with database.snapshot() as connection:
        found = publication(connection, now, hour)
    if found.due_at is None:
        return found
    with database.transaction() as connection:
        head = lock_head(connection)
        # Another process may have done it while this one waited for the head.
        found = publication(connection, now, hour)
        if found.due_at is None:
            return found
        size = padded_size(head.position, extra_blocks(draw))
        origin = Provenance(publisher=HUB, submission_id=None, occurred_at=now)
        drafts = [
            encoded(Draft(event=LedgerPadded(size=size, salt=uuid4()), provenance=origin))
            for _ in range(size - head.position)
        ]
        append(connection, head, drafts, now=now)
        connection.execute(_INSERT, {"size": size, "due_at": found.due_at})
    return Publication(due_at=None, padded=size)
