"""A whole number is one however it is written, and a type is accepted until its last day."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from msgspec.json import decode

from contracts.accepted_types import ACCEPTED
from contracts.message_types import BODIES
from contracts.outcomes import Rejection
from contracts.schemas import event_schema
from contracts.submissions import Submission, read_submission
from tests.example_bodies import BODIES as EXAMPLES
from tests.examples import message
from tests.unit.records import contract

DECLARED = "missing.period.declared.v1"
NUMBER = next(name for name, value in EXAMPLES[DECLARED].items() if type(value) is int)
VALID = Draft202012Validator(event_schema(DECLARED))


def declared(number: str) -> bytes:
    """Return a declaration in which the number is written in a way."""
    raw = message(DECLARED, event_id="a", data={**EXAMPLES[DECLARED], NUMBER: "@"})
    return raw.replace(b'"@"', number.encode())


def read(raw: bytes) -> Submission | Rejection:
    """Read a message."""
    return read_submission(raw, sent_by=None, contract=contract())


@pytest.mark.parametrize("number", ["3", "3.0", "3e0", "0.3e1", "30E-1"])
def test_a_whole_number_is_read_however_it_is_written(number: str) -> None:
    answer, plain = read(declared(number)), read(declared("3"))

    assert isinstance(answer, Submission)
    assert isinstance(plain, Submission)
    assert answer.content() == plain.content()
    assert type(getattr(answer.body, NUMBER)) is int


@pytest.mark.parametrize(
    "number", ["3.5", "-1", "-1.0", "1e400", "1e300", '"3"', "true", "10000001.0", "9" * 30]
)
def test_what_is_no_number_of_things_is_refused(number: str) -> None:
    answer = read(declared(number))

    assert isinstance(answer, Rejection)
    assert answer.pointer == f"/data/{NUMBER}"


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**9), 10**9).map(float))
def test_a_number_is_taken_if_and_only_if_the_schema_takes_it(value: float) -> None:
    raw = declared(repr(value))
    parsed: Any = decode(raw)

    assert isinstance(read(raw), Submission) is VALID.is_valid(parsed)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.event_type)
def test_a_type_that_is_sent_today_is_accepted(body: Any) -> None:
    accepted = ACCEPTED.get(body.event_type)

    assert accepted is not None
    assert accepted.body is body
    assert body.accepted_until is None or accepted.why_ended(body.accepted_until) == ""
    assert bool(body.accepted_until) is bool(body.successor)
    assert body.accepted_until is None or accepted.why_ended(date.max)
