"""Settles what follows for the accounts of whole persons: ages, matches, holds, birthdays."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.stored import HUB
from domain.care_events import PlacementStarted
from domain.decisions import ChildReachedEighteen, EpisodeAged
from domain.episode_events import EpisodeReported
from domain.events import AccountEvent, Event
from domain.facts import SourceEpisode
from domain.linkage_events import EpisodeMatched
from domain.periods import age_in_years, eighteenth_birthday, london_date
from domain.reconciliation import held_until
from domain.records import Provenance
from hub.archive.filling import Payloads
from hub.identity.keys import Keys
from hub.identity.linking import birth_dates
from hub.ledger.appending import Draft
from hub.ledger.reading import read_episodes
from hub.linkage.matching import Standing, decided_matches, standings
from hub.linkage.people import KnownSubject, announce, members_of, persons_of

_EPISODES_OF: LiteralString = """
SELECT episode_id, subject_id, national_ids, proposed_ids, in_review, held, held_until, age, open,
       started_on
  FROM link.episodes WHERE subject_id = ANY(%(subjects)s) ORDER BY episode_id
"""
_ADMIT: LiteralString = """
INSERT INTO link.episodes
    (episode_id, subject_id, first_position, national_ids, proposed_ids, open)
SELECT e, s, p, ARRAY[e], ARRAY[e], false
  FROM unnest(%(episodes)s::uuid[], %(subjects)s::uuid[], %(positions)s::bigint[]) AS n (e, s, p)
ON CONFLICT DO NOTHING
"""
_KEEP: LiteralString = """
UPDATE link.episodes
   SET national_ids = %(national_ids)s, proposed_ids = %(proposed_ids)s,
       in_review = %(in_review)s, held = %(held)s, held_until = %(held_until)s, age = %(age)s,
       open = %(open)s
 WHERE episode_id = %(episode)s
"""
_START: LiteralString = """
UPDATE link.episodes SET started_on = %(started)s WHERE episode_id = %(episode)s
"""
_ADD_HOSTS: LiteralString = """
INSERT INTO link.hosts (subject_id, authority)
SELECT * FROM unnest(%(subjects)s::uuid[], %(authorities)s::text[]) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, kw_only=True)
class KnownEpisode:
    """What was decided and noted about an account before."""

    episode_id: UUID
    subject_id: UUID
    national_ids: tuple[UUID, ...]
    proposed_ids: tuple[UUID, ...]
    in_review: bool
    held: bool
    held_until: datetime | None
    age: int | None
    open: bool
    started_on: date | None


@dataclass(kw_only=True)
class Round:
    """The decisions of one step in the order in which they will be recorded, and what it has read.

    accounts: by subject, of those that were loaded.
    """

    now: datetime
    drafts: list[Draft] = field(default_factory=list)
    accounts: dict[UUID, list[SourceEpisode]] = field(default_factory=dict)
    known: dict[UUID, KnownEpisode] = field(default_factory=dict)

    def decide(self, event: Event) -> None:
        """Note a decision of the hub's own."""
        provenance = Provenance(publisher=HUB, submission_id=None, occurred_at=self.now)
        self.drafts.append(Draft(event=event, provenance=provenance))


class Settling:
    """Decides what follows for whole groups of subjects, in the caller's transaction."""

    def __init__(self, keys: Keys, payloads: Payloads) -> None:
        """Take the vault's keys; payloads: where those records lie that were detached."""
        self._keys = keys
        self._payloads = payloads

    def load(self, connection: Connection[TupleRow], work: Round, subjects: Iterable[UUID]) -> None:
        """Read the accounts of subjects that the round does not have, and note when they began."""
        fresh = sorted(set(subjects) - work.accounts.keys())
        if not fresh:
            return
        known = _known_episodes(connection, fresh)
        work.known |= known
        work.accounts |= {subject: [] for subject in fresh}
        starts = []
        for episode in read_episodes(connection, self._payloads, known):
            work.accounts[episode.subject_id].append(episode)
            start = episode.start if episode.counts else None
            started = None if start is None else london_date(start)
            if started != known[episode.episode_id].started_on:
                starts.append({"episode": episode.episode_id, "started": started})
        with connection.cursor() as cursor:
            cursor.executemany(_START, starts)

    def settle(
        self,
        connection: Connection[TupleRow],
        work: Round,
        groups: Sequence[Sequence[UUID]],
    ) -> None:
        """Decide about the accounts of groups, each of all who would be one person if linked."""
        subjects = [subject for group in groups for subject in group]
        if not subjects:
            return
        self.load(connection, work, subjects)
        members = members_of(connection, persons_of(connection, subjects))
        known = {each.subject_id: each for each in members}
        born = birth_dates(connection, self._keys, subjects)
        decided = decided_matches(
            connection,
            [each.episode_id for subject in subjects for each in work.accounts[subject]],
        )
        keep: list[dict[str, object]] = []
        for group in groups:
            people = _people(known[subject] for subject in group)
            theirs = [_accounts_of(work, person) for person in people]
            found = standings(theirs, decided, work.now)
            for person, episodes in zip(people, theirs, strict=True):
                birth = next((born[each] for each in _ids(person) if each in born), None)
                keep.extend(_changes(work, episodes, found, birth))
                _celebrate(connection, work, person, episodes, birth)
        with connection.cursor() as cursor:
            cursor.executemany(_KEEP, keep)


def admit_episodes(
    connection: Connection[TupleRow], told: Iterable[tuple[int, AccountEvent]]
) -> None:
    """Let new accounts be episodes of their own, each from its first position on."""
    firsts: dict[UUID, tuple[UUID, int]] = {}
    for position, event in told:
        firsts.setdefault(event.episode_id, (event.subject_id, position))
    connection.execute(
        _ADMIT,
        {
            "episodes": list(firsts),
            "subjects": [subject for subject, _ in firsts.values()],
            "positions": [position for _, position in firsts.values()],
        },
    )


def note_hosts(connection: Connection[TupleRow], events: Iterable[Event]) -> None:
    """Remember where children live, as their placements and accounts say."""
    hosts = sorted(
        {
            (event.subject_id, event.host_authority)
            for event in events
            if isinstance(event, PlacementStarted | EpisodeReported)
            and event.host_authority is not None
        }
    )
    if hosts:
        subjects, authorities = zip(*hosts, strict=True)
        values = {"subjects": list(subjects), "authorities": list(authorities)}
        connection.execute(_ADD_HOSTS, values)


def _changes(
    work: Round,
    episodes: Iterable[SourceEpisode],
    found: Mapping[UUID, Standing],
    birth: date | None,
) -> Iterable[dict[str, object]]:
    """Decide ages and matches of one person's accounts; yield what to remember of each."""
    for episode in sorted(episodes, key=lambda each: each.episode_id):
        before = work.known[episode.episode_id]
        standing = found[episode.episode_id]
        age = _age(episode, birth, before.age)
        if age is not None and age != before.age:
            work.decide(
                EpisodeAged(episode_id=episode.episode_id, subject_id=episode.subject_id, age=age)
            )
        if _differs(standing, before):
            work.decide(_matched(episode, standing))
        until = held_until(episode) if standing.held else None
        is_open = episode.counts and episode.ended is None
        after = (standing.national_ids, standing.proposed_ids, standing.in_review, standing.held)
        if (*after, until, age, is_open) != (
            before.national_ids, before.proposed_ids, before.in_review, before.held,
            before.held_until, before.age, before.open,
        ):  # fmt: skip
            yield {
                "episode": episode.episode_id,
                "national_ids": list(standing.national_ids),
                "proposed_ids": list(standing.proposed_ids),
                "in_review": standing.in_review,
                "held": standing.held,
                "held_until": until,
                "age": age,
                "open": is_open,
            }


def _age(episode: SourceEpisode, birth: date | None, before: int | None) -> int | None:
    start = episode.start
    if birth is None or start is None:
        return before
    return age_in_years(birth, london_date(start))


def _differs(standing: Standing, before: KnownEpisode) -> bool:
    return (
        standing.national_ids != before.national_ids
        or standing.proposed_ids != before.proposed_ids
        or standing.in_review != before.in_review
        or standing.held != before.held
    )


def _matched(episode: SourceEpisode, standing: Standing) -> EpisodeMatched:
    same = standing.proposed_ids == standing.national_ids
    return EpisodeMatched(
        episode_id=episode.episode_id,
        subject_id=episode.subject_id,
        national_ids=standing.national_ids,
        basis=standing.basis,
        proposed_ids=None if same else standing.proposed_ids,
        in_review=standing.in_review or None,
        held=standing.held or None,
    )


def _celebrate(
    connection: Connection[TupleRow],
    work: Round,
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


def _people(members: Iterable[KnownSubject]) -> list[list[KnownSubject]]:
    """Return the persons among some subjects, the subject recorded first at the head of each."""
    people: dict[UUID, list[KnownSubject]] = defaultdict(list)
    for member in sorted(members, key=lambda each: (each.first_position, each.subject_id)):
        people[member.person_id].append(member)
    return [people[person] for person in sorted(people)]


def _accounts_of(work: Round, person: Iterable[KnownSubject]) -> list[SourceEpisode]:
    return [episode for each in _ids(person) for episode in work.accounts[each]]


def _ids(person: Iterable[KnownSubject]) -> list[UUID]:
    return [each.subject_id for each in person]


def _known_episodes(
    connection: Connection[TupleRow], subjects: Sequence[UUID]
) -> dict[UUID, KnownEpisode]:
    return {
        row[0]: KnownEpisode(
            episode_id=row[0],
            subject_id=row[1],
            national_ids=tuple(row[2]),
            proposed_ids=tuple(row[3]),
            in_review=row[4],
            held=row[5],
            held_until=row[6],
            age=row[7],
            open=row[8],
            started_on=row[9],
        )
        for row in connection.execute(_EPISODES_OF, {"subjects": list(subjects)})
    }
