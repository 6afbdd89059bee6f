"""The log over HTTP: checkpoints for all, tiles for operators, receipts for their publisher."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from contracts.outcomes import Outcome, SubmissionProofs
from tests.unit.api_log import NOTE
from tests.unit.api_services import RICHMOND, Bench, problem, rejected

FIRST = UUID(int=1)
RECEIPT = f"/v1/submissions/{FIRST}/receipt"
SUBMISSION = f"/v1/submissions/{FIRST}"
GROWTH = "/log/consistency?from=9216"
DUE = datetime(2026, 3, 15, 3, tzinfo=UTC)
TILE = b"\x07" * 8192
RICHMONDS, BIRMINGHAMS, OPERATORS = "richmond-token", "birmingham-token", "operator-token"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(feed_dir=tmp_path)
    accepted = replace(rejected(1), outcome=Outcome.ACCEPTED, rejection=None, position=7)
    bench.submissions.records += [accepted, rejected(2)]
    bench.log.sizes = (1024, 9216)
    bench.log.tiles = {"tile/0/003": TILE, "tile/1/000.p/5": TILE[:160]}
    bench.log.proved = {FIRST: SubmissionProofs(texts=("one", "two"))}
    return bench


@pytest.mark.parametrize("path", ["/log/checkpoint", GROWTH, "/log/consistency?from=1024&to=9216"])
@pytest.mark.parametrize("token", [None, RICHMONDS, OPERATORS])
def test_checkpoints_and_what_proves_their_growth_are_for_everyone(
    bench: Bench, path: str, token: str | None
) -> None:
    answer = bench.get(path, token=token)
    again = bench.get(path, token=token, headers={"If-None-Match": answer.headers["etag"]})

    assert answer.status_code == 200
    assert answer.text.endswith(NOTE)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["/", "/feed/", "/livez", "/readyz", "/log/checkpoint", GROWTH, "/log/consistency?from=5"],
)
def test_nothing_that_is_open_names_the_ledgers_position(bench: Bench, path: str) -> None:
    answer = bench.get(path, token=None)

    assert "hub-as-of-position" not in answer.headers
    assert "1200" not in answer.text


@pytest.mark.parametrize("path", ["/log/tile/0/003", "/log/tile/1/000.p/5"])
def test_tiles_are_for_operators_only(bench: Bench, path: str) -> None:
    answers = [bench.get(path, token=each) for each in (None, RICHMONDS, OPERATORS)]

    assert [each.status_code for each in answers] == [401, 403, 200]
    assert answers[2].content == bench.log.tiles[path.removeprefix("/log/")]
    assert answers[2].headers["content-type"] == "application/octet-stream"
    assert answers[2].headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["0/004", "0/3", "00/003", "0/003.p/0", "0/003.p/256", "entries/000", "8/1/000", ""]
)
def test_what_is_no_tile_of_the_log_is_not_there(bench: Bench, path: str) -> None:
    assert problem(bench.get(f"/log/tile/{path}")) == (404, "no-such-path")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("from=9215", 404, "not-found"),
        ("from=1024&to=2048", 404, "not-found"),
        ("from=9216&to=1024", 422, "usage"),
        ("", 422, "parameters-invalid"),
        ("from=-1", 422, "parameters-invalid"),
        ("from=9223372036854775808", 422, "parameters-invalid"),
        ("from=1024&size=9216", 422, "parameters-invalid"),
    ],
)
def test_growth_is_proved_between_public_checkpoints_only(
    bench: Bench, query: str, status: int, code: str
) -> None:
    answer = bench.get(f"/log/consistency?{query}", token=None)

    assert problem(answer) == (status, code)


def test_before_the_first_public_checkpoint_there_is_none(bench: Bench) -> None:
    bench.log.sizes = ()

    answer = bench.get("/log/checkpoint", token=None)

    assert problem(answer) == (404, "not-found")
    assert "first comes" in answer.json()["detail"]


@pytest.mark.parametrize("path", [SUBMISSION, RECEIPT])
def test_receipts_are_for_their_publisher_its_delegates_and_operators(
    bench: Bench, path: str
) -> None:
    callers = (None, BIRMINGHAMS, RICHMONDS, "kingston-token", OPERATORS)

    assert bench.submissions.records[0].publisher == RICHMOND
    assert [bench.get(path, token=each).status_code for each in callers] == [
        401,
        403,
        200,
        200,
        200,
    ]


def test_a_submission_is_told_with_the_proof_of_each_of_its_records(bench: Bench) -> None:
    answer = bench.get(SUBMISSION, token=RICHMONDS).json()
    first = bench.get(RECEIPT, token=RICHMONDS)
    second = bench.get(f"{RECEIPT}?record=2", token=RICHMONDS)

    assert (answer["proofs"], answer["proofs_due_at"]) == (["one", "two"], None)
    assert (first.text, second.text) == ("one", "two")
    assert first.headers["content-type"] == "text/plain; charset=utf-8"
    assert first.headers["link"] == f'<{RECEIPT}?record=2>; rel="next"'
    assert "link" not in second.headers


def test_before_the_next_public_checkpoint_a_receipt_says_when_it_will_be_there(
    bench: Bench,
) -> None:
    bench.log.proved = {FIRST: SubmissionProofs(due_at=DUE)}

    answer = bench.get(SUBMISSION, token=RICHMONDS).json()
    receipt = bench.get(RECEIPT, token=RICHMONDS)

    assert (answer["proofs"], answer["proofs_due_at"]) == ([], "2026-03-15T03:00:00Z")
    assert problem(receipt) == (404, "not-proved-yet")
    assert "2026-03-15T03:00+00:00" in receipt.json()["detail"]
    assert receipt.headers["retry-after"] == "Sun, 15 Mar 2026 03:00:00 GMT"


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/submissions/{UUID(int=2)}/receipt",
        f"/v1/submissions/{UUID(int=3)}/receipt",
        f"{RECEIPT}?record=3",
    ],
)
def test_what_the_ledger_does_not_hold_has_no_receipt(bench: Bench, path: str) -> None:
    assert problem(bench.get(path)) == (404, "not-found")
