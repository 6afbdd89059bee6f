"""All facts that follow from a set of records: the whole readable specification in one call."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args
from uuid import UUID

from domain.events import AccountEvent, SubjectEvent
from domain.facts import SourceEpisode, fold_episode
from domain.measures import Bucket, Source
from domain.national import EpisodeFacts, national_facts, source_facts
from domain.person import PersonContext, person_context, person_of
from domain.records import RecordedEvent

_EPISODE = get_args(AccountEvent)
_SUBJECT = get_args(SubjectEvent)


def facts_of(records: Sequence[RecordedEvent]) -> tuple[EpisodeFacts, ...]:
    """Return every fact that counts, ordered by source and identifier.

    Give the records of whole persons: what is left out is not known.
    """
    by_episode: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    by_subject: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    for record in records:
        if isinstance(record.event, _EPISODE):
            by_episode[record.event.episode_id].append(record)
        elif isinstance(record.event, _SUBJECT):
            by_subject[record.event.subject_id].append(record)
    episodes = [fold_episode(each) for each in by_episode.values()]
    persons = {
        subject_id: person_of(subject_id, by_subject[subject_id])
        for subject_id in {*by_subject, *(each.subject_id for each in episodes)}
    }
    contexts = _contexts(by_subject, persons)
    members = _members(episodes, persons, contexts)
    return tuple(
        sorted(
            [*(fact for fact, _ in members), *_national(members)],
            key=lambda each: (each.source, each.fact_id),
        )
    )


def _contexts(
    by_subject: dict[UUID, list[RecordedEvent]], persons: dict[UUID, UUID]
) -> dict[UUID, PersonContext]:
    """Return the context of each person, from the records of all subjects that are it."""
    records: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    for subject_id, person_id in persons.items():
        records[person_id].extend(by_subject.get(subject_id, ()))
    return {person_id: person_context(each) for person_id, each in records.items()}


def _members(
    episodes: Sequence[SourceEpisode],
    persons: dict[UUID, UUID],
    contexts: dict[UUID, PersonContext],
) -> list[tuple[EpisodeFacts, tuple[UUID, ...]]]:
    """Return the facts of each account that counts, with the national episodes it belongs to."""
    found: list[tuple[EpisodeFacts, tuple[UUID, ...]]] = []
    for episode in episodes:
        person_id = persons[episode.subject_id]
        alone = Bucket.POLICE_ONLY if episode.source is Source.POLICE else Bucket.AUTHORITY_ONLY
        fact = source_facts(episode, person_id=person_id, context=contexts[person_id], bucket=alone)
        if fact is not None:
            found.append((fact, episode.national_ids or (episode.episode_id,)))
    both = {
        national_id
        for national_id, group in _groups(found).items()
        if len({each.source for each in group}) > 1
    }
    return [
        (replace(fact, bucket=Bucket.MATCHED) if both.intersection(ids) else fact, ids)
        for fact, ids in found
    ]


def _groups(
    members: Sequence[tuple[EpisodeFacts, tuple[UUID, ...]]],
) -> dict[UUID, list[EpisodeFacts]]:
    groups: dict[UUID, list[EpisodeFacts]] = defaultdict(list)
    for fact, national_ids in members:
        for national_id in national_ids:
            groups[national_id].append(fact)
    return groups


def _national(
    members: Sequence[tuple[EpisodeFacts, tuple[UUID, ...]]],
) -> list[EpisodeFacts]:
    return [national_facts(name, group) for name, group in _groups(members).items()]
