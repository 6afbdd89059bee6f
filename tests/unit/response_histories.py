"""Random histories in which every kind of response to an episode comes about."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any
from uuid import UUID

from domain.about import When
from domain.care_events import ProtectionPlanEnded, ProtectionPlanStarted
from domain.events import AccountEvent, EpisodeEvent, Event
from domain.identifiers import PublisherId
from domain.protection_events import RiskAssessed, RiskPlanMade, RiskPlanUpdated, RiskReassessed
from domain.records import RecordedEvent
from domain.response_events import (
    NotificationReceived,
    NotificationSent,
    ReturnInterviewCompleted,
    ReturnInterviewDeclined,
    ReturnInterviewFindingsShared,
    ReturnInterviewNotOffered,
    ReturnInterviewOffered,
    SafeAndWellCheckDone,
    SafeAndWellCheckNotDone,
    SafeAndWellCheckOutcomeShared,
    SearchLeadAccepted,
    SearchLeadHandedOver,
    SearchLeadOffered,
)
from domain.safeguarding import NotOfferedReason, Recipient, RiskTrigger, Role
from domain.vocabulary import CheckNotDoneReason, Decider, DeclinedBy, Interviewer
from tests.unit.quality_histories import when
from tests.unit.random_histories import PUBLISHERS, history


def response_history(random: Random, length: int) -> list[RecordedEvent]:
    """Return a history of two persons with two subjects each, half of it about responses."""
    begun: set[UUID] = set()
    told = []
    for record in history(random, length):
        event = record.event
        by_hub = record.provenance.publisher == "hub"
        if isinstance(event, EpisodeEvent):
            if by_hub and event.episode_id not in begun:
                # The hub decides about nothing that no source has told of.
                continue
            if not by_hub and random.random() < 0.6:
                event = response_to(random, event.episode_id, event.subject_id, when(random))
            if isinstance(event, AccountEvent):
                begun.add(event.episode_id)
        elif not by_hub and random.random() < 0.7:
            event = step_for(random, event.subject_id, when(random))  # type: ignore[union-attr]
        told.append(replace(record, event=event))
    return told


def _recipients(random: Random) -> tuple[Recipient, ...]:
    often = (Recipient.REVIEWING_OFFICER, Recipient.PROTECTION_CHAIR, Recipient.HOST_AUTHORITY)
    rare = tuple(each for each in Recipient if each not in often)
    return tuple(random.sample(often if random.random() < 0.7 else rare, random.randrange(1, 3)))


def response_to(random: Random, episode_id: UUID, subject_id: UUID, at: When) -> EpisodeEvent:
    """Return some response to an episode, at a time."""
    about: dict[str, Any] = {"episode_id": episode_id, "subject_id": subject_id}
    lead, other = (PublisherId(random.choice(PUBLISHERS)) for _ in range(2))
    recipient = _recipients(random)[0]
    made: tuple[Callable[[], EpisodeEvent], ...] = (
        lambda: SafeAndWellCheckDone(**about, checked=at),
        lambda: SafeAndWellCheckDone(**about, checked=at),
        lambda: SafeAndWellCheckNotDone(
            **about,
            reason=random.choice(list(CheckNotDoneReason)),
            decider=random.choice(list(Decider)),
        ),
        lambda: SafeAndWellCheckOutcomeShared(**about, shared=at, recipients=_recipients(random)),
        lambda: ReturnInterviewOffered(**about, offered=random.choice([at, None])),
        lambda: ReturnInterviewNotOffered(
            **about,
            decided=at,
            reason=random.choice(list(NotOfferedReason)),
            decider=random.choice(list(Role)),
        ),
        lambda: ReturnInterviewDeclined(
            **about,
            declined=random.choice([at, None]),
            declined_by=random.choice([None, *DeclinedBy]),
        ),
        lambda: ReturnInterviewCompleted(
            **about,
            completed=at,
            interviewer=random.choice(list(Interviewer)),
            independent=random.random() < 0.4,
        ),
        lambda: ReturnInterviewFindingsShared(**about, shared=at, recipients=_recipients(random)),
        lambda: NotificationSent(**about, recipient=recipient, sent=at),
        lambda: NotificationReceived(**about, recipient=recipient, received=at),
        lambda: SearchLeadOffered(**about, lead=lead, offered=at),
        lambda: SearchLeadAccepted(**about, lead=lead, accepted=at),
        lambda: SearchLeadHandedOver(**about, lead=lead, to_lead=other, handed_over=at),
    )
    return random.choice(made)()


def step_for(random: Random, subject_id: UUID, at: When) -> Event:
    """Return some assessment or plan of a child, at a time."""
    plan: dict[str, Any] = {
        "subject_id": subject_id,
        "plan_id": UUID(int=600 + subject_id.int * 10 + random.randrange(2)),
    }
    trigger = RiskTrigger.WENT_MISSING
    made: tuple[Callable[[], Event], ...] = (
        lambda: ProtectionPlanStarted(**plan, started=at),
        lambda: ProtectionPlanEnded(**plan, ended=at),
        lambda: RiskAssessed(subject_id=subject_id, assessed=at, trigger=trigger),
        lambda: RiskReassessed(subject_id=subject_id, assessed=at, trigger=trigger),
        lambda: RiskPlanMade(subject_id=subject_id, made=at, trigger=trigger, owner=Role.OTHER),
        lambda: RiskPlanUpdated(
            subject_id=subject_id, updated=at, trigger=trigger, owner=Role.OTHER
        ),
    )
    return random.choice(made)()
