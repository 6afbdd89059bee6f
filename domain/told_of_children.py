"""Concerns about children, referrals, views and places in programmes, as their records say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import filterfalse
from typing import Any
from uuid import UUID

from domain.about import When
from domain.episode_events import SubjectRegistered
from domain.facts import earliest, end_of, latest
from domain.periods import london_date
from domain.person import person_of
from domain.protection_events import (
    ConcernClosed,
    ConcernRaised,
    ProgrammeChildJoined,
    ProgrammeChildLeft,
    ReferralAccepted,
    ReferralClosed,
    ReferralMade,
)
from domain.records import RecordedEvent
from domain.response_events import ViewsRecorded, ViewsSought, ViewsUsed
from domain.safeguarding import Concern
from domain.vocabulary import Sex
from domain.whose import ReadPerson, Said, last_said, whose

NOT_STATED = "not-stated"


@dataclass(frozen=True, kw_only=True)
class ToldOfChild:
    """What is told of a child. own: names the thing among those of the child."""

    subject_id: UUID
    own: str
    person_id: UUID
    sex: Sex
    publisher: str


@dataclass(frozen=True, kw_only=True)
class HeldConcern(ToldOfChild):
    """A concern about a child; raised: None: by its registration, from the beginning."""

    concern: Concern
    raised_at: datetime | None
    raised_on: date | None
    closed_at: datetime | None
    closed_on: date | None
    closed_for: str | None


@dataclass(frozen=True, kw_only=True)
class Referral(ToldOfChild):
    """A referral to a multi-agency group. criteria: joined by commas, in order."""

    criteria: str
    made_until: datetime
    made_on: date
    accepted_on: date | None
    closed_at: datetime | None
    closed_on: date | None
    outcome: str | None


@dataclass(frozen=True, kw_only=True)
class ViewsTold(ToldOfChild):
    """A child was asked for its views, they were recorded, or used."""

    step: str
    setting: str
    used_in: str
    told_at: datetime
    told_until: datetime
    told_on: date


@dataclass(frozen=True, kw_only=True)
class Participant(ToldOfChild):
    """A child takes part in a programme, which `own` names."""

    programme: str
    joined_until: datetime
    joined_on: date
    left_on: date | None


def told_of_children(
    records: Sequence[RecordedEvent], kind: type[ToldOfChild], read: ReadPerson = person_of
) -> tuple[ToldOfChild, ...]:
    """Return everything of a kind that is told of children, by subject and own.

    read: `person_of`: as decided; `person_if_linked`: if everything in review were linked.
    """
    people = whose(records, read)
    told = {
        HeldConcern: _concerns,
        Referral: _referrals,
        ViewsTold: _views,
        Participant: _participants,
    }[kind]
    found = [
        kind(
            subject_id=subject_id,
            person_id=people[subject_id].person_id,
            sex=people[subject_id].sex,
            **values,
        )
        for subject_id, values in told(records)
    ]
    return tuple(sorted(found, key=lambda each: (each.subject_id, each.own)))


def _concerns(records: Sequence[RecordedEvent]) -> Iterator[tuple[UUID, dict[str, Any]]]:
    closed = last_said(records, ConcernClosed, "subject_id", "concern_id")
    for about, said in last_said(records, ConcernRaised, "subject_id", "concern_id").items():
        end = closed[about].event if about in closed else None
        yield (
            about[0],
            {
                "own": str(about[1]),
                "publisher": said.by,
                "concern": said.event.concern,
                "raised_at": earliest(said.event.raised),
                "raised_on": _day(said.event.raised),
                "closed_at": end_of(end.closed) if end else None,
                "closed_on": _day(end.closed) if end else None,
                "closed_for": end.reason if end else None,
            },
        )
    yield from _unaccompanied(records)


def _unaccompanied(records: Sequence[RecordedEvent]) -> Iterator[tuple[UUID, dict[str, Any]]]:
    for subject_id, said in _registrations(records).items():
        if said.event.unaccompanied:
            yield (
                subject_id,
                {
                    "own": str(subject_id),
                    "publisher": said.by,
                    "concern": Concern.UNACCOMPANIED,
                    **dict.fromkeys(("raised_at", "raised_on", "closed_at", "closed_on")),
                    "closed_for": None,
                },
            )


def _registrations(records: Sequence[RecordedEvent]) -> Mapping[UUID, Said[SubjectRegistered]]:
    """Return the registration that decides whether each subject is unaccompanied.

    An authority's word goes before a force's, as it does on sex.
    """
    stated = [
        record
        for record in records
        if isinstance(record.event, SubjectRegistered) and record.event.unaccompanied is not None
    ]
    of_forces = last_said(filter(_of_force, stated), SubjectRegistered, "subject_id")
    others = last_said(filterfalse(_of_force, stated), SubjectRegistered, "subject_id")
    return {about[0]: said for about, said in {**of_forces, **others}.items()}


def _of_force(record: RecordedEvent) -> bool:
    return record.provenance.publisher.startswith("pf-")


def _referrals(records: Sequence[RecordedEvent]) -> Iterator[tuple[UUID, dict[str, Any]]]:
    accepted = last_said(records, ReferralAccepted, "subject_id", "referral_id")
    closed = last_said(records, ReferralClosed, "subject_id", "referral_id")
    for about, said in last_said(records, ReferralMade, "subject_id", "referral_id").items():
        end = closed[about].event if about in closed else None
        taken = accepted[about].event if about in accepted else None
        yield (
            about[0],
            {
                "own": str(about[1]),
                "publisher": said.by,
                "criteria": ",".join(sorted(set(said.event.criteria))),
                "made_until": end_of(said.event.made),
                "made_on": _day(said.event.made),
                "accepted_on": _day(taken.accepted) if taken else None,
                "closed_at": end_of(end.closed) if end else None,
                "closed_on": _day(end.closed) if end else None,
                "outcome": end.outcome if end else None,
            },
        )


def _views(records: Sequence[RecordedEvent]) -> Iterator[tuple[UUID, dict[str, Any]]]:
    told: set[tuple[UUID, str, str, When, str, str]] = set()
    for record in records:
        event, by = record.event, record.provenance.publisher
        if isinstance(event, ViewsSought):
            setting = event.setting
            told.add((event.subject_id, by, "asked", event.sought, setting, NOT_STATED))
        elif isinstance(event, ViewsRecorded):
            setting = event.setting
            told.add((event.subject_id, by, "recorded", event.recorded, setting, NOT_STATED))
        elif isinstance(event, ViewsUsed):
            told.add((event.subject_id, by, "used", event.used, NOT_STATED, event.used_in))
    for subject_id, by, step, when, place, used_in in told:
        yield (
            subject_id,
            {
                "own": "|".join((by, step, place, used_in, _written(when))),
                "publisher": by,
                "step": step,
                "setting": place,
                "used_in": used_in,
                "told_at": earliest(when),
                "told_until": latest(when),
                "told_on": _day(when),
            },
        )


def _participants(records: Sequence[RecordedEvent]) -> Iterator[tuple[UUID, dict[str, Any]]]:
    left = last_said(records, ProgrammeChildLeft, "subject_id", "programme_id")
    joined = last_said(records, ProgrammeChildJoined, "subject_id", "programme_id")
    for about, said in joined.items():
        end = left[about].event if about in left else None
        yield (
            about[0],
            {
                "own": str(about[1]),
                "publisher": said.by,
                "programme": said.event.programme,
                "joined_until": end_of(said.event.joined),
                "joined_on": _day(said.event.joined),
                "left_on": _day(end.left_on) if end else None,
            },
        )


def _written(when: When) -> str:
    if not isinstance(when, datetime):
        return when.isoformat()
    return when.isoformat().replace("+00:00", "Z")


def _day(when: When) -> date:
    return london_date(when) if isinstance(when, datetime) else when
