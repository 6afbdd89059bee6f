"""Who is which person, as the linker keeps it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.clusters import Clustering, cluster, propose
from domain.judging import judge
from domain.linkage import PairVerdict, Thresholds, Verdict
from domain.linkage_events import PersonLinkProposed
from domain.vocabulary import Sex
from hub.linkage.moves import Move, moves
from hub.linkage.pairs import StoredPair, pairs_of, publishers_of, put_verdicts

REVIEW = Verdict.REVIEW.value
NONE = "none"

_ADMIT: LiteralString = """
INSERT INTO link.persons (subject_id, person_id, first_position)
SELECT s, s, p FROM unnest(%(subjects)s::uuid[], %(positions)s::bigint[]) AS fresh (s, p)
ON CONFLICT DO NOTHING
"""
_MEMBERS: LiteralString = """
SELECT subject_id, person_id, first_position, birthday, proposed_id
  FROM link.persons WHERE person_id = ANY(%(persons)s)
 ORDER BY first_position, subject_id
"""
_FELLOWS: LiteralString = """
SELECT DISTINCT o.subject_id, coalesce(o.proposed_id, o.person_id)
  FROM link.persons s
  JOIN link.persons m ON m.person_id = s.person_id
  JOIN link.persons o ON coalesce(o.proposed_id, o.person_id) = coalesce(m.proposed_id, m.person_id)
 WHERE s.subject_id = ANY(%(subjects)s)
 ORDER BY 2, 1
"""
_REGISTER: LiteralString = """
UPDATE link.persons SET sex = %(sex)s, registered_on = %(on)s WHERE subject_id = %(subject)s
"""
_TOGETHER: LiteralString = """
SELECT DISTINCT m.subject_id
  FROM link.persons s JOIN link.persons m ON m.person_id = s.person_id
 WHERE s.subject_id = ANY(%(subjects)s)
 ORDER BY m.subject_id
"""
_PERSONS_OF: LiteralString = """
SELECT DISTINCT person_id FROM link.persons WHERE subject_id = ANY(%(subjects)s) ORDER BY person_id
"""
_MOVE: LiteralString = """
UPDATE link.persons SET person_id = %(person)s WHERE subject_id = %(subject)s
"""
_PROPOSE: LiteralString = """
UPDATE link.persons SET proposed_id = %(person)s WHERE subject_id = %(subject)s
"""
_ANNOUNCE: LiteralString = """
UPDATE link.persons SET birthday = %(birthday)s WHERE subject_id = %(subject)s
"""


@dataclass(frozen=True, kw_only=True)
class KnownSubject:
    """A subject that is part of a person.

    birthday: the eighteenth, once it was announced. proposed_id: the person that was said last to
    be its own if everything in review were linked; None: nothing was said.
    """

    subject_id: UUID
    person_id: UUID
    first_position: int
    birthday: date | None
    proposed_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class Regrouping:
    """Who of some subjects is who now, and what must be recorded of it.

    groups: for each of them, all who would be one person if everything in review were linked.
    """

    moves: tuple[Move, ...]
    proposals: tuple[PersonLinkProposed, ...]
    groups: tuple[tuple[UUID, ...], ...]


def admit(connection: Connection[TupleRow], firsts: Sequence[tuple[UUID, int]]) -> None:
    """Let new subjects be persons of their own, each from its first position on."""
    if firsts:
        connection.execute(
            _ADMIT,
            {"subjects": [each for each, _ in firsts], "positions": [at for _, at in firsts]},
        )


def persons_of(connection: Connection[TupleRow], subjects: Iterable[UUID]) -> list[UUID]:
    """Return the persons that these subjects are."""
    rows = connection.execute(_PERSONS_OF, {"subjects": sorted(subjects)})
    return [row[0] for row in rows]


def members_of(connection: Connection[TupleRow], persons: Iterable[UUID]) -> list[KnownSubject]:
    """Return the subjects of these persons, the one recorded first at the head."""
    rows = connection.execute(_MEMBERS, {"persons": sorted(set(persons))})
    return [
        KnownSubject(
            subject_id=row[0],
            person_id=row[1],
            first_position=row[2],
            birthday=row[3],
            proposed_id=row[4],
        )
        for row in rows
    ]


def groups_of(
    connection: Connection[TupleRow], subjects: Iterable[UUID]
) -> tuple[tuple[UUID, ...], ...]:
    """Return, for each of these subjects, all who would be one person if all were linked."""
    rows = connection.execute(_FELLOWS, {"subjects": sorted(subjects)})
    return _groups({row[0]: row[1] for row in rows})


def note_registrations(
    connection: Connection[TupleRow], registrations: Iterable[tuple[UUID, Sex | None, date]]
) -> None:
    """Remember the sex that registrations state, and the London day of each."""
    with connection.cursor() as cursor:
        cursor.executemany(
            _REGISTER,
            [{"subject": subject, "sex": sex, "on": on} for subject, sex, on in registrations],
        )


def announce(connection: Connection[TupleRow], subject_id: UUID, birthday: date) -> None:
    """Remember that a child's eighteenth birthday has been recorded."""
    connection.execute(_ANNOUNCE, {"subject": subject_id, "birthday": birthday})


def place(connection: Connection[TupleRow], subject_id: UUID, person_id: UUID) -> None:
    """Let a subject be a person."""
    connection.execute(_MOVE, {"subject": subject_id, "person": person_id})


def note_proposal(connection: Connection[TupleRow], subject_id: UUID, person_id: UUID) -> None:
    """Remember the person that a subject was last said to be if all in review were linked."""
    connection.execute(_PROPOSE, {"subject": subject_id, "person": person_id})


def regroup(
    connection: Connection[TupleRow],
    subjects: Iterable[UUID],
    thresholds: Thresholds,
    now: datetime,
) -> Regrouping:
    """Judge and cluster again all whom these subjects' pairs reach, and keep what came of it."""
    reached, pairs = _component(connection, subjects)
    known = members_of(connection, persons_of(connection, reached))
    firsts = {each.subject_id: each.first_position for each in known}
    publishers = publishers_of(connection, reached)
    reviewed = _reviewed(pairs)
    machine = judge([pair.score for pair in pairs], publishers, thresholds, reviewed)
    verdicts = [*machine, *reviewed]
    clustering = cluster(verdicts, firsts, publishers)
    judged = _judged(pairs, machine, clustering)
    put_verdicts(connection, _changed(pairs, judged), now)
    before = {each.subject_id: each.person_id for each in known}
    after = {subject: clustering.person_of.get(subject, subject) for subject in before}
    moved = moves(before, after, judged)
    for move in moved:
        place(connection, move.subject_id, move.person_id)
    would_be = propose(verdicts, firsts, publishers)
    proposed = {subject: would_be.get(subject, subject) for subject in before}
    proposals = _proposals(known, after, proposed, judged)
    for each in proposals:
        note_proposal(connection, each.subject_id, each.person_id)
    return Regrouping(moves=tuple(moved), proposals=tuple(proposals), groups=_groups(proposed))


def _component(
    connection: Connection[TupleRow], subjects: Iterable[UUID]
) -> tuple[set[UUID], list[StoredPair]]:
    """Return all whom some subjects reach by pairs and by being one person, and their pairs."""
    reached: set[UUID] = set()
    pairs: dict[tuple[UUID, UUID], StoredPair] = {}
    fresh = set(subjects)
    while fresh:
        reached |= fresh
        for pair in pairs_of(connection, fresh):
            pairs[pair.ends] = pair
        together = connection.execute(_TOGETHER, {"subjects": sorted(fresh)})
        near = {row[0] for row in together} | {end for ends in pairs for end in ends}
        fresh = near - reached
    return reached, [pairs[ends] for ends in sorted(pairs)]


def _reviewed(pairs: Iterable[StoredPair]) -> list[PairVerdict]:
    return [
        PairVerdict(
            low=pair.score.low,
            high=pair.score.high,
            verdict=Verdict(pair.verdict),
            basis=pair.score.basis,
            score=pair.score.probability,
            weight=pair.score.weight,
            decider=pair.reviewer,
            decided_at=pair.reviewed_at,
            conflict=pair.score.conflict,
        )
        for pair in pairs
        if pair.reviewer is not None
    ]


def _judged(
    pairs: Iterable[StoredPair], machine: Iterable[PairVerdict], clustering: Clustering
) -> list[StoredPair]:
    """Return the pairs with the verdicts that hold now; a reviewer's stays as it is."""
    said = {each.pair: each.verdict.value for each in machine if each.verdict != Verdict.REVIEW}
    said |= dict.fromkeys(clustering.dropped, NONE) | dict.fromkeys(clustering.queue, REVIEW)
    return [
        pair if pair.reviewer else replace(pair, verdict=said.get(pair.ends, NONE))
        for pair in pairs
    ]


def _changed(
    before: Iterable[StoredPair], after: Iterable[StoredPair]
) -> dict[tuple[UUID, UUID], str]:
    return {
        now.ends: now.verdict
        for was, now in zip(before, after, strict=True)
        if was.verdict != now.verdict
    }


def _proposals(
    known: Iterable[KnownSubject],
    after: Mapping[UUID, UUID],
    proposed: Mapping[UUID, UUID],
    pairs: Iterable[StoredPair],
) -> list[PersonLinkProposed]:
    """Return what must be recorded so that everybody's proposed person is the one given."""
    best: dict[UUID, StoredPair] = {}
    for pair in pairs:
        if pair.verdict == Verdict.REVIEW:
            for end in pair.ends:
                if end not in best or pair.score.weight > best[end].score.weight:
                    best[end] = pair
    found = []
    for each in sorted(known, key=lambda each: each.subject_id):
        person = proposed[each.subject_id]
        said = each.proposed_id if each.proposed_id is not None else after[each.subject_id]
        if person == said:
            continue
        ground = best.get(each.subject_id)
        found.append(
            PersonLinkProposed(
                subject_id=each.subject_id,
                person_id=person,
                basis=ground.score.basis if ground else "none",
                score=ground.score.probability if ground else 1.0,
                model=ground.model if ground else None,
            )
        )
    return found


def _groups(proposed: Mapping[UUID, UUID]) -> tuple[tuple[UUID, ...], ...]:
    groups: dict[UUID, list[UUID]] = defaultdict(list)
    for subject in sorted(proposed):
        groups[proposed[subject]].append(subject)
    return tuple(tuple(groups[person]) for person in sorted(groups))
