"""Random histories in which publishers tell of concerns, referrals, views, and of themselves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from domain.episode_events import SubjectRegistered
from domain.events import EpisodeEvent, Event, SubjectEvent
from domain.protection_events import (
    ConcernClosed,
    ConcernRaised,
    ProgrammeChildJoined,
    ProgrammeChildLeft,
    ReferralAccepted,
    ReferralClosed,
    ReferralMade,
)
from domain.publisher_events import (
    BoardReportPresented,
    PeriodDeclared,
    ProgrammeEnded,
    ProgrammeStarted,
    ProviderReturnReceived,
)
from domain.records import RecordedEvent
from domain.response_events import (
    ReturnInterviewCompleted,
    ViewsRecorded,
    ViewsSought,
    ViewsUsed,
)
from domain.safeguarding import (
    Board,
    Concern,
    ConcernClosure,
    ProgrammeKind,
    ReferralCriterion,
    ReferralOutcome,
    ViewsSetting,
    ViewsUse,
)
from domain.vocabulary import Interviewer, Sex
from tests.unit.random_histories import history, maybe, when

REASONS = ("PUSH01", "PUSH04", "PUSH99", "PULL04", "PULL07")
DAY = date(2026, 1, 1)


def protection_history(random: Random, length: int) -> list[RecordedEvent]:
    """Return a history of two persons with two subjects each, half of it about protection."""
    told = []
    for record in history(random, length):
        event, by_hub = record.event, record.provenance.publisher == "hub"
        if not by_hub and isinstance(event, SubjectEvent):
            event = of_child(random, event.subject_id)
        elif not by_hub and isinstance(event, EpisodeEvent) and random.random() < 0.25:
            event = ReturnInterviewCompleted(
                episode_id=event.episode_id,
                subject_id=event.subject_id,
                completed=few(random),
                interviewer=random.choice(list(Interviewer)),
                independent=random.random() < 0.5,
                reasons=maybe(random, tuple(random.choices(REASONS, k=random.randrange(3)))),
            )
        told.append(replace(record, event=event))
    return told


def few(random: Random) -> datetime | date:
    """Return one of a few times, so that statements fall together."""
    instant = datetime.fromisoformat("2026-03-20T12:30:00+00:00")
    chosen = instant + timedelta(hours=random.choice([0, 30, 100]))
    return chosen if random.random() < 0.5 else chosen.date()


def of_child(random: Random, subject_id: UUID) -> Event:
    """Return something that a publisher tells of a child."""
    own = UUID(int=500 + subject_id.int * 10 + random.randrange(2))
    about: dict[str, Any] = {"subject_id": subject_id}
    if random.random() < 0.2:
        return SubjectRegistered(
            **about,
            sex=random.choice([None, Sex.FEMALE, Sex.MALE]),
            unaccompanied=random.choice([None, True, False]),
        )
    made: tuple[Callable[[], Event], ...] = (
        lambda: ConcernRaised(
            **about, concern_id=own, concern=random.choice(list(Concern)), raised=when(random)
        ),
        lambda: ConcernClosed(
            **about,
            concern_id=own,
            closed=when(random),
            reason=random.choice(list(ConcernClosure)),
        ),
        lambda: ReferralMade(
            **about,
            referral_id=own,
            made=when(random),
            criteria=tuple(random.choices(list(ReferralCriterion), k=random.randrange(1, 4))),
        ),
        lambda: ReferralAccepted(**about, referral_id=own, accepted=when(random)),
        lambda: ReferralClosed(
            **about,
            referral_id=own,
            closed=when(random),
            outcome=random.choice(list(ReferralOutcome)),
        ),
        lambda: ViewsSought(**about, sought=few(random), setting=random.choice(list(ViewsSetting))),
        lambda: ViewsRecorded(**about, recorded=few(random), setting=ViewsSetting.REVIEW),
        lambda: ViewsUsed(**about, used=few(random), used_in=random.choice(list(ViewsUse))),
        lambda: ProgrammeChildJoined(
            **about,
            programme_id=own,
            programme=random.choice(list(ProgrammeKind)),
            joined=when(random),
        ),
        lambda: ProgrammeChildLeft(**about, programme_id=own, left_on=when(random)),
    )
    return random.choice(made)()


def of_publisher(random: Random) -> Event:
    """Return something that a publisher tells of itself: of a programme, report, return, period."""
    kind, number = random.randrange(4), random.randrange(2)
    own: dict[str, Any] = {"own_id": UUID(int=600 + kind * 10 + number)}
    begin = DAY + timedelta(days=random.randrange(60))
    span: dict[str, Any] = {
        "from_date": begin,
        "to_date": begin + timedelta(days=random.randrange(90)),
    }
    if kind == 0:
        if random.random() < 0.4:
            return ProgrammeEnded(**own, ended=when(random))
        return ProgrammeStarted(
            **own,
            programme=random.choice(list(ProgrammeKind)),
            started=when(random),
            area=random.choice(["330", "331"]),
        )
    if kind == 1:
        return BoardReportPresented(
            **own, **span, board=random.choice(list(Board)), presented=when(random)
        )
    if kind == 2:
        return ProviderReturnReceived(
            **own,
            **span,
            provider_urn="SC000001",
            missing_episodes=random.randrange(9),
            away_episodes=maybe(random, random.randrange(9)),
            received=when(random),
        )
    return PeriodDeclared(**own, **span, rows=random.randrange(100))
