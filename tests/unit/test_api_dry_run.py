"""A dry run over HTTP: the same checks and answers, and nothing reaches the gateway."""

from pathlib import Path

import pytest

from contracts.outcomes import Outcome
from tests.unit.api_gateways import receipt_id
from tests.unit.api_services import Bench, problem

DRY = "/v1/events?dry_run=true"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(feed_dir=tmp_path)


def test_a_dry_run_tells_the_outcome_and_takes_nothing(bench: Bench) -> None:
    bench.gateway.settles = Outcome.DUPLICATE

    answer = bench.post(b'[{"id":"1"},{"id":"2"}]', path=DRY, headers={"Prefer": "wait=9"})

    assert answer.status_code == 200
    assert "preference-applied" not in answer.headers
    assert (bench.gateway.received, len(bench.gateway.checked)) == ([], 2)
    assert answer.json() == {
        "submissions": [
            {
                "id": str(receipt_id(message)),
                "href": None,
                "outcome": "duplicate",
                "position": 1200,
                "rejection": None,
            }
            for message in (b'{"id":"1"}', b'{"id":"2"}')
        ],
        "dry_run": True,
    }


def test_a_dry_run_of_false_is_a_real_one(bench: Bench) -> None:
    answer = bench.post(b"{}", path="/v1/events?dry_run=false")

    assert answer.status_code == 202
    assert (bench.gateway.received, bench.gateway.checked) == ([b"{}"], [])


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (b"", "application/json", (400, "batch-invalid")),
        (b"[]", "application/json", (400, "batch-invalid")),
        (b"{}", "text/plain", (415, "unsupported-media-type")),
        (b"[" + b",".join([b"{}"] * 501) + b"]", "application/json", (413, "too-many-events")),
    ],
)
def test_a_dry_run_has_the_limits_of_a_real_one(
    bench: Bench, content: bytes, kind: str, expected: tuple[int, str]
) -> None:
    assert problem(bench.post(content, kind, path=DRY)) == expected
    assert bench.gateway.checked == []


def test_a_dry_run_is_closed_to_who_may_not_send(bench: Bench) -> None:
    unknown = bench.post(b"{}", path=DRY, token="unknown")
    foreign = bench.post(b"{}", path=f"{DRY}&publisher=la-330", token="richmond-token")

    assert [unknown.status_code, foreign.status_code] == [401, 403]
    assert bench.gateway.checked == []
