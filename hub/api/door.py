"""Who may pass: all is closed without a token, but the public tree, checkpoints and health."""

import re
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from contracts.register import why_not_sent
from domain.identifiers import PublisherId
from hub.api.problems import FORBIDDEN, NOT_AUTHENTICATED
from hub.api.refusals import Refused
from hub.api.services import Caller, Services, Sessions, Tokens
from hub.api.signing_in import sign_in_response
from hub.review.reviewers import Session

# An empty form, which asks for the token itself when it is sent.
UPLOAD_PAGE: Final = "/publishers/upload"
PAGE_ASSETS: Final = "/publishers/assets/"

# What reviewers alone are let in to: their pages by a session, the machine's twin by a token.
REVIEW_PAGES: Final = "/review"
SIGN_IN: Final = "/review/sign-in"
REVIEW_API: Final = "/v1/review/"
SESSION_COOKIE: Final = "hub-review"

# Public checkpoints and what proves that they extend each other; the tiles beside them are closed.
PUBLIC_LOG: Final = ("/log/checkpoint", "/log/consistency")

PUBLIC_PATHS: Final = frozenset(
    {"/", "/feed", "/livez", "/readyz", UPLOAD_PAGE, SIGN_IN, *PUBLIC_LOG}
)
PUBLIC_TREES: Final = ("/feed/", PAGE_ASSETS)

CHALLENGE: Final = 'Bearer realm="missing-children-hub"'
LONGEST_TOKEN: Final = 8192
NOT_THIS_ROLE: Final = "A reviewer's token opens the review and nothing else, and no other does."
OUT_OF_SESSION: Final = "Sign in to go on: nobody is signed in, or half an hour has passed"

# RFC 6750; the scheme is case-insensitive, the token is not.
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)


class Door:
    """Lets a request in if its path is public, or if it shows a token that somebody holds.

    It judges by path, before any route is looked for: a route is closed unless listed here.
    """

    def __init__(self, app: ASGIApp, *, tokens: Tokens, sessions: Sessions) -> None:
        self.app = app
        self.tokens = tokens
        self.sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its caller; raises Refused if there is none."""
        if scope["type"] == "websocket":
            # No route speaks it; one added later stays closed until somebody thinks about it.
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http" or is_public(scope["path"]):
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        if is_review_page(scope["path"]):
            cookie = HTTPConnection(scope).cookies.get(SESSION_COOKIE, "")
            session = await run_in_threadpool(self.sessions.session, cookie)
            if session is None:
                await sign_in_response(OUT_OF_SESSION)(scope, receive, send)
                return
            state["session"] = session
        else:
            token = bearer_token(Headers(scope=scope).getlist("authorization"))
            caller = await run_in_threadpool(self.tokens.check, token)
            if caller is None:
                challenge = f'{CHALLENGE}, error="invalid_token"'
                raise Refused(NOT_AUTHENTICATED, headers={"WWW-Authenticate": challenge})
            # A reviewer opens nothing else, and nobody else the review: not the operator either.
            if (caller.role == "reviewer") != scope["path"].startswith(REVIEW_API):
                raise Refused(FORBIDDEN, NOT_THIS_ROLE)
            state["caller"] = caller
        await self.app(scope, receive, send)


def is_public(path: str) -> bool:
    """Return whether a path is open to everyone."""
    return path in PUBLIC_PATHS or path.startswith(PUBLIC_TREES)


def is_review_page(path: str) -> bool:
    """Return whether a path is a page of the review, which a browser's session opens."""
    return path == REVIEW_PAGES or path.startswith(REVIEW_PAGES + "/")


def bearer_token(headers: list[str]) -> str:
    """Return the one token that a request shows. Raises Refused if it shows none, or several."""
    match = _BEARER.fullmatch(headers[0]) if len(headers) == 1 else None
    if match is None or len(match[1]) > LONGEST_TOKEN:
        raise Refused(NOT_AUTHENTICATED, headers={"WWW-Authenticate": CHALLENGE})
    return match[1]


def caller_of(request: Request) -> Caller:
    """Return who makes a request that the door let in."""
    caller: Caller = request.state.caller
    return caller


KnownCaller = Annotated[Caller, Depends(caller_of)]


def session_of(request: Request) -> Session:
    """Return the session of a request that the door let in to the review."""
    session: Session = request.state.session
    return session


KnownSession = Annotated[Session, Depends(session_of)]


def operator_only(caller: KnownCaller) -> None:
    """Refuse anyone but the operator."""
    if caller.role != "operator":
        raise Refused(FORBIDDEN, "Only the operator's token opens this.")


def may_read(services: Services, caller: Caller, publisher: PublisherId | None) -> None:
    """Refuse a publisher that asks for what another one sent, unless it may send for it."""
    own = caller.publisher
    if own is None or own == publisher:
        return
    if publisher is None or not services.register.may_send(own, publisher, on=services.today()):
        raise Refused(FORBIDDEN)


def vouched_for(services: Services, caller: Caller, stated: str | None) -> PublisherId | None:
    """Return whose messages these must be, or may be by delegation; None: anybody's.

    stated: the publisher that the request names. Raises Refused if the caller may not send for it.
    """
    own = caller.publisher
    if stated is None or own == stated:
        return own
    if own is None or services.register.may_send(own, stated, on=services.today()):
        return PublisherId(stated)
    raise Refused(FORBIDDEN, why_not_sent(services.register, own, stated))
