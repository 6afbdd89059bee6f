"""Invented records about some children whom agencies worry about, for tests that count them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from domain.about import When
from domain.care_events import CareStarted
from domain.episode_events import ChildReturned, EpisodeReported, SubjectRegistered
from domain.events import Event
from domain.linkage_events import EpisodeMatched, PersonLinked, PersonLinkProposed
from domain.protection_events import (
    ConcernClosed,
    ConcernRaised,
    ProgrammeChildJoined,
    ReferralAccepted,
    ReferralClosed,
    ReferralMade,
)
from domain.publisher_events import (
    BoardReportPresented,
    PeriodDeclared,
    ProgrammeStarted,
    ProviderReturnReceived,
)
from domain.response_events import ReturnInterviewCompleted, ViewsRecorded, ViewsSought, ViewsUsed
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
from domain.vocabulary import Classification, Interviewer, Sex

PUBLISHERS = ("la-330", "la-331", "pf-E23000014")
REASONS = ("PUSH01", "PUSH04", "PULL04", "PULL07")
CONCERNS = (Concern.TRAFFICKING, Concern.UNACCOMPANIED, Concern.GANGS)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 130
PROGRAMME = UUID(int=9000)
# What was told, and by whom.
Told = tuple[Event, str]


class Story:
    """Records about some children, told at random."""

    def __init__(self, seed: int) -> None:
        """Draw everything from a seed."""
        self.random = Random(seed)

    def told(self, children: int) -> list[Told]:
        """Return what publishers tell and the hub decides, out of order."""
        found = [*self._of_publishers()]
        for number in range(1, children + 1):
            found.extend(self._child(number))
        self.random.shuffle(found)
        return [*found, *self._decisions(children)]

    def _when(self) -> When:
        at = FIRST + timedelta(minutes=self.random.randrange(DAYS * 1440))
        return at if self.random.random() < 0.6 else at.date()

    def _some(self, chance: float, most: int = 1) -> range:
        return range(sum(self.random.random() < chance for _ in range(most)))

    def _child(self, number: int) -> Iterator[Told]:
        random, subject_id = self.random, UUID(int=number)
        by = PUBLISHERS[number % 3]
        about: dict[str, Any] = {"subject_id": subject_id}
        yield (
            SubjectRegistered(
                **about,
                sex=random.choice(list(Sex)),
                unaccompanied=random.choice([None, None, True, False]),
            ),
            by,
        )
        for _ in self._some(0.5):
            started = self._when()
            yield (
                CareStarted(
                    **about,
                    care_id=UUID(int=3000 + number),
                    responsible_authority="331",
                    started=started,
                ),
                by,
            )
        for absence in range(random.choice([1, 1, 2, 4])):
            for event in self._absence(subject_id, UUID(int=number * 100 + absence)):
                yield event, by
        for event in self._worries(number):
            yield event, by

    def _absence(self, subject_id: UUID, episode_id: UUID) -> Iterator[Event]:
        random = self.random
        about: dict[str, Any] = {"subject_id": subject_id, "episode_id": episode_id}
        left = self._when()
        yield EpisodeReported(
            **about,
            left=left,
            classification=random.choice(
                [Classification.MISSING_FROM_CARE] * 4 + [Classification.AWAY]
            ),
            home_authority=random.choice(["330", "317", None]),
        )
        end = left + timedelta(days=random.randrange(1, 5))
        if random.random() < 0.8:
            yield ChildReturned(**about, returned=end)
        for later in self._some(0.5, most=2):
            yield ReturnInterviewCompleted(
                **about,
                completed=end + timedelta(days=later),
                interviewer=random.choice(list(Interviewer)),
                independent=random.random() < 0.6,
                reasons=tuple(random.choices(REASONS, k=random.randrange(4))),
            )

    def _worries(self, number: int) -> Iterator[Event]:
        random = self.random
        about: dict[str, Any] = {"subject_id": UUID(int=number)}
        for each in self._some(0.6, most=3):
            own: dict[str, Any] = {"concern_id": UUID(int=4000 + number * 10 + each)}
            yield ConcernRaised(
                **about, **own, concern=random.choice(CONCERNS), raised=self._when()
            )
            if random.random() < 0.4:
                reason = random.choice(list(ConcernClosure))
                yield ConcernClosed(**about, **own, closed=self._when(), reason=reason)
        for each in self._some(0.5, most=2):
            own = {"referral_id": UUID(int=5000 + number * 10 + each)}
            yield ReferralMade(
                **about, **own, made=self._when(), criteria=(ReferralCriterion.AT_RISK,)
            )
            if random.random() < 0.5:
                yield ReferralAccepted(**about, **own, accepted=self._when())
            if random.random() < 0.6:
                outcome = random.choice(list(ReferralOutcome))
                yield ReferralClosed(**about, **own, closed=self._when(), outcome=outcome)
        for _ in self._some(0.7, most=4):
            setting = random.choice(list(ViewsSetting))
            used_in = random.choice(list(ViewsUse))
            said: list[Event] = [
                ViewsSought(**about, sought=self._when(), setting=setting),
                ViewsRecorded(**about, recorded=self._when(), setting=setting),
                ViewsUsed(**about, used=self._when(), used_in=used_in),
            ]
            yield random.choice(said)
        for _ in self._some(0.4):
            yield ProgrammeChildJoined(
                **about,
                programme_id=PROGRAMME,
                programme=ProgrammeKind.MENTORING,
                joined=self._when(),
            )

    def _of_publishers(self) -> Iterator[Told]:
        random = self.random
        started = datetime(2026, 2, 10, 9, tzinfo=UTC)
        yield (
            ProgrammeStarted(
                own_id=PROGRAMME, programme=ProgrammeKind.MENTORING, started=started, area="330"
            ),
            "la-330",
        )
        for number in range(12):
            by = random.choice(PUBLISHERS[:2])
            begin = date(2025, 10, 1) + timedelta(days=random.randrange(200))
            span = {"from_date": begin, "to_date": begin + timedelta(days=random.choice([30, 91]))}
            own = UUID(int=7000 + number)
            event: Event = PeriodDeclared(own_id=own, **span, rows=random.randrange(40))
            if number % 3 == 1:
                board = random.choice(list(Board))
                event = BoardReportPresented(
                    own_id=own, **span, board=board, presented=self._when()
                )
            elif number % 3 == 2:
                event = ProviderReturnReceived(
                    own_id=own,
                    **span,
                    provider_urn=random.choice(["SC000001", "SC000002"]),
                    missing_episodes=random.randrange(5),
                    away_episodes=random.choice([None, 1]),
                    received=span["to_date"] + timedelta(days=random.randrange(30)),
                )
            yield event, by

    def _decisions(self, children: int) -> Iterator[Told]:
        """Some of the children are one, or would be if what is in review were linked."""
        random = self.random
        for number in range(4, children + 1, 2):
            about: dict[str, Any] = {
                "subject_id": UUID(int=number),
                "person_id": UUID(int=number - 1),
                "basis": "test",
                "score": 0.9,
            }
            said: list[Event] = [PersonLinked(**about), PersonLinkProposed(**about)]
            yield random.choice(said), "hub"
            yield (
                EpisodeMatched(
                    episode_id=UUID(int=number * 100),
                    subject_id=UUID(int=number),
                    national_ids=(UUID(int=random.choice([number * 100, (number - 1) * 100])),),
                    basis="test",
                    proposed_ids=random.choice([None, (UUID(int=(number - 1) * 100),)]),
                    in_review=random.choice([None, True]),
                ),
                "hub",
            )
