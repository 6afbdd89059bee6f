"""The route that takes messages in, one or a batch."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from msgspec.json import encode
from starlette.responses import Response

from contracts.outcomes import Receipt
from contracts.receipts import ReceiptsDocument, receipts_document
from domain.identifiers import PUBLISHER_PATTERN
from hub.api.answers import JSON_TYPE, known_parameters
from hub.api.bodies import Body, ContentType, split_body
from hub.api.description import COMMON_FAILURES, EVENTS_BODY, answered, failures
from hub.api.door import KnownCaller, vouched_for
from hub.api.preferences import WaitingRoom, preferred_wait
from hub.api.problems import (
    BATCH_INVALID,
    BODY_TOO_LARGE,
    FORBIDDEN,
    TOO_MANY_EVENTS,
    TOO_SLOW,
    WRONG_CONTENT_TYPE,
)
from hub.api.services import Services

SentFor = Annotated[
    str | None,
    Query(
        pattern=PUBLISHER_PATTERN,
        description="For whom this is sent; an event with another source is rejected.",
    ),
]
DryRun = Annotated[bool, Query(description="Check only: nothing is stored.")]
Backfill = Annotated[
    bool, Query(description="These are old events: they are taken when nothing new waits.")
]


def events_router(services: Services) -> APIRouter:
    """Return the route that takes messages in."""
    router = APIRouter(
        prefix="/v1",
        tags=["events"],
        dependencies=[Depends(known_parameters)],
        default_response_class=Response,
        responses=COMMON_FAILURES,
    )
    room = WaitingRoom()

    @router.post(
        "/events",
        status_code=202,
        responses={
            **answered(202, ReceiptsDocument, "Durable. An outcome of null is not known yet."),
            **answered(200, ReceiptsDocument, "Durable and settled in time, or a dry run."),
            **failures(BATCH_INVALID, FORBIDDEN, TOO_SLOW),
            **failures(BODY_TOO_LARGE, TOO_MANY_EVENTS, WRONG_CONTENT_TYPE),
        },
        openapi_extra=EVENTS_BODY,
    )
    def send_events(
        request: Request,
        caller: KnownCaller,
        kind: ContentType,
        body: Body,
        publisher: SentFor = None,
        dry_run: DryRun = False,
        backfill: Backfill = False,
    ) -> Response:
        """Send one event, or a batch of at most 500; each gets its own receipt, in order.

        The answer comes when the events are durable. An event that breaks its contract is
        rejected on its own, so look at the outcomes. To send the same again is safe. A dry run
        stores nothing and tells the outcome that each event would have now.
        """
        sent_by = vouched_for(services, caller, publisher)
        messages = split_body(kind, body)
        if dry_run:
            ends = services.gateway.rehearsal().receive(messages, sent_by=sent_by, wait_seconds=0)
            document = receipts_document(ends, dry_run=True)
            return Response(encode(document), status_code=200, media_type=JSON_TYPE)
        door = services.gateway.backfill() if backfill else services.gateway
        with room.wait(preferred_wait(request)) as seconds:
            receipts = door.receive(messages, sent_by=sent_by, wait_seconds=float(seconds))
        return receipts_response(receipts, waited_seconds=seconds)

    return router


def receipts_response(receipts: Sequence[Receipt], *, waited_seconds: int) -> Response:
    """Return the receipts: 200 if the request waited until all were settled, else 202."""
    settled = all(receipt.settled is not None for receipt in receipts)
    headers = {"Preference-Applied": f"wait={waited_seconds}"} if waited_seconds else {}
    return Response(
        encode(receipts_document(receipts)),
        status_code=200 if waited_seconds and settled else 202,
        headers=headers,
        media_type=JSON_TYPE,
    )
