"""A submission tells what it says in canonical bytes, and becomes the event that is kept."""

from datetime import date
from typing import Any

import pytest

from contracts.facts import Identified, References, references_of, to_events
from contracts.submissions import Submission, parse_when
from domain.care_events import CareStarted, PlacementStarted
from domain.episode_events import (
    EpisodeGrouped,
    EpisodeMerged,
    EpisodeReported,
    SubjectRegistered,
)
from domain.events import Event
from domain.response_events import ReturnInterviewCompleted
from tests.example_bodies import BODIES
from tests.examples import WEST_MIDLANDS, message
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
        ("missing.concern.raised.v1", "concern", "C-1042"),
        (REGISTERED, "", ""),
    ],
)
def test_references_stand_for_the_child_and_for_what_the_event_is_about(
    event_type: str, kind: str, own: str
) -> None:
    submission = accepted(message(event_type))

    assert references_of(submission) == (References(child="C-1", kind=kind, own=own),)


SENT_AS_IDENTIFIERS = frozenset(
    {"child", "identity", "placement", "care", "plan", "referral", "reference", "members"}
    | {"programme_reference", "into", "covers"}
)


def events_of(submission: Submission) -> tuple[Event, ...]:
    """Return the events of a submission: numbers name things in the order of their mention."""
    identified = [
        Identified(uuid_of(1) if each.child else None, uuid_of(2 + at))
        for at, each in enumerate(references_of(submission))
    ]
    return to_events(submission, identified)


@pytest.mark.parametrize("event_type", BODIES)
def test_an_event_keeps_what_its_message_says_under_identifiers(event_type: str) -> None:
    submission = accepted(message(event_type, data=BODIES[event_type]))

    kept: dict[str, Any] = {}
    for each in events_of(submission):
        kept = {**vars(each), **kept}

    assert isinstance(events_of(submission)[-1], submission.body.event)
    for name, value in BODIES[event_type].items():
        if name in SENT_AS_IDENTIFIERS:
            assert name not in kept
        elif isinstance(value, list):
            assert kept[name] == tuple(value)
        elif isinstance(value, str) and value[:2] == "20":
            assert kept[name] == parse_when(value)
        else:
            assert kept[name] == value
    about_no_child = {"period", "programme", "return", "report"}
    named = {"episode_id", "placement_id", "care_id", "plan_id", "referral_id", "own_id"} & set(
        kept
    )
    first = uuid_of(3 if "group_id" in kept else 2)
    assert {kept[name] for name in named} == ({first} if named else set())
    assert ("subject_id" not in kept) == (submission.body.own in about_no_child)


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

    ((own,), (placed,), (told,)) = (events_of(each) for each in (care, placement, by_police))

    assert isinstance(own, CareStarted)
    assert own.responsible_authority == "330"
    assert isinstance(placed, PlacementStarted)
    assert placed.placing_authority == "330"
    assert isinstance(told, CareStarted)
    assert told.responsible_authority is None


def test_a_report_speaks_for_nobody_and_an_amendment_registers_again() -> None:
    report = events_of(accepted(message(left=None)))
    amended = events_of(accepted(message("missing.subject.amended.v1")))

    assert report == (EpisodeReported(episode_id=uuid_of(2), subject_id=uuid_of(1)),)
    assert isinstance(amended[0], SubjectRegistered)


def test_an_interview_that_covers_several_episodes_is_an_event_of_each_once() -> None:
    submission = accepted(
        message("missing.interview.completed.v1", covers=["E-2", "E-1", "E-3", "E-2"])
    )

    events = events_of(submission)

    assert [each.own for each in references_of(submission)] == ["E-1", "E-2", "E-3"]
    assert [each.episode_id for each in events if isinstance(each, ReturnInterviewCompleted)] == [
        uuid_of(2),
        uuid_of(3),
        uuid_of(4),
    ]
    assert (
        len({each.completed for each in events if isinstance(each, ReturnInterviewCompleted)}) == 1
    )


def test_a_group_report_reports_the_children_it_names_as_missing_and_groups_all() -> None:
    members = [
        {"child": "C-1", "episode": "E-1", "named_missing": True},
        {"child": "C-2", "episode": "E-2", "named_missing": False},
    ]
    submission = accepted(
        message("missing.episode.group-reported.v1", members=members, left="2026-03-14")
    )

    reported, *grouped = to_events(
        submission,
        [
            Identified(None, uuid_of(9)),
            Identified(uuid_of(1), uuid_of(3)),
            Identified(uuid_of(2), uuid_of(4)),
        ],
    )

    assert reported == EpisodeReported(
        episode_id=uuid_of(3), subject_id=uuid_of(1), left=date(2026, 3, 14)
    )
    assert grouped == [
        EpisodeGrouped(
            episode_id=uuid_of(3), subject_id=uuid_of(1), group_id=uuid_of(9), named_missing=True
        ),
        EpisodeGrouped(
            episode_id=uuid_of(4),
            subject_id=uuid_of(2),
            group_id=uuid_of(9),
            named_missing=False,
            left=date(2026, 3, 14),
        ),
    ]


def test_a_merged_episode_names_the_one_that_stays() -> None:
    (event,) = events_of(accepted(message("missing.episode.merged.v1", into="E-2")))

    assert event == EpisodeMerged(
        episode_id=uuid_of(2), subject_id=uuid_of(1), into_episode_id=uuid_of(3)
    )


def test_children_of_one_programme_share_its_identifier() -> None:
    submission = accepted(message("missing.programme.child-joined.v1", programme_reference="R-1"))

    wanted = references_of(submission)

    assert wanted == (
        References(child="C-1", kind="", own=""),
        References(child="", kind="programme", own="R-1"),
    )
