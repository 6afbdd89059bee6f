"""A random story of children in care, placed near and far, who go missing, in any order."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from domain.about import When
from domain.care_events import (
    CareEnded,
    CareStarted,
    CareStatusChanged,
    PlacementEnded,
    PlacementHostAcknowledged,
    PlacementHostNotified,
    PlacementStarted,
)
from domain.decisions import EpisodeAged
from domain.episode_events import ChildLocated, EpisodeReported
from domain.events import Event
from domain.linkage_events import EpisodeMatched, PersonLinked, PersonLinkProposed
from domain.records import Provenance, RecordedEvent
from domain.response_events import SearchLeadAccepted, SearchLeadHandedOver, SearchLeadOffered
from domain.safeguarding import OutOfAreaReason
from domain.vocabulary import Classification

FIRST = date(2025, 1, 20)
DAYS = 500
AREAS = {"330": "E12000005", "331": "E12000005", "332": "E12000007"}
OUTSIDE = {"WAL": "outside"}
PUBLISHERS = ("la-330", "la-331", "la-332", "pf-E23000014")
CHILDREN = 20

Told = tuple[str, Event]


class Story:
    """What was told of twenty children, half of whom may be one person, and so the others."""

    def __init__(self, seed: int) -> None:
        """Draw everything from a seed."""
        self._random = Random(seed)
        self._last = 1000

    def records(self) -> list[RecordedEvent]:
        """Return the records, at positions from 1."""
        told = [each for number in range(1, CHILDREN + 1) for each in self._child(UUID(int=number))]
        self._random.shuffle(told)
        told += list(self._decisions([event for _, event in told]))
        return [
            RecordedEvent(
                position=position,
                recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
                provenance=Provenance(
                    publisher=publisher,
                    submission_id=UUID(int=10_000 + position),
                    occurred_at=self._instant(FIRST, DAYS),
                ),
                event=event,
            )
            for position, (publisher, event) in enumerate(told, 1)
        ]

    def _child(self, subject_id: UUID) -> Iterator[Told]:
        random = self._random
        publisher = PUBLISHERS[subject_id.int % 4]
        about: dict[str, Any] = {"subject_id": subject_id}
        day = FIRST + timedelta(days=random.randrange(200))
        for _ in range(random.choice((0, 1, 1, 1, 2))):
            care: dict[str, Any] = {**about, "care_id": self._uuid()}
            status = random.choice((None, "C2", "V3", "V4", "V2"))
            authority = random.choice((None, "330", "331"))
            begun = CareStarted(
                **care,
                started=self._when(day),
                responsible_authority=authority,
                legal_status=status,
            )
            yield publisher, begun
            if random.random() < 0.4:
                changed = self._when(day + timedelta(days=random.randrange(200)))
                status = random.choice(("V4", "C2"))
                yield publisher, CareStatusChanged(**care, changed=changed, legal_status=status)
            for _ in range(random.randrange(1, 6)):
                yield from self._placement(publisher, subject_id, day)
                day += timedelta(days=random.choice((1, 20, 45, 91)))
            if random.random() < 0.4:
                yield publisher, CareEnded(**care, ended=self._when(day))
            day += timedelta(days=random.choice((0, 30)))
        for _ in range(random.randrange(2, 8)):
            yield from self._episode(publisher, subject_id)

    def _placement(self, publisher: str, subject_id: UUID, day: date) -> Iterator[Told]:
        random = self._random
        about: dict[str, Any] = {"subject_id": subject_id, "placement_id": self._uuid()}
        host = random.choice(("330", "331", "332", "332", "WAL", "WAL", None))
        restricted = random.random() < 0.25
        yield (
            publisher,
            PlacementStarted(
                **about,
                started=self._when(day),
                placement_type=random.choice(("K2", "U4")),
                provider=random.choice(("PR4", None)),
                placing_authority=random.choice(("330", "331", None)),
                host_authority=host,
                location_restricted=restricted,
                provider_urn=random.choice((None, "SC000001", "SC000002")),
                out_of_area_reason=random.choice((None, None, *OutOfAreaReason)),
            ),
        )
        after = timedelta(days=random.choice((-2, 0, 3, 7, 8, 28, 40)))
        if random.random() < 0.4:
            notified = self._when(day + after)
            yield publisher, PlacementHostNotified(**about, host_authority="331", notified=notified)
        if random.random() < 0.2:
            yield (
                publisher,
                PlacementHostAcknowledged(
                    **about, host_authority="331", acknowledged=self._when(day + after)
                ),
            )
        if random.random() < 0.7:
            ended = self._when(day + timedelta(days=random.choice((0, 1, 20, 60, 150))))
            yield publisher, PlacementEnded(**about, ended=ended, reason="CARPL")

    def _episode(self, publisher: str, subject_id: UUID) -> Iterator[Told]:
        random = self._random
        about: dict[str, Any] = {"subject_id": subject_id, "episode_id": self._uuid()}
        left = self._instant(FIRST, DAYS * 2 // 3)
        missing = Classification.MISSING_FROM_CARE
        kinds = (missing, missing, missing, Classification.AWAY, *Classification)
        yield (
            publisher,
            EpisodeReported(
                **about,
                classification=random.choice(kinds),
                left=left,
                looked_after=random.choice((None, True, True, False)),
                responsible_authority=random.choice((None, "330", "331")),
                host_authority=random.choice((None, None, "332", "WAL")),
            ),
        )
        if random.random() < 0.6:
            yield publisher, ChildLocated(**about, located=left + timedelta(hours=30))
        for _ in range(random.choice((0, 0, 1, 2, 3))):
            at = left + timedelta(hours=random.randrange(1, 50))
            lead, other = random.sample(("la-330", "la-331", "la-332", "pf-E23000014"), 2)
            kind = random.randrange(4)
            if kind == 0:
                yield publisher, SearchLeadOffered(**about, lead=lead, offered=at)  # type: ignore[arg-type]
            elif kind == 1:
                handed = SearchLeadHandedOver(**about, lead=lead, to_lead=other, handed_over=at)  # type: ignore[arg-type]
                yield publisher, handed
            else:
                yield publisher, SearchLeadAccepted(**about, lead=lead, accepted=at)  # type: ignore[arg-type]

    def _decisions(self, events: list[Event]) -> Iterator[Told]:
        random = self._random
        for _ in range(10):
            subject, person = random.sample(range(1, CHILDREN + 1, 2), 2)
            shift = random.randrange(2)
            kind = random.choice((PersonLinked, PersonLinkProposed))
            yield (
                "hub",
                kind(
                    subject_id=UUID(int=subject + shift),
                    person_id=UUID(int=person + shift),
                    basis="test",
                    score=0.9,
                ),
            )
        episodes = {
            event.episode_id: event.subject_id
            for event in events
            if isinstance(event, EpisodeReported)
        }
        for episode_id, subject_id in sorted(episodes.items()):
            if random.random() < 0.5:
                age = random.choice((9, 14, 17, 18))
                yield "hub", EpisodeAged(episode_id=episode_id, subject_id=subject_id, age=age)
        for _ in range(8):
            one = random.choice(sorted(episodes))
            side = episodes[one].int % 2
            kin = [each for each in sorted(episodes) if episodes[each].int % 2 == side]
            yield (
                "hub",
                EpisodeMatched(
                    episode_id=one,
                    subject_id=episodes[one],
                    national_ids=(random.choice(kin),),
                    basis="test",
                    proposed_ids=random.choice((None, (random.choice(kin),))),
                ),
            )

    def _when(self, day: date) -> When:
        return day if self._random.random() < 0.7 else self._instant(day, 1)

    def _instant(self, day: date, days: int) -> datetime:
        minutes = self._random.randrange(days * 24 * 60)
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes)

    def _uuid(self) -> UUID:
        self._last += 1
        return UUID(int=self._last)
