"""Every failure is a problem document with its own code, and nothing else gets out."""

import asyncio
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from starlette.types import Message, Scope
from structlog.testing import capture_logs

from contracts.problems import problem_code, problem_type
from contracts.reasons import Reason
from domain.errors import DatabaseUnavailableError, HubError, KeyMissingError, NotFoundError
from hub.api.edge import CLIENT_GONE
from hub.api.error_problems import OF_ERROR, PROBLEMS
from hub.api.problems import WRONG_METHOD
from hub.api.refusals import Refused, problem_of, refusal_of
from tests.unit.api_services import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(feed_dir=tmp_path)


def kinds_of(error: type[HubError]) -> Iterator[type[HubError]]:
    yield error
    for kind in error.__subclasses__():
        # A test may derive an error of its own.
        if not kind.__module__.startswith("tests"):
            yield from kinds_of(kind)


def test_every_error_of_the_hub_has_a_status_under_its_own_code() -> None:
    errors = set(kinds_of(HubError))

    assert set(OF_ERROR) == errors
    assert all(problem.code == error.code for error, problem in OF_ERROR.items())
    assert len({error.code for error in errors}) == len(errors)


def test_every_problem_has_its_own_code_apart_from_the_reasons_of_rejections() -> None:
    codes = [problem.code for problem in PROBLEMS]

    assert len(set(codes)) == len(codes)
    assert not set(codes) & set(Reason)
    assert all(400 <= problem.status < 600 for problem in PROBLEMS)
    assert all(problem.retry_seconds for problem in PROBLEMS if problem.status == 503)


def test_an_error_without_a_status_of_its_own_takes_that_of_the_kind_above() -> None:
    class ReplicaUnavailableError(DatabaseUnavailableError):
        """One of several databases cannot be reached."""

    assert problem_of(ReplicaUnavailableError("x")) is OF_ERROR[DatabaseUnavailableError]


def test_a_code_is_the_last_part_of_its_type() -> None:
    assert problem_code(problem_type("usage")) == "usage"


def test_a_path_that_does_not_exist_is_a_problem(bench: Bench) -> None:
    for path in ("/v1/nothing", "/v1/status/", "/v1", "/v1/counts/", "/favicon.ico"):
        answer = bench.get(path)

        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "/problems/no-such-path"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/events", "POST"),
        ("PUT", "/v1/status", "GET"),
        ("DELETE", "/v1/submissions/00000000-0000-0000-0000-000000000001", "GET"),
        ("POST", "/feed/index.html", None),
    ],
)
def test_a_method_that_a_path_does_not_take_is_a_problem_that_names_those_it_does(
    bench: Bench, method: str, path: str, allowed: str | None
) -> None:
    answer = bench.call(method, path)

    assert answer.status_code == WRONG_METHOD.status
    assert answer.json()["type"] == "/problems/method-not-allowed"
    assert allowed in (None, answer.headers["allow"])


def test_a_fault_of_the_hub_shows_its_number_and_nothing_else(bench: Bench) -> None:
    bench.gateway.error = RuntimeError("the row of child C-1042 is odd")

    answer = bench.post(b"{}")

    document = answer.json()
    assert (answer.status_code, document["type"]) == (500, "/problems/fault")
    assert document["instance"].startswith("urn:uuid:")
    assert "C-1042" not in answer.text
    assert "Traceback" not in answer.text
    assert [line["instance"] for line in bench.logs] == [document["instance"]]
    assert bench.recorded == [("/v1/events", "POST", 500)]


def test_an_error_that_the_hub_knows_shows_what_to_do_and_not_its_own_words(bench: Bench) -> None:
    bench.gateway.error = KeyMissingError("/var/lib/keys/vault.pem is gone")

    answer = bench.post(b"{}")

    assert answer.json()["type"] == "/problems/key-missing"
    assert "vault.pem" not in answer.text
    assert "Operations" in answer.json()["detail"]


def test_a_database_that_is_down_asks_the_caller_to_come_back(bench: Bench) -> None:
    bench.counts.error = DatabaseUnavailableError("connection refused")

    answer = bench.get("/v1/counts?measure=missing_incidents")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_a_refusal_may_say_more_than_its_problem() -> None:
    plain = Refused(OF_ERROR[NotFoundError])
    exact = Refused(OF_ERROR[NotFoundError], "There is no submission with this id.")

    assert plain.detail == OF_ERROR[NotFoundError].detail
    assert exact.detail == "There is no submission with this id."
    assert refusal_of(exact) is exact


def scope_of(path: str, method: str = "GET", kind: str = "http") -> Scope:
    return {
        "type": kind,
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [
            (b"authorization", b"Bearer operator-token"),
            (b"content-type", b"application/json"),
        ],
    }


def drive(bench: Bench, scope: Scope, *messages: Message) -> list[Message]:
    """Return what the application sends when it is given these messages, and no server between."""
    incoming = iter(messages)
    sent: list[Message] = []

    async def receive() -> Message:
        return next(incoming)

    async def send(message: Message) -> None:
        sent.append(message)

    with capture_logs() as bench.logs:
        asyncio.run(bench.app(scope, receive, send))
    return sent


def test_a_client_that_hangs_up_in_its_body_leaves_nothing_behind(bench: Bench) -> None:
    begun: Message = {"type": "http.request", "body": b'[{"id"', "more_body": True}

    sent = drive(bench, scope_of("/v1/events", "POST"), begun, {"type": "http.disconnect"})

    assert sent == []
    assert bench.gateway.received == []
    assert bench.recorded == [("/v1/events", "POST", CLIENT_GONE)]


def test_a_websocket_is_turned_away(bench: Bench) -> None:
    sent = drive(bench, scope_of("/feed/", kind="websocket"), {"type": "websocket.connect"})

    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_an_answer_that_breaks_off_is_cut_short_and_recorded_as_a_fault(
    bench: Bench, tmp_path: Path
) -> None:
    page = tmp_path / "index.html"
    page.write_bytes(b"x" * 200_000)

    async def serve() -> None:
        async def send(message: Message) -> None:
            if message["type"] == "http.response.body":
                raise RuntimeError("the socket is gone")

        async def receive() -> Message:
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        await bench.app(scope_of("/feed/"), receive, send)

    with capture_logs() as logs:
        asyncio.run(serve())

    assert bench.recorded == [("/feed/{path:path}", "GET", 500)]
    assert [line["event"] for line in logs] == ["request-failed"]


def test_handlers_are_synchronous(bench: Bench) -> None:
    endpoints = [route.endpoint for route in iter_route_contexts(bench.app.routes)]

    assert len(endpoints) > 20
    assert not any(inspect.iscoroutinefunction(endpoint) for endpoint in endpoints)
