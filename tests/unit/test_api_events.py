"""Sending events over HTTP: receipts, waiting, refusals."""

from pathlib import Path
from threading import Barrier, Thread

import msgspec
import pytest

from contracts.outcomes import Outcome
from domain.errors import OutcomeUnknownError, StorageFullError
from hub.api.preferences import LONGEST_WAIT_SECONDS, WaitingRoom
from tests.unit.api_gateways import receipt_id
from tests.unit.api_services import Bench, problem

ONE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
JSON = "application/json"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(feed_dir=tmp_path)


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
        ],
        "dry_run": False,
    }


@pytest.mark.parametrize("kind", [BATCH, JSON, "Application/JSON; charset=UTF-8"])
def test_a_batch_gets_a_receipt_for_each_event_in_its_order(bench: Bench, kind: str) -> None:
    answer = bench.post(b'[{"id":"2"},\n {"id": "1"} ]', kind)

    assert bench.gateway.received == [b'{"id":"2"}', b'{"id": "1"}']
    assert [each["id"] for each in answer.json()["submissions"]] == [
        str(receipt_id(message)) for message in bench.gateway.received
    ]


def test_old_events_go_through_the_door_for_old_events(bench: Bench) -> None:
    bench.post(b'{"id":"1"}', ONE)
    new = bench.gateway.backfills

    answer = bench.post(b'{"id":"2"}', ONE, path="/v1/events?backfill=true")

    assert answer.status_code == 202
    assert (new, bench.gateway.backfills) == (0, 1)
    assert bench.gateway.received == [b'{"id":"1"}', b'{"id":"2"}']


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
        ("/v1/events?dry_run=perhaps", 422),
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
