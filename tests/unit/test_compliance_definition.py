"""The stored relations of compliance equal the readable definitions, at every ledger position."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.codes import PLACEMENT_GROUPS
from domain.compliance import RESPONSE_EVENTS, Interval, Responses, responses_of
from domain.events import AccountEvent
from domain.facts import fold_episode
from domain.person import person_if_linked, person_of
from domain.records import RecordedEvent
from domain.response_events import SafeAndWellCheckDone
from domain.safeguarding import Recipient
from domain.safeguards import safeguards_of
from projections.engine import EpisodeEngine
from projections.views.members import MEMBERS
from projections.views.responses import RESPONSES, TOPICS
from projections.views.safeguards import SAFEGUARDS
from tests.examples import NOON, event
from tests.unit.records import record, reported, uuid_of
from tests.unit.response_histories import response_history
from tests.unit.test_episode_definition import held_at, tables

WORLDS = ("decided", "linked")
TOLD = {
    "reviewing_officer": Recipient.REVIEWING_OFFICER,
    "protection_chair": Recipient.PROTECTION_CHAIR,
    "host_authority": Recipient.HOST_AUTHORITY,
    "responsible_authority": Recipient.RESPONSIBLE_AUTHORITY,
    "allocated_worker": Recipient.ALLOCATED_WORKER,
}
Rows = Sequence[dict[str, Any]]


@pytest.fixture(scope="module")
def engine() -> EpisodeEngine:
    groups = {code: str(group) for code, group in PLACEMENT_GROUPS.items()}
    return EpisodeEngine({}, groups, (MEMBERS, RESPONSES, SAFEGUARDS))


def by_episode(records: Sequence[RecordedEvent], kinds: Any) -> Iterable[list[RecordedEvent]]:
    """The records of each episode that are of some kinds."""
    found: dict[Any, list[RecordedEvent]] = {}
    for each in records:
        if isinstance(each.event, kinds):
            found.setdefault(each.event.episode_id, []).append(each)
    return found.values()


def membership(records: Sequence[RecordedEvent], world: str) -> set[tuple[str, str]]:
    """Which accounts that count make which national episodes, by the fold of each account."""
    pairs = set()
    for own in by_episode(records, AccountEvent):
        account = fold_episode(own)
        ids = account.national_ids or (account.episode_id,)
        if world == "linked":
            ids = account.proposed_ids or ids
        if account.counts and not account.held:
            pairs |= {(str(national_id), str(account.episode_id)) for national_id in ids}
    return pairs


def ends_of(name: str, span: Interval | None) -> dict[str, Any]:
    return {f"{name}_from": span and span[0], f"{name}_until": span and span[1]}


def row_of(told: Responses) -> dict[str, Any]:
    """What an account tells, in the columns of the relation."""
    check, interview = told.check, told.interview
    row = {
        "episode_id": str(told.episode_id),
        "publisher": told.publisher,
        "responded": told.responded,
        "check_recorded": check.recorded,
        **ends_of("check", check.done),
        "check_not_done_reason": check.not_done_reason,
        "check_not_done_decider": check.not_done_decider,
        "check_shared_at": check.shared_at,
        "check_shared_with": check.shared_with and list(check.shared_with),
        **vars(interview),
        "findings_shared_at": interview.shared_at,
        "findings_shared_with": interview.shared_with and list(interview.shared_with),
        "search_offered_at": told.search_offered_at,
        "search_lead": told.search_lead,
        "search_lead_at": told.search_lead_at,
    }
    for name, recipient in TOLD.items():
        row |= ends_of(name, told.told.get(recipient))
    return {name: row[name] for name in (each.name for each in RESPONSES.columns) if name in row}


def unversioned(rows: Rows) -> list[dict[str, Any]]:
    """The rows without their ranges, in order."""
    plain = [{name: row[name] for name in row if not name.startswith("held_")} for row in rows]
    return sorted(plain, key=str)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(1, 60))
def test_the_stored_relations_say_at_every_position_what_the_readable_definitions_say(
    engine: EpisodeEngine, seed: int, length: int
) -> None:
    records = response_history(Random(seed), length)

    stored = {
        name: rows.to_pylist() for name, rows in engine.compute(*tables(records)).relations.items()
    }

    for end in range(1, len(records) + 1):
        known, position = records[:end], records[end - 1].position
        assert unversioned(held_at(stored["responses_v1"], position)) == unversioned(
            [
                row_of(responses_of(own))
                for own in by_episode(known, AccountEvent | tuple_of(RESPONSE_EVENTS))
            ]
        )
        assert_members(held_at(stored["members_v1"], position), known)
        assert_safeguards(held_at(stored["safeguards_v1"], position), known)
    for rows in stored.values():
        for before, after in pairwise(rows):
            if before["held_until"] == after["held_from"]:
                assert unversioned([before]) != unversioned([after])


def tuple_of(kinds: Sequence[Any]) -> Any:
    """The union of some kinds."""
    union = kinds[0]
    for kind in kinds[1:]:
        union |= kind
    return union


def assert_members(held: Rows, known: Sequence[RecordedEvent]) -> None:
    """The members that held are those of the folds; `both` stands for a pair of both worlds."""
    decided, linked = (membership(known, world) for world in WORLDS)
    assert {(r["national_id"], r["episode_id"]): r["world"] for r in held} == {
        pair: "both" if pair in decided & linked else "decided" if pair in decided else "linked"
        for pair in decided | linked
    }
    assert len(held) == len(decided | linked)


def assert_safeguards(held: Rows, known: Sequence[RecordedEvent]) -> None:
    """The safeguards that held are those told of, each of the person that its subject is."""
    expected = []
    for each in safeguards_of(known):
        persons = [str(read(each.subject_id, known)) for read in (person_of, person_if_linked)]
        row = {
            "subject_id": str(each.subject_id),
            "kind": str(each.kind),
            "safeguard": each.name,
            "first_at": each.first_at,
            "last_at": each.last_at,
        }
        if persons[0] == persons[1]:
            expected.append(row | {"world": "both", "person_id": persons[0]})
        else:
            expected += [
                row | {"world": world, "person_id": person}
                for world, person in zip(WORLDS, persons, strict=True)
            ]
    columns = [each.name for each in SAFEGUARDS.columns if not each.name.startswith("held_")]
    assert unversioned(held) == unversioned(
        [{name: row[name] for name in columns} for row in expected]
    )


@pytest.mark.parametrize("apart", [-1, 0, 1])
def test_a_check_at_the_very_end_counts_in_both_definitions(
    engine: EpisodeEngine, apart: int
) -> None:
    about: dict[str, Any] = {"episode_id": uuid_of(1), "subject_id": uuid_of(100)}
    checked = NOON + apart * timedelta.resolution
    records = [
        reported(left=NOON - timedelta(hours=1)),
        record(event("child-located", **about, located=NOON), 2),
        record(event("safe-and-well-check-done", **about, checked=checked), 3),
    ]

    stored = engine.compute(*tables(records)).relations["responses_v1"].to_pylist()

    assert unversioned(held_at(stored, 3)) == [row_of(responses_of(records))]
    assert (responses_of(records).check.done is not None) is (apart >= 0)


def test_the_relation_of_responses_reads_all_that_the_readable_definition_reads() -> None:
    assert set(TOPICS) == {each.type for each in RESPONSE_EVENTS}
    assert SafeAndWellCheckDone.type in TOPICS
