"""Some children who go missing again and again, and what is told of the response each time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.about import When
from domain.decisions import EpisodeAged
from domain.episode_events import (
    ChildLocated,
    ChildReturned,
    EpisodeReported,
    EpisodeVoided,
    SubjectRegistered,
)
from domain.events import Event
from domain.linkage_events import EpisodeMatched, PersonLinked, PersonLinkProposed
from domain.records import Provenance, RecordedEvent
from domain.vocabulary import Classification, Sex, VoidReason
from tests.unit.random_histories import NOON
from tests.unit.response_histories import response_to, step_for

LONDON = ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)
CHILDREN = 18
# The last authority never tells of a response.
AUTHORITIES = ("la-330", "la-331", "la-332")
FORCES = ("pf-E23000014", "pf-btp")
Told = tuple[str, Event]


class Story:
    """What publishers and the hub tell about some children, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        """Draw everything from a seed."""
        self._random = Random(seed)

    def records(self) -> list[RecordedEvent]:
        """Return the records, in the order in which they arrived: sources' first, at random."""
        sent: list[Told] = []
        decided: list[Event] = []
        for number in range(CHILDREN):
            self._child(number, sent, decided)
        self._random.shuffle(sent)
        self._random.shuffle(decided)
        told = [*sent, *(("hub", event) for event in decided)]
        return [
            RecordedEvent(
                position=position,
                recorded_at=NOON,
                provenance=Provenance(
                    publisher=publisher,
                    submission_id=UUID(int=self._random.getrandbits(60)),
                    occurred_at=NOON + self._random.randrange(-9, 9) * HOUR,
                ),
                event=event,
            )
            for position, (publisher, event) in enumerate(told, start=1)
        ]

    def _child(self, number: int, sent: list[Told], decided: list[Event]) -> None:
        random = self._random
        # The two subjects of a child are of one cluster: both odd, or both even.
        subjects = (
            UUID(int=100 + 4 * number + number % 2),
            UUID(int=102 + 4 * number + number % 2),
        )
        publishers = (FORCES[number % 2], AUTHORITIES[number % 3])
        for publisher, subject_id in zip(publishers, subjects, strict=True):
            sex = random.choice([Sex.FEMALE, Sex.MALE])
            sent.append((publisher, SubjectRegistered(subject_id=subject_id, sex=sex)))
            steps = (step_for(random, subject_id, self._when()) for _ in range(random.randrange(9)))
            sent.extend((publisher, step) for step in steps)
        link = PersonLinkProposed if random.random() < 0.4 else PersonLinked
        decided.append(link(subject_id=subjects[1], person_id=subjects[0], basis="test", score=0.9))
        for absence in range(random.choice([1, 2, 3, 4])):
            start = NOON + random.randrange(0, 900, 20) * HOUR
            back = start + random.choice([3, 9, 50]) * HOUR
            ids = []
            for side, subject_id in enumerate(subjects):
                if random.random() < 0.8:
                    ids.append((UUID(int=1000 + 40 * number + 4 * absence + side), subject_id))
                    told = self._account(*ids[-1], start, back, publishers[side])
                    sent.extend((publishers[side], event) for event in told)
            decided.extend(self._decisions(ids))

    def _decisions(self, ids: list[tuple[UUID, UUID]]) -> Iterator[Event]:
        for episode_id, subject_id in ids:
            yield EpisodeAged(
                episode_id=episode_id, subject_id=subject_id, age=self._random.choice([9, 15, 17])
            )
        if len(ids) == 2:
            in_review = self._random.random() < 0.4
            yield EpisodeMatched(
                episode_id=ids[1][0],
                subject_id=ids[1][1],
                national_ids=(ids[1][0] if in_review else ids[0][0],),
                basis="test",
                proposed_ids=(ids[0][0],) if in_review else None,
                in_review=in_review,
            )

    def _account(
        self, episode_id: UUID, subject_id: UUID, start: datetime, back: datetime, publisher: str
    ) -> Iterator[Event]:
        random = self._random
        yield EpisodeReported(
            episode_id=episode_id,
            subject_id=subject_id,
            left=self._told(start),
            classification=random.choice([None, None, None, Classification.AWAY]),
            looked_after=random.choice([True, True, False, None]),
            responsible_authority=random.choice(["330", "331", None]),
            home_authority=random.choice(["330", "SCO", None]),
            host_authority=random.choice(["330", "331", "WAL", None]),
        )
        yield ChildLocated(episode_id=episode_id, subject_id=subject_id, located=self._told(back))
        if random.random() < 0.8:
            yield ChildReturned(
                episode_id=episode_id, subject_id=subject_id, returned=self._told(back)
            )
        if random.random() < 0.05:
            yield EpisodeVoided(
                episode_id=episode_id, subject_id=subject_id, reason=VoidReason.DUPLICATE
            )
        for _ in range(random.choice([0, 4, 8, 14]) if publisher != AUTHORITIES[-1] else 0):
            at = self._told(back + random.choice([-20, 0, 2, 20, 70, 75, 300]) * HOUR)
            yield response_to(random, episode_id, subject_id, at)

    def _when(self) -> When:
        return self._told(NOON + self._random.randrange(-100, 1000) * HOUR)

    def _told(self, instant: datetime) -> When:
        exact = self._random.random() < 0.7
        return instant if exact else instant.astimezone(LONDON).date()
