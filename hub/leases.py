"""Leases in PostgreSQL: one process at a time does a piece of work, and a zombie is found out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.errors import FencedOutError

TERM = timedelta(seconds=15)

_NAME: LiteralString = """
INSERT INTO intake.leases (name, epoch, holder, expires_at)
SELECT name, 0, %(holder)s, '-infinity' FROM unnest(%(names)s::text[]) AS wanted (name)
ON CONFLICT (name) DO NOTHING
"""
# Rows that a batch in the middle of its commit holds are passed over, not waited for.
_TAKE: LiteralString = """
WITH free AS (
    SELECT name FROM intake.leases
     WHERE name = ANY (%(names)s) AND expires_at < clock_timestamp()
     ORDER BY name LIMIT %(most)s
       FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE intake.leases l
       SET epoch = l.epoch + 1, holder = %(holder)s, expires_at = clock_timestamp() + %(term)s
      FROM free WHERE l.name = free.name
    RETURNING l.name, l.epoch
)
SELECT name, epoch FROM taken ORDER BY name
"""
_RENEW: LiteralString = """
WITH renewed AS (
    UPDATE intake.leases l SET expires_at = clock_timestamp() + %(term)s
      FROM unnest(%(names)s::text[], %(epochs)s::bigint[]) AS held (name, epoch)
     WHERE l.name = held.name AND l.epoch = held.epoch AND l.holder = %(holder)s
    RETURNING l.name
)
SELECT name FROM renewed ORDER BY name
"""
_RELEASE: LiteralString = """
UPDATE intake.leases l SET expires_at = '-infinity'
  FROM unnest(%(names)s::text[], %(epochs)s::bigint[]) AS held (name, epoch)
 WHERE l.name = held.name AND l.epoch = held.epoch AND l.holder = %(holder)s
"""
_HOLD: LiteralString = """
SELECT name FROM intake.leases l
  JOIN unnest(%(names)s::text[], %(holders)s::uuid[], %(epochs)s::bigint[])
       AS held (name, holder, epoch) USING (name, holder, epoch)
 ORDER BY name FOR SHARE OF l
"""


@dataclass(frozen=True, kw_only=True, order=True)
class Lease:
    """The right to do a piece of work, until a term after its last renewal.

    epoch: rises with each taker, so that one who lost the lease cannot pass for its holder.
    """

    name: str
    holder: UUID
    epoch: int


def take(
    connection: Connection[TupleRow],
    names: Sequence[str],
    *,
    holder: UUID,
    most: int | None = None,
    term: timedelta = TERM,
) -> list[Lease]:
    """Return new leases on those of the names that nobody holds, by name; most: at most so many."""
    if not names or most == 0:
        return []
    values = {"names": list(names), "holder": holder, "most": most, "term": term}
    connection.execute(_NAME, values)
    rows = connection.execute(_TAKE, values).fetchall()
    return [Lease(name=str(row[0]), holder=holder, epoch=int(str(row[1]))) for row in rows]


def renew(
    connection: Connection[TupleRow], leases: Iterable[Lease], *, term: timedelta = TERM
) -> list[Lease]:
    """Prolong leases of one holder; return those that it still had, all in one statement."""
    known = {each.name: each for each in leases}
    if not known:
        return []
    rows = connection.execute(_RENEW, {**_values(known.values()), "term": term}).fetchall()
    return [known[str(row[0])] for row in rows]


def release(connection: Connection[TupleRow], leases: Iterable[Lease]) -> None:
    """Give leases of one holder back, so that others need not wait; lost ones are left alone."""
    given = list(leases)
    if given:
        connection.execute(_RELEASE, _values(given))


def hold(connection: Connection[TupleRow], leases: Iterable[Lease]) -> None:
    """Keep leases from changing hands until the caller's transaction ends.

    Raises FencedOutError if one was lost; the caller must then not commit.
    """
    wanted = {each.name: each for each in leases}
    if not wanted:
        return
    values = {**_values(wanted.values()), "holders": [each.holder for each in wanted.values()]}
    held = {str(row[0]) for row in connection.execute(_HOLD, values).fetchall()}
    lost = sorted(wanted.keys() - held)
    if lost:
        raise FencedOutError(
            f"Another process has taken over {lost[0]}"
            + (f" and {len(lost) - 1} more." if len(lost) > 1 else ".")
        )


def _values(leases: Iterable[Lease]) -> dict[str, object]:
    given = list(leases)
    return {
        "names": [each.name for each in given],
        "epochs": [each.epoch for each in given],
        "holder": given[0].holder,
    }
