"""The linking role: follows the ledger and records who is whom, and which episodes are one."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.stored import HUB
from domain.decisions import ChildReachedEighteen, EpisodeAged, EpisodeMatched, PersonLinked
from domain.episode_events import SubjectRegistered
from domain.events import AccountEvent, Event
from domain.facts import SourceEpisode
from domain.periods import age_in_years, eighteenth_birthday, london_date
from domain.reconciliation import reconcile
from domain.records import Provenance, RecordedEvent
from hub.archive.filling import Payloads
from hub.database import Database
from hub.identity.keys import Keys
from hub.identity.linking import (
    KnownSubject,
    admit,
    announce,
    birth_dates,
    healed,
    link,
    members_of,
    persons_of,
)
from hub.ledger.appending import Draft, append, encoded, lock_head
from hub.ledger.reading import read_episodes, read_from

Progress = Callable[[int, int], None]

_LOCK_PROGRESS: LiteralString = "SELECT position FROM link.progress FOR UPDATE"
_MOVE_PROGRESS: LiteralString = "UPDATE link.progress SET position = %(position)s"
_HEAD: LiteralString = "SELECT position FROM ledger.head"
_EPISODES_OF: LiteralString = """
SELECT episode_id, subject_id, national_ids, age FROM link.episodes
 WHERE subject_id = ANY(%(subjects)s) ORDER BY episode_id
"""
_OPEN: LiteralString = """
SELECT DISTINCT subject_id FROM link.episodes WHERE open ORDER BY subject_id
"""
_ADMIT: LiteralString = """
INSERT INTO link.episodes (episode_id, subject_id, first_position, national_ids, open)
SELECT e, s, p, ARRAY[e], false
  FROM unnest(%(episodes)s::uuid[], %(subjects)s::uuid[], %(positions)s::bigint[]) AS n (e, s, p)
ON CONFLICT DO NOTHING
"""
_KEEP: LiteralString = """
UPDATE link.episodes SET national_ids = %(nationals)s, age = %(age)s, open = %(open)s
 WHERE episode_id = %(episode)s
"""
_OWN_TYPES = frozenset(
    kind.type for kind in (EpisodeAged, EpisodeMatched, PersonLinked, ChildReachedEighteen)
)


@dataclass(frozen=True, kw_only=True)
class _KnownEpisode:
    """What was decided about an episode before."""

    national_ids: tuple[UUID, ...]
    age: int | None


@dataclass(kw_only=True)
class _Round:
    """The decisions of one step, in the order in which they will be recorded."""

    now: datetime
    drafts: list[Draft] = field(default_factory=list)

    def decide(self, event: Event) -> None:
        """Note a decision of the hub's own."""
        provenance = Provenance(publisher=HUB, submission_id=None, occurred_at=self.now)
        self.drafts.append(Draft(event=event, provenance=provenance))


class Linker:
    """Follows the ledger; only one process at a time gets the lock on its progress."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        payloads: Payloads,
        clock: Callable[[], datetime],
        *,
        chunk: int = 100_000,
    ) -> None:
        """Work under the vault's role; `chunk` is the most ledger positions of one step.

        payloads: where those lie that were detached.
        """
        self._database = database
        self._payloads = payloads
        self._keys = keys
        self._clock = clock
        self._chunk = chunk

    def catch_up(self, progress: Progress | None = None) -> int:
        """Decide everything that follows from the ledger so far; return the position reached."""
        while True:
            with self._database.transaction() as connection:
                after, head = self._advance(connection)
            if progress is not None:
                progress(after, head)
            if after >= head:
                return after

    def come_of_age(self) -> int:
        """Record the eighteenth birthdays of children with open episodes; return how many."""
        with self._database.transaction() as connection:
            connection.execute(_LOCK_PROGRESS)
            subjects = [row[0] for row in connection.execute(_OPEN)]
            return self._record(connection, subjects, touched=None)

    def _advance(self, connection: Connection[TupleRow]) -> tuple[int, int]:
        before = _number(connection.execute(_LOCK_PROGRESS).fetchone())
        head = _number(connection.execute(_HEAD).fetchone())
        after = min(head, before + self._chunk)
        fresh = [
            record
            for record in read_from(connection, self._payloads, after=before, until=after)
            if record.event.type not in _OWN_TYPES
        ]
        subjects = _first_positions(fresh)
        admit(connection, sorted(subjects.items(), key=lambda each: each[1]))
        touched = [
            (each.position, each.event) for each in fresh if isinstance(each.event, AccountEvent)
        ]
        _admit_episodes(connection, touched)
        registered = {
            record.event.subject_id
            for record in fresh
            if isinstance(record.event, SubjectRegistered)
        } | healed(connection)
        self._record(
            connection,
            sorted({*registered, *(event.subject_id for _, event in touched)}),
            touched=registered,
        )
        connection.execute(_MOVE_PROGRESS, {"position": after})
        return after, _number(connection.execute(_HEAD).fetchone())

    def _record(
        self,
        connection: Connection[TupleRow],
        subjects: Sequence[UUID],
        *,
        touched: Iterable[UUID] | None,
    ) -> int:
        """Decide about the persons of these subjects, and append what is new; return how many."""
        now = self._clock().astimezone(UTC)
        work = _Round(now=now)
        moved = link(connection, sorted(touched)) if touched is not None else []
        for decision in moved:
            work.decide(
                PersonLinked(
                    subject_id=decision.subject_id,
                    person_id=decision.person_id,
                    basis=decision.basis,
                    score=1.0,
                )
            )
        persons = persons_of(connection, {*subjects, *(each.subject_id for each in moved)})
        self._decide_about(connection, work, members_of(connection, persons))
        if work.drafts:
            head = lock_head(connection)
            append(connection, head, [encoded(each) for each in work.drafts], now=now)
        return len(work.drafts)

    def _decide_about(
        self,
        connection: Connection[TupleRow],
        work: _Round,
        members: Sequence[KnownSubject],
    ) -> None:
        people: dict[UUID, list[KnownSubject]] = defaultdict(list)
        for member in members:
            people[member.person_id].append(member)
        subjects = [each.subject_id for each in members]
        born = birth_dates(connection, self._keys, subjects)
        known = _known_episodes(connection, subjects)
        episodes: dict[UUID, list[SourceEpisode]] = defaultdict(list)
        for episode in read_episodes(connection, self._payloads, known):
            episodes[episode.subject_id].append(episode)
        keep: list[dict[str, object]] = []
        for person in sorted(people):
            theirs = [episode for each in people[person] for episode in episodes[each.subject_id]]
            birth = next(
                (born[each.subject_id] for each in people[person] if each.subject_id in born), None
            )
            keep.extend(self._settle_person(work, theirs, birth, known))
            self._celebrate(connection, work, people[person], theirs, birth)
        with connection.cursor() as cursor:
            cursor.executemany(_KEEP, keep)

    def _settle_person(
        self,
        work: _Round,
        episodes: Sequence[SourceEpisode],
        birth: date | None,
        known: dict[UUID, _KnownEpisode],
    ) -> Iterable[dict[str, object]]:
        """Decide ages and matches of one person's episodes; yield what to remember of each."""
        by_id = {each.episode_id: each for each in episodes}
        for match in reconcile(episodes):
            episode = by_id[match.episode_id]
            before = known[episode.episode_id]
            start = episode.start
            age = before.age
            if birth is not None and start is not None:
                age = age_in_years(birth, london_date(start))
            if age is not None and age != before.age:
                work.decide(
                    EpisodeAged(
                        episode_id=episode.episode_id, subject_id=episode.subject_id, age=age
                    )
                )
            if match.national_ids != before.national_ids:
                work.decide(
                    EpisodeMatched(
                        episode_id=episode.episode_id,
                        subject_id=episode.subject_id,
                        national_ids=match.national_ids,
                        basis=match.basis,
                    )
                )
            yield {
                "episode": episode.episode_id,
                "nationals": list(match.national_ids),
                "age": age,
                "open": episode.counts and episode.ended is None,
            }

    def _celebrate(
        self,
        connection: Connection[TupleRow],
        work: _Round,
        person: Sequence[KnownSubject],
        episodes: Sequence[SourceEpisode],
        birth: date | None,
    ) -> None:
        """Record an eighteenth birthday that has come while an episode is open."""
        if birth is None or not any(each.counts and each.ended is None for each in episodes):
            return
        birthday = eighteenth_birthday(birth)
        first = person[0]
        if first.birthday == birthday or birthday > london_date(work.now):
            return
        announce(connection, first.subject_id, birthday)
        work.decide(ChildReachedEighteen(subject_id=first.subject_id, birthday=birthday))


def _first_positions(records: Iterable[RecordedEvent]) -> dict[UUID, int]:
    firsts: dict[UUID, int] = {}
    for record in records:
        subject_id = getattr(record.event, "subject_id", None)
        if subject_id is not None:
            firsts.setdefault(subject_id, record.position)
    return firsts


def _known_episodes(
    connection: Connection[TupleRow], subjects: Sequence[UUID]
) -> dict[UUID, _KnownEpisode]:
    rows = connection.execute(_EPISODES_OF, {"subjects": list(subjects)})
    return {row[0]: _KnownEpisode(national_ids=tuple(row[2]), age=row[3]) for row in rows}


def _admit_episodes(
    connection: Connection[TupleRow], touched: Iterable[tuple[int, AccountEvent]]
) -> None:
    firsts: dict[UUID, tuple[UUID, int]] = {}
    for position, event in touched:
        firsts.setdefault(event.episode_id, (event.subject_id, position))
    connection.execute(
        _ADMIT,
        {
            "episodes": list(firsts),
            "subjects": [subject for subject, _ in firsts.values()],
            "positions": [position for _, position in firsts.values()],
        },
    )


def _number(row: Sequence[object] | None) -> int:
    if row is None:
        raise RuntimeError("the database lacks a row that its migrations make")
    return int(str(row[0]))
