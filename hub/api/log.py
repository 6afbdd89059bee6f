"""Routes of the ledger's log: checkpoints and proofs of growth for everyone, tiles for operators.

Nothing here names a ledger position but a public checkpoint, whose size is padded.
"""

from hashlib import sha256
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.checkpoints import MOST_LEAVES
from contracts.tiles import TileName
from domain.errors import (
    CheckpointRefusedError,
    DatabaseUnavailableError,
    NotFoundError,
    UsageError,
)
from hub.api.answers import has_already, known_parameters
from hub.api.description import COMMON_FAILURES, OPEN, failures, text_answer, tile_answer
from hub.api.door import operator_only
from hub.api.error_problems import OF_ERROR
from hub.api.feed import SHORT
from hub.api.problems import FAULT, FORBIDDEN, NO_SUCH_PATH, WRONG_PARAMETERS
from hub.api.refusals import Refused
from hub.api.services import Services

TEXT: Final = "text/plain; charset=utf-8"
TILE: Final = "application/octet-stream"

# Anybody's page may check the log.
PUBLIC_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": SHORT,
    "Cross-Origin-Resource-Policy": "cross-origin",
}
NOT_YET: Final = "There is no public checkpoint yet; the first comes with the next daily hour."

_PUBLIC_PROBLEMS: Final = (
    OF_ERROR[NotFoundError],
    WRONG_PARAMETERS,
    FAULT,
    OF_ERROR[DatabaseUnavailableError],
)

Size = Annotated[int, Query(ge=0, le=MOST_LEAVES, description="Size of a public checkpoint.")]


def log_router(services: Services) -> APIRouter:
    """Return the routes of the log."""
    router = APIRouter(
        prefix="/log",
        tags=["log"],
        dependencies=[Depends(known_parameters)],
        default_response_class=Response,
    )

    @router.head("/checkpoint", include_in_schema=False)
    @router.get(
        "/checkpoint",
        responses={**text_answer("A C2SP checkpoint, signed."), **failures(*_PUBLIC_PROBLEMS)},
        openapi_extra=OPEN,
    )
    def checkpoint(request: Request) -> Response:
        """The last public checkpoint: one a day, of a padded size."""
        note = services.log.checkpoint()
        if note is None:
            raise Refused(OF_ERROR[NotFoundError], NOT_YET)
        return public_text(request, note)

    @router.head("/consistency", include_in_schema=False)
    @router.get(
        "/consistency",
        responses={
            **text_answer("The old size, hashes, a blank line, and the newer checkpoint."),
            **failures(*_PUBLIC_PROBLEMS, OF_ERROR[CheckpointRefusedError], OF_ERROR[UsageError]),
        },
        openapi_extra=OPEN,
    )
    def consistency(
        request: Request,
        old: Annotated[Size, Query(alias="from")],
        new: Annotated[Size | None, Query(alias="to")] = None,
    ) -> Response:
        """That a newer public checkpoint extends an older one; without `to`, the last does.

        In the form in which c2sp.org/tlog-witness takes it.
        """
        return public_text(request, services.log.growth(old, new))

    @router.get(
        "/tile/{path:path}",
        dependencies=[Depends(operator_only)],
        responses={
            **COMMON_FAILURES,
            **tile_answer("The hashes of the tile, one behind the other."),
            **failures(FORBIDDEN, NO_SUCH_PATH),
        },
    )
    def tile(path: str) -> Response:
        """A tile of the log, under its C2SP name; tiles tell the exact size, so they are closed."""
        content = services.log.tile(tile_name(path))
        if content is None:
            raise Refused(NO_SUCH_PATH, "No checkpoint covers all that this tile would stand for.")
        return Response(content, media_type=TILE)

    return router


def tile_name(path: str) -> TileName:
    """Return which tile is asked for. Raises Refused if it is not the name of one."""
    try:
        return TileName.parse(f"tile/{path}")
    except ValueError:
        raise Refused(NO_SUCH_PATH, "A tile is tile/LEVEL/INDEX, or behind it .p/WIDTH.") from None


def public_text(request: Request, text: str) -> Response:
    """Return a text for everyone with its ETag; no content if the caller has the same already."""
    content = text.encode()
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {**PUBLIC_HEADERS, "ETag": etag}
    if has_already(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=TEXT)
