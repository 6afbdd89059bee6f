"""A ledger of several national years for `make bench-projections`: one year, again and again.

A synthetic year goes through intake and the linker once. Its records are then added as often as is
asked for under fresh identifiers, dated a year later each time, with leaf hashes of their own, so
that ledger and archive are what they would be if they had come in that way.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.stored import HUB_STREAM
from domain.records import Provenance
from hub.archive.segments import ArchivedRecord
from hub.archive.writing import archive_ledger
from hub.synthetic.generation import generate
from hub.synthetic.options import Options
from hub.wiring import Hub
from tests.benchmarks.linkage_hub import load

YEAR = 2026
# So that no day of the week moves; some 53 weeks would reach the next reporting year.
AGAIN = timedelta(weeks=52)
_UUID = re.compile(r'"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"')
_DAY = re.compile(r'"(\d{4}-\d{2}-\d{2})(T[^"]*)?"')
_ROWS: LiteralString = """
SELECT notification_id, originator_id, topic, state, publisher, submission_id, occurred_at,
       recorded_at
  FROM ledger.stored_events WHERE notification_id <= %(until)s ORDER BY notification_id
"""
_COPY: LiteralString = """
COPY ledger.stored_events (notification_id, originator_id, topic, state, publisher, submission_id,
    occurred_at, recorded_at, leaf_hash) FROM STDIN (FORMAT BINARY)
"""
_TYPES = ["int8", "uuid", "text", "bytea", "text", "uuid", "timestamptz", "timestamptz", "bytea"]
_HEAD: LiteralString = "SELECT position FROM ledger.head"
_ROOM: LiteralString = "SELECT ledger.make_room(%(last)s)"
_MOVE: LiteralString = "UPDATE ledger.head SET position = %(last)s, recorded_at = %(at)s"


def fill(hub: Hub, folder: Path, *, scale: float, years: int) -> int:
    """Fill an empty hub with so many years, linked and archived; return the records."""
    if not (folder / "la-330.ndjson").exists():
        generate(Options(year=YEAR, scale=scale, seed=1), folder)
    load(hub, folder, _silent)
    hub.linker.catch_up()
    with Connection.connect(hub.database_url) as connection:
        whole = _number(connection)
        for year in range(1, years):
            _again(connection, hub.database_url, whole, year)
            print(f"year {year + 1} of {years}", file=sys.stderr)
    return archive_ledger(hub.ledger_database, hub.archive, until=whole * years)


def _silent(_what: str, _done: int, _of: int) -> None:
    """Say nothing."""


def _again(connection: Connection[TupleRow], url: str, whole: int, year: int) -> None:
    """Add the first year's records once more."""
    connection.execute(_ROOM, {"last": whole * (year + 1)})
    last = datetime.now(UTC)
    with (
        Connection.connect(url) as reading,
        reading.cursor("first_year", binary=True) as rows,
        connection.cursor() as cursor,
    ):
        rows.itersize = 20_000
        rows.execute(_ROWS, {"until": whole})
        with cursor.copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for row in _renamed(rows, whole, year):
                copy.write_row(row.row())
                last = row.recorded_at
    connection.execute(_MOVE, {"last": whole * (year + 1), "at": last})
    connection.commit()


def _renamed(rows: Iterator[TupleRow], whole: int, year: int) -> Iterator[ArchivedRecord]:
    salt = year.to_bytes(2)
    for position, stream, topic, state, publisher, submission, occurred, recorded in rows:
        later = ArchivedRecord(
            position=position + whole * year,
            stream=stream if stream == HUB_STREAM else UUID(_fresh(str(stream), salt)),
            stored_type=topic,
            state=_state(bytes(state).decode(), salt, AGAIN * year).encode(),
            provenance=Provenance(
                publisher=publisher,
                submission_id=submission and UUID(_fresh(str(submission), salt)),
                occurred_at=occurred + AGAIN * year,
            ),
            recorded_at=recorded + AGAIN * year,
            leaf_hash=b"",
        )
        yield replace(later, leaf_hash=later.derived_hash())


def _state(text: str, salt: bytes, later: timedelta) -> str:
    """Return a state under fresh identifiers, all its dates later."""
    fresh = _UUID.sub(lambda found: f'"{_fresh(found[1], salt)}"', text)

    def moved(found: re.Match[str]) -> str:
        day = datetime.fromisoformat(found[1]) + later
        return f'"{day.date().isoformat()}{found[2] or ""}"'

    return _DAY.sub(moved, fresh)


def _fresh(identifier: str, salt: bytes) -> str:
    digest = blake2b(identifier.encode(), digest_size=16, salt=salt.rjust(16, b"\0")).digest()
    return str(UUID(bytes=digest, version=4))


def _number(connection: Connection[TupleRow]) -> int:
    row = connection.execute(_HEAD).fetchone()
    return 0 if row is None else int(str(row[0]))
