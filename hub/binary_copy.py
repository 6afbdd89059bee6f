"""Rows in the binary form of PostgreSQL's COPY, put together without a call for each column.

A row is the number of its columns, then each column as its length and its bytes; NULL is the
length -1. https://www.postgresql.org/docs/18/sql-copy.html, "Binary Format".
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from struct import Struct
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

NULL = b"\xff\xff\xff\xff"
_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_LENGTH = Struct(">i")
# Some 60 KiB at a time, so that the server works while the next rows are put together.
_ROWS_A_WRITE = 256


def copy_in(
    connection: Connection[TupleRow], statement: LiteralString, rows: Iterable[bytes]
) -> None:
    """Run a `COPY ... FROM STDIN (FORMAT BINARY)` with rows that are encoded already."""
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        waiting = [_BEGIN]
        for row in rows:
            waiting.append(row)
            if len(waiting) >= _ROWS_A_WRITE:
                copy.write(b"".join(waiting))
                waiting = []
        copy.write(b"".join(waiting) + _END)


def bytes_field(value: bytes) -> bytes:
    """Return a column of bytes, or of anything that is given in its binary form."""
    return _LENGTH.pack(len(value)) + value


def text_field(value: str) -> bytes:
    """Return a column of text."""
    return bytes_field(value.encode())


def microseconds(value: datetime) -> int:
    """Return the number that stands for an instant, which must have a time zone."""
    since = value - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
