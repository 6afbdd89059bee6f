"""Sending events over HTTP: limits, splitting, waiting, receipts."""

from collections.abc import AsyncIterator
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import MAX_BATCH, MAX_BODY_BYTES
from contracts.outcomes import Outcome
from domain.errors import OutcomeUnknownError, StorageFullError
from hub.api.bodies import DRAIN_BYTES, split_body
from hub.api.preferences import LONGEST_WAIT_SECONDS, WaitingRoom
from hub.api.refusals import Refused
from tests.unit.api_services import Bench, receipt_id

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


def problem(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def test_one_event_gets_one_receipt_and_its_bytes_stay_as_sent(bench: Bench) -> None:
    body = b' {"id":"1",  "data":{"b":1, "a":1.0}}\n'

    answer = bench.post(body, ONE)

    name = str(receipt_id(body))
    assert answer.status_code == 202
    assert bench.gateway.received == [body]
    assert answer.json() == {
        "submissions": [
            {
                "id": name,
                "href": f"/v1/submissions/{name}",
                "outcome": "accepted",
                "position": 1200,
                "rejection": None,
            }
        ]
    }


@pytest.mark.parametrize("kind", [BATCH, JSON, "Application/JSON; charset=UTF-8"])
def test_a_batch_gets_a_receipt_for_each_event_in_its_order(bench: Bench, kind: str) -> None:
    answer = bench.post(b'[{"id":"2"},\n {"id": "1"} ]', kind)

    assert bench.gateway.received == [b'{"id":"2"}', b'{"id": "1"}']
    assert [each["id"] for each in answer.json()["submissions"]] == [
        str(receipt_id(message)) for message in bench.gateway.received
    ]


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
        assert refused.problem.code == "batch-invalid"
    else:
        assert messages
        assert all(message in body for message in messages)


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


def test_outcomes_that_are_not_known_yet_are_null(bench: Bench) -> None:
    bench.gateway.settles = None

    answer = bench.post(b"{}", headers={"Prefer": "wait=3"})

    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "wait=3"
    assert answer.json()["submissions"][0]["outcome"] is None
    assert answer.json()["submissions"][0]["position"] is None


def test_a_request_that_waits_until_all_is_settled_gets_200(bench: Bench) -> None:
    bench.gateway.settles = Outcome.DUPLICATE

    answer = bench.post(b"[{},{}]", headers={"Prefer": "wait=3"})

    assert answer.status_code == 200
    assert answer.headers["preference-applied"] == "wait=3"
    assert {each["outcome"] for each in answer.json()["submissions"]} == {"duplicate"}


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        ("wait=0", 0),
        ("wait=7", 7),
        ('respond-async, WAIT = "7"', 7),
        ("wait=7; strict", 7),
        ("wait=99999", LONGEST_WAIT_SECONDS),
        ("wait=-1", 0),
        ("wait=soon", 0),
        ("wait", 0),
        ("waits=7", 0),
        ("return=minimal", 0),
    ],
)
def test_a_wait_is_read_as_the_standard_says_and_ends_after_30_seconds(
    bench: Bench, prefer: str, seconds: int
) -> None:
    answer = bench.post(b"{}", headers={"Prefer": prefer})

    assert bench.gateway.waits == [float(seconds)]
    assert ("preference-applied" in answer.headers) == (seconds > 0)


def test_when_every_place_is_taken_a_request_is_answered_at_once() -> None:
    room = WaitingRoom(places=1)
    inside, leave = Barrier(2), Barrier(2)

    def occupy() -> None:
        with room.wait(5) as seconds:
            assert seconds == 5
            inside.wait(10)
            leave.wait(10)

    waiting = Thread(target=occupy)
    waiting.start()
    inside.wait(10)
    with room.wait(5) as seconds:
        crowded = seconds
    leave.wait(10)
    waiting.join(10)
    with room.wait(5) as seconds:
        free_again = seconds

    assert (crowded, free_again) == (0, 5)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/events?publisher=la-33", 422),
        ("/v1/events?publisher=LA-330", 422),
        ("/v1/events?publisher=", 422),
        ("/v1/events?publisher=la-330&publisher=la-318", 422),
        ("/v1/events?dry_run=true", 422),
    ],
)
def test_a_wrong_parameter_is_refused_and_nothing_is_stored(
    bench: Bench, path: str, status: int
) -> None:
    answer = bench.post(b"{}", path=path)

    assert problem(answer) == (status, "parameters-invalid")
    assert bench.gateway.received == []


def test_a_full_disk_asks_the_publisher_to_come_back(bench: Bench) -> None:
    bench.gateway.error = StorageFullError("no space left on /srv")

    answer = bench.post(b"{}")

    assert problem(answer) == (503, "storage-full")
    assert answer.headers["retry-after"] == "60"
    assert "/srv" not in answer.text


def test_a_commit_of_unknown_outcome_says_that_a_retry_is_safe(bench: Bench) -> None:
    bench.gateway.error = OutcomeUnknownError("connection lost")

    answer = bench.post(b"{}")

    assert problem(answer) == (503, "outcome-unknown")
    assert "safe" in answer.json()["detail"]


def test_no_problem_repeats_anything_that_was_sent(bench: Bench) -> None:
    canary = "9990000018"

    answers = [
        bench.post(f'["{canary}"'.encode()),
        bench.post(canary.encode()),
        bench.post(b"{}", path=f"/v1/events?publisher={canary}"),
        bench.post(b"{}", path=f"/v1/events?{canary}=1"),
        bench.post(b"{}", kind=f"text/{canary}"),
        bench.post(b"{}", token=canary),
        bench.get(f"/v1/submissions/{canary}"),
        bench.get(f"/v1/publishers/{canary}/rejects"),
        bench.get(f"/v1/publishers/la-318/rejects?limit={canary}"),
        bench.get(f"/v1/publishers/la-318/rejects?limit=a{canary}"),
        bench.get(f"/v1/publishers/la-318/rejects?cursor={canary}"),
        bench.get(f"/v1/contracts/{canary}/v1"),
        bench.get(f"/v1/{canary}"),
        bench.get(f"/problems/{canary}"),
        bench.get(f"/feed/{canary}"),
        *(
            bench.get(f"/v1/counts?measure=missing_incidents&{name}={canary}x")
            for name in ("by", "from", "to", "as_of", "source")
        ),
        bench.get(f"/v1/counts?measure={canary}"),
        bench.get(f"/v1/counts.{canary}?measure=missing_incidents"),
    ]

    assert all(answer.status_code >= 400 for answer in answers)
    assert all(canary not in answer.text + str(answer.headers) for answer in answers)
    assert all(msgspec.json.decode(answer.content)["detail"] for answer in answers)
