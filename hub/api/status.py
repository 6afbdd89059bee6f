"""Routes that tell the state of the hub, and whether it can do its work."""

from typing import Final

import structlog
from fastapi import APIRouter, Depends, Request
from msgspec.json import encode
from starlette.responses import Response

from contracts.status import HealthDocument, HubStatus, status_json
from hub.api.answers import JSON_TYPE, known_parameters, reply
from hub.api.description import COMMON_FAILURES, OPEN, answered, failures, read_answer
from hub.api.door import operator_only
from hub.api.problems import FORBIDDEN, NOT_READY
from hub.api.refusals import Refused, problem_response
from hub.api.services import Services

log = structlog.get_logger()

ALIVE: Final = "alive"
READY: Final = "ready"
FAILING: Final = "failing"


def status_router(services: Services) -> APIRouter:
    """Return the routes that the operator reads the hub's state from."""
    router = APIRouter(
        prefix="/v1",
        tags=["operations"],
        dependencies=[Depends(known_parameters), Depends(operator_only)],
        default_response_class=Response,
        responses=COMMON_FAILURES,
    )

    @router.get(
        "/status",
        responses={**read_answer(HubStatus, "The state of the hub."), **failures(FORBIDDEN)},
    )
    def hub_status(request: Request) -> Response:
        """Positions, sums that must balance, sizes and versions, in one snapshot."""
        status = services.status.read()
        return reply(request, status_json(status), position=status.ledger_position)

    return router


def health_router(services: Services) -> APIRouter:
    """Return the routes that a process supervisor asks; they are open, so they name no cause."""
    router = APIRouter(tags=["operations"], default_response_class=Response)

    @router.head("/livez", include_in_schema=False)
    @router.get(
        "/livez",
        responses=answered(200, HealthDocument, "The process answers."),
        openapi_extra=OPEN,
    )
    def alive() -> Response:
        """Whether this process answers; nothing else is looked at."""
        return Response(encode(HealthDocument(status=ALIVE)), media_type=JSON_TYPE)

    @router.head("/readyz", include_in_schema=False)
    @router.get(
        "/readyz",
        responses={
            **answered(200, HealthDocument, "Everything that the hub needs is there."),
            **failures(NOT_READY),
        },
        openapi_extra=OPEN,
    )
    def ready() -> Response:
        """Whether the hub can do its work now."""
        problems = services.health.ready()
        checks = {name: FAILING if problem else READY for name, problem in problems.items()}
        for name, problem in problems.items():
            if problem:
                log.warning("not-ready", check=name, problem=problem)
        if FAILING in checks.values():
            # Returned, not raised: what fails is in the logs already.
            return problem_response(Refused(NOT_READY, checks=checks))
        return Response(encode(HealthDocument(status=READY, checks=checks)), media_type=JSON_TYPE)

    return router
