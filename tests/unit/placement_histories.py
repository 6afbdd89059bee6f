"""Random histories of care and placements of two persons, with two subjects each."""

from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from domain.care_events import (
    CareEnded,
    CareStarted,
    CareStatusChanged,
    PlacementEnded,
    PlacementHostAcknowledged,
    PlacementHostNotified,
    PlacementStarted,
)
from domain.episode_events import SubjectRegistered
from domain.events import Event
from domain.records import Provenance, RecordedEvent
from domain.safeguarding import OutOfAreaReason
from domain.vocabulary import Sex
from tests.unit.random_histories import NOON, PUBLISHERS, maybe, person_event, uuid_of, when

# A force may be wrong to tell of care, but it may.
HOSTS = ("330", "331", "332", "WAL", None)


def care_event(random: Random, subject_id: UUID) -> Event:
    """Something told of a period of care, or of the child's sex."""
    about: dict[str, Any] = {
        "subject_id": subject_id,
        "care_id": uuid_of(900 + subject_id.int * 10 + random.randrange(2)),
    }
    statuses = ["C2", "V3", "V4", "V2"]
    choices = (
        lambda: CareStarted(
            **about,
            started=when(random),
            responsible_authority=maybe(random, random.choice(["330", "331"])),
            legal_status=maybe(random, random.choice(statuses)),
        ),
        lambda: CareStatusChanged(
            **about, changed=when(random), legal_status=random.choice(statuses)
        ),
        lambda: CareEnded(**about, ended=when(random), reason=maybe(random, "E8")),
        lambda: SubjectRegistered(
            subject_id=subject_id, sex=maybe(random, random.choice(list(Sex)))
        ),
    )
    return random.choice(choices)()


def placement_event(random: Random, subject_id: UUID) -> Event:
    """Something told of a placement."""
    about: dict[str, Any] = {
        "subject_id": subject_id,
        "placement_id": uuid_of(700 + subject_id.int * 10 + random.randrange(3)),
    }
    choices = (
        lambda: PlacementStarted(
            **about,
            started=when(random),
            placement_type=random.choice(["K2", "U4", "H5", "T0"]),
            provider=maybe(random, "PR4"),
            placing_authority=maybe(random, random.choice(["330", "331"])),
            host_authority=random.choice(HOSTS),
            location_restricted=random.random() < 0.15,
            provider_urn=maybe(random, random.choice(["SC000001", "SC000002"])),
            out_of_area_reason=maybe(random, random.choice(list(OutOfAreaReason))),
        ),
        lambda: PlacementStarted(**about, started=when(random), placement_type="K2"),
        lambda: PlacementEnded(**about, ended=when(random), reason=maybe(random, "CARPL")),
        lambda: PlacementHostNotified(**about, host_authority="331", notified=when(random)),
        lambda: PlacementHostAcknowledged(**about, host_authority="331", acknowledged=when(random)),
    )
    return random.choice(choices)()


def care_history(random: Random, length: int) -> list[RecordedEvent]:
    """A random history of care, placements and of who is whom, in any order of arrival."""
    records = []
    for position in range(1, length + 1):
        roll = random.random()
        subject_id = uuid_of(random.randrange(1, 5))
        origin = PUBLISHERS[subject_id.int % 4]
        if roll < 0.35:
            event = care_event(random, subject_id)
        elif roll < 0.8:
            event = placement_event(random, subject_id)
        else:
            event, origin = person_event(random), "hub"
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
