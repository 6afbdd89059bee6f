"""Reading over HTTP: outcomes, contracts, state; each answer at a named position."""

import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.message_types import BODIES
from contracts.outcomes import RecordCursor
from contracts.problems import problem_code
from contracts.reasons import Reason
from contracts.receipts import decode_cursor, encode_cursor
from contracts.schemas import event_schema
from contracts.status import SourceEpisodeTotals, SubmissionTotals
from domain.errors import UsageError
from hub.api.error_problems import PROBLEMS
from tests.unit.api_gateways import POSITION
from tests.unit.api_services import BIRMINGHAM, NOON, STATUS, Bench, rejected

READS = (
    "/v1/submissions/00000000-0000-0000-0000-000000000001",
    "/v1/publishers/la-318/rejects",
    "/v1/measures",
    "/v1/counts?measure=missing_incidents",
    "/v1/counts.csv?measure=missing_incidents",
    "/v1/counts.parquet?measure=missing_incidents",
    "/v1/contracts",
    "/v1/contracts/missing.episode.reported/v1",
    "/v1/status",
    "/v1/counts/history?measure=missing_incidents&to=2026-03-31",
    "/v1/views",
    "/v1/views/homes",
    "/v1/compliance.csv",
    "/v1/reconciliation",
    "/v1/reconciliation.csv?by=authority",
)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(feed_dir=tmp_path)
    bench.submissions.records.append(rejected(1))
    return bench


@pytest.mark.parametrize("path", READS)
def test_every_read_names_its_position_and_is_not_sent_twice(bench: Bench, path: str) -> None:
    first = bench.get(path)
    again = bench.get(path, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    changed = bench.get(path, headers={"If-None-Match": '"other"'})

    assert first.headers["hub-as-of-position"] == str(POSITION)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["hub-as-of-position"] == str(POSITION)
    assert (changed.status_code, changed.content) == (200, first.content)


def test_a_submission_is_found_by_the_id_of_its_receipt(bench: Bench) -> None:
    answer = bench.get("/v1/submissions/00000000-0000-0000-0000-000000000001")

    assert answer.json() == {
        "id": "00000000-0000-0000-0000-000000000001",
        "publisher": "la-318",
        "outcome": "rejected",
        "position": None,
        "rejection": {
            "reason": "date-invalid",
            "pointer": "/data/located",
            "message": "No such day.",
        },
        "received_at": "2026-03-14T12:00:00Z",
        "seen": 1,
        "proofs": [],
        "proofs_due_at": None,
    }


def test_an_id_that_no_receipt_has_is_not_found(bench: Bench) -> None:
    answer = bench.get("/v1/submissions/00000000-0000-0000-0000-00000000beef")

    assert answer.status_code == 404
    assert problem_code(answer.json()["type"]) == "not-found"


def test_an_id_that_is_none_is_refused_with_the_name_of_the_parameter(bench: Bench) -> None:
    answer = bench.get("/v1/submissions/abc")

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "place": "path",
            "name": "submission_id",
            "detail": "It does not have the form asked for.",
        }
    ]


def test_rejects_that_came_at_one_instant_are_listed_once_each_over_all_pages(bench: Bench) -> None:
    bench.submissions.records = [rejected(number) for number in range(1, 8)]
    bench.submissions.records.append(rejected(9, publisher=BIRMINGHAM))

    pages, path = [], "/v1/publishers/la-318/rejects?limit=3"
    while path:
        document = bench.get(path).json()
        pages.append([int(each["id"].replace("-", ""), 16) for each in document["rejects"]])
        path = document["next"]

    assert pages == [[7, 6, 5], [4, 3, 2], [1]]


def test_a_page_that_ends_with_the_last_reject_leads_nowhere(bench: Bench) -> None:
    bench.submissions.records = [rejected(number) for number in range(3)]

    document = bench.get("/v1/publishers/la-318/rejects?limit=3").json()

    assert (len(document["rejects"]), document["next"]) == (3, None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "parameters-invalid"),
        ("limit=501", "parameters-invalid"),
        ("limit=many", "parameters-invalid"),
        ("cursor=", "usage"),
        ("cursor=AAAA", "usage"),
        ("cursor=%C3%A9", "usage"),
        ("cursor=" + "A" * 200, "usage"),
        ("page=2", "parameters-invalid"),
    ],
)
def test_a_page_that_cannot_be_named_is_refused(bench: Bench, query: str, code: str) -> None:
    answer = bench.get(f"/v1/publishers/la-318/rejects?{query}")

    assert answer.status_code == 422
    assert problem_code(answer.json()["type"]) == code


def test_a_publisher_outside_the_register_is_not_found(bench: Bench) -> None:
    assert bench.get("/v1/publishers/la-999/rejects").status_code == 404


@given(minutes=st.integers(-(10**6), 10**6), microseconds=st.integers(0, 999_999))
def test_a_cursor_leads_back_to_its_place(minutes: int, microseconds: int) -> None:
    record = rejected(5)
    at = NOON + timedelta(minutes=minutes, microseconds=microseconds)
    object.__setattr__(record, "received_at", at)

    place = decode_cursor(encode_cursor(record))

    assert place == RecordCursor(received_at=at, submission_id=record.submission_id)


def test_a_cursor_names_an_instant_with_its_zone() -> None:
    naive = urlsafe_b64encode(f"2026-03-14T12:00:00 {UUID(int=1)}".encode()).decode()

    with pytest.raises(UsageError):
        decode_cursor(naive)


@given(text=st.text(max_size=140))
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        decode_cursor(text)


def test_every_contract_in_the_list_is_served_where_the_list_says(bench: Bench) -> None:
    listed = bench.get("/v1/contracts").json()["contracts"]

    served = [bench.get(entry["href"]) for entry in listed]

    schemas = [json.loads(json.dumps(event_schema(each.event_type))) for each in BODIES]
    assert [answer.json() for answer in served] == schemas
    assert {answer.headers["content-type"] for answer in served} == {"application/schema+json"}
    assert all(
        answer.json()["$id"] == entry["href"] for answer, entry in zip(served, listed, strict=True)
    )


@pytest.mark.parametrize(
    "path",
    [
        "/v1/contracts/missing.episode.reported/v2",
        "/v1/contracts/missing.episode.reported/1",
        "/v1/contracts/missing.episode.reported.v1/v1",
        "/v1/contracts/missing.episode/reported.v1",
        "/v1/contracts/missing.episode.reported",
    ],
)
def test_a_contract_that_is_not_in_force_is_not_found(bench: Bench, path: str) -> None:
    answer = bench.get(path)

    assert answer.status_code == 404


def test_the_type_of_every_problem_and_reason_leads_to_its_meaning(bench: Bench) -> None:
    codes = {*(problem.code for problem in PROBLEMS), *Reason}

    answers = {code: bench.get(f"/problems/{code}") for code in codes}

    assert {answer.status_code for answer in answers.values()} == {200}
    assert all(answer.json()["detail"] for answer in answers.values())
    assert bench.get("/problems/none").status_code == 404


def test_the_status_has_the_agreed_members_and_its_sums_balance(bench: Bench) -> None:
    document = bench.get("/v1/status").json()

    assert document["ledger_position"] == POSITION
    assert document["submissions"] == {
        "received": 10,
        "accepted": 5,
        "duplicate": 2,
        "conflict": 1,
        "rejected": 1,
        "in_flight": 1,
        "balanced": True,
    }
    assert document["source_episodes"]["balanced"]
    assert document["versions"]["hub"] == "0.1.0"


def test_sums_that_do_not_balance_are_told() -> None:
    lost = SubmissionTotals(
        received=11, accepted=5, duplicate=2, conflict=1, rejected=1, in_flight=1
    )
    doubled = SourceEpisodeTotals(
        total=5, matched=2, police_only=1, authority_only=1, in_review=1, held=1, void=0
    )

    assert not lost.balanced
    assert not doubled.balanced
    assert STATUS.balanced


def test_health_is_open_and_names_no_cause(bench: Bench) -> None:
    alive, ready = bench.get("/livez", token=None), bench.get("/readyz", token=None)
    bench.health.checks = {"database": "no route to db.internal", "migrations": None}
    failing = bench.get("/readyz", token=None)

    assert (alive.status_code, ready.status_code, failing.status_code) == (200, 200, 503)
    assert ready.json() == {"status": "ready", "checks": {"database": "ready"}}
    assert failing.json()["checks"] == {"database": "failing", "migrations": "ready"}
    assert failing.headers["content-type"] == "application/problem+json"
    assert "internal" not in json.dumps(failing.json())
    assert [(line["event"], line["check"]) for line in bench.logs] == [("not-ready", "database")]


def test_a_probe_may_ask_for_no_content(bench: Bench) -> None:
    answers = [bench.call("HEAD", path, token=None) for path in ("/livez", "/readyz")]

    assert [answer.status_code for answer in answers] == [200, 200]
