"""Decisions and proposals, drawn at random, that leave children of a hub in review or held."""

from collections import defaultdict
from random import Random
from typing import Any
from uuid import UUID

from domain.events import AccountEvent, Event
from domain.linkage_events import (
    EpisodeMatched,
    PersonLinked,
    PersonLinkProposed,
    PersonMerged,
    PersonSplit,
)
from domain.records import Provenance, RecordedEvent
from hub.ledger.appending import Draft, append, encoded, lock_head
from hub.ledger.reading import read_from
from hub.wiring import Hub


def ledger(hub: Hub) -> list[RecordedEvent]:
    """Return the whole ledger."""
    with hub.reader.snapshot() as connection:
        return list(read_from(connection, hub.archive, after=0, until=10**9))


def leave_undecided(hub: Hub, random: Random, pairs: int) -> None:
    """Put decisions and proposals about some pairs of children on record, past the linker."""
    episodes: dict[UUID, list[UUID]] = defaultdict(list)
    for record in ledger(hub):
        if isinstance(record.event, AccountEvent):
            about = episodes[record.event.subject_id]
            if record.event.episode_id not in about:
                about.append(record.event.episode_id)
    subjects = list(episodes)
    if len(subjects) < 2:
        return
    for _ in range(pairs):
        one, other = random.sample(subjects, 2)
        decisions = _persons(random, one, other)
        known = [(subject, each) for subject in (one, other) for each in episodes[subject]]
        for subject, episode in random.sample(known, min(4, len(known))):
            others = [each for _, each in known]
            decisions.append(_match(random, subject, episode, others))
        _record(hub, decisions)


def _persons(random: Random, one: UUID, other: UUID) -> list[Event]:
    """A proposal that two are one child, and what may have become of it."""
    about: dict[str, Any] = {"subject_id": other, "basis": "test", "score": 0.9}
    later: list[Event] = [
        PersonLinkProposed(**about, person_id=other),
        PersonLinked(**about, person_id=one),
        PersonMerged(**about, person_id=one, from_person_id=other),
        PersonSplit(**about, person_id=other, from_person_id=one),
    ]
    return [
        PersonLinkProposed(**about, person_id=one),
        *random.sample(later, random.choice([0, 0, 1])),
    ]


def _match(random: Random, subject: UUID, episode: UUID, others: list[UUID]) -> Event:
    return EpisodeMatched(
        episode_id=episode,
        subject_id=subject,
        national_ids=(episode,) if random.random() < 0.7 else (random.choice(others),),
        basis="test",
        proposed_ids=random.choice([None, (random.choice(others),), (episode,)]),
        in_review=random.choice([None, True, True]),
        held=random.choice([None, None, None, True]),
    )


def _record(hub: Hub, decisions: list[Event]) -> None:
    now = hub.clock()
    origin = Provenance(publisher="hub", submission_id=None, occurred_at=now)
    drafts = [encoded(Draft(event=each, provenance=origin)) for each in decisions]
    with hub.ledger_database.transaction() as connection:
        append(connection, lock_head(connection), drafts, now=now)
