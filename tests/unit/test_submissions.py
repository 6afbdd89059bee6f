"""A message becomes a typed submission, or a rejection that names its reason and place."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.envelope import MAX_MESSAGE_BYTES
from contracts.episode_messages import EpisodeReportedBody
from contracts.outcomes import Rejection
from contracts.reasons import MEANING, Reason
from contracts.submissions import Submission, parse_when, read_submission
from domain.identifiers import PublisherId
from tests.example_bodies import A_SEAL, BODIES
from tests.examples import message
from tests.unit.records import contract

REPORTED = "missing.episode.reported.v1"
REGISTERED = "missing.subject.registered.v1"


def read(raw: bytes, sent_by: str | None = None) -> Submission | Rejection:
    """Read a message as intake does."""
    publisher = None if sent_by is None else PublisherId(sent_by)
    return read_submission(raw, sent_by=publisher, contract=contract())


def accepted(raw: bytes) -> Submission:
    """Read a message that satisfies its contract."""
    answer = read(raw)
    assert isinstance(answer, Submission), answer
    return answer


def refused(raw: bytes, sent_by: str | None = None) -> tuple[Reason, str]:
    """Return reason and place of a message that breaks its contract."""
    answer = read(raw, sent_by)
    assert isinstance(answer, Rejection)
    assert answer.message
    return answer.reason, answer.pointer


def swapped(old: bytes, new: bytes, event_type: str = REPORTED) -> bytes:
    """Return the full example of a type with some of its bytes replaced."""
    raw = message(event_type, event_id="message-1", data=BODIES[event_type])
    assert old in raw
    return raw.replace(old, new, 1)


def test_a_message_is_read_with_its_time_in_utc() -> None:
    raw = message(time="2026-07-01T13:00:00+01:00", event_id="a", subject="E-7")

    answer = accepted(raw)

    assert answer.occurred_at == datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert answer.occurred_at.tzinfo is UTC
    assert (answer.publisher, answer.event_id, answer.subject) == ("la-330", "a", "E-7")
    assert isinstance(answer.body, EpisodeReportedBody)


@pytest.mark.parametrize(
    ("raw", "reason", "pointer"),
    [
        pytest.param(b"", Reason.NOT_JSON, "", id="nothing"),
        pytest.param(b"\xff\xfe", Reason.NOT_JSON, "", id="not UTF-8"),
        pytest.param(b"\xef\xbb\xbf{}", Reason.NOT_JSON, "", id="byte order mark"),
        pytest.param(message() + b"}", Reason.NOT_JSON, "", id="more after the object"),
        pytest.param(b"[" * 60_000, Reason.ENVELOPE_INVALID, "", id="an open array"),
        pytest.param(b"{" * 60_000, Reason.NOT_JSON, "", id="open objects"),
        pytest.param(b" " * (MAX_MESSAGE_BYTES + 1), Reason.TOO_LARGE, "", id="a byte too many"),
        pytest.param(b"1" * 10_000_000, Reason.TOO_LARGE, "", id="ten megabytes"),
        pytest.param(b"null", Reason.ENVELOPE_INVALID, "", id="null"),
        pytest.param(b"[]", Reason.ENVELOPE_INVALID, "", id="array"),
        pytest.param(b"1e400", Reason.ENVELOPE_INVALID, "", id="a huge number"),
        pytest.param(b"{}", Reason.ENVELOPE_INVALID, "/specversion", id="empty"),
        pytest.param(b'{"a":1e400}', Reason.ENVELOPE_INVALID, "", id="huge number, not asked"),
        pytest.param(b'{"id":NaN}', Reason.NOT_JSON, "", id="NaN in the envelope"),
        pytest.param(swapped(b'"330"', b"NaN"), Reason.NOT_JSON, "", id="NaN inside the body"),
        pytest.param(
            swapped(b'"330"', b"1e400"),
            Reason.SCHEMA_INVALID,
            "/data/responsible_authority",
            id="huge number inside the body",
        ),
        pytest.param(
            swapped(b'"330"', b"[" * 30_000 + b"]" * 30_000), Reason.NOT_JSON, "", id="deep"
        ),
        pytest.param(swapped(b'"330"', b'"\\ud800"'), Reason.NOT_JSON, "", id="lone surrogate"),
        pytest.param(
            swapped(b'"330"', b'"33\xff"'), Reason.NOT_JSON, "/data", id="not UTF-8 inside"
        ),
        pytest.param(
            swapped(b'"C-1"', b'7,"child":"C-1"'),
            Reason.SCHEMA_INVALID,
            "/data/child",
            id="a field twice, wrong first",
        ),
        pytest.param(swapped(b'"message-1"', b'""'), Reason.ENVELOPE_INVALID, "/id", id="empty id"),
        pytest.param(
            swapped(b'"message-1"', b'"%b"' % (b"x" * 129)),
            Reason.ENVELOPE_INVALID,
            "/id",
            id="long id",
        ),
        pytest.param(
            swapped(b'"1.0"', b'"1.1"'), Reason.ENVELOPE_INVALID, "/specversion", id="version"
        ),
        pytest.param(
            swapped(b'"E-1"', b'"E-1\\n"'),
            Reason.ENVELOPE_INVALID,
            "/subject",
            id="trailing newline",
        ),
        pytest.param(
            message(time="2026-03-14T12:00:00"), Reason.ENVELOPE_INVALID, "/time", id="no zone"
        ),
        pytest.param(message(publisher="la-000"), Reason.UNKNOWN_PUBLISHER, "/source", id="la-000"),
        pytest.param(
            message(publisher="la-330\n"), Reason.UNKNOWN_PUBLISHER, "/source", id="newline"
        ),
        pytest.param(
            swapped(b"reported.v1", b"reported.v2"), Reason.UNKNOWN_TYPE, "/type", id="version 2"
        ),
        pytest.param(message(data={}), Reason.SCHEMA_INVALID, "/data/child", id="empty body"),
        pytest.param(
            message(REPORTED, extra=1), Reason.SCHEMA_INVALID, "/data", id="unknown field"
        ),
        pytest.param(
            message(risk="grave"), Reason.SCHEMA_INVALID, "/data/risk", id="unknown value"
        ),
        pytest.param(
            message("missing.episode.corrected.v1", cleared=["age"]),
            Reason.SCHEMA_INVALID,
            "/data/cleared/0",
            id="inside a list",
        ),
        pytest.param(
            message(REGISTERED, identity={"surname": "x"}),
            Reason.IDENTITY_IN_CLEAR,
            "/data/identity",
            id="identity in clear",
        ),
        pytest.param(
            message(REGISTERED, identity=5), Reason.SCHEMA_INVALID, "/data/identity", id="number"
        ),
        pytest.param(
            message(REGISTERED, data={}), Reason.SCHEMA_INVALID, "/data/identity", id="no identity"
        ),
        pytest.param(
            message(time="2026-02-30T12:00:00Z"), Reason.DATE_INVALID, "/time", id="30 February"
        ),
        pytest.param(
            message(time="2026-03-14T24:00:00Z"), Reason.DATE_INVALID, "/time", id="24:00"
        ),
        pytest.param(
            message(left="2026-02-29"), Reason.DATE_INVALID, "/data/left", id="no leap year"
        ),
        pytest.param(
            message(left="2026-02-28T12:61:00Z"), Reason.DATE_INVALID, "/data/left", id="minute 61"
        ),
        pytest.param(
            message(home_authority="999"), Reason.CODE_UNKNOWN, "/data/home_authority", id="area"
        ),
        pytest.param(
            message(responsible_authority="WAL"),
            Reason.SCHEMA_INVALID,
            "/data/responsible_authority",
            id="Wales is responsible for nobody",
        ),
        pytest.param(
            message(placement_type="XX"), Reason.CODE_UNKNOWN, "/data/placement_type", id="code"
        ),
        pytest.param(
            message("missing.placement.ended.v1", reason="XX"),
            Reason.CODE_UNKNOWN,
            "/data/reason",
            id="reason of a placement",
        ),
        pytest.param(
            message("missing.care.ended.v1", reason="CARPL"),
            Reason.CODE_UNKNOWN,
            "/data/reason",
            id="reason of another list",
        ),
    ],
)
def test_what_breaks_the_contract_is_refused_with_reason_and_place(
    raw: bytes, reason: Reason, pointer: str
) -> None:
    assert refused(raw) == (reason, pointer)


def test_a_clear_identity_is_found_behind_a_sealed_one_and_before_it() -> None:
    seal, clear = f'"{A_SEAL}"'.encode(), b'{"surname":"x"}'
    raw = message(REGISTERED)

    for pair in (clear + b',"identity":' + seal, seal + b',"identity":' + clear):
        assert refused(raw.replace(seal, pair)) == (Reason.IDENTITY_IN_CLEAR, "/data/identity")


def test_a_publisher_may_send_only_for_itself_and_the_operator_for_anyone() -> None:
    assert refused(message(), "la-331") == (Reason.SOURCE_MISMATCH, "/source")
    assert isinstance(read(message(), "la-330"), Submission)
    assert isinstance(read(message()), Submission)


def test_a_code_is_checked_in_the_reporting_year_of_the_event_by_london_time() -> None:
    last = message(time="2026-03-31T22:59:59Z", placement_type="U4")
    next_year = message(time="2026-03-31T23:00:00Z", placement_type="Z9")

    answer = read(next_year)

    assert isinstance(read(last), Submission)
    assert isinstance(answer, Rejection)
    assert "the year to March 2027" in answer.message


@pytest.mark.parametrize(
    ("body", "field", "told"),
    [
        ({"child": 5}, "/data/child", "Found a JSON number."),
        ({"child": 0.5}, "/data/child", "Found a JSON number."),
        ({"child": True}, "/data/child", "Found a JSON boolean."),
        ({"child": {}}, "/data/child", "Found a JSON object."),
        ({"child": []}, "/data/child", "Found a JSON array."),
        ({"child": "C-1", "looked_after": "no"}, "/data/looked_after", "Found a JSON string."),
        ({"child": "C-1", "risk": "no"}, "/data/risk", "one of absent, high"),
        ({"child": "C-1", "looked_after": "yes"}, "/data/looked_after", "a JSON boolean"),
    ],
)
def test_a_rejection_says_what_is_expected_and_the_kind_that_was_found(
    body: dict[str, Any], field: str, told: str
) -> None:
    answer = read(message(data=body))

    assert isinstance(answer, Rejection)
    assert answer.pointer == field
    assert told in answer.message


def test_a_text_that_is_only_wrong_in_form_is_not_told_to_be_of_the_wrong_kind() -> None:
    answer = read(message(left="yesterday"))

    assert isinstance(answer, Rejection)
    assert "Found" not in answer.message


@pytest.mark.parametrize(
    "text",
    [
        "missing required field `canary`",
        "Object missing required field `canary`",
        "no - at `$.canary`",
        "Object contains unknown field `canary`",
        "Expected `canary`, got `canary`",
    ],
)
def test_a_value_that_looks_like_a_message_of_the_library_is_not_repeated(text: str) -> None:
    as_value = read(message(risk=text))
    as_name = read(message(data={"child": "C-1", text: 1}))

    assert isinstance(as_value, Rejection)
    assert isinstance(as_name, Rejection)
    assert (as_value.pointer, as_name.pointer) == ("/data/risk", "/data")
    assert "canary" not in as_value.message + as_name.message


def test_a_when_is_a_london_date_or_an_instant_in_utc() -> None:
    assert parse_when("2018-03-31") == date(2018, 3, 31)
    assert parse_when("2018-03-31T12:00:00.25+01:00") == datetime(
        2018, 3, 31, 11, 0, 0, 250_000, UTC
    )
    with pytest.raises(ValueError, match="day"):
        parse_when("2018-02-30")


def test_there_are_at_most_twenty_reasons_and_each_has_a_meaning() -> None:
    assert len(Reason) <= 20
    assert set(MEANING) == set(Reason)
    assert all(meaning.endswith(".") for meaning in MEANING.values())
    assert len(set(MEANING.values())) == len(Reason)
