"""Leases in PostgreSQL: one process at a time does a piece of work, and a zombie is found out."""

from dataclasses import dataclass
from datetime import timedelta
from typing import LiteralString
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.errors import FencedOutError

TERM = timedelta(seconds=15)

_TAKE: LiteralString = """
INSERT INTO intake.leases AS l (name, epoch, holder, expires_at)
VALUES (%(name)s, 1, %(holder)s, clock_timestamp() + %(term)s)
ON CONFLICT (name) DO UPDATE
   SET epoch = l.epoch + 1, holder = excluded.holder, expires_at = excluded.expires_at
 WHERE l.expires_at < clock_timestamp()
RETURNING epoch
"""
_RENEW: LiteralString = """
UPDATE intake.leases SET expires_at = clock_timestamp() + %(term)s
 WHERE name = %(name)s AND holder = %(holder)s AND epoch = %(epoch)s
"""
_RELEASE: LiteralString = """
UPDATE intake.leases SET expires_at = '-infinity'
 WHERE name = %(name)s AND holder = %(holder)s AND epoch = %(epoch)s
"""


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to do a piece of work; it ends TERM after the last renewal."""

    name: str
    holder: UUID
    epoch: int


def take(connection: Connection[TupleRow], name: str) -> Lease | None:
    """Return a lease if nobody holds it; None if somebody does."""
    holder = uuid4()
    row = connection.execute(_TAKE, {"name": name, "holder": holder, "term": TERM}).fetchone()
    return None if row is None else Lease(name=name, holder=holder, epoch=int(str(row[0])))


def renew(connection: Connection[TupleRow], lease: Lease) -> None:
    """Prolong a lease in the caller's transaction. Raises FencedOutError if it was lost."""
    values = {"name": lease.name, "holder": lease.holder, "epoch": lease.epoch, "term": TERM}
    if connection.execute(_RENEW, values).rowcount != 1:
        raise FencedOutError(f"Another process has taken over {lease.name}.")


def release(connection: Connection[TupleRow], lease: Lease) -> None:
    """Give a lease back, so that another process need not wait."""
    values = {"name": lease.name, "holder": lease.holder, "epoch": lease.epoch}
    connection.execute(_RELEASE, values)
