"""The record of who read identity: a row for every call that opens some; no row, no read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

_RECORD: LiteralString = """
INSERT INTO vault.reads (reader, purpose, subjects, subject_ids)
VALUES (%(reader)s, %(purpose)s, %(number)s, %(subjects)s::uuid[])
"""
_READS: LiteralString = """
SELECT read_at, reader, purpose, subjects, subject_ids
  FROM vault.reads
 WHERE (%(since)s::timestamptz IS NULL OR read_at >= %(since)s)
   AND (%(subject)s::uuid IS NULL OR subject_ids IS NULL OR subject_ids @> ARRAY[%(subject)s::uuid])
 ORDER BY read_at, id
"""


@dataclass(frozen=True, kw_only=True)
class IdentityRead:
    """One opening of identity; subject_ids: None if it was everybody's."""

    read_at: datetime
    reader: str
    purpose: str
    subjects: int
    subject_ids: tuple[UUID, ...] | None


def record_read(
    connection: Connection[TupleRow], *, reader: str, purpose: str, subjects: Sequence[UUID]
) -> None:
    """Put on record that the identity of these children is being read, in one row.

    For the hub's own processes, which call it in the transaction that reads; nothing for nobody.
    """
    whose = sorted(set(subjects))
    if whose:
        _record(connection, reader, purpose, len(whose), whose)


def record_whole_read(
    connection: Connection[TupleRow], *, reader: str, purpose: str, number: int
) -> None:
    """Put on record that the identity of every child, so many, is being read."""
    if number:
        _record(connection, reader, purpose, number, None)


def reads_of(
    connection: Connection[TupleRow], *, subject: UUID | None = None, since: datetime | None = None
) -> list[IdentityRead]:
    """Return what was read, oldest first: of one child, which includes what was read of all."""
    rows = connection.execute(_READS, {"subject": subject, "since": since})
    return [
        IdentityRead(
            read_at=row[0],
            reader=row[1],
            purpose=row[2],
            subjects=row[3],
            subject_ids=None if row[4] is None else tuple(row[4]),
        )
        for row in rows
    ]


def _record(
    connection: Connection[TupleRow],
    reader: str,
    purpose: str,
    number: int,
    subjects: Sequence[UUID] | None,
) -> None:
    values = {"reader": reader, "purpose": purpose, "number": number, "subjects": subjects}
    connection.execute(_RECORD, values)
