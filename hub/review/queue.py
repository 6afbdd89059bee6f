"""The pairs that wait for a reviewer, read from the linker's tables and the log of decisions."""

from collections.abc import Iterator
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.reviewing import PairKind, ReviewPair, WaitingPair, in_order
from hub.review.opinions import Stage, sampled_opinions, stage_of

# Two registrations that may be one child. Nothing is asked about two that are one already, by way
# of a third, or about an erased child, of whom nobody can say anything any more.
_CHILDREN: LiteralString = """
SELECT p.low, p.high, p.queued_at, p.probability, p.weight, p.conflict, 1 + (
       SELECT count(DISTINCT e.episode_id) FILTER (WHERE e.in_review)
            + count(DISTINCT n.id) FILTER (WHERE n.now)
            - count(DISTINCT n.id) FILTER (WHERE NOT n.now)
         FROM link.persons m
         JOIN link.episodes e ON e.subject_id = m.subject_id
        CROSS JOIN LATERAL (
              SELECT unnest(e.national_ids), true UNION ALL SELECT unnest(e.proposed_ids), false
              ) AS n (id, now)
        WHERE m.person_id IN (l.person_id, h.person_id))
  FROM link.pairs p
  JOIN link.persons l ON l.subject_id = p.low
  JOIN link.persons h ON h.subject_id = p.high
  JOIN vault.subjects ls ON ls.subject_id = p.low AND ls.erased_at IS NULL
  JOIN vault.subjects hs ON hs.subject_id = p.high AND hs.erased_at IS NULL
 WHERE p.verdict = 'review' AND l.person_id <> h.person_id
 ORDER BY p.low, p.high
"""
# Two accounts of one child that could be one episode as well as two. Where children wait to be
# linked, their accounts wait for that first.
_EPISODES: LiteralString = """
SELECT DISTINCT ON (1, 2)
       least(a.episode_id, b.episode_id), greatest(a.episode_id, b.episode_id), r.recorded_at,
       a.in_review::integer + b.in_review::integer + 1
  FROM link.episodes a
  JOIN link.persons pa ON pa.subject_id = a.subject_id
  JOIN link.persons pb ON pb.person_id = pa.person_id
  JOIN link.episodes b ON b.subject_id = pb.subject_id AND b.episode_id <> a.episode_id
  JOIN vault.subjects sa ON sa.subject_id = a.subject_id
  JOIN vault.subjects sb ON sb.subject_id = b.subject_id AND sb.publisher <> sa.publisher
  JOIN ledger.stored_events r
    ON r.notification_id = greatest(a.first_position, b.first_position)
 WHERE a.in_review AND coalesce(pa.proposed_id, pa.person_id) = pa.person_id
   AND NOT a.national_ids && b.national_ids
   AND a.proposed_ids && (b.national_ids || b.proposed_ids)
   AND NOT EXISTS (SELECT FROM link.match_pairs m
                    WHERE m.low = least(a.episode_id, b.episode_id)
                      AND m.high = greatest(a.episode_id, b.episode_id))
 ORDER BY 1, 2, 3
"""


def waiting_pairs(
    connection: Connection[TupleRow], *, reviewer: str | None = None
) -> list[WaitingPair]:
    """Return what a reviewer is asked, the most pressing first; None: what anybody is asked.

    Nobody is asked twice about a pair that two are to judge. A second opinion is asked for without
    a hint of the first.
    """
    found = {each.pair: each for each in _undecided(connection)}
    for pair, given in sampled_opinions(connection).items():
        if stage_of(given) is Stage.SETTLED:
            continue
        known = found.pop(pair, None)
        if reviewer is None or all(each.reviewer != reviewer for each in given):
            since = given[0].decided_at
            found[pair] = known or WaitingPair(pair=pair, effect=0, since=since, second=True)
    return in_order(found.values())


def _undecided(connection: Connection[TupleRow]) -> Iterator[WaitingPair]:
    for low, high, since, probability, weight, conflict, effect in connection.execute(_CHILDREN):
        yield WaitingPair(
            pair=ReviewPair(kind=PairKind.CHILDREN, low=low, high=high),
            effect=effect,
            since=since,
            probability=probability,
            weight=weight,
            conflict=conflict,
        )
    for low, high, since, effect in connection.execute(_EPISODES):
        yield WaitingPair(
            pair=ReviewPair(kind=PairKind.EPISODES, low=low, high=high),
            effect=effect,
            since=since,
        )
