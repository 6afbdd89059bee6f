"""Routes that answer DfE's official table of a year; it is restricted until it is published."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from contracts.official import MISSING_FILE, NET_GAIN_FILE, OfficialFile, official_csv
from contracts.official_document import OfficialDocument, official_json
from contracts.questions import moment
from domain.errors import UsageError
from domain.official_tables import OfficialTable
from domain.periods import ReportingYear
from hub.api.answers import known_parameters, reply
from hub.api.asking import AsOf
from hub.api.description import COMMON_FAILURES, counts_answer, failures, read_answer
from hub.api.door import operator_only
from hub.api.error_problems import OF_ERROR
from hub.api.problems import FORBIDDEN
from hub.api.refusals import Refused
from hub.api.services import Services

MARKING_HEADER: Final = "Hub-Marking"
_CSV: Final = "text/csv; charset=utf-8"
_FILES: Final[dict[str, OfficialFile]] = {
    "missing": MISSING_FILE,
    "net-gain": NET_GAIN_FILE,
}

Year = Annotated[str, Path(description="A reporting year, named by the year in which it ends.")]
Publishable = Annotated[
    Literal["yes", "no"],
    Query(description="yes: more is hidden, so that nothing hidden can be worked out."),
]
Which = Annotated[Literal["missing", "net-gain"], Path(description="Which of DfE's two files.")]


def official_router(services: Services) -> APIRouter:
    """Return the routes of the official table."""
    router = APIRouter(
        prefix="/v1",
        tags=["counts"],
        dependencies=[Depends(known_parameters), Depends(operator_only)],
        default_response_class=Response,
        responses=COMMON_FAILURES,
    )

    @router.get(
        "/official/{year}",
        responses={**read_answer(OfficialDocument, "The table."), **failures(FORBIDDEN)},
    )
    def official(
        request: Request, year: Year, as_of: AsOf = None, publishable: Publishable = "no"
    ) -> Response:
        """DfE's 13 measures and its net-gain table, by authority, region and for England.

        From what authorities recorded, shown as DfE shows it. Restricted until DfE has published
        it, unless it is asked for as publishable.
        """
        table = _asked(services, year, as_of, publishable)
        return reply(
            request,
            official_json(table),
            position=table.as_of_position,
            headers={MARKING_HEADER: table.marking},
        )

    @router.get(
        "/official/{year}/{file}.csv",
        responses={
            **counts_answer(OfficialDocument, ("text/csv",), "The file, as DfE writes it."),
            **failures(FORBIDDEN),
        },
    )
    def official_file(
        request: Request,
        year: Year,
        file: Which,
        as_of: AsOf = None,
        publishable: Publishable = "no",
    ) -> Response:
        """One of the two files of the table, with the columns and labels of DfE's."""
        table = _asked(services, year, as_of, publishable)
        chosen = _FILES[file]
        suffix = "" if table.publishable else "_restricted"
        name = f"{chosen.name}_{table.areas.year}{suffix}.csv"
        return reply(
            request,
            official_csv(chosen, table.areas.year, table.areas.areas, table.cells),
            position=table.as_of_position,
            media_type=_CSV,
            headers={
                "Content-Disposition": f'inline; filename="{name}"',
                MARKING_HEADER: table.marking,
            },
        )

    return router


def _asked(services: Services, year: str, as_of: str | None, publishable: str) -> OfficialTable:
    """Return the table asked for. Raises Refused, naming the choices, if there is none."""
    try:
        return services.official.table(
            ReportingYear.parse(year), as_of=moment(as_of), publishable=publishable == "yes"
        )
    except UsageError as error:
        raise Refused(OF_ERROR[UsageError], str(error)) from None
