"""A submission tells what it says in canonical bytes, and becomes the event that is kept."""

import pytest

from contracts.facts import EVENT_OF_BODY, References, references_of, to_event
from contracts.submissions import parse_when
from domain.events import CareStarted, EpisodeReported, PlacementStarted, SubjectRegistered
from tests.examples import BODIES, WEST_MIDLANDS, message
from tests.unit.records import uuid_of
from tests.unit.test_submissions import accepted

REPORTED = "missing.episode.reported.v1"
REGISTERED = "missing.subject.registered.v1"


def test_content_depends_on_what_is_said_and_not_on_order_zone_or_message_id() -> None:
    one = accepted(message(event_id="a", time="2026-07-01T13:00:00+01:00"))
    same = accepted(message(event_id="b", time="2026-07-01T12:00:00Z"))
    other = accepted(message(event_id="a", time="2026-07-01T12:00:01Z"))

    assert one.content() == same.content()
    assert one.content() != other.content()


def test_content_of_a_registration_takes_the_opened_identity_in_place_of_its_seal() -> None:
    one = accepted(message(REGISTERED, sex="F"))
    sealed_again = accepted(message(REGISTERED, identity="x..AAAA.AAAA.AAAA", sex="F"))
    other_sex = accepted(message(REGISTERED, sex="M"))

    assert one.content(b"who") == sealed_again.content(b"who")
    assert one.content(b"who") != one.content(b"else")
    assert one.content(b"who") != other_sex.content(b"who")


@pytest.mark.parametrize(
    ("event_type", "kind", "own"),
    [
        (REPORTED, "episode", "E-1"),
        ("missing.placement.host-notified.v1", "placement", "P-1"),
        ("missing.care.ended.v1", "care", "K-1"),
        (REGISTERED, "", ""),
    ],
)
def test_references_stand_for_the_child_and_for_what_the_event_is_about(
    event_type: str, kind: str, own: str
) -> None:
    submission = accepted(message(event_type))

    assert references_of(submission) == References(child="C-1", kind=kind, own=own)


@pytest.mark.parametrize("event_type", BODIES)
def test_an_event_keeps_what_its_message_says_under_identifiers(event_type: str) -> None:
    submission = accepted(message(event_type, data=BODIES[event_type]))

    event = to_event(submission, subject_id=uuid_of(1), own_id=uuid_of(2))

    assert type(event) is EVENT_OF_BODY[type(submission.body)]
    kept = vars(event)
    assert kept["subject_id"] == uuid_of(1)
    for name, value in BODIES[event_type].items():
        if name in ("child", "identity", "placement", "care"):
            assert name not in kept
        elif isinstance(value, list):
            assert kept[name] == tuple(value)
        elif isinstance(value, str) and value[:2] == "20":
            assert kept[name] == parse_when(value)
        else:
            assert kept[name] == value
    named = {"episode_id", "placement_id", "care_id"} & set(kept)
    assert {kept[name] for name in named} == ({uuid_of(2)} if named else set())


def test_an_authority_that_names_no_responsible_or_placing_one_speaks_for_itself() -> None:
    care = accepted(message("missing.care.started.v1", data={"care": "K", "started": "2026-01-05"}))
    placement = accepted(
        message(
            "missing.placement.started.v1",
            data={"placement": "P", "started": "2026-01-05", "placement_type": "U4"},
        )
    )
    by_police = accepted(
        message(
            "missing.care.started.v1",
            publisher=WEST_MIDLANDS,
            data={"care": "K", "started": "2026-01-05"},
        )
    )

    events = [
        to_event(each, subject_id=uuid_of(1), own_id=uuid_of(2))
        for each in (care, placement, by_police)
    ]

    assert isinstance(events[0], CareStarted)
    assert events[0].responsible_authority == "330"
    assert isinstance(events[1], PlacementStarted)
    assert events[1].placing_authority == "330"
    assert isinstance(events[2], CareStarted)
    assert events[2].responsible_authority is None


def test_a_report_speaks_for_nobody_and_an_amendment_registers_again() -> None:
    report = to_event(accepted(message(left=None)), subject_id=uuid_of(1), own_id=uuid_of(2))
    amended = to_event(
        accepted(message("missing.subject.amended.v1")), subject_id=uuid_of(1), own_id=uuid_of(2)
    )

    assert isinstance(report, EpisodeReported)
    assert report == EpisodeReported(episode_id=uuid_of(2), subject_id=uuid_of(1))
    assert isinstance(amended, SubjectRegistered)
