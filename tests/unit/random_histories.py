"""Random histories of two persons, for tests that hold two definitions equal."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from domain.about import When
from domain.care_events import CareEnded, CareStarted, PlacementEnded, PlacementStarted
from domain.decisions import ChildReachedEighteen, EpisodeAged
from domain.episode_events import (
    AttributionCorrected,
    ChildLocated,
    ChildReturned,
    EpisodeClassified,
    EpisodeCorrected,
    EpisodeGrouped,
    EpisodeMerged,
    EpisodeReclassified,
    EpisodeReported,
    EpisodeVoided,
    SubjectRegistered,
)
from domain.events import AccountEvent, Event
from domain.linkage_events import (
    EpisodeMatched,
    PersonLinked,
    PersonLinkProposed,
    PersonMerged,
    PersonSplit,
)
from domain.protection_events import ConcernRaised
from domain.records import Provenance, RecordedEvent
from domain.response_events import (
    NotificationSent,
    ReturnInterviewCompleted,
    ReturnInterviewDeclined,
    ReturnInterviewNotOffered,
    ReturnInterviewOffered,
)
from domain.safeguarding import (
    Concern,
    Evidence,
    NotOfferedReason,
    Recipient,
    ReclassificationReason,
    Role,
)
from domain.vocabulary import (
    Classification,
    Correctable,
    CorrectionReason,
    DeclinedBy,
    Interviewer,
    RiskLevel,
    Sex,
    VoidReason,
)

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
PUBLISHERS = ("la-330", "la-331", "pf-E23000014", "pf-btp")


def uuid_of(number: int) -> UUID:
    return UUID(int=number)


def when(random: Random) -> When:
    instant = NOON + timedelta(minutes=random.randrange(-6000, 6000, 7))
    return instant if random.random() < 0.6 else instant.date()


def maybe(random: Random, value: Any) -> Any:
    return value if random.random() < 0.5 else None


def statement(random: Random) -> dict[str, Any]:
    return {
        "classification": maybe(random, random.choice(list(Classification))),
        "risk": maybe(random, random.choice(list(RiskLevel))),
        "left": maybe(random, when(random)),
        "last_seen": maybe(random, when(random)),
        "reported": maybe(random, when(random)),
        "looked_after": maybe(random, random.random() < 0.5),
        "responsible_authority": maybe(random, random.choice(["330", "331"])),
        "home_authority": maybe(random, random.choice(["332", "SCO"])),
        "host_authority": maybe(random, random.choice(["333", "334"])),
        "placement_type": maybe(random, random.choice(["K2", "U4", "P1"])),
    }


def episode_event(random: Random, episode_id: UUID, subject_id: UUID) -> Event:
    about: dict[str, Any] = {"episode_id": episode_id, "subject_id": subject_id}
    choices = (
        lambda: EpisodeReported(**about, **statement(random)),
        lambda: EpisodeReported(**about, **statement(random)),
        lambda: EpisodeClassified(
            **about, classification=random.choice(list(Classification)), risk=None
        ),
        lambda: ChildLocated(**about, located=when(random)),
        lambda: ChildReturned(**about, returned=when(random)),
        lambda: EpisodeCorrected(
            **about,
            **statement(random),
            located=maybe(random, when(random)),
            returned=maybe(random, when(random)),
            reason=CorrectionReason.RECORDING_ERROR,
            cleared=tuple(random.sample(list(Correctable), random.randrange(3))),
        ),
        lambda: EpisodeVoided(**about, reason=VoidReason.DUPLICATE),
        lambda: EpisodeReclassified(
            **about,
            classification=random.choice(list(Classification)),
            reason=ReclassificationReason.RISK_CHANGED,
            risk=maybe(random, random.choice(list(RiskLevel))),
        ),
        lambda: EpisodeMerged(**about, into_episode_id=uuid_of(10)),
        lambda: AttributionCorrected(
            **about, was_missing=random.random() < 0.6, evidence=Evidence.CARER
        ),
        lambda: EpisodeGrouped(
            **about,
            group_id=uuid_of(1),
            named_missing=random.random() < 0.5,
            classification=maybe(random, random.choice(list(Classification))),
            left=maybe(random, when(random)),
            last_seen=maybe(random, when(random)),
            reported=maybe(random, when(random)),
        ),
        lambda: ReturnInterviewNotOffered(
            **about,
            decided=when(random),
            reason=NotOfferedReason.NOT_REQUIRED,
            decider=Role.SOCIAL_WORKER,
        ),
        lambda: NotificationSent(**about, recipient=Recipient.HOST_AUTHORITY, sent=when(random)),
        lambda: ReturnInterviewOffered(**about, offered=when(random)),
        lambda: ReturnInterviewDeclined(
            **about, declined=when(random), declined_by=DeclinedBy.CHILD
        ),
        lambda: ReturnInterviewCompleted(
            **about, completed=when(random), interviewer=Interviewer.OTHER, independent=True
        ),
        lambda: EpisodeAged(**about, age=random.randrange(-1, 19)),
    )
    return random.choice(choices)()


def subject_event(random: Random, subject_id: UUID) -> Event:
    choices = (
        lambda: SubjectRegistered(
            subject_id=subject_id, sex=maybe(random, random.choice(list(Sex)))
        ),
        lambda: CareStarted(
            subject_id=subject_id,
            care_id=uuid_of(900 + subject_id.int * 10 + random.randrange(2)),
            started=when(random),
            responsible_authority=maybe(random, "335"),
        ),
        lambda: CareEnded(
            subject_id=subject_id,
            care_id=uuid_of(900 + subject_id.int * 10 + random.randrange(2)),
            ended=when(random),
            reason="E2" if subject_id.int == 4 else None,
        ),
        lambda: PlacementStarted(
            subject_id=subject_id,
            placement_id=uuid_of(700 + subject_id.int * 10 + random.randrange(2)),
            started=when(random),
            placement_type=random.choice(["K1", "H5", "U6"]),
            host_authority=maybe(random, "336"),
            location_restricted=random.random() < 0.3,
        ),
        lambda: PlacementEnded(
            subject_id=subject_id,
            placement_id=uuid_of(700 + subject_id.int * 10 + random.randrange(2)),
            ended=when(random),
        ),
        lambda: ConcernRaised(
            subject_id=subject_id,
            concern_id=uuid_of(5),
            concern=Concern.GANGS,
            raised=when(random),
        ),
        lambda: ChildReachedEighteen(
            subject_id=subject_id, birthday=date(2026, 3, random.choice([27, 28, 29]))
        ),
    )
    return random.choice(choices)()


def person_event(random: Random) -> Event:
    """A decision about who a subject is, or a proposal; pairs are odd with odd, even with even."""
    subject_id = uuid_of(random.randrange(1, 5))
    kin = [uuid_of(number) for number in (1, 2, 3, 4) if number % 2 == subject_id.int % 2]
    about: dict[str, Any] = {
        "subject_id": subject_id,
        "person_id": random.choice(kin),
        "basis": "test",
        "score": 0.9,
    }
    choices = (
        lambda: PersonLinked(**about),
        lambda: PersonMerged(**about, from_person_id=random.choice(kin)),
        lambda: PersonSplit(**about, from_person_id=random.choice(kin)),
        lambda: PersonLinkProposed(**about),
        lambda: PersonLinkProposed(**about),
    )
    return random.choice(choices)()


def match_event(random: Random, seen: set[UUID], episodes: Mapping[UUID, UUID]) -> Event:
    """A decision about an episode that was heard of."""
    episode_id = random.choice(sorted(seen))
    kin = [each for each in sorted(seen) if each.int % 2 == episode_id.int % 2]

    def some() -> tuple[UUID, ...]:
        return tuple(random.sample(kin, min(len(kin), random.randrange(1, 3))))

    return EpisodeMatched(
        episode_id=episode_id,
        subject_id=episodes[episode_id],
        national_ids=some(),
        basis="test",
        proposed_ids=random.choice([None, (), some()]),
        in_review=random.choice([None, False, True]),
        held=random.choice([None, None, None, False, True]),
    )


def history(random: Random, length: int) -> list[RecordedEvent]:
    """A random history of two persons with two subjects each, in any order of arrival."""
    publisher_of = {uuid_of(number): PUBLISHERS[number % 4] for number in range(1, 5)}
    episodes = {uuid_of(10 + n): uuid_of(1 + n % 4) for n in range(7)}
    seen: set[UUID] = set()
    records = []
    for position in range(1, length + 1):
        roll = random.random()
        origin = "hub"
        if roll < 0.62:
            episode_id = random.choice(list(episodes))
            event = episode_event(random, episode_id, episodes[episode_id])
            if isinstance(event, EpisodeAged) and episode_id not in seen:
                event = ChildLocated(
                    episode_id=episode_id, subject_id=episodes[episode_id], located=NOON
                )
            if isinstance(event, AccountEvent):
                seen.add(episode_id)
            if not isinstance(event, EpisodeAged):
                origin = publisher_of[episodes[episode_id]]
        elif roll < 0.76:
            subject_id = uuid_of(random.randrange(1, 5))
            event = subject_event(random, subject_id)
            origin = publisher_of[subject_id]
        elif roll < 0.86 or not seen:
            event = person_event(random)
        else:
            event = match_event(random, seen, episodes)
        records.append(
            RecordedEvent(
                position=position,
                recorded_at=NOON,
                provenance=Provenance(
                    publisher=origin,
                    submission_id=uuid_of(random.randrange(10**9)),
                    occurred_at=NOON + timedelta(hours=random.randrange(-9, 9)),
                ),
                event=event,
            )
        )
    return records
