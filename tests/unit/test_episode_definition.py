"""The relational definition of the facts equals the readable one, at every ledger position."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.stored import encode_event
from domain.codes import PLACEMENT_GROUPS
from domain.decisions import (
    ChildReachedEighteen,
    EpisodeAged,
    EpisodeMatched,
    PersonLinked,
    SubmissionsSettled,
)
from domain.episodes import facts_of
from domain.events import (
    CareEnded,
    CareStarted,
    ChildLocated,
    ChildReturned,
    EpisodeClassified,
    EpisodeCorrected,
    EpisodeEvent,
    EpisodeReported,
    EpisodeVoided,
    Event,
    PlacementEnded,
    PlacementStarted,
    ReturnInterviewCompleted,
    ReturnInterviewDeclined,
    ReturnInterviewOffered,
    SubjectRegistered,
    When,
)
from domain.national import EpisodeFacts
from domain.records import Provenance, RecordedEvent
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
from projections.engine import FAMILIES, RECORDS, SUBJECTS, EpisodeEngine

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
PUBLISHERS = ("la-330", "la-331", "pf-E23000014", "pf-btp")
COLUMNS = tuple(field.name for field in fields(EpisodeFacts))


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
        ),
        lambda: PlacementStarted(
            subject_id=subject_id,
            placement_id=uuid_of(700 + subject_id.int * 10 + random.randrange(2)),
            started=when(random),
            placement_type=random.choice(["K1", "H5", "U6"]),
            host_authority=maybe(random, "336"),
        ),
        lambda: PlacementEnded(
            subject_id=subject_id,
            placement_id=uuid_of(700 + subject_id.int * 10 + random.randrange(2)),
            ended=when(random),
        ),
        lambda: ChildReachedEighteen(
            subject_id=subject_id, birthday=date(2026, 3, random.choice([27, 28, 29]))
        ),
    )
    return random.choice(choices)()


def history(random: Random, length: int) -> list[RecordedEvent]:
    """A random history of two persons with two subjects each, in any order of arrival."""
    publisher_of = {uuid_of(number): PUBLISHERS[number % 4] for number in range(1, 5)}
    episodes = {uuid_of(10 + n): uuid_of(1 + n % 4) for n in range(7)}
    seen: set[UUID] = set()
    records = []
    for position in range(1, length + 1):
        roll = random.random()
        origin: str | None = None
        if roll < 0.65:
            episode_id = random.choice(list(episodes))
            event = episode_event(random, episode_id, episodes[episode_id])
            if isinstance(event, EpisodeAged) and episode_id not in seen:
                event = ChildLocated(
                    episode_id=episode_id, subject_id=episodes[episode_id], located=NOON
                )
            seen.add(episode_id)
            origin = publisher_of[episodes[episode_id]]
        elif roll < 0.8:
            subject_id = uuid_of(random.randrange(1, 5))
            event = subject_event(random, subject_id)
            origin = publisher_of[subject_id]
        elif roll < 0.9 or not seen:
            subject_id = uuid_of(random.choice([3, 4]))
            person_id = uuid_of(random.choice([subject_id.int - 2, subject_id.int]))
            event = PersonLinked(
                subject_id=subject_id, person_id=person_id, basis="test", score=1.0
            )
        else:
            episode_id = random.choice(sorted(seen))
            kin = [each for each in sorted(seen) if each.int % 2 == episode_id.int % 2]
            event = EpisodeMatched(
                episode_id=episode_id,
                subject_id=episodes[episode_id],
                national_ids=tuple(random.sample(kin, min(len(kin), random.randrange(1, 3)))),
                basis="test",
            )
        hub = isinstance(event, EpisodeAged | EpisodeMatched | PersonLinked)
        records.append(
            RecordedEvent(
                position=position,
                recorded_at=NOON,
                provenance=Provenance(
                    publisher="hub" if hub or origin is None else origin,
                    submission_id=uuid_of(random.randrange(10**9)),
                    occurred_at=NOON + timedelta(hours=random.randrange(-9, 9)),
                ),
                event=event,
            )
        )
    return records


def tables(records: Sequence[RecordedEvent]) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The engine's input, with all odd and all even subjects as one cluster each."""
    rows = [
        {
            "position": each.position,
            "topic": each.event.type,
            "publisher": each.provenance.publisher,
            "submission": str(each.provenance.submission_id),
            "occurred_at": each.provenance.occurred_at,
            "state": encode_event(each.event).decode(),
        }
        for each in records
    ]
    episodes = {
        each.event.episode_id: each.event.subject_id
        for each in records
        if isinstance(each.event, EpisodeEvent)
    }
    families = [
        {
            "episode_id": str(episode_id),
            "subject_id": str(subject_id),
            "family": subject_id.int % 2,
            "cluster": subject_id.int % 2,
        }
        for episode_id, subject_id in episodes.items()
    ]
    subjects = [
        {"subject_id": str(subject_id), "cluster": subject_id.int % 2}
        for subject_id in {
            *episodes.values(),
            *(
                each.event.subject_id
                for each in records
                if not isinstance(each.event, SubmissionsSettled)
            ),
        }
    ]
    return (
        pa.Table.from_pylist(rows, RECORDS),
        pa.Table.from_pylist(families, FAMILIES),
        pa.Table.from_pylist(subjects, SUBJECTS),
    )


def comparable(fact: EpisodeFacts) -> dict[str, Any]:
    values = {name: getattr(fact, name) for name in COLUMNS}
    return {
        name: str(value)
        if isinstance(value, UUID)
        else list(value)
        if name == "findings"
        else value
        for name, value in values.items()
    }


@pytest.fixture(scope="module")
def engine() -> EpisodeEngine:
    regions = {number: f"E1200000{number[-1]}" for number in ("330", "331", "332")}
    return EpisodeEngine(regions, {code: str(group) for code, group in PLACEMENT_GROUPS.items()})


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(1, 60))
def test_both_definitions_give_the_same_facts_at_every_position(
    engine: EpisodeEngine, seed: int, length: int
) -> None:
    records = history(Random(seed), length)

    rows = engine.facts(*tables(records)).to_pylist()

    for position in range(1, length + 1):
        expected = [comparable(each) for each in facts_of(records[:position])]
        held = [
            {name: row[name] for name in COLUMNS}
            for row in rows
            if row["held_from"] <= position
            and (row["held_until"] is None or row["held_until"] > position)
        ]
        held.sort(key=lambda row: (row["source"], row["fact_id"]))
        assert held == expected, f"position {position}"


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(2, 50))
def test_no_version_of_a_fact_equals_the_one_before(
    engine: EpisodeEngine, seed: int, length: int
) -> None:
    records = history(Random(seed), length)

    rows = engine.facts(*tables(records)).to_pylist()

    for before, after in pairwise(rows):
        if before["held_until"] == after["held_from"] and before["fact_id"] == after["fact_id"]:
            assert {**before, "held_from": 0, "held_until": 0} != {
                **after,
                "held_from": 0,
                "held_until": 0,
            }
