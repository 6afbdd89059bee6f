"""Everything is closed without the operator's token, but the public tree and health."""

import httpx
import pytest

from tests.e2e.conftest import NationalHub
from tests.e2e.program import run_hub

CLOSED = [
    "/v1/counts?measure=missing_incidents",
    "/v1/measures",
    "/v1/status",
    "/v1/reconciliation",
    "/v1/contracts",
    "/v1/contracts/missing.episode.reported/v1",
    "/openapi.json",
    "/docs",
]
OPEN = ["/", "/feed/", "/livez", "/readyz"]


@pytest.mark.parametrize("path", CLOSED)
def test_a_closed_path_opens_with_the_token_only(national_hub: NationalHub, path: str) -> None:
    running = national_hub.serving

    without = httpx.get(running.url + path)
    wrong = httpx.get(running.url + path, headers={"Authorization": "Bearer of-bad-news"})
    right = running.ask(path)

    assert [each.status_code for each in (without, wrong, right)] == [401, 401, 200]


def test_every_path_of_the_description_is_closed_unless_it_is_public(
    national_hub: NationalHub,
) -> None:
    running = national_hub.serving
    described = running.ask("/openapi.json").json()["paths"]

    answers = {
        (verb, path): httpx.request(verb, running.url + path).status_code
        for path, verbs in described.items()
        for verb in verbs
        if path.startswith("/v1/")
    }

    assert len(answers) >= len([path for path in CLOSED if path.startswith("/v1/")])
    assert set(answers.values()) == {401}


@pytest.mark.parametrize("path", OPEN)
def test_the_public_tree_and_health_are_open(national_hub: NationalHub, path: str) -> None:
    answer = httpx.get(national_hub.serving.url + path, follow_redirects=True)

    assert answer.status_code == 200


def test_metrics_are_on_the_management_port_only(national_hub: NationalHub) -> None:
    running = national_hub.serving

    metrics = httpx.get(running.metrics_url)
    elsewhere = running.ask("/metrics")

    assert metrics.status_code == 200
    assert "hub_ledger_position" in metrics.text
    assert "hub_archive_position" in metrics.text
    assert elsewhere.status_code == 404


def test_a_body_over_one_mebibyte_is_refused_before_it_is_read(national_hub: NationalHub) -> None:
    running = national_hub.serving
    headers = {
        "Authorization": f"Bearer {running.token}",
        "Content-Type": "application/cloudevents+json",
    }

    answer = httpx.post(f"{running.url}/v1/events", content=b"x" * 1_048_577, headers=headers)

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert "1 MiB" in answer.json()["detail"]


def test_a_remote_command_without_the_right_token_says_so(national_hub: NationalHub) -> None:
    done = run_hub(
        *("status", "--url", national_hub.serving.url),
        data_dir=national_hub.data_dir,
        settings={"HUB_TOKEN": "of-bad-news"},
    )

    assert done.code == 1
    assert "401" in done.err
