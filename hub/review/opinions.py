"""The log of what reviewers said of each pair, and what is asked next of a pair in the sample."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.agreement import Agreement, agreement
from domain.errors import UsageError
from domain.reviewing import PairKind, ReviewPair, ReviewReason, ReviewVerdict

_OF_PAIRS: LiteralString = """
SELECT kind, low, high, verdict, reason, reviewer, leaves, sampled, round, position, decided_at
  FROM vault.review_decisions
 WHERE (kind, low, high) IN (
       SELECT * FROM unnest(%(kinds)s::text[], %(lows)s::uuid[], %(highs)s::uuid[]))
 ORDER BY id
"""
_SAMPLED: LiteralString = """
SELECT kind, low, high, verdict, reason, reviewer, leaves, sampled, round, position, decided_at
  FROM vault.review_decisions WHERE sampled ORDER BY id
"""
_RECENT: LiteralString = """
SELECT kind, low, high, verdict, reason, reviewer, leaves, sampled, round, position, decided_at
  FROM vault.review_decisions WHERE reviewer = %(reviewer)s ORDER BY id DESC LIMIT %(most)s
"""
_ADD: LiteralString = """
INSERT INTO vault.review_decisions
    (kind, low, high, verdict, reason, reviewer, leaves, sampled, round, position, decided_at)
VALUES (%(kind)s, %(low)s, %(high)s, %(verdict)s, %(reason)s, %(reviewer)s, %(leaves)s,
    %(sampled)s, %(round)s, %(position)s, %(decided_at)s)
"""

# What a decision is to a pair: the first one, the independent second, the one that settles the
# two, or a later one.
LATER, FIRST, SECOND, THIRD = range(4)


class Stage(Enum):
    """What is asked next of a pair."""

    OPEN = auto()
    WAITS_FOR_SECOND = auto()
    DISAGREED = auto()
    SETTLED = auto()


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """One decision of one reviewer, as it is logged for ever; leaves: subjects that were split off.

    position: of the ledger's last record of it; None: it changed nothing.
    """

    pair: ReviewPair
    verdict: ReviewVerdict
    reason: ReviewReason
    reviewer: str
    leaves: tuple[UUID, ...]
    sampled: bool
    round: int
    position: int | None
    decided_at: datetime

    @property
    def accepts(self) -> bool:
        """Whether the two are said to be one."""
        return self.verdict is ReviewVerdict.ACCEPT


def stage_of(given: Sequence[Opinion]) -> Stage:
    """Return what is asked next of a pair of which these opinions were given, in their order."""
    by_round = {each.round: each for each in given}
    if not given:
        return Stage.OPEN
    if not any(each.sampled for each in given) or THIRD in by_round:
        return Stage.SETTLED
    if SECOND not in by_round:
        return Stage.WAITS_FOR_SECOND
    agreed = by_round[FIRST].accepts == by_round[SECOND].accepts
    return Stage.SETTLED if agreed else Stage.DISAGREED


def round_of(given: Sequence[Opinion], reviewer: str) -> int:
    """Return what a decision of a reviewer would be to a pair.

    A first reviewer may change their own verdict before the second gave theirs. Raises UsageError
    if two disagreed and the reviewer is one of them.
    """
    stage = stage_of(given)
    if stage is Stage.OPEN:
        return FIRST
    if stage is Stage.WAITS_FOR_SECOND:
        return FIRST if given[-1].reviewer == reviewer else SECOND
    if stage is Stage.SETTLED:
        return LATER
    if any(each.reviewer == reviewer for each in given):
        raise UsageError("Two reviewers disagree about this pair: a third one decides.")
    return THIRD


def opinions_of(
    connection: Connection[TupleRow], pairs: Iterable[ReviewPair]
) -> dict[ReviewPair, list[Opinion]]:
    """Return what was said of some pairs, each in its order; nothing of a pair: it is left out."""
    wanted = list(pairs)
    values = {
        "kinds": [each.kind.value for each in wanted],
        "lows": [each.low for each in wanted],
        "highs": [each.high for each in wanted],
    }
    return _by_pair(connection.execute(_OF_PAIRS, values))


def sampled_opinions(connection: Connection[TupleRow]) -> dict[ReviewPair, list[Opinion]]:
    """Return what was said of the pairs that two reviewers judge, each in its order."""
    return _by_pair(connection.execute(_SAMPLED))


def recent_opinions(connection: Connection[TupleRow], reviewer: str, *, most: int) -> list[Opinion]:
    """Return a reviewer's own last decisions, the latest first."""
    rows = connection.execute(_RECENT, {"reviewer": reviewer, "most": most})
    return [_opinion(row) for row in rows]


def add_opinions(connection: Connection[TupleRow], given: Iterable[Opinion]) -> None:
    """Log decisions."""
    with connection.cursor() as cursor:
        cursor.executemany(
            _ADD,
            [
                {
                    "kind": each.pair.kind.value,
                    "low": each.pair.low,
                    "high": each.pair.high,
                    "verdict": each.verdict.value,
                    "reason": each.reason.value,
                    "reviewer": each.reviewer,
                    "leaves": list(each.leaves),
                    "sampled": each.sampled,
                    "round": each.round,
                    "position": each.position,
                    "decided_at": each.decided_at,
                }
                for each in given
            ],
        )


def agreement_by_kind(
    opinions: Mapping[ReviewPair, Sequence[Opinion]],
) -> dict[PairKind, Agreement]:
    """Return how well first and second verdicts agree, for each kind of pair."""
    judged: dict[PairKind, list[tuple[bool, bool]]] = {kind: [] for kind in PairKind}
    for pair, given in opinions.items():
        by_round = {each.round: each for each in given}
        if SECOND in by_round:
            judged[pair.kind].append((by_round[FIRST].accepts, by_round[SECOND].accepts))
    return {kind: agreement(each) for kind, each in judged.items()}


def _by_pair(rows: Iterable[TupleRow]) -> dict[ReviewPair, list[Opinion]]:
    found: dict[ReviewPair, list[Opinion]] = defaultdict(list)
    for row in rows:
        opinion = _opinion(row)
        found[opinion.pair].append(opinion)
    return dict(found)


def _opinion(row: TupleRow) -> Opinion:
    kind, low, high, verdict, reason, reviewer, leaves, sampled, number, position, at = row
    return Opinion(
        pair=ReviewPair(kind=PairKind(kind), low=low, high=high),
        verdict=ReviewVerdict(verdict),
        reason=ReviewReason(reason),
        reviewer=reviewer,
        leaves=tuple(leaves),
        sampled=sampled,
        round=number,
        position=position,
        decided_at=at,
    )
