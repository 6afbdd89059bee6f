"""The pairs of subjects that may be one child, as the linker keeps them: scores and verdicts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.linkage import MODEL, PairScore

_FORGET_KEYS: LiteralString = "DELETE FROM vault.link_keys WHERE subject_id = ANY(%(subjects)s)"
_ADD_KEYS: LiteralString = """
INSERT INTO vault.link_keys (rule, link_key, subject_id)
SELECT * FROM unnest(%(rules)s::text[], %(keys)s::bytea[], %(subjects)s::uuid[])
ON CONFLICT DO NOTHING
"""
_CANDIDATES: LiteralString = """
WITH mine AS (
    SELECT DISTINCT rule, link_key FROM vault.link_keys WHERE subject_id = ANY(%(subjects)s)
), shared AS (
    SELECT rule, link_key FROM mine JOIN vault.link_keys USING (rule, link_key)
     GROUP BY rule, link_key HAVING count(*) BETWEEN 2 AND %(most)s
)
SELECT DISTINCT subject_id FROM shared JOIN vault.link_keys USING (rule, link_key)
 ORDER BY subject_id
"""
# What cannot be compared again, because a child was erased, stays as it was.
_FORGET_SCORES: LiteralString = """
DELETE FROM link.pairs p
 WHERE reviewer IS NULL AND (low = ANY(%(subjects)s) OR high = ANY(%(subjects)s))
   AND NOT EXISTS (SELECT FROM vault.subjects s
                    WHERE s.subject_id IN (p.low, p.high) AND s.erased_at IS NOT NULL)
   AND (low, high) NOT IN (SELECT * FROM unnest(%(lows)s::uuid[], %(highs)s::uuid[]))
RETURNING low, high
"""
_PUT_SCORE: LiteralString = """
INSERT INTO link.pairs (low, high, basis, probability, weight, conflict, model, verdict)
VALUES (%(low)s, %(high)s, %(basis)s, %(probability)s, %(weight)s, %(conflict)s, %(model)s, 'none')
ON CONFLICT (low, high) DO UPDATE
   SET basis = excluded.basis, probability = excluded.probability, weight = excluded.weight,
       conflict = excluded.conflict, model = excluded.model
"""
_PAIRS_OF: LiteralString = """
SELECT low, high, basis, probability, weight, conflict, model, verdict, reviewer, reviewed_at
  FROM link.pairs WHERE low = ANY(%(subjects)s)
 UNION
SELECT low, high, basis, probability, weight, conflict, model, verdict, reviewer, reviewed_at
  FROM link.pairs WHERE high = ANY(%(subjects)s)
 ORDER BY low, high
"""
_PUT_VERDICT: LiteralString = """
UPDATE link.pairs
   SET verdict = %(verdict)s,
       queued_at = CASE WHEN %(verdict)s = 'review' THEN coalesce(queued_at, %(now)s) END
 WHERE low = %(low)s AND high = %(high)s
"""
_PUT_REVIEW: LiteralString = """
INSERT INTO link.pairs
    (low, high, basis, probability, weight, verdict, reviewer, reviewed_at)
VALUES (%(low)s, %(high)s, %(basis)s, %(score)s, 0, %(verdict)s, %(reviewer)s, %(at)s)
ON CONFLICT (low, high) DO UPDATE
   SET verdict = excluded.verdict, reviewer = excluded.reviewer,
       reviewed_at = excluded.reviewed_at, queued_at = NULL
"""
_PUBLISHERS: LiteralString = """
SELECT subject_id, publisher FROM vault.subjects WHERE subject_id = ANY(%(subjects)s)
 ORDER BY subject_id
"""


@dataclass(frozen=True, kw_only=True)
class StoredPair:
    """Two subjects, low before high, and what was said of them.

    verdict: linked, review, refused or none. reviewer: None: the rules and the model say so.
    """

    score: PairScore
    model: str | None
    verdict: str
    reviewer: str | None
    reviewed_at: datetime | None

    @property
    def ends(self) -> tuple[UUID, UUID]:
        """The two subjects."""
        return self.score.low, self.score.high


def put_link_keys(
    connection: Connection[TupleRow], keys: Mapping[UUID, Sequence[tuple[str, bytes]]]
) -> None:
    """Let subjects be found by these keyed hashes, and by no others."""
    rows = [(rule, key, subject) for subject, own in keys.items() for rule, key in own]
    connection.execute(_FORGET_KEYS, {"subjects": list(keys)})
    connection.execute(
        _ADD_KEYS,
        {
            "rules": [rule for rule, _, _ in rows],
            "keys": [key for _, key, _ in rows],
            "subjects": [subject for _, _, subject in rows],
        },
    )


def candidates(
    connection: Connection[TupleRow], subjects: Iterable[UUID], *, most: int
) -> set[UUID]:
    """Return who shares a key with these subjects, but for keys that more than `most` share."""
    wanted = sorted(subjects)
    rows = connection.execute(_CANDIDATES, {"subjects": wanted, "most": most})
    return {row[0] for row in rows} - set(wanted)


def put_scores(
    connection: Connection[TupleRow],
    subjects: Iterable[UUID],
    scores: Sequence[PairScore],
    *,
    model: str,
) -> set[UUID]:
    """Replace what was said of the pairs of some subjects; return whom that concerns.

    A reviewer's verdict stays, whatever the score is now.
    """
    forgotten = connection.execute(
        _FORGET_SCORES,
        {
            "subjects": sorted(subjects),
            "lows": [each.low for each in scores],
            "highs": [each.high for each in scores],
        },
    ).fetchall()
    with connection.cursor() as cursor:
        cursor.executemany(_PUT_SCORE, [{**vars(each), "model": model} for each in scores])
    concerned = {end for each in scores for end in (each.low, each.high)}
    return concerned | {end for pair in forgotten for end in pair}


def pairs_of(connection: Connection[TupleRow], subjects: Iterable[UUID]) -> list[StoredPair]:
    """Return every pair that has one of these subjects, in a fixed order."""
    rows = connection.execute(_PAIRS_OF, {"subjects": sorted(subjects)})
    return [
        StoredPair(
            score=PairScore(
                low=low,
                high=high,
                basis=basis,
                probability=probability,
                weight=weight,
                conflict=conflict,
            ),
            model=model,
            verdict=verdict,
            reviewer=reviewer,
            reviewed_at=reviewed_at,
        )
        for (
            low, high, basis, probability, weight, conflict, model, verdict, reviewer, reviewed_at
        ) in rows
    ]  # fmt: skip


def put_verdicts(
    connection: Connection[TupleRow],
    verdicts: Mapping[tuple[UUID, UUID], str],
    now: datetime,
) -> None:
    """Note what became of pairs; one that is in review is queued from the first such time on."""
    with connection.cursor() as cursor:
        cursor.executemany(
            _PUT_VERDICT,
            [
                {"low": low, "high": high, "verdict": verdict, "now": now}
                for (low, high), verdict in sorted(verdicts.items())
            ],
        )


def put_review(
    connection: Connection[TupleRow],
    one: UUID,
    other: UUID,
    verdict: str,
    reviewer: str,
    at: datetime,
    score: float,
) -> None:
    """Let a reviewer's verdict hold for a pair; score: its probability if it was never compared."""
    low, high = sorted((one, other))
    connection.execute(
        _PUT_REVIEW,
        {
            "low": low,
            "high": high,
            "basis": MODEL,
            "score": score,
            "verdict": verdict,
            "reviewer": reviewer,
            "at": at,
        },
    )


def publishers_of(connection: Connection[TupleRow], subjects: Iterable[UUID]) -> dict[UUID, str]:
    """Return who registered each of these subjects."""
    rows = connection.execute(_PUBLISHERS, {"subjects": sorted(subjects)})
    return {row[0]: row[1] for row in rows}
