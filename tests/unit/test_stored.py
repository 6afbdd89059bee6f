"""The stored form of every event is read for ever as what it was when it was written."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.json import decode

from contracts.stored import (
    HUB_STREAM,
    TYPES,
    decode_event,
    encode_event,
    read_when,
    record_hash,
    recorded_event,
    stream_of,
)
from domain.about import When
from domain.decisions import OutcomeCount, SubmissionsSettled
from domain.episode_events import EpisodeReported
from domain.events import Event
from domain.merkle import leaf_hash
from domain.records import Provenance, RecordedEvent
from tests.examples import EPISODE_ID, NOON, OTHER_ID, SUBJECT_ID, event
from tests.unit.records import uuid_of

FOLDER = Path(__file__).parents[1] / "stored"
PROVENANCE = Provenance(publisher="la-330", submission_id=uuid_of(7), occurred_at=NOON)
INSTANTS = st.integers(-2_208_988_800_000_000, 4_102_444_799_999_999).map(
    lambda ticks: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks)
)
DATES = st.dates(date(1900, 1, 1), date(2099, 12, 31))
WHENS: st.SearchStrategy[When] = st.one_of(INSTANTS, DATES)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    UUID: st.uuids(),
    str: st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    bool: st.booleans(),
    int: st.integers(-(2**40), 2**40),
    float: st.floats(allow_nan=False, allow_infinity=False),
    date: DATES,
    type(None): st.none(),
    OutcomeCount: st.builds(
        OutcomeCount,
        publisher=st.text("abc-330", max_size=6),
        outcome=st.sampled_from(["accepted", "rejected"]),
        reason=st.sampled_from(["", "not-json"]),
        count=st.integers(0, 500),
    ),
}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Return any value that a field's type allows."""
    options = get_args(hint)
    if datetime in options:
        nothing = [st.none()] if type(None) in options else []
        return st.one_of(WHENS, *nothing)
    if getattr(hint, "__origin__", None) is tuple:
        return st.lists(values_of(options[0]), max_size=3).map(tuple)
    if getattr(hint, "__supertype__", None) is str:
        return PLAIN[str]
    if options:
        return st.one_of([values_of(option) for option in options])
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    return PLAIN[hint]


def events_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Return any event of a kind."""
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name != "type"}
    return st.builds(kind, **{name: values_of(hint) for name, hint in hints.items()})


def sample(stored_type: str) -> bytes:
    """Return the committed bytes of a stored event."""
    return (FOLDER / f"{stored_type}.json").read_bytes()


@pytest.mark.parametrize("kind", TYPES.values(), ids=lambda kind: kind.type)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_event_comes_back_as_it_was_stored(kind: type[Event], data: st.DataObject) -> None:
    stored = data.draw(events_of(kind))

    state = encode_event(stored)

    again = decode_event(kind.type, state)
    assert again == stored
    for name, value in vars(stored).items():
        assert type(getattr(again, name)) is type(value)


def test_what_has_no_value_is_not_stored_and_is_none_when_read() -> None:
    stored = EpisodeReported(episode_id=EPISODE_ID, subject_id=SUBJECT_ID)

    state = encode_event(stored)

    assert set(decode(state)) == {"episode_id", "subject_id"}
    assert decode_event("episode-reported", state) == stored


def test_a_type_that_was_never_written_is_refused() -> None:
    with pytest.raises(ValueError, match="does not know: episode-lost"):
        decode_event("episode-lost", b"{}")


def test_a_date_and_an_instant_are_told_apart_when_read() -> None:
    assert read_when("2026-03-29") == date(2026, 3, 29)
    assert read_when("2026-03-29T01:30:00+01:00") == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


def test_a_record_lies_in_the_stream_of_its_episode_else_of_its_child_else_of_the_hub() -> None:
    assert stream_of(event("episode-aged")) == EPISODE_ID
    assert stream_of(event("person-linked")) == SUBJECT_ID
    assert stream_of(event("placement-started")) == SUBJECT_ID
    assert stream_of(event("submissions-settled")) == HUB_STREAM
    assert stream_of(event("ledger-padded")) == HUB_STREAM
    assert stream_of(event("period-declared")) == HUB_STREAM


def test_a_record_is_told_in_the_words_of_the_domain() -> None:
    state = encode_event(event("child-located"))

    assert recorded_event(3, NOON, PROVENANCE, "child-located", state) == RecordedEvent(
        position=3, recorded_at=NOON, provenance=PROVENANCE, event=event("child-located")
    )


def test_a_leaf_hash_is_the_one_of_rfc_6962() -> None:
    assert leaf_hash(b"").hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )


def test_a_record_hash_is_that_of_one_json_array_of_its_parts() -> None:
    state = b'{"age":14}'
    instant = "2026-03-14T12:00:00+00:00"
    entry = f'[9,"{OTHER_ID}","episode-aged","la-330","{uuid_of(7)}","{instant}","{instant}",'

    made = record_hash(9, NOON, OTHER_ID, "episode-aged", state, PROVENANCE)

    assert made == sha256(b"\x00" + entry.encode() + state + b"]").digest()
    assert decode(entry.encode() + state + b"]")[7] == {"age": 14}


@pytest.mark.parametrize(
    "change",
    [
        {"position": 10},
        {"recorded_at": NOON + timedelta(microseconds=1)},
        {"stream": SUBJECT_ID},
        {"stored_type": "episode-voided"},
        {"state": b"{ }"},
        {"provenance": replace(PROVENANCE, publisher="la-331")},
        {"provenance": replace(PROVENANCE, submission_id=None)},
        {"provenance": replace(PROVENANCE, occurred_at=NOON + timedelta(microseconds=1))},
    ],
)
def test_every_part_of_a_record_changes_its_hash(change: dict[str, Any]) -> None:
    parts: dict[str, Any] = {
        "position": 9,
        "recorded_at": NOON,
        "stream": OTHER_ID,
        "stored_type": "episode-aged",
        "state": b"{}",
        "provenance": PROVENANCE,
    }

    assert record_hash(**parts) != record_hash(**{**parts, **change})


def test_settled_submissions_are_kept_by_publisher_outcome_and_reason() -> None:
    stored = decode_event("submissions-settled", sample("submissions-settled"))

    assert isinstance(stored, SubmissionsSettled)
    assert isinstance(stored.outcomes[0], OutcomeCount)
