"""The bodies of requests: their limits, their forms, and the messages they hold."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import MAX_BATCH, MAX_BODY_BYTES
from hub.api.bodies import DRAIN_BYTES, read_body, split_body
from hub.api.refusals import Refused
from tests.unit.api_services import Bench, problem

ONE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
JSON = "application/json"

# What PostgreSQL, Python and JavaScript disagree on is all passed on as it was sent.
ODD_ELEMENTS = st.sampled_from(
    [
        b"{}",
        b'{"a" : 1, "a" : 2}',
        b'{"n": 1e400, "m": -0.0, "k": 12345678901234567890123}',
        b'{"t": "\\ud800 \\u0000 \xc3\xa9"}',
        b"[1, [2, {}]]",
        b'"a, ] string"',
        b"null",
        b"true",
        b"-0",
    ]
)
PADDING = st.sampled_from([b"", b" ", b"\n", b"\r\n\t"])


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(feed_dir=tmp_path)


@given(elements=st.lists(ODD_ELEMENTS, min_size=1, max_size=20), padding=PADDING)
def test_a_batch_splits_into_exactly_the_bytes_of_its_elements(
    elements: list[bytes], padding: bytes
) -> None:
    body = padding + b"[" + (padding + b"," + padding).join(elements) + padding + b"]" + padding

    assert split_body(BATCH, body) == elements


@given(body=st.binary(max_size=200), kind=st.sampled_from([ONE, BATCH, JSON]))
def test_any_body_is_split_or_refused(body: bytes, kind: str) -> None:
    try:
        messages = split_body(kind, body)
    except Refused as refused:
        code = refused.problem.code
    else:
        code = "split"
        assert messages
        assert all(message in body for message in messages)

    assert code in {"batch-invalid", "split"}


def test_a_single_event_that_is_no_json_goes_on_to_become_an_outcome(bench: Bench) -> None:
    for body in (b'{"id": ', b"[1]", b"\xff", b"<event/>"):
        assert bench.post(body, ONE).status_code == 202

    assert bench.gateway.received == [b'{"id": ', b"[1]", b"\xff", b"<event/>"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (ONE, b""),
        (BATCH, b""),
        (JSON, b" \n"),
        (BATCH, b"[]"),
        (JSON, b"[ ]"),
        (BATCH, b'{"id":"1"}'),
        (JSON, b"1"),
        (JSON, b'"text"'),
        (JSON, b"null"),
        (JSON, b"\xef\xbb\xbf[{}]"),
        (BATCH, b"[{},]"),
        (BATCH, b"[{}"),
        (BATCH, b"[{}] []"),
        (BATCH, b"[" * 100_000),
        (JSON, b"specversion=1.0"),
    ],
)
def test_a_body_that_is_no_event_and_no_batch_is_refused_whole(
    bench: Bench, kind: str, body: bytes
) -> None:
    answer = bench.post(body, kind)

    assert problem(answer) == (400, "batch-invalid")
    assert bench.gateway.received == []


def test_a_batch_holds_at_most_500_events(bench: Bench) -> None:
    full = bench.post(b"[" + b",".join([b"{}"] * MAX_BATCH) + b"]", BATCH)
    over = bench.post(b"[" + b",".join([b"{}"] * (MAX_BATCH + 1)) + b"]", BATCH)

    assert full.status_code == 202
    assert len(full.json()["submissions"]) == MAX_BATCH
    assert problem(over) == (413, "too-many-events")
    assert len(bench.gateway.received) == MAX_BATCH


def test_a_body_of_exactly_1_mib_is_taken_and_one_byte_more_is_not(bench: Bench) -> None:
    event = b'{"pad":"' + b"x" * (MAX_BODY_BYTES - 10) + b'"}'

    taken = bench.post(event, ONE)
    refused = bench.post(event + b" ", ONE)

    assert taken.status_code == 202
    assert problem(refused) == (413, "body-too-large")
    assert refused.headers["connection"] == "close"
    assert bench.gateway.received == [event]


def test_a_body_that_states_a_length_far_above_the_limit_is_not_read_at_all(bench: Bench) -> None:
    read: list[str] = []

    async def watched() -> AsyncIterator[bytes]:
        read.append("the body was read")
        yield b"{}"

    headers = {"Content-Type": ONE, "Content-Length": str(DRAIN_BYTES + 1)}

    answer = bench.call("POST", "/v1/events", content=watched(), headers=headers)

    assert problem(answer) == (413, "body-too-large")
    assert answer.headers["connection"] == "close"
    assert read == []


@pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, DRAIN_BYTES + 1, 10 * DRAIN_BYTES])
def test_a_body_that_hides_its_length_is_read_no_further_than_the_bound(
    bench: Bench, size: int
) -> None:
    given_out = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal given_out
        while given_out < size:
            piece = min(65_536, size - given_out)
            given_out += piece
            yield b"x" * piece

    answer = bench.call("POST", "/v1/events", content=chunks(), headers={"Content-Type": ONE})

    assert problem(answer) == (413, "body-too-large")
    assert given_out <= DRAIN_BYTES + 65_536
    assert bench.gateway.received == []


def test_a_chunked_body_within_the_bound_is_taken_whole(bench: Bench) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'[{"id":'
        yield b'"1"}'
        yield b"]"

    answer = bench.call("POST", "/v1/events", content=chunks(), headers={"Content-Type": BATCH})

    assert answer.status_code == 202
    assert bench.gateway.received == [b'{"id":"1"}']


def test_a_body_that_trickles_is_given_up() -> None:
    async def trickle() -> AsyncIterator[bytes]:
        yield b"["
        await asyncio.sleep(60)
        yield b"]"

    with pytest.raises(Refused) as caught:
        asyncio.run(read_body(trickle(), seconds=0.05))

    assert caught.value.problem.code == "body-too-slow"
    assert caught.value.headers == {"Connection": "close"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/xml"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Encoding": "gzip"},
    ],
)
def test_a_body_of_another_form_is_refused(bench: Bench, headers: dict[str, str]) -> None:
    answer = bench.post(b"{}", headers=headers)

    assert problem(answer) == (415, "unsupported-media-type")
    assert bench.gateway.received == []
