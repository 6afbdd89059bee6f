"""Routes that tell a publisher how its submissions ended."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from contracts.receipts import (
    RejectsDocument,
    SubmissionDocument,
    decode_cursor,
    encode_cursor,
    submission_document,
)
from contracts.register import read_register
from domain.errors import NotFoundError, UsageError
from domain.identifiers import PUBLISHER_PATTERN, PublisherId
from hub.api.answers import known_parameters, reply_json
from hub.api.description import COMMON_FAILURES, failures, read_answer
from hub.api.door import KnownCaller, may_read
from hub.api.problems import FORBIDDEN, OF_ERROR
from hub.api.refusals import Refused
from hub.api.services import Services

MOST_REJECTS: Final = 500

PublisherInPath = Annotated[
    str, Path(pattern=PUBLISHER_PATTERN, description="la-330, pf-E23000014 or pf-btp, for example.")
]
Limit = Annotated[int, Query(ge=1, le=MOST_REJECTS, description="Most rejects in the answer.")]
Cursor = Annotated[str | None, Query(description="From `next` of the page before.")]


def submissions_router(services: Services) -> APIRouter:
    """Return the routes that tell how submissions ended."""
    router = APIRouter(
        prefix="/v1",
        tags=["submissions"],
        dependencies=[Depends(known_parameters)],
        default_response_class=Response,
        responses=COMMON_FAILURES,
    )

    @router.get(
        "/submissions/{submission_id}",
        responses={
            **read_answer(SubmissionDocument, "How the submission ended."),
            **failures(FORBIDDEN, OF_ERROR[NotFoundError]),
        },
    )
    def submission(request: Request, caller: KnownCaller, submission_id: UUID) -> Response:
        """How one submission ended, by the id of its receipt."""
        position = services.status.position()
        record = services.submissions.find(submission_id)
        if record is None:
            raise Refused(OF_ERROR[NotFoundError], "There is no submission with this id.")
        may_read(caller, record.publisher)
        return reply_json(request, submission_document(record), position=position)

    @router.get(
        "/publishers/{publisher}/rejects",
        responses={
            **read_answer(RejectsDocument, "A page of rejects, the latest first."),
            **failures(FORBIDDEN, OF_ERROR[NotFoundError]),
        },
    )
    def rejects(
        request: Request,
        caller: KnownCaller,
        publisher: PublisherInPath,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> Response:
        """What was rejected of a publisher's submissions, and why; never what they held."""
        may_read(caller, PublisherId(publisher))
        known = registered(publisher)
        position = services.status.position()
        page = rejects_page(services, known, limit=limit, cursor=cursor)
        return reply_json(request, page, position=position)

    return router


def registered(publisher: str) -> PublisherId:
    """Return a publisher of the register. Raises Refused if there is none with this id."""
    known = read_register().publisher(publisher)
    if known is None:
        raise Refused(OF_ERROR[NotFoundError], "No publisher is registered with this id.")
    return known.id


def rejects_page(
    services: Services, publisher: PublisherId, *, limit: int, cursor: str | None
) -> RejectsDocument:
    """Return one page of rejects; one more is asked for, to know whether another page follows."""
    try:
        before = None if cursor is None else decode_cursor(cursor)
    except UsageError as error:
        raise Refused(OF_ERROR[UsageError], str(error)) from None
    records = services.submissions.rejects(publisher, limit=limit + 1, before=before)
    page = records[:limit]
    follows = None
    if len(records) > limit:
        place = encode_cursor(page[-1])
        follows = f"/v1/publishers/{publisher}/rejects?limit={limit}&cursor={place}"
    return RejectsDocument(
        publisher=publisher,
        rejects=tuple(submission_document(record) for record in page),
        next=follows,
    )
