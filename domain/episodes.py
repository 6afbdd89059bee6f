"""All facts that follow from a set of records: the whole readable specification in one call."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args
from uuid import UUID

from domain.events import AccountEvent, SubjectEvent
from domain.facts import SourceEpisode, fold_episode
from domain.measures import Bucket, Source
from domain.national import EpisodeFacts, national_facts, source_facts
from domain.person import PersonContext, person_context, person_if_linked, person_of
from domain.records import RecordedEvent
from domain.response_events import ReturnInterviewFindingsShared, SafeAndWellCheckOutcomeShared
from domain.source_rows import SourceRow, counted_row, waiting_row

_EPISODE = get_args(AccountEvent)
_SUBJECT = get_args(SubjectEvent)
# What makes an episode heard of, though nothing was told of it that counts.
_HEARD = get_args(SafeAndWellCheckOutcomeShared | ReturnInterviewFindingsShared)

# The facts of an account, with the national episodes that it belongs to.
Member = tuple[EpisodeFacts, tuple[UUID, ...]]


@dataclass(frozen=True, kw_only=True)
class _Told:
    """Records by what they are about, and how a subject's person is read from its records."""

    episodes: tuple[SourceEpisode, ...]
    persons: Mapping[UUID, UUID]
    contexts: Mapping[UUID, PersonContext]

    def context(self, episode: SourceEpisode) -> PersonContext:
        """Return what is known of the child of an account."""
        return self.contexts[self.persons[episode.subject_id]]


def facts_of(records: Sequence[RecordedEvent]) -> tuple[EpisodeFacts, ...]:
    """Return every fact that counts as it was decided, ordered by source and identifier.

    Give the records of whole persons: what is left out is not known.
    """
    return _facts(_members(_told(records, person_of), _decided))


def facts_if_linked(records: Sequence[RecordedEvent]) -> tuple[EpisodeFacts, ...]:
    """Return the facts as they would be if everything in review were linked, in the same order."""
    return _facts(_members(_told(records, person_if_linked), _proposed))


def source_rows(records: Sequence[RecordedEvent]) -> tuple[SourceRow, ...]:
    """Return the row of every source episode ever heard of, ordered by identifier."""
    told = _told(records, person_of)
    members = _members(told, _decided)
    national = {name: national_facts(name, accounts) for name, accounts in _groups(members).items()}
    counted = {fact.fact_id: counted_row(fact, national[ids[0]]) for fact, ids in members}
    return tuple(
        counted.get(each.episode_id) or waiting_row(each, told.context(each))
        for each in sorted(told.episodes, key=lambda each: each.episode_id)
    )


def _told(
    records: Sequence[RecordedEvent], read: Callable[[UUID, Sequence[RecordedEvent]], UUID]
) -> _Told:
    """Return what records say, with persons as `read` says."""
    by_episode: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    by_subject: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    heard: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    for record in records:
        if isinstance(record.event, _EPISODE):
            by_episode[record.event.episode_id].append(record)
        elif isinstance(record.event, _SUBJECT):
            by_subject[record.event.subject_id].append(record)
        elif isinstance(record.event, _HEARD):
            heard[record.event.episode_id].append(record)
    episodes = tuple(fold_episode(each) for each in {**heard, **by_episode}.values())
    persons = {
        subject_id: read(subject_id, by_subject[subject_id])
        for subject_id in {*by_subject, *(each.subject_id for each in episodes)}
    }
    return _Told(episodes=episodes, persons=persons, contexts=_contexts(by_subject, persons))


def _contexts(
    by_subject: Mapping[UUID, Sequence[RecordedEvent]], persons: Mapping[UUID, UUID]
) -> dict[UUID, PersonContext]:
    """Return the context of each person, from the records of all subjects that are it."""
    records: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    for subject_id, person_id in persons.items():
        records[person_id].extend(by_subject.get(subject_id, ()))
    return {person_id: person_context(each) for person_id, each in records.items()}


def _decided(episode: SourceEpisode) -> tuple[tuple[UUID, ...], bool]:
    """Return the national episodes of an account as decided, and whether it is in review."""
    return episode.national_ids or (episode.episode_id,), episode.in_review


def _proposed(episode: SourceEpisode) -> tuple[tuple[UUID, ...], bool]:
    """Return the same as if everything in review were linked: then nothing is in review."""
    return episode.proposed_ids or _decided(episode)[0], False


def _members(
    told: _Told, read: Callable[[SourceEpisode], tuple[tuple[UUID, ...], bool]]
) -> list[Member]:
    """Return the facts of each account that counts, with the national episodes it belongs to."""
    found: list[Member] = []
    for episode in told.episodes:
        alone = Bucket.POLICE_ONLY if episode.source is Source.POLICE else Bucket.AUTHORITY_ONLY
        ids, in_review = read(episode)
        fact = source_facts(
            episode,
            person_id=told.persons[episode.subject_id],
            context=told.context(episode),
            bucket=Bucket.IN_REVIEW if in_review else alone,
        )
        if fact is not None:
            found.append((fact, ids))
    both = {
        national_id
        for national_id, group in _groups(found).items()
        if len({each.source for each in group}) > 1
    }
    return [
        (replace(fact, bucket=Bucket.MATCHED), ids)
        if fact.bucket is not Bucket.IN_REVIEW and both.intersection(ids)
        else (fact, ids)
        for fact, ids in found
    ]


def _groups(members: Sequence[Member]) -> dict[UUID, list[EpisodeFacts]]:
    groups: dict[UUID, list[EpisodeFacts]] = defaultdict(list)
    for fact, national_ids in members:
        for national_id in national_ids:
            groups[national_id].append(fact)
    return groups


def _facts(members: Sequence[Member]) -> tuple[EpisodeFacts, ...]:
    """Return the facts of accounts and of the national episodes that they make."""
    national = [national_facts(name, group) for name, group in _groups(members).items()]
    return tuple(
        sorted(
            [*(fact for fact, _ in members), *national],
            key=lambda each: (each.source, each.fact_id),
        )
    )
