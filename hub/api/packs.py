"""The route that makes a pack for a board."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from domain.errors import NotFoundError, UsageError
from domain.safeguarding import Board
from hub.api.answers import known_parameters
from hub.api.description import COMMON_FAILURES, failures
from hub.api.door import operator_only
from hub.api.error_problems import OF_ERROR
from hub.api.problems import FORBIDDEN, NO_SUCH_PATH
from hub.api.refusals import Refused
from hub.api.services import Services
from hub.packs.content import Edition, PackPeriod
from hub.packs.document import pack_pdf
from hub.packs.page import pack_html

HTML_TYPE: Final = "text/html; charset=utf-8"
PDF_TYPE: Final = "application/pdf"
# All that a page needs is in it.
PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
_WRITERS: Final = {"html": (pack_html, HTML_TYPE), "pdf": (pack_pdf, PDF_TYPE)}

Area = Annotated[str, Path(description="An authority's three-digit number, or `england`.")]
Suffix = Annotated[str, Path(description="html or pdf.")]
Period = Annotated[
    str, Query(description="2026-03, 2026-Q4 (January to March), or 2026, a reporting year.")
]
For = Annotated[str, Query(description="One of: " + ", ".join(Board) + ".")]
Which = Annotated[str, Query(description="One of: " + ", ".join(Edition) + ".")]
At = Annotated[int | None, Query(description="The ledger position to stand at. None: now.")]


def packs_router(services: Services) -> APIRouter:
    """Return the route of the packs."""
    router = APIRouter(
        prefix="/v1",
        tags=["views"],
        dependencies=[Depends(known_parameters), Depends(operator_only)],
        default_response_class=Response,
        responses=COMMON_FAILURES,
    )

    @router.get(
        "/packs/{area}.{suffix}",
        responses={
            200: {
                "description": "The pack.",
                "content": {"text/html": {}, PDF_TYPE: {}},
            },
            **failures(FORBIDDEN, NO_SUCH_PATH),
        },
    )
    def pack(
        area: Area,
        suffix: Suffix,
        period: Period,
        board: For = Board.SAFEGUARDING_PARTNERSHIP,
        edition: Which = Edition.RESTRICTED,
        as_of: At = None,
    ) -> Response:
        """A pack for a board: its figures with charts, definitions and what limits them.

        The restricted edition is exact and for the board alone. The publishable one holds figures
        of the public feed and nothing else.
        """
        if suffix not in _WRITERS:
            raise Refused(NO_SUCH_PATH, f"The suffix is one of {', '.join(_WRITERS)}.")
        try:
            made = services.packs.make(
                area=area,
                board=_chosen(board),
                period=PackPeriod.parse(period),
                edition=_edition(edition),
                as_of=as_of,
            )
        except (UsageError, NotFoundError) as error:
            raise Refused(OF_ERROR[type(error)], str(error)) from None
        write, media_type = _WRITERS[suffix]
        headers = {
            "Content-Disposition": f'inline; filename="{made.file_stem}.{suffix}"',
            "Content-Security-Policy": PAGE_POLICY,
        }
        return Response(write(made), headers=headers, media_type=media_type)

    return router


def _chosen(board: str) -> Board:
    if board not in set(Board):
        raise UsageError(f"There is no board {board!r}; it is one of: {', '.join(Board)}.")
    return Board(board)


def _edition(edition: str) -> Edition:
    if edition not in set(Edition):
        choices = ", ".join(Edition)
        raise UsageError(f"There is no edition {edition!r}; it is one of: {choices}.")
    return Edition(edition)
