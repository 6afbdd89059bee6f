"""The pages of reviewers: sign in, see what waits, look at a pair, decide."""

from collections.abc import Mapping, Sequence
from hmac import compare_digest
from typing import Annotated, Final
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from domain.errors import NotFoundError, UsageError
from domain.reviewing import ReviewPair, ReviewVerdict, parse_pair, parse_reason
from hub.api.bodies import Body
from hub.api.door import REVIEW_PAGES, SESSION_COOKIE, SIGN_IN, KnownSession
from hub.api.error_problems import OF_ERROR
from hub.api.problems import FORBIDDEN
from hub.api.refusals import Refused
from hub.api.services import Services
from hub.api.signing_in import PAGE_HEADERS, sign_in_response
from hub.review.deciding import Decision
from hub.review.reviewers import SESSION, Session
from hub.web.review_page import PairPage, QueuePage, pair_page, queue_page

WRONG_TOKEN: Final = "Enter a reviewer's token that is in force"  # noqa: S105 - what the page says
NO_REASON: Final = "Choose a reason"
SEE_OTHER: Final = 303

Form = Mapping[str, Sequence[str]]


def form_of(body: Body) -> Form:
    """Return the fields of a form; what is no form has none."""
    try:
        return parse_qs(body.decode("ascii"), max_num_fields=200)
    except ValueError:
        return {}


SentForm = Annotated[Form, Depends(form_of)]


def review_pages(services: Services) -> APIRouter:
    """Return the pages; the door lets signed-in reviewers in to all but the form to sign in."""
    router = APIRouter(include_in_schema=False)
    add_signing_in(router, services)
    add_reviewing(router, services)
    return router


def add_signing_in(router: APIRouter, services: Services) -> None:
    """Add the form to sign in, and the way out."""

    @router.get(SIGN_IN)
    def ask() -> Response:
        """The form to sign in."""
        return sign_in_response()

    @router.post(SIGN_IN)
    def sign_in(request: Request, form: SentForm) -> Response:
        """Let a reviewer in."""
        session = services.sessions.sign_in(first(form, "token").strip())
        if session is None:
            return sign_in_response(WRONG_TOKEN)
        return signed(request, RedirectResponse(REVIEW_PAGES, SEE_OTHER), session)

    @router.post(REVIEW_PAGES + "/sign-out")
    def sign_out(session: KnownSession, form: SentForm) -> Response:
        """Let the browser forget who signed in."""
        from_our_form(session, form)
        answer = RedirectResponse(SIGN_IN, SEE_OTHER)
        answer.delete_cookie(SESSION_COOKIE, path=REVIEW_PAGES, httponly=True, samesite="strict")
        return answer


def add_reviewing(router: APIRouter, services: Services) -> None:
    """Add the queue and the pairs."""

    @router.get(REVIEW_PAGES)
    def queue(request: Request, session: KnownSession) -> Response:
        """What waits, and how well reviewers agree."""
        content = queue_page(
            QueuePage(
                session=session,
                queue=services.review.queue(session.reviewer),
                recent=services.review.recent(session.reviewer),
            )
        )
        return signed(request, HTMLResponse(content, headers=PAGE_HEADERS), session)

    @router.get(REVIEW_PAGES + "/next")
    def go_on(
        session: KnownSession, after: Annotated[str | None, Query(max_length=120)] = None
    ) -> Response:
        """The most pressing pair, or the one after another; the queue if there is none."""
        skipped = None if after is None else named(after)
        found = services.review.next_pair(session.reviewer, after=skipped)
        place = REVIEW_PAGES if found is None else f"{REVIEW_PAGES}/pairs/{found}"
        return RedirectResponse(place, SEE_OTHER)

    @router.get(REVIEW_PAGES + "/pairs/{pair}")
    def show(request: Request, session: KnownSession, pair: str) -> Response:
        """A pair side by side."""
        return shown(services, request, session, named(pair))

    @router.post(REVIEW_PAGES + "/pairs/{pair}")
    def decide(request: Request, session: KnownSession, pair: str, form: SentForm) -> Response:
        """Take a decision and go on; or the same page, with what to put right."""
        from_our_form(session, form)
        about = named(pair)
        try:
            services.review.decide([decision_of(about, form)], reviewer=session.reviewer)
        except UsageError as error:
            verdict = first(form, "verdict")
            return shown(services, request, session, about, wrong={verdict: str(error)})
        return RedirectResponse(f"{REVIEW_PAGES}/next", SEE_OTHER)


def shown(
    services: Services,
    request: Request,
    session: Session,
    pair: ReviewPair,
    *,
    wrong: Mapping[str, str] | None = None,
) -> Response:
    """Return the page of a pair. wrong: what to put right, by verdict."""
    case = services.review.show(pair, reviewer=session.reviewer)
    page = PairPage(session=session, case=case, register=services.register, wrong=wrong or {})
    status = OF_ERROR[UsageError].status if wrong else 200
    answer = HTMLResponse(pair_page(page), status_code=status, headers=PAGE_HEADERS)
    return signed(request, answer, session)


def named(text: str) -> ReviewPair:
    """Return the pair of a name. Raises NotFoundError if it is none."""
    try:
        return parse_pair(text)
    except UsageError as error:
        raise NotFoundError(str(error)) from error


def decision_of(pair: ReviewPair, form: Form) -> Decision:
    """Return what a form decides. Raises UsageError, which says what to put right."""
    try:
        verdict = ReviewVerdict(first(form, "verdict"))
        leaves = tuple(UUID(each) for each in form.get("leaves", ()))
    except ValueError:
        raise UsageError("Use one of the buttons to decide.") from None
    reason = first(form, "reason")
    if not reason:
        raise UsageError(NO_REASON)
    return Decision(
        pair=pair, verdict=verdict, reason=parse_reason(pair.kind, verdict, reason), leaves=leaves
    )


def from_our_form(session: Session, form: Form) -> None:
    """Refuse a form that another site could have sent: the cookie alone is not enough."""
    if not compare_digest(first(form, "proof").encode(), session.proof.encode()):
        raise Refused(FORBIDDEN, "The form is not of this session: load the page again.")


def first(form: Form, name: str) -> str:
    """Return a field's first value; empty: there is none."""
    return next(iter(form.get(name, ())), "")


def signed(request: Request, answer: Response, session: Session) -> Response:
    """Return an answer that keeps a browser signed in for another half hour."""
    answer.set_cookie(
        SESSION_COOKIE,
        session.cookie,
        max_age=int(SESSION.total_seconds()),
        path=REVIEW_PAGES,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return answer
