"""Re-derives what the ledger claims about itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import LiteralString

from psycopg.rows import TupleRow

from contracts.stored import record_hash
from domain.records import Provenance
from hub.database import Database

_ALL: LiteralString = """
SELECT notification_id, originator_id, topic, state, publisher, submission_id, occurred_at,
       recorded_at, leaf_hash
  FROM ledger.stored_events ORDER BY notification_id
"""
_HEAD: LiteralString = "SELECT position FROM ledger.head"
_STEP = 5_000


@dataclass(frozen=True, kw_only=True)
class Verified:
    """How far the ledger fits; problem: what does not, at `position`; None: nothing."""

    records: int
    position: int
    problem: str | None


def verify_ledger(
    database: Database, progress: Callable[[int, int], None] | None = None
) -> Verified:
    """Hash every record again, in order, and say what the first misfit is."""
    records = 0
    with database.snapshot() as connection:
        row = connection.execute(_HEAD).fetchone()
        head = int(str(row[0])) if row else 0
        with connection.cursor("verify", binary=True) as cursor:
            cursor.itersize = _STEP
            cursor.execute(_ALL)
            for values in cursor:
                records += 1
                problem = _problem(records, values)
                if problem is not None:
                    return Verified(records=records, position=records, problem=problem)
                if progress is not None and records % _STEP == 0:
                    progress(records, head)
    problem = None if records == head else f"the ledger's head is {head}, its last record {records}"
    return Verified(records=records, position=records, problem=problem)


def _problem(expected: int, values: TupleRow) -> str | None:
    position, stream, topic, state, publisher, submission, occurred_at, recorded_at, leaf = values
    if position != expected:
        return f"a record is missing: the next one has position {position}"
    origin = Provenance(
        publisher=publisher,
        submission_id=submission,
        occurred_at=occurred_at,
    )
    derived = record_hash(
        expected,
        recorded_at,
        stream,
        topic,
        bytes(state),
        origin,
    )
    return None if derived == bytes(leaf) else "the record is not what its leaf hash says"
