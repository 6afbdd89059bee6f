"""The outermost layer: measures requests, adds security headers, ends failures as problems."""

from time import perf_counter
from typing import Final
from uuid import uuid4

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.api.problems import FAULT
from hub.api.refusals import problem_response, refusal_of
from hub.api.services import RecordRequest

log = structlog.get_logger()

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# The client hung up: nobody reads a status, but the metrics count the request.
CLIENT_GONE: Final = 499

BASE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
}


class Edge:
    """Wraps the whole application; a route may override a header by setting it itself."""

    def __init__(self, app: ASGIApp, *, record: RecordRequest) -> None:
        self.app = app
        self.record = record

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, whatever happens inside."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        answer = Answer(send)
        try:
            await self.serve(scope, receive, answer)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            self.record(route_of(scope), method, answer.status, perf_counter() - began)

    async def serve(self, scope: Scope, receive: Receive, answer: "Answer") -> None:
        """Let the application answer, or answer in its place if it fails."""
        try:
            await self.app(scope, receive, answer.send)
        except ClientDisconnect:
            answer.status = CLIENT_GONE
        except Exception as error:
            refused = refusal_of(error)
            instance = uuid4() if refused.problem.status >= FAULT.status else None
            if instance is not None:
                facts = {"route": route_of(scope), "method": scope["method"]}
                log.error("request-failed", **facts, instance=instance.urn, exc_info=error)
            if answer.started:
                answer.status = FAULT.status
                return
            await problem_response(refused, instance)(scope, receive, answer.send)


class Answer:
    """Passes an answer on with the headers that every answer has, and remembers its status."""

    def __init__(self, send: Send) -> None:
        self.status = FAULT.status
        self.started = False
        self.pass_on = send

    async def send(self, message: Message) -> None:
        """Pass one part of the answer on."""
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in BASE_HEADERS.items():
                headers.setdefault(name, value)
        await self.pass_on(message)


def route_of(scope: Scope) -> str:
    """Return the pattern of the route that took a request, from a closed list."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "unmatched"
