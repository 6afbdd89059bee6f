"""Random histories in which every kind of data-quality finding comes about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from domain.about import When
from domain.care_events import (
    PlacementHostAcknowledged,
    PlacementHostNotified,
    PlacementStarted,
)
from domain.episode_events import (
    AttributionCorrected,
    ChildReturned,
    EpisodeGrouped,
    EpisodeReported,
)
from domain.events import AccountEvent, EpisodeEvent, Event
from domain.protection_events import RiskAssessed, RiskPlanMade, RiskPlanUpdated, RiskReassessed
from domain.records import RecordedEvent
from domain.response_events import (
    ReturnInterviewCompleted,
    ReturnInterviewDeclined,
    ReturnInterviewFindingsShared,
    ReturnInterviewNotOffered,
    ReturnInterviewOffered,
    SafeAndWellCheckDone,
    SafeAndWellCheckNotDone,
    SafeAndWellCheckOutcomeShared,
)
from domain.safeguarding import Evidence, NotOfferedReason, Recipient, RiskTrigger, Role
from domain.vocabulary import CheckNotDoneReason, Decider, DeclinedBy, Interviewer, Reporter
from projections.quality_sql import QUALITY_TYPES
from projections.topics import CHILD_TYPES, EPISODE_TYPES
from tests.unit.random_histories import history

LOADED = {*EPISODE_TYPES, *CHILD_TYPES, *QUALITY_TYPES}
NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
STEP = timedelta(hours=6)
GRID = (*range(-1, 4), *range(4, 160, 24))


def when(random: Random) -> When:
    """Return a time on a coarse grid, so that times fall together and limits are hit exactly."""
    instant: datetime = NOON + STEP * random.choice(GRID)
    return instant if random.random() < 0.7 else instant.date()


def quality_history(random: Random, length: int) -> list[RecordedEvent]:
    """Return a history of two persons with two subjects each, half of it about quality."""
    begun: set[UUID] = set()
    told = []
    for record in history(random, length):
        event = record.event
        by_hub = record.provenance.publisher == "hub"
        if event.type not in LOADED:
            continue
        if isinstance(event, EpisodeEvent):
            if by_hub and event.episode_id not in begun:
                # The hub decides about nothing that no source has told of.
                continue
            if event.episode_id in begun and not by_hub:
                event = _of_episode(random, event)
            if isinstance(event, AccountEvent):
                begun.add(event.episode_id)
        elif not by_hub and random.random() < 0.85:
            event = _of_child(random, event.subject_id)  # type: ignore[union-attr]
        told.append(replace(record, event=event))
    return told


def _of_episode(random: Random, instead_of: EpisodeEvent) -> EpisodeEvent:
    if random.random() < 0.35:
        return instead_of
    about: dict[str, Any] = {
        "episode_id": instead_of.episode_id,
        "subject_id": instead_of.subject_id,
    }
    at = when(random)
    made: tuple[Callable[[], EpisodeEvent], ...] = (
        lambda: EpisodeReported(
            **about,
            left=at,
            reported_by=random.choice([None, *Reporter]),
            looked_after=random.choice([None, True, False]),
        ),
        lambda: ChildReturned(**about, returned=at),
        lambda: ChildReturned(**about, returned=at),
        lambda: EpisodeGrouped(
            **about, group_id=UUID(int=random.choice([5, 6])), named_missing=random.random() < 0.5
        ),
        lambda: AttributionCorrected(
            **about, was_missing=random.random() < 0.8, evidence=Evidence.CARER
        ),
        lambda: SafeAndWellCheckDone(**about, checked=at),
        lambda: SafeAndWellCheckNotDone(
            **about, reason=CheckNotDoneReason.FREQUENT, decider=Decider.OTHER
        ),
        lambda: SafeAndWellCheckOutcomeShared(**about, shared=at, recipients=(Recipient.POLICE,)),
        lambda: ReturnInterviewOffered(**about, offered=random.choice([at, None])),
        lambda: ReturnInterviewNotOffered(
            **about, decided=at, reason=NotOfferedReason.OTHER, decider=Role.OTHER
        ),
        lambda: ReturnInterviewDeclined(
            **about, declined=random.choice([at, None]), declined_by=DeclinedBy.CHILD
        ),
        lambda: ReturnInterviewCompleted(
            **about, completed=at, interviewer=Interviewer.OTHER, independent=random.random() < 0.4
        ),
        # Often the same day, so that the two are recorded as one.
        lambda: SafeAndWellCheckDone(**about, checked=NOON.date()),
        lambda: ReturnInterviewCompleted(
            **about, completed=NOON.date(), interviewer=Interviewer.OTHER, independent=True
        ),
        lambda: ReturnInterviewFindingsShared(**about, shared=at, recipients=(Recipient.HEALTH,)),
    )
    return random.choice(made)()


def _of_child(random: Random, subject_id: UUID) -> Event:
    at = when(random)
    placement_id = UUID(int=700 + subject_id.int * 10 + random.randrange(2))
    placed: dict[str, Any] = {"subject_id": subject_id, "placement_id": placement_id}
    trigger = RiskTrigger.WENT_MISSING
    made: tuple[Callable[[], Event], ...] = (
        lambda: PlacementStarted(
            **placed,
            started=at,
            placement_type="K2",
            placing_authority=random.choice([None, "330", "331"]),
            host_authority=random.choice([None, "330", "331", "WAL"]),
        ),
        lambda: PlacementHostNotified(**placed, host_authority="331", notified=at),
        lambda: PlacementHostAcknowledged(**placed, host_authority="331", acknowledged=at),
        lambda: RiskAssessed(subject_id=subject_id, assessed=at, trigger=trigger),
        lambda: RiskReassessed(subject_id=subject_id, assessed=at, trigger=trigger),
        lambda: RiskPlanMade(subject_id=subject_id, made=at, trigger=trigger, owner=Role.OTHER),
        lambda: RiskPlanUpdated(
            subject_id=subject_id, updated=at, trigger=trigger, owner=Role.OTHER
        ),
    )
    return random.choice(made)()
