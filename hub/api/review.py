"""The route that tells reviewers' tools what waits; it holds no identity."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.review import ReviewQueueDocument, queue_document
from hub.api.answers import known_parameters, reply_json
from hub.api.description import COMMON_FAILURES, failures, read_answer
from hub.api.door import KnownCaller
from hub.api.problems import FORBIDDEN
from hub.api.services import Services

MOST: Final = 1000

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many pairs at most.")]


def review_router(services: Services) -> APIRouter:
    """Return the route of the queue; the door lets reviewers in to it, and nobody else."""
    router = APIRouter(
        prefix="/v1/review",
        tags=["review"],
        dependencies=[Depends(known_parameters)],
        default_response_class=Response,
        responses=COMMON_FAILURES,
    )

    @router.get(
        "/queue",
        responses={
            **read_answer(ReviewQueueDocument, "What waits for this reviewer."),
            **failures(FORBIDDEN),
        },
    )
    def queue(request: Request, caller: KnownCaller, limit: Limit = 100) -> Response:
        """The pairs that wait for this reviewer, the most pressing first, and the agreement."""
        found = services.review.queue(caller.reviewer)
        document = queue_document(found.pairs, found.agreement, position=found.position, most=limit)
        return reply_json(request, document, position=found.position)

    return router
