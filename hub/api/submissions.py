"""Routes that tell a publisher how its submissions ended."""

from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from contracts.outcomes import RejectsQuery, SubmissionProofs, SubmissionRecord
from contracts.reasons import Reason
from contracts.receipts import (
    MOST_REJECTS,
    RejectsDocument,
    SubmissionAnswer,
    decode_cursor,
    encode_cursor,
    rejects_csv,
    submission_answer,
    submission_document,
)
from domain.errors import NotFoundError, UsageError
from domain.identifiers import PUBLISHER_PATTERN, PublisherId
from hub.api.answers import JSON_TYPE, known_parameters, reply, reply_json
from hub.api.description import (
    COMMON_FAILURES,
    counts_answer,
    failures,
    read_answer,
    text_answer,
)
from hub.api.door import KnownCaller, may_read
from hub.api.error_problems import OF_ERROR
from hub.api.media import preferred_media
from hub.api.problems import FORBIDDEN, NOT_ACCEPTABLE, NOT_PROVED_YET
from hub.api.refusals import Refused
from hub.api.services import Caller, Services

CSV_TYPE: Final = "text/csv"
TEXT: Final = "text/plain; charset=utf-8"
FORMS: Final = (JSON_TYPE, CSV_TYPE)

PublisherInPath = Annotated[
    str, Path(pattern=PUBLISHER_PATTERN, description="la-330, pf-E23000014 or pf-btp, for example.")
]


def rejects_query(
    publisher: PublisherInPath,
    limit: Annotated[
        int, Query(ge=1, le=MOST_REJECTS, description="Most rejects in the answer.")
    ] = 100,
    cursor: Annotated[str | None, Query(description="From `next` of the page before.")] = None,
    reason: Annotated[Reason | None, Query(description="Only this reason.")] = None,
    since: Annotated[
        AwareDatetime | None, Query(description="Received at or after; with its zone.")
    ] = None,
    until: Annotated[AwareDatetime | None, Query(description="Received before; likewise.")] = None,
) -> RejectsQuery:
    """Return which rejects a request asks for. Raises Refused for a cursor that is not ours."""
    try:
        before = None if cursor is None else decode_cursor(cursor)
    except UsageError as error:
        raise Refused(OF_ERROR[UsageError], str(error)) from None
    return RejectsQuery(
        publisher=PublisherId(publisher),
        limit=limit,
        before=before,
        reason=reason,
        since=since,
        until=until,
    )


RecordNumber = Annotated[
    int, Query(ge=1, le=100_000, description="Which of the submission's records, from 1.")
]
Wanted = Annotated[RejectsQuery, Depends(rejects_query)]


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
            **read_answer(SubmissionAnswer, "How the submission ended."),
            **failures(FORBIDDEN, OF_ERROR[NotFoundError]),
        },
    )
    def submission(request: Request, caller: KnownCaller, submission_id: UUID) -> Response:
        """How one submission ended, and what proves that the ledger holds it, by its receipt's id.

        A proof comes with the first public checkpoint after the submission; there is one a day.
        """
        position = services.status.position()
        record = found(services, caller, submission_id)
        answer = submission_answer(record, services.log.proofs(record))
        return reply_json(request, answer, position=position)

    @router.get(
        "/submissions/{submission_id}/receipt",
        responses={
            **text_answer("A C2SP tlog-proof, whose extra line is the record's leaf hash."),
            **failures(FORBIDDEN, OF_ERROR[NotFoundError], NOT_PROVED_YET),
        },
    )
    def receipt(
        request: Request, caller: KnownCaller, submission_id: UUID, record: RecordNumber = 1
    ) -> Response:
        """The proof that the ledger holds a record of the submission, as a file to keep.

        It holds for ever, with the checkpoint in it. A submission that made several records has
        a proof for each; the header Link names the next.
        """
        position = services.status.position()
        proofs = services.log.proofs(found(services, caller, submission_id))
        return receipt_response(request, proofs, record, position)

    rejects_answers = {
        **counts_answer(RejectsDocument, (CSV_TYPE,), "A page of rejects, the latest first."),
        **failures(FORBIDDEN, NOT_ACCEPTABLE, OF_ERROR[NotFoundError]),
    }

    @router.get("/publishers/{publisher}/rejects", responses=rejects_answers)
    def rejects(request: Request, caller: KnownCaller, wanted: Wanted) -> Response:
        """What was rejected of a publisher's submissions, and why; never what they held."""
        form = preferred_media(request.headers.get("accept", ""), FORMS)
        if form is None:
            raise Refused(NOT_ACCEPTABLE)
        may_read(services, caller, wanted.publisher)
        return rejects_response(request, services, wanted, form=form)

    @router.get("/publishers/{publisher}/rejects.csv", responses=rejects_answers)
    def rejects_file(request: Request, caller: KnownCaller, wanted: Wanted) -> Response:
        """The same as CSV, for a link; the header Link names the next page."""
        may_read(services, caller, wanted.publisher)
        return rejects_response(request, services, wanted, form=CSV_TYPE)

    return router


def found(services: Services, caller: Caller, submission_id: UUID) -> SubmissionRecord:
    """Return a submission that the caller may read about. Raises Refused if there is none."""
    record = services.submissions.find(submission_id)
    if record is None:
        raise Refused(OF_ERROR[NotFoundError], "There is no submission with this id.")
    may_read(services, caller, record.publisher)
    return record


def receipt_response(
    request: Request, proofs: SubmissionProofs, number: int, position: int
) -> Response:
    """Return one proof of a submission as text, or say when there will be one."""
    if proofs.due_at is not None:
        due = proofs.due_at.isoformat(timespec="minutes")
        raise Refused(
            NOT_PROVED_YET,
            f"The public checkpoint that will cover it is due at {due}; ask again then.",
            headers={"Retry-After": format_datetime(proofs.due_at, usegmt=True)},
        )
    if number > len(proofs.texts):
        raise Refused(OF_ERROR[NotFoundError], "The submission made no such record.")
    more = number < len(proofs.texts)
    links = {"Link": f'<{request.url.path}?record={number + 1}>; rel="next"'} if more else {}
    content = proofs.texts[number - 1].encode()
    return reply(request, content, position=position, media_type=TEXT, headers=links)


def registered(services: Services, publisher: str) -> PublisherId:
    """Return a publisher of the register. Raises Refused if there is none with this id."""
    known = services.register.publisher(publisher)
    if known is None:
        raise Refused(OF_ERROR[NotFoundError], "No publisher is registered with this id.")
    return known.id


def rejects_response(
    request: Request, services: Services, wanted: RejectsQuery, *, form: str
) -> Response:
    """Return a page of rejects in one of the forms."""
    registered(services, wanted.publisher)
    position = services.status.position()
    page = rejects_page(services, wanted, request.url.path)
    if form == JSON_TYPE:
        return reply_json(request, page, position=position)
    links = {} if page.next is None else {"Link": f'<{page.next}>; rel="next"'}
    content = rejects_csv(page).encode()
    return reply(request, content, position=position, media_type=CSV_TYPE, headers=links)


def rejects_page(services: Services, wanted: RejectsQuery, path: str) -> RejectsDocument:
    """Return one page of rejects; one more is asked for, to know whether another page follows."""
    more = replace(wanted, limit=wanted.limit + 1)
    records = services.submissions.rejects(more)
    page = records[: wanted.limit]
    follows = None
    if len(records) > wanted.limit:
        follows = f"{path}?{urlencode(parameters(wanted) | {'cursor': encode_cursor(page[-1])})}"
    return RejectsDocument(
        publisher=wanted.publisher,
        rejects=tuple(submission_document(record) for record in page),
        next=follows,
    )


def parameters(wanted: RejectsQuery) -> dict[str, str]:
    """Return the parameters that ask for the same again, without the place."""
    given: dict[str, int | Reason | datetime | None] = {
        "limit": wanted.limit,
        "reason": wanted.reason,
        "since": wanted.since,
        "until": wanted.until,
    }
    return {
        name: value.isoformat() if isinstance(value, datetime) else str(value)
        for name, value in given.items()
        if value is not None
    }
