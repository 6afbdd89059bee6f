"""Every type of message goes the whole way into the ledger, whatever and however many it names."""

from typing import Any

import pytest
from msgspec.json import decode

from contracts.bodies import PublisherBody
from contracts.message_types import BODIES as BODY_TYPES
from contracts.outcomes import Outcome
from contracts.reasons import Reason
from hub.wiring import Hub
from tests.example_bodies import AMENDED, BODIES, REGISTERED
from tests.examples import COVENTRY, identity, message, registration
from tests.hub_steps import episode_of, follow, rows, settle, subject_of

GROUP = "missing.episode.group-reported.v1"
INTERVIEW = "missing.interview.completed.v1"
JOINED = "missing.programme.child-joined.v1"
MEMBERS = [
    {"child": "C-1", "episode": "E-1", "named_missing": True},
    {"child": "C-2", "episode": "E-2", "named_missing": False},
]


def kept(hub: Hub, topic: str) -> list[dict[str, Any]]:
    """Return what the ledger holds of a type, in the order of positions."""
    found = rows(
        hub,
        "SELECT state FROM ledger.stored_events WHERE topic = %s ORDER BY notification_id",
        [topic],
    )
    return [decode(bytes(state)) for (state,) in found]


def test_an_example_of_every_type_is_taken_and_its_references_stay_in_the_vault(hub: Hub) -> None:
    key = hub.keys.sealing
    sent = [
        registration(identity(), key, event_type=event_type, child="C-1")
        if event_type in (REGISTERED, AMENDED)
        else message(event_type, data=data)
        for event_type, data in BODIES.items()
    ]

    settled = settle(hub, *sent)

    assert [each.outcome for each in settled] == [Outcome.ACCEPTED] * len(BODY_TYPES)
    states = [bytes(state) for (state,) in rows(hub, "SELECT state FROM ledger.stored_events")]
    for reference in (b"C-1042", b"E-2093", b'"P-1"', b'"R-7"', b'"C-1"', b'"E-1"'):
        assert not any(reference in state for state in states)
    assert follow(hub) >= len(states)


def test_a_group_report_opens_the_episodes_of_those_named_as_missing(hub: Hub) -> None:
    (settled,) = settle(hub, message(GROUP, members=MEMBERS, left="2026-03-14T08:00:00Z"))
    follow(hub)

    assert settled.outcome is Outcome.ACCEPTED
    (opened,) = kept(hub, "episode-reported")
    grouped = kept(hub, "episode-grouped")
    assert opened["episode_id"] == str(episode_of(hub, "E-1"))
    assert [(each["subject_id"], each["named_missing"]) for each in grouped] == [
        (str(subject_of(hub, "C-1")), True),
        (str(subject_of(hub, "C-2")), False),
    ]
    assert len({each["group_id"] for each in grouped}) == 1
    facts = rows(hub, "SELECT fact_id FROM projection.episode_facts_v1 WHERE source = 'authority'")
    assert facts == [(episode_of(hub, "E-1"),)]


def test_an_interview_for_several_episodes_is_kept_for_each(hub: Hub) -> None:
    settle(hub, message(subject="E-1"), message(subject="E-2"))

    settle(hub, message(INTERVIEW, subject="E-1", covers=["E-2"]))

    assert [each["episode_id"] for each in kept(hub, "return-interview-completed")] == [
        str(episode_of(hub, "E-1")),
        str(episode_of(hub, "E-2")),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        message(INTERVIEW, subject="E-9", covers=["E-2"]),
        message(GROUP, members=[MEMBERS[1], {**MEMBERS[0], "episode": "E-3", "child": "C-1"}]),
        message(
            GROUP,
            members=[
                {"child": "C-8", "episode": "E-8", "named_missing": True},
                {"child": "C-9", "episode": "E-8", "named_missing": True},
            ],
        ),
        message("missing.episode.merged.v1", subject="E-9", into="E-2"),
    ],
    ids=["interview", "group", "one episode of two children", "merged"],
)
def test_a_message_that_gives_an_episode_to_another_child_is_refused_whole(
    hub: Hub, raw: bytes
) -> None:
    settle(hub, message(subject="E-2", child="C-3"))
    before = rows(hub, "SELECT count(*) FROM vault.own_references")

    (settled,) = settle(hub, raw)

    assert settled.rejection is not None
    assert settled.rejection.reason is Reason.SUBJECT_MISMATCH
    assert rows(hub, "SELECT count(*) FROM vault.own_references") == before
    assert kept(hub, "return-interview-completed") == kept(hub, "episode-grouped") == []


def test_what_is_about_no_child_gets_one_identifier_for_ever_and_no_row_in_the_vault(
    hub: Hub,
) -> None:
    started = message("missing.programme.started.v1", subject="R-1")
    ended = message("missing.programme.ended.v1", subject="R-1")
    elsewhere = message("missing.programme.ended.v1", subject="R-1", publisher=COVENTRY)
    joined = [message(JOINED, subject=child, programme_reference="R-1") for child in ("C-1", "C-2")]

    settle(hub, started)
    settle(hub, ended, elsewhere, *joined)

    (own_id,) = {each["own_id"] for each in kept(hub, "programme-started")}
    assert [each["own_id"] == own_id for each in kept(hub, "programme-ended")] == [True, False]
    assert {each["programme_id"] for each in kept(hub, "programme-child-joined")} == {own_id}
    assert rows(hub, "SELECT count(*) FROM vault.own_references WHERE kind <> 'child'") == [(0,)]


def test_an_episode_merged_into_another_no_longer_counts(hub: Hub) -> None:
    settle(hub, message(subject="E-1"), message(subject="E-2"))
    settle(hub, message("missing.episode.merged.v1", subject="E-2", into="E-1"))

    follow(hub)

    counted = rows(
        hub,
        "SELECT fact_id FROM projection.episode_facts_v1"
        " WHERE source = 'authority' AND held_until IS NULL",
    )
    assert counted == [(episode_of(hub, "E-1"),)]


def test_types_about_a_publisher_name_no_child() -> None:
    for body in BODY_TYPES:
        fields = set(body.__struct_fields__)
        assert not (issubclass(body, PublisherBody) and "child" in fields)


def test_a_list_that_names_nothing_is_not_stored(hub: Hub) -> None:
    settle(hub, message(INTERVIEW, subject="E-1", reasons=[], covers=[]))

    (interview,) = kept(hub, "return-interview-completed")
    assert "reasons" not in interview


@pytest.mark.parametrize(
    ("event_type", "fields", "reason", "pointer"),
    [
        (
            "missing.period.declared.v1",
            {"from_date": "2026-03-31", "to_date": "2026-03-01"},
            Reason.DATE_INVALID,
            "/data/to_date",
        ),
        (
            "missing.search.lead-offered.v1",
            {"lead": "la-999"},
            Reason.CODE_UNKNOWN,
            "/data/lead",
        ),
        (INTERVIEW, {"reasons": ["PUSH01", "PUSH77"]}, Reason.CODE_UNKNOWN, "/data/reasons"),
        ("missing.action.agreed.v1", {"due": "2026-02-30"}, Reason.DATE_INVALID, "/data/due"),
        (GROUP, {"members": MEMBERS[:1]}, Reason.SCHEMA_INVALID, "/data/members"),
        (
            GROUP,
            {"members": [MEMBERS[0], {"child": "C-2", "episode": "E-2"}]},
            Reason.SCHEMA_INVALID,
            "/data/members/1/named_missing",
        ),
    ],
)
def test_what_no_schema_can_say_is_checked_as_well(
    hub: Hub, event_type: str, fields: dict[str, Any], reason: Reason, pointer: str
) -> None:
    (settled,) = settle(hub, message(event_type, **fields))

    assert settled.rejection is not None
    assert (settled.rejection.reason, settled.rejection.pointer) == (reason, pointer)


def test_the_last_word_on_whether_a_child_of_a_group_was_missing_holds_in_both_sums(
    hub: Hub,
) -> None:
    corrected = "missing.episode.attribution-corrected.v1"
    settle(hub, message(subject="E-1"), message(subject="E-2"))
    settle(
        hub,
        message(corrected, subject="E-1", was_missing=False, time="2026-03-15T10:00:00Z"),
        message(corrected, subject="E-1", was_missing=True, time="2026-03-15T11:00:00Z"),
        message(corrected, subject="E-2", was_missing=True, time="2026-03-15T10:00:00Z"),
        message(corrected, subject="E-2", was_missing=False, time="2026-03-15T11:00:00Z"),
    )

    follow(hub)

    episodes = hub.status.read().source_episodes
    assert (episodes.total, episodes.authority_only, episodes.void) == (2, 1, 1)
    assert episodes.balanced
