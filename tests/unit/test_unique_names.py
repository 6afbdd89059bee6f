"""A name that stands twice in one object is refused, however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.json import encode

from contracts.envelope import Envelope
from contracts.outcomes import Rejection
from contracts.reasons import Reason
from contracts.submissions import Submission, read_submission
from contracts.unique_names import repeats_a_name, surely_unique, surely_unique_message
from tests.example_bodies import BODIES
from tests.examples import message
from tests.unit.records import contract

REPORTED = "missing.episode.reported.v1"


def read(old: bytes, new: bytes) -> Submission | Rejection:
    """Read the full example of a report in which some bytes are others."""
    raw = message(REPORTED, event_id="message-1", data=BODIES[REPORTED])
    assert old in raw
    return read_submission(raw.replace(old, new, 1), sent_by=None, contract=contract())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"C-1"', b'"C-1","child":"C-2"'),
        (b'"C-1"', b'"C-1" , "child"\t:\n"C-1"'),
        (b'"C-1"', b'"C-1","\\u0063hild":"C-2"'),
        (b'"C-1"', b'"C-1","risk":null'),
        (b'"E-1"', b'"E-1","subject":"E-2"'),
        (b'"message-1"', b'":","id":"message-1"'),
        (b'"1.0"', b'"1.0","data":{"child":"C-1"}'),
    ],
)
def test_a_name_that_stands_twice_in_one_object_is_refused(old: bytes, new: bytes) -> None:
    answer = read(old, new)

    assert isinstance(answer, Rejection)
    assert (answer.reason, answer.pointer) == (Reason.NOT_JSON, "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"message-1"', b'":\\",\\"id\\":"'),
        (b'"message-1"', b'"a","traceparent":null'),
        (b'"1.0"', b'"1.0" , "datacontenttype"\t:\nnull'),
    ],
)
def test_texts_that_look_like_names_and_defaults_written_out_repeat_nothing(
    old: bytes, new: bytes
) -> None:
    assert isinstance(read(old, new), Submission)


@given(st.dictionaries(st.text(max_size=3), st.lists(st.text(max_size=3), max_size=2), min_size=1))
def test_a_name_is_found_twice_only_where_it_stands_twice(members: dict[str, list[str]]) -> None:
    pairs = [encode(name) + b":" + encode(value) for name, value in members.items()]

    assert not repeats_a_name(b"[{" + b",".join(pairs) + b"}]")
    assert repeats_a_name(b"[{" + b",".join([*pairs, pairs[0]]) + b"}]")


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a":' * 100_000])
def test_what_is_no_json_repeats_no_name(raw: bytes) -> None:
    assert not repeats_a_name(raw)


def test_the_quick_test_settles_a_message_as_programs_write_it() -> None:
    envelope = Envelope(
        specversion="1.0", id="a", source="s", type="t", time="2026", subject="é", data=Raw(b"{}")
    )

    assert surely_unique(encode(envelope), envelope)
    assert surely_unique(encode(envelope).replace(b":", b" : "), envelope)
    assert not surely_unique(b'{"id":"b",' + encode(envelope)[1:], envelope)


@pytest.mark.parametrize("further", [{}, {"traceparent": "00-1-2-3"}, {"dataschema": "é"}])
def test_the_quick_test_settles_a_whole_message_without_writing_it_again(
    further: dict[str, str],
) -> None:
    body = b'{"child":"C-1"}'
    envelope = Envelope(
        specversion="1.0",
        id="a",
        source="s",
        type="t",
        time="2026",
        subject="é",
        data=Raw(body),
        datacontenttype="application/json",
        **further,
    )
    raw = encode(envelope)

    assert surely_unique_message(raw, envelope, body)
    assert not surely_unique_message(b'{"id":"b",' + raw[1:], envelope, body)
    assert not surely_unique_message(b'{"data":{},' + raw[1:], envelope, body)
    assert not surely_unique_message(raw, envelope, b'{"child":1}')
    assert not surely_unique_message(raw.replace(b'"a"', b'"\\u0061"'), envelope, body)
