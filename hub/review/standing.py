"""How the records of some pairs stand while decisions about them are made, one after the other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.errors import NotFoundError, UsageError
from domain.reviewing import PairKind, ReviewPair

_TOGETHER: LiteralString = """
SELECT m.subject_id, m.person_id, m.first_position, s.erased_at IS NOT NULL
  FROM link.persons m LEFT JOIN vault.subjects s ON s.subject_id = m.subject_id
 WHERE m.person_id IN (
       SELECT person_id FROM link.persons WHERE subject_id = ANY(%(subjects)s::uuid[]))
 ORDER BY m.first_position, m.subject_id
"""
_SCORES: LiteralString = """
SELECT low, high, probability, model FROM link.pairs
 WHERE (low, high) IN (SELECT * FROM unnest(%(lows)s::uuid[], %(highs)s::uuid[]))
 ORDER BY low, high
"""
_ACCOUNTS: LiteralString = """
SELECT e.episode_id, e.subject_id, p.person_id, e.first_position, e.national_ids, e.proposed_ids,
       e.in_review, e.held
  FROM link.episodes e JOIN link.persons p ON p.subject_id = e.subject_id
 WHERE e.episode_id = ANY(%(episodes)s::uuid[])
 ORDER BY e.first_position, e.episode_id
"""
_PUT_PAIR: LiteralString = """
INSERT INTO link.pairs
    (low, high, basis, probability, weight, verdict, reviewer, reviewed_at, queued_at)
VALUES (%(low)s, %(high)s, 'review', 0, 0, %(verdict)s, %(reviewer)s, %(at)s, %(queued)s)
ON CONFLICT (low, high) DO UPDATE
   SET verdict = excluded.verdict, reviewer = excluded.reviewer,
       reviewed_at = excluded.reviewed_at, queued_at = excluded.queued_at
"""
_PLACE: LiteralString = """
UPDATE link.persons SET person_id = %(person)s WHERE subject_id = %(subject)s
"""
_PUT_MATCH: LiteralString = """
INSERT INTO link.match_pairs (low, high, same, reviewer, reviewed_at)
VALUES (%(low)s, %(high)s, %(same)s, %(reviewer)s, %(at)s)
ON CONFLICT (low, high) DO UPDATE
   SET same = excluded.same, reviewer = excluded.reviewer, reviewed_at = excluded.reviewed_at
"""
_FORGET_MATCH: LiteralString = """
DELETE FROM link.match_pairs WHERE low = %(low)s AND high = %(high)s
"""


@dataclass(frozen=True, kw_only=True)
class Score:
    """What the model says of two subjects."""

    probability: float
    model: str | None


@dataclass(frozen=True, kw_only=True)
class Account:
    """How a source episode was matched last."""

    episode_id: UUID
    subject_id: UUID
    person_id: UUID
    first_position: int
    national_ids: tuple[UUID, ...]
    proposed_ids: tuple[UUID, ...]
    in_review: bool
    held: bool


UNSCORED = Score(probability=0.0, model=None)


@dataclass(kw_only=True)
class Standing:
    """Persons, scores and accounts around some pairs; what is changed here, `keep` writes down.

    groups: the subjects of each person. order: of each subject, by when it was recorded first.
    erased: those of whom nothing is known any more.
    """

    person_of: dict[UUID, UUID]
    groups: dict[UUID, set[UUID]]
    order: Mapping[UUID, int]
    erased: frozenset[UUID]
    scores: Mapping[tuple[UUID, UUID], Score]
    accounts: Mapping[UUID, Account]
    _places: dict[UUID, UUID] = field(default_factory=dict)
    _pairs: dict[tuple[UUID, UUID], dict[str, object]] = field(default_factory=dict)
    _matches: dict[ReviewPair, dict[str, object]] = field(default_factory=dict)

    def score(self, one: UUID, other: UUID) -> Score:
        """Return what the model says of two subjects; nothing: they were never compared."""
        return self.scores.get((min(one, other), max(one, other)), UNSCORED)

    def members(self, person: UUID) -> list[UUID]:
        """Return the subjects of a person, the one recorded first at the head."""
        return sorted(self.groups[person], key=self.order.__getitem__)

    def in_turn(self, pair: ReviewPair) -> tuple[UUID, UUID]:
        """Return the two subjects of a pair, the one recorded first at the head."""
        first, second = sorted((pair.low, pair.high), key=self.order.__getitem__)
        return first, second

    def check(self, pair: ReviewPair) -> None:
        """Raise NotFoundError if a pair is not there, UsageError if it cannot be judged."""
        known = self.person_of if pair.kind is PairKind.CHILDREN else self.accounts
        if pair.low not in known or pair.high not in known:
            raise NotFoundError("There is no such pair: take its name from `hub review --list`.")
        if {pair.low, pair.high} & self.erased:
            raise UsageError("A child of this pair was erased: nobody can judge it any more.")
        if pair.kind is PairKind.EPISODES:
            low, high = self.accounts[pair.low], self.accounts[pair.high]
            if low.person_id != high.person_id:
                raise UsageError("These accounts are of two children: decide about those first.")

    def place(self, subject: UUID, person: UUID) -> None:
        """Let a subject be a person."""
        self.groups[self.person_of[subject]].discard(subject)
        self.groups[person].add(subject)
        self.person_of[subject] = self._places[subject] = person

    def judge_children(
        self, one: UUID, other: UUID, verdict: str, reviewer: str | None, at: datetime
    ) -> None:
        """Keep a verdict about two subjects; reviewer: None: they wait for one again."""
        low, high = sorted((one, other))
        self._pairs[low, high] = {
            "low": low,
            "high": high,
            "verdict": verdict,
            "reviewer": reviewer,
            "at": None if reviewer is None else at,
            "queued": at if reviewer is None else None,
        }

    def judge_episodes(
        self, pair: ReviewPair, same: bool | None, reviewer: str, at: datetime
    ) -> None:
        """Keep a verdict about two accounts; same: None: they wait for one again."""
        self._matches[pair] = {
            "low": pair.low,
            "high": pair.high,
            "same": same,
            "reviewer": reviewer,
            "at": at,
        }

    def keep(self, connection: Connection[TupleRow]) -> None:
        """Write down what was changed, where the linker looks it up."""
        matches = list(self._matches.values())
        placed = [{"subject": each, "person": person} for each, person in self._places.items()]
        with connection.cursor() as cursor:
            cursor.executemany(_PUT_PAIR, self._pairs.values())
            cursor.executemany(_PLACE, placed)
            cursor.executemany(_PUT_MATCH, [each for each in matches if each["same"] is not None])
            cursor.executemany(_FORGET_MATCH, [each for each in matches if each["same"] is None])


def standing_of(connection: Connection[TupleRow], pairs: Iterable[ReviewPair]) -> Standing:
    """Return how everything stands that decisions about some pairs may change."""
    wanted = list(pairs)
    children = [each for each in wanted if each.kind is PairKind.CHILDREN]
    episodes = [each for each in wanted if each.kind is PairKind.EPISODES]
    accounts = _accounts(connection, [end for each in episodes for end in (each.low, each.high)])
    subjects = {end for each in children for end in (each.low, each.high)}
    rows = connection.execute(_TOGETHER, {"subjects": sorted(subjects)}).fetchall()
    scores = connection.execute(
        _SCORES,
        {"lows": [each.low for each in children], "highs": [each.high for each in children]},
    )
    person_of = {row[0]: row[1] for row in rows}
    groups: dict[UUID, set[UUID]] = defaultdict(set)
    for subject, person in person_of.items():
        groups[person].add(subject)
    return Standing(
        person_of=person_of,
        groups=groups,
        order={row[0]: at for at, row in enumerate(rows)},
        erased=frozenset(row[0] for row in rows if row[3]),
        scores={(row[0], row[1]): Score(probability=row[2], model=row[3]) for row in scores},
        accounts={each.episode_id: each for each in accounts},
    )


def _accounts(connection: Connection[TupleRow], episodes: Sequence[UUID]) -> list[Account]:
    return [
        Account(
            episode_id=row[0],
            subject_id=row[1],
            person_id=row[2],
            first_position=row[3],
            national_ids=tuple(row[4]),
            proposed_ids=tuple(row[5]),
            in_review=row[6],
            held=row[7],
        )
        for row in connection.execute(_ACCOUNTS, {"episodes": list(episodes)})
    ]
