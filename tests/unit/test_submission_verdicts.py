"""Structs and schemas give the same verdict on any message, and no message breaks the reader."""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import jsonschema_rs
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.json import decode

from contracts.outcomes import Rejection
from contracts.reasons import Reason
from contracts.schemas import BODY_OF_TYPE, event_schema
from contracts.submissions import Submission, read_submission
from tests.example_bodies import BODIES
from tests.examples import message
from tests.unit.records import contract

# Reasons that a schema can find; the others come after it, or are about bytes and transport.
SCHEMA_REASONS = frozenset(
    {
        Reason.NOT_JSON,
        Reason.ENVELOPE_INVALID,
        Reason.UNKNOWN_TYPE,
        Reason.SCHEMA_INVALID,
        Reason.IDENTITY_IN_CLEAR,
    }
)
CANARY = "Canary-7Q"

# Numbers, digits and line ends that two regular expression engines may read differently.
ODD_TEXTS = st.sampled_from(
    ["", "\n", " ", "330\n", "٣٣٠", "\u2028", "\u0130", "ﬀ", "é", "e\u0301", "😀", "\x00", "330\r"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=140)
    | ODD_TEXTS
    | st.sampled_from(
        ["330", "SCO", "U4", "F", "2026-03-14", "2026-03-14T12:00:00Z", "missing", "C-1", "1.0"]
    ),
    lambda inner: st.lists(inner, max_size=14) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@cache
def validator(event_type: str) -> jsonschema_rs.Draft202012Validator:
    """Return the authority on a type's schema."""
    return jsonschema_rs.Draft202012Validator(event_schema(event_type))


def read(raw: bytes) -> Submission | Rejection:
    """Read a message for the local operator."""
    return read_submission(raw, sent_by=None, contract=contract())


def whole(event_type: str) -> dict[str, Any]:
    """Return the full example of a type as Python objects."""
    value: dict[str, Any] = decode(message(event_type, data=BODIES[event_type]))
    return value


def with_odd_end(draw: st.DrawFn, old: Any) -> Any:
    """Return a value that differs a little from another, if that is a text."""
    if not isinstance(old, str):
        return draw(VALUES)
    place = draw(st.integers(0, len(old)))
    return old[:place] + draw(ODD_TEXTS | st.characters(exclude_categories=["Cs"])) + old[place:]


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A valid message of some type, with up to three changes anywhere but in its type."""
    value = whole(draw(st.sampled_from(sorted(BODY_OF_TYPE))))
    for _ in range(draw(st.integers(0, 3))):
        inside = value["data"] if isinstance(value.get("data"), dict) else value
        place = draw(st.sampled_from([value, inside, inside, inside]))
        names = sorted(set(place) - {"type", "source"})
        if not names:
            continue
        name = draw(st.sampled_from(names))
        match draw(st.sampled_from(["replace", "replace", "edit", "edit", "delete", "add"])):
            case "replace":
                place[name] = draw(VALUES)
            case "edit":
                place[name] = with_odd_end(draw, place[name])
            case "delete":
                del place[name]
            case _:
                place[draw(st.text(max_size=12) | st.just("dataschema"))] = draw(VALUES)
    return value


def texts_in(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of every text in a message."""
    if isinstance(value, str):
        yield place
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from texts_in(each, (*place, name))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from texts_in(each, (*place, index))


@settings(max_examples=1200, deadline=None)
@given(value=mutated(), ascii_only=st.booleans())
@example(value=whole("missing.episode.reported.v1") | {"subject": "E-1\n"}, ascii_only=True)
@example(value=whole("missing.episode.reported.v1") | {"time": None}, ascii_only=True)
@example(value=whole("missing.episode.reported.v1") | {"traceparent": "é" * 64}, ascii_only=True)
@example(value=whole("missing.episode.reported.v1") | {"traceparent": "😀" * 64}, ascii_only=False)
def test_structs_and_schema_give_the_same_verdict(value: dict[str, Any], ascii_only: bool) -> None:
    raw = json.dumps(value, ensure_ascii=ascii_only).encode()

    answer = read(raw)

    refused = isinstance(answer, Rejection) and answer.reason in SCHEMA_REASONS
    assert refused is not validator(value["type"]).is_valid(value), (answer, value)


@settings(max_examples=300, deadline=None)
@given(raw=st.binary(max_size=300))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    assert isinstance(read(raw), Rejection)


@settings(max_examples=300, deadline=None)
@given(value=VALUES)
def test_no_json_breaks_the_reader(value: Any) -> None:
    assert isinstance(read(json.dumps(value).encode()), Rejection)


@settings(max_examples=500, deadline=None)
@given(
    event_type=st.sampled_from(sorted(BODY_OF_TYPE)),
    place=st.integers(0),
    junk=st.binary(max_size=4),
)
def test_no_damage_to_a_valid_message_breaks_the_reader(
    event_type: str, place: int, junk: bytes
) -> None:
    raw = message(event_type, data=BODIES[event_type])
    at = place % len(raw)

    for damaged in (raw[:at], raw[:at] + junk + raw[at:], raw[:at] + junk + raw[at + len(junk) :]):
        answer = read(damaged)

        assert isinstance(answer, Submission | Rejection)
        assert isinstance(answer, Submission) or len(answer.message) < 600


def test_no_rejection_repeats_a_text_or_a_name_that_was_sent() -> None:
    rejected = 0
    for event_type in BODY_OF_TYPE:
        valid = whole(event_type)
        for *path, last in texts_in(valid):
            for planted in (CANARY, CANARY + "\n", [CANARY], {CANARY: CANARY}, {"a": [CANARY] * 3}):
                changed = deepcopy(valid)
                place: Any = changed
                for step in path:
                    place = place[step]
                place[last] = planted
                answer = read(json.dumps(changed).encode())
                if isinstance(answer, Rejection):
                    rejected += 1
                    assert CANARY not in answer.message + answer.pointer
        for place_name in ("data", None):
            changed = deepcopy(valid)
            (changed if place_name is None else changed["data"])[CANARY] = CANARY
            answer = read(json.dumps(changed).encode())
            assert isinstance(answer, Rejection)
            assert CANARY not in answer.message + answer.pointer
    assert rejected > 500
