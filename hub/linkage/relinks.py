"""What linking everything again reads and keeps: all scores, all persons, and what it found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from msgspec.json import encode
from psycopg import Connection
from psycopg.rows import TupleRow

from domain.linkage import Pair, PairScore

_SCORES: LiteralString = """
SELECT low, high, basis, probability, weight, conflict, model, reviewer IS NOT NULL
  FROM link.pairs ORDER BY low, high
"""
_FORGET: LiteralString = """
DELETE FROM link.pairs p
 USING unnest(%(lows)s::uuid[], %(highs)s::uuid[]) AS gone (low, high)
 WHERE p.low = gone.low AND p.high = gone.high
"""
# Whoever would be one child if all in review were linked stands together.
_EVERYBODY: LiteralString = """
SELECT subject_id FROM link.persons
 ORDER BY coalesce(proposed_id, person_id), person_id, first_position, subject_id
"""
_CHILDREN: LiteralString = "SELECT count(DISTINCT person_id) FROM link.persons"
_LAST: LiteralString = "SELECT max(begun_at) FROM link.relinks"
_BEGAN: LiteralString = """
SELECT recorded_at FROM ledger.stored_events ORDER BY notification_id LIMIT 1
"""
_BEGIN: LiteralString = """
INSERT INTO link.relinks (begun_at) VALUES (%(at)s) ON CONFLICT DO NOTHING
"""
_END: LiteralString = """
UPDATE link.relinks SET finished_at = %(finished_at)s, found = %(found)s::jsonb
 WHERE begun_at = %(begun_at)s
"""


@dataclass(frozen=True, kw_only=True)
class KeptScore:
    """A pair as the linker keeps it.

    model: None: it was never compared. reviewed: a reviewer has decided.
    """

    score: PairScore
    model: str | None
    reviewed: bool


@dataclass(frozen=True, kw_only=True)
class Relinked:
    """What linking everything again has found, beside what was decided as it came in.

    registrations: that could be read. pairs: worth keeping among them. new_pairs, gone_pairs,
    changed_pairs: not known before, no longer probable, with another score. joined, parted:
    registrations that became another child's, or no longer are. rematched: accounts that stand
    otherwise now. decisions: recorded in all. peak_bytes: the most memory that the process had.
    """

    begun_at: datetime
    registrations: int
    pairs: int
    new_pairs: int
    gone_pairs: int
    changed_pairs: int
    children_before: int
    children_after: int
    joined: int
    parted: int
    rematched: int
    decisions: int
    seconds: float
    peak_bytes: int


def kept_scores(connection: Connection[TupleRow]) -> dict[Pair, KeptScore]:
    """Return every pair that the linker keeps."""
    rows = connection.execute(_SCORES, binary=True)
    return {
        (low, high): KeptScore(
            score=PairScore(
                low=low,
                high=high,
                basis=basis,
                probability=probability,
                weight=weight,
                conflict=conflict,
            ),
            model=model,
            reviewed=reviewed,
        )
        for low, high, basis, probability, weight, conflict, model, reviewed in rows
    }


def forget_scores(connection: Connection[TupleRow], pairs: Iterable[Pair]) -> None:
    """Let pairs go that nothing speaks for any more."""
    gone = sorted(pairs)
    if gone:
        lows, highs = [low for low, _ in gone], [high for _, high in gone]
        connection.execute(_FORGET, {"lows": lows, "highs": highs})


def everybody(connection: Connection[TupleRow]) -> list[UUID]:
    """Return every subject, child by child."""
    return [row[0] for row in connection.execute(_EVERYBODY)]


def children(connection: Connection[TupleRow]) -> int:
    """Return how many children the registrations are of, as things stand."""
    return int(str(_one(connection.execute(_CHILDREN).fetchone())))


def last_begun(connection: Connection[TupleRow]) -> datetime | None:
    """Return when everything was last linked again, or that was tried; None: never.

    For a ledger that has not been through it, that is when it began; None if it is empty.
    """
    last = _one(connection.execute(_LAST).fetchone())
    found = last or _one(connection.execute(_BEGAN).fetchone())
    return found if isinstance(found, datetime) else None


def note_begin(connection: Connection[TupleRow], at: datetime) -> None:
    """Remember that everything is being linked again from this moment."""
    connection.execute(_BEGIN, {"at": at})


def note_end(connection: Connection[TupleRow], found: Relinked, at: datetime) -> None:
    """Remember what was found."""
    values = {"begun_at": found.begun_at, "finished_at": at, "found": encode(found).decode()}
    connection.execute(_END, values)


def _one(row: Sequence[object] | None) -> object:
    return None if row is None else row[0]
