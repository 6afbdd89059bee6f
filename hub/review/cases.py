"""What a reviewer is shown of a pair; that it is shown is on record before it is read."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import TupleRow

from contracts.identity import Identity
from domain.errors import NotFoundError
from domain.identifiers import PublisherId
from domain.reviewing import PairKind, ReviewPair
from hub.archive.filling import Payloads
from hub.database import Database
from hub.identity.keys import Keys
from hub.identity.reading import read_identities
from hub.ledger.reading import read_episodes
from hub.linkage.records import LinkRecord, link_record
from hub.linkage.scoring import Evidence
from hub.review.comparing import Row, compare_accounts, compare_children
from hub.review.opinions import Stage, opinions_of, stage_of

PURPOSE: Final = "review"

_SUBJECTS: LiteralString = """
SELECT p.subject_id, s.publisher, p.person_id, p.sex, p.registered_on, s.erased_at IS NOT NULL,
       ARRAY(SELECT e.started_on FROM link.episodes e
              WHERE e.subject_id = p.subject_id AND e.started_on IS NOT NULL
              ORDER BY e.started_on),
       ARRAY(SELECT h.authority FROM link.hosts h
              WHERE h.subject_id = p.subject_id ORDER BY h.authority),
       ARRAY(SELECT m.subject_id FROM link.persons m
              WHERE m.person_id = p.person_id ORDER BY m.first_position, m.subject_id)
  FROM link.persons p JOIN vault.subjects s ON s.subject_id = p.subject_id
 WHERE p.subject_id = ANY(%(subjects)s::uuid[])
 ORDER BY p.subject_id
"""
_SCORE: LiteralString = """
SELECT probability, conflict, basis FROM link.pairs WHERE low = %(low)s AND high = %(high)s
"""
_SUBJECT_OF: LiteralString = """
SELECT DISTINCT subject_id FROM link.episodes
 WHERE episode_id = ANY(%(episodes)s::uuid[]) ORDER BY subject_id
"""
_ANNOUNCE: LiteralString = """
SELECT vault.announce_read(%(reader)s, %(purpose)s, %(subjects)s::uuid[])
"""

# From a publisher and the authorities where a child lives to the force areas it can be heard of in.
ForcesOf = Callable[[PublisherId, Sequence[str]], Iterable[str]]
Explain = Callable[[LinkRecord, LinkRecord], Sequence[Evidence]]


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two records; registrations: all that are the same child, this one among them."""

    record_id: UUID
    publisher: str
    registrations: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A pair as a reviewer sees it.

    evidence: what the model says, in bits, the prior first; empty for accounts. probability,
    conflict, basis: as the linker judged; None: it did not. splittable: the registrations of the
    one child that both are, if that is for a reviewer to say. blind: a second opinion.
    """

    pair: ReviewPair
    left: Side
    right: Side
    rows: tuple[Row, ...]
    evidence: tuple[Evidence, ...] = ()
    probability: float | None = None
    conflict: str | None = None
    basis: str | None = None
    splittable: tuple[UUID, ...] = ()
    blind: bool = False


@dataclass(frozen=True, kw_only=True)
class _Subject:
    publisher: str
    person_id: UUID
    record: Callable[[Identity], LinkRecord]
    registrations: tuple[UUID, ...]


class Cases:
    """Reads pairs for reviewers, under their role."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        payloads: Payloads,
        forces_of: ForcesOf,
        explain: Explain,
    ) -> None:
        """Take what opens identity and explains scores; payloads: where detached records lie."""
        self._database = database
        self._keys = keys
        self._payloads = payloads
        self._forces_of = forces_of
        self._explain = explain

    def show(self, pair: ReviewPair, *, reviewer: str) -> Case:
        """Return a pair side by side. Raises NotFoundError if it is not there any more."""
        if pair.kind is PairKind.CHILDREN:
            return self._children(pair, reviewer)
        return self._accounts(pair, reviewer)

    def _children(self, pair: ReviewPair, reviewer: str) -> Case:
        ends = (pair.low, pair.high)
        values = {"subjects": list(ends), "low": pair.low, "high": pair.high}
        with self._database.snapshot() as connection:
            known = {row[0]: self._subject(row) for row in connection.execute(_SUBJECTS, values)}
            score = connection.execute(_SCORE, values).fetchone()
            given = opinions_of(connection, [pair]).get(pair, [])
        blind = stage_of(given) is Stage.WAITS_FOR_SECOND and given[-1].reviewer != reviewer
        identities = read_identities(
            self._database, self._keys, ends, reader=reviewer, purpose=PURPOSE
        )
        if set(ends) - known.keys() or set(ends) - identities.keys():
            raise NotFoundError("There is no such pair any more: a child of it may be erased.")
        low, high = (known[each].record(identities[each]) for each in ends)
        one = known[pair.low].person_id == known[pair.high].person_id
        return Case(
            pair=pair,
            left=_side(pair.low, known[pair.low], alone=blind),
            right=_side(pair.high, known[pair.high], alone=blind),
            rows=compare_children(low, high),
            evidence=tuple(self._explain(low, high)),
            probability=score[0] if score else None,
            conflict=score[1] if score else None,
            basis=score[2] if score else None,
            splittable=known[pair.low].registrations if one and not blind else (),
            blind=blind,
        )

    def _accounts(self, pair: ReviewPair, reviewer: str) -> Case:
        ends = [pair.low, pair.high]
        with self._database.transaction() as connection:
            subjects = [row[0] for row in connection.execute(_SUBJECT_OF, {"episodes": ends})]
            if subjects:
                told = {"reader": reviewer, "purpose": PURPOSE, "subjects": subjects}
                connection.execute(_ANNOUNCE, told)
        with self._database.snapshot() as connection:
            accounts = {
                each.episode_id: each for each in read_episodes(connection, self._payloads, ends)
            }
            given = opinions_of(connection, [pair]).get(pair, [])
        if set(ends) - accounts.keys():
            raise NotFoundError("There is no such pair: take its name from `hub review --list`.")
        low, high = accounts[pair.low], accounts[pair.high]
        return Case(
            pair=pair,
            left=Side(record_id=pair.low, publisher=low.publisher, registrations=()),
            right=Side(record_id=pair.high, publisher=high.publisher, registrations=()),
            rows=compare_accounts(low, high),
            blind=stage_of(given) is Stage.WAITS_FOR_SECOND and given[-1].reviewer != reviewer,
        )

    def _subject(self, row: TupleRow) -> _Subject:
        subject, publisher, person, sex, registered_on, _erased, days, hosts, together = row
        forces = self._forces_of(PublisherId(publisher), hosts)

        def record(identity: Identity) -> LinkRecord:
            return link_record(
                subject,
                publisher,
                identity,
                sex=sex,
                days=days,
                forces=forces,
                registered_on=registered_on,
            )

        return _Subject(
            publisher=publisher, person_id=person, record=record, registrations=tuple(together)
        )


def _side(record_id: UUID, subject: _Subject, *, alone: bool) -> Side:
    # Who else is the child would tell a second reviewer what the first decided.
    registrations = (record_id,) if alone else subject.registrations
    return Side(record_id=record_id, publisher=subject.publisher, registrations=registrations)
