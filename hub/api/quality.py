"""Routes that tell how good a publisher's data are, and by which rules that is judged."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.quality import QualityDocument, QualityRulesDocument, rules_document
from contracts.quality_answers import parse_quality_query, quality_csv, quality_document
from domain.errors import NotFoundError, UsageError
from domain.identifiers import PublisherId
from domain.quality_report import QualityQuery
from hub.api.answers import JSON_TYPE, known_parameters, reply, reply_json
from hub.api.description import COMMON_FAILURES, counts_answer, failures, read_answer
from hub.api.door import KnownCaller, may_read
from hub.api.error_problems import OF_ERROR
from hub.api.media import preferred_media
from hub.api.problems import FORBIDDEN, NOT_ACCEPTABLE
from hub.api.refusals import Refused
from hub.api.services import Services
from hub.api.submissions import PublisherInPath, registered
from hub.web.quality_page import quality_page

CSV_TYPE: Final = "text/csv"
FORMS: Final = (JSON_TYPE, CSV_TYPE)
PAGE_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none'"
    )
}

First = Annotated[str | None, Query(alias="from", description="First month, 2026-03.")]
Last = Annotated[str | None, Query(alias="to", description="Last month, inclusive.")]


def question(publisher: PublisherInPath, first: First = None, last: Last = None) -> QualityQuery:
    """Return the question of a request. Raises Refused if it is none."""
    try:
        return parse_quality_query(publisher, first, last)
    except UsageError as error:
        raise Refused(OF_ERROR[UsageError], str(error)) from None


Asked = Annotated[QualityQuery, Depends(question)]


def quality_router(services: Services) -> APIRouter:
    """Return the routes about the quality of data."""
    router = APIRouter(
        prefix="/v1",
        tags=["quality"],
        dependencies=[Depends(known_parameters)],
        default_response_class=Response,
        responses=COMMON_FAILURES,
    )
    answers = {
        **counts_answer(QualityDocument, (CSV_TYPE,), "How good the publisher's data are."),
        **failures(FORBIDDEN, NOT_ACCEPTABLE, OF_ERROR[NotFoundError]),
    }

    @router.get(
        "/quality/rules",
        responses=read_answer(QualityRulesDocument, "Every rule, its source and its effect."),
    )
    def rules(request: Request) -> Response:
        """The rules by which data are judged, where each comes from, and its effect on counts."""
        return reply_json(request, rules_document(), position=services.status.position())

    @router.get("/publishers/{publisher}/quality", responses=answers)
    def quality(request: Request, caller: KnownCaller, asked: Asked) -> Response:
        """Volumes, timeliness, completeness, rejects and findings, beside the national median.

        Months are those in which events happened. There is no ranking, and nothing of one child.
        """
        form = preferred_media(",".join(request.headers.getlist("accept")), FORMS)
        if form is None:
            raise Refused(NOT_ACCEPTABLE)
        return written(request, judged(services, caller, asked), form=form)

    @router.get("/publishers/{publisher}/quality.csv", responses=answers)
    def quality_file(request: Request, caller: KnownCaller, asked: Asked) -> Response:
        """The same as one tidy CSV, for a link."""
        return written(request, judged(services, caller, asked), form=CSV_TYPE)

    return router


def quality_pages(services: Services) -> APIRouter:
    """Return the page of each publisher; it is behind the same door as the answers."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(known_parameters)])

    @router.get("/publishers/{publisher}/quality")
    def page(request: Request, caller: KnownCaller, asked: Asked) -> Response:
        """The same for people."""
        document = judged(services, caller, asked)
        known = services.register.publisher(asked.publisher)
        content = quality_page(document, name=known.name if known else asked.publisher)
        return reply(
            request,
            content,
            position=document.as_of_position,
            media_type="text/html",
            headers=PAGE_HEADERS,
        )

    return router


def judged(services: Services, caller: KnownCaller, asked: QualityQuery) -> QualityDocument:
    """Return the answer, if the caller may read it. Raises Refused if not."""
    may_read(services, caller, PublisherId(asked.publisher))
    registered(services, asked.publisher)
    try:
        return quality_document(services.quality.answer(asked))
    except UsageError as error:
        raise Refused(OF_ERROR[UsageError], str(error)) from None


def written(request: Request, document: QualityDocument, *, form: str) -> Response:
    """Return an answer in one of the forms."""
    position, vary = document.as_of_position, {"Vary": "Accept"}
    if form == JSON_TYPE:
        return reply_json(request, document, position=position)
    content = quality_csv(document).encode()
    return reply(request, content, position=position, media_type=CSV_TYPE, headers=vary)
