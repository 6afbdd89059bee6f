"""Who gets in: every route is closed but those meant to be open, and failures give nothing away."""

from pathlib import Path
from typing import Literal

import pytest
from fastapi.routing import iter_route_contexts

from domain.errors import DatabaseUnavailableError
from domain.identifiers import PublisherId
from hub.api.door import PUBLIC_PATHS
from hub.api.services import Caller
from tests.unit.api_services import BIRMINGHAM, RICHMOND, Bench, rejected
from tests.unit.upload_forms import form

PUBLIC_LOG = ("checkpoint", "consistency")
OPEN = {
    *((method, path) for method in ("GET", "HEAD") for path in ("/", "/feed", "/feed/{path:path}")),
    *((method, path) for method in ("GET", "HEAD") for path in ("/livez", "/readyz")),
    *((method, f"/log/{name}") for method in ("GET", "HEAD") for name in PUBLIC_LOG),
    # An empty form; when it is sent, it shows a token like any other request.
    ("GET", "/publishers/upload"),
    ("GET", "/publishers/assets/{name}"),
    # The form by which reviewers' browsers sign in.
    ("GET", "/review/sign-in"),
}
READS = (
    "/v1/submissions/00000000-0000-0000-0000-000000000001",
    "/v1/publishers/la-318/rejects",
    "/v1/publishers/la-318/rejects.csv",
    "/v1/asyncapi.json",
    "/v1/publishers/la-318/quality",
    "/v1/publishers/la-318/quality.csv",
    "/publishers/la-318/quality",
    "/v1/quality/rules",
    "/v1/measures",
    "/v1/counts?measure=missing_incidents",
    "/v1/counts.csv?measure=missing_incidents",
    "/v1/contracts",
    "/v1/contracts/missing.episode.reported/v1",
    "/v1/status",
    "/v1/reconciliation",
    "/v1/reconciliation.csv",
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(feed_dir=tmp_path)


def routes(bench: Bench) -> list[tuple[str, str]]:
    return [
        (method, str(route.path))
        for route in iter_route_contexts(bench.app.routes)
        for method in sorted(route.methods or ())
    ]


def test_every_route_is_open_on_purpose_or_refuses_a_request_without_a_token(bench: Bench) -> None:
    found = routes(bench)

    answers = {
        (method, path): bench.call(method, path, token=None).status_code for method, path in found
    }

    refused = {route for route, status in answers.items() if status == 401}
    assert set(found) - refused == OPEN | {("POST", "/publishers/upload")}
    assert len(found) > 20
    assert {path for _, path in OPEN} >= PUBLIC_PATHS


def test_a_form_of_the_upload_page_without_a_token_takes_nothing(bench: Bench) -> None:
    content, kind = form({"token": "unknown"}, {"missing.csv": b"CHILD\n"})

    answer = bench.post(content, kind, path="/publishers/upload", token=None)

    assert answer.status_code == 401
    assert "Enter a token that is in force" in answer.text
    assert bench.files.taken == []


def test_a_path_without_a_route_is_closed_too(bench: Bench) -> None:
    paths = ("/v2/anything", "/metrics", "/feedback", "/v1/counts.xlsx", "/openapi.json", "/docs")

    statuses = {bench.get(path, token=None).status_code for path in paths}

    assert statuses == {401}


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer unknown",
        "Basic b3BlcmF0b3ItdG9rZW4=",
        "operator-token",
        "Bearer operator-token extra",
        "Bearer operator-token,operator-token",
        "Bearer " + "a" * 9000,
    ],
)
def test_what_is_no_token_in_force_is_refused_with_a_challenge(bench: Bench, header: str) -> None:
    answer = bench.get("/v1/status", token=None, headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="missing-children-hub"')
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/not-authenticated"


def test_the_scheme_of_a_token_may_be_written_in_any_case(bench: Bench) -> None:
    answer = bench.get("/v1/status", token=None, headers={"Authorization": "bEARER operator-token"})

    assert answer.status_code == 200


def test_a_token_is_judged_before_the_body_is_read(bench: Bench) -> None:
    answer = bench.post(b"x" * 10, token="unknown")

    assert answer.status_code == 401
    assert bench.gateway.received == []


@pytest.mark.parametrize("path", READS)
def test_the_operator_may_read_everything(bench: Bench, path: str) -> None:
    bench.submissions.records.append(rejected(1))

    answer = bench.get(path)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/submissions/00000000-0000-0000-0000-000000000001", 200),
        ("/v1/submissions/00000000-0000-0000-0000-000000000002", 403),
        ("/v1/submissions/00000000-0000-0000-0000-000000000003", 403),
        ("/log/tile/0/000", 403),
        ("/v1/publishers/la-318/rejects", 200),
        ("/v1/publishers/la-330/rejects", 403),
        ("/v1/publishers/la-999/rejects", 403),
        ("/v1/publishers/la-318/quality", 200),
        ("/v1/publishers/la-330/quality", 403),
        ("/v1/publishers/la-330/quality.csv", 403),
        ("/publishers/la-330/quality", 403),
        ("/v1/quality/rules", 200),
        ("/v1/measures", 200),
        ("/v1/contracts", 200),
        ("/v1/contracts/missing.episode.reported/v1", 200),
        ("/v1/counts?measure=missing_incidents", 403),
        ("/v1/counts.csv?measure=missing_incidents", 403),
        ("/v1/status", 403),
        ("/v1/reconciliation", 403),
        ("/docs", 200),
        ("/openapi.json", 200),
    ],
)
def test_a_publisher_reads_what_it_sent_and_what_is_agreed_and_nothing_else(
    bench: Bench, path: str, status: int
) -> None:
    bench.submissions.records += [
        rejected(1),
        rejected(2, publisher=BIRMINGHAM),
        rejected(3, publisher=None),
    ]

    answer = bench.get(path, token="richmond-token")

    assert answer.status_code == status


def test_a_publisher_sends_only_for_itself(bench: Bench) -> None:
    own = bench.post(b"{}", token="richmond-token")
    stated = bench.post(b"{}", token="richmond-token", path="/v1/events?publisher=la-318")
    foreign = bench.post(b"{}", token="richmond-token", path="/v1/events?publisher=la-330")

    assert [own.status_code, stated.status_code, foreign.status_code] == [202, 202, 403]
    assert bench.gateway.senders == [RICHMOND, RICHMOND]


def test_the_operator_sends_for_anyone_or_for_the_publisher_it_states(bench: Bench) -> None:
    bench.post(b"{}")
    bench.post(b"{}", path="/v1/events?publisher=la-330")

    assert bench.gateway.senders == [None, BIRMINGHAM]


@pytest.mark.parametrize("path", ["/livez", "/v1/status", "/v1/nothing", "/v1/counts"])
def test_every_answer_carries_the_headers_that_protect_its_reader(bench: Bench, path: str) -> None:
    answer = bench.get(path)

    assert HEADERS.items() <= dict(answer.headers).items()
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(("role", "publisher"), [("operator", RICHMOND), ("publisher", None)])
def test_a_caller_is_the_operator_or_a_named_publisher(
    role: Literal["operator", "publisher"], publisher: PublisherId | None
) -> None:
    with pytest.raises(ValueError, match="token"):
        Caller(role=role, publisher=publisher)


def test_a_register_of_tokens_that_is_down_refuses_for_now(bench: Bench) -> None:
    bench.tokens.error = DatabaseUnavailableError("the socket /run/secret is gone")

    answer = bench.get("/v1/status")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "secret" not in answer.text


def test_a_request_is_recorded_by_its_pattern_and_never_by_its_path(bench: Bench) -> None:
    bench.get("/v1/publishers/la-318/rejects")
    bench.get("/v1/nothing/of/this/name")
    bench.get("/v1/status", token=None)
    bench.call("BREW", "/livez")

    assert bench.recorded == [
        ("/v1/publishers/{publisher}/rejects", "GET", 200),
        ("unmatched", "GET", 404),
        ("unmatched", "GET", 401),
        ("/livez", "other", 405),
    ]
