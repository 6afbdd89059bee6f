"""Who the child is of whom something was told, and what its sex is, in either world."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args
from uuid import UUID

from domain.events import EpisodeEvent, SubjectEvent
from domain.facts import Standing, standing
from domain.person import person_context, person_of
from domain.records import RecordedEvent
from domain.vocabulary import Sex

_OF_CHILDREN = get_args(SubjectEvent) + get_args(EpisodeEvent)
_SUBJECT = get_args(SubjectEvent)

# Reads the person of a subject from the subject's records.
ReadPerson = Callable[[UUID, Sequence[RecordedEvent]], UUID]


Told = TypeVar("Told")


@dataclass(frozen=True, kw_only=True)
class Said(Generic[Told]):
    """An event, and the publisher that told of it."""

    event: Told
    by: str


@dataclass(frozen=True, kw_only=True)
class Whose:
    """The person that a subject is, and the sex that is known of that person."""

    person_id: UUID
    sex: Sex


def whose(records: Iterable[RecordedEvent], read: ReadPerson = person_of) -> Mapping[UUID, Whose]:
    """Return who every subject is; read: `person_of` or `person_if_linked`."""
    by_subject: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    for record in records:
        if isinstance(record.event, _OF_CHILDREN):
            own = by_subject[record.event.subject_id]
            if isinstance(record.event, _SUBJECT):
                own.append(record)
    persons = {subject_id: read(subject_id, own) for subject_id, own in by_subject.items()}
    of_person: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    for subject_id, person_id in persons.items():
        of_person[person_id].extend(by_subject[subject_id])
    sexes = {person_id: person_context(own).sex for person_id, own in of_person.items()}
    return {
        subject_id: Whose(person_id=person_id, sex=sexes[person_id])
        for subject_id, person_id in persons.items()
    }


def last_said(
    records: Iterable[RecordedEvent], kind: type[Told], *key: str
) -> Mapping[tuple[Any, ...], Said[Told]]:
    """Return, by some attributes, the event of a kind with the highest standing."""
    best: dict[tuple[Any, ...], tuple[Standing, Said[Told]]] = {}
    for record in records:
        if isinstance(record.event, kind):
            about = tuple(getattr(record.event, name) for name in key)
            rank = standing(record)
            if about not in best or rank > best[about][0]:
                best[about] = (rank, Said(event=record.event, by=record.provenance.publisher))
    return {about: said for about, (_, said) in best.items()}
