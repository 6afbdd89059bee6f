"""Routes that answer questions for counts, in JSON, CSV, Parquet or Arrow."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.counts import (
    CountsDocument,
    counts_arrow,
    counts_csv,
    counts_json,
    counts_parquet,
    parse_counts_query,
)
from contracts.measures import MeasuresDocument, measures_document
from domain.errors import UsageError
from domain.measures import DIMENSIONS, MEASURES, CountsAnswer, CountsQuery
from hub.api.answers import known_parameters, reply, reply_json
from hub.api.asking import AsOf, Chosen, First, Last, Suffix, Under, Whose
from hub.api.description import COMMON_FAILURES, counts_answer, failures, read_answer
from hub.api.door import operator_only
from hub.api.error_problems import OF_ERROR
from hub.api.forms import (
    MEDIA_TYPES,
    Form,
    accepted_form,
    form_of_suffix,
    forms,
)
from hub.api.problems import FORBIDDEN, NO_SUCH_PATH, NOT_ACCEPTABLE
from hub.api.refusals import Refused
from hub.api.services import Services

FORMS: Final = forms(json=counts_json, csv=counts_csv, parquet=counts_parquet, arrow=counts_arrow)

MeasureName = Annotated[str, Query(description="One of: " + ", ".join(MEASURES) + ".")]
By = Annotated[
    str | None,
    Query(description="Separated by commas, of: " + ", ".join(DIMENSIONS) + "."),
]


def question(
    measure: MeasureName,
    where: Chosen,
    by: By = None,
    first: First = None,
    last: Last = None,
    as_of: AsOf = None,
    source: Whose = None,
    under: Under = None,
) -> CountsQuery:
    """Return the question of a query string. Raises Refused, naming the choices, if it is none."""
    try:
        return parse_counts_query(measure, by, first, last, as_of, source, where, under)
    except UsageError as error:
        raise Refused(OF_ERROR[UsageError], str(error)) from None


AskedQuery = Annotated[CountsQuery, Depends(question)]


def counts_router(services: Services) -> APIRouter:
    """Return the routes that say what can be counted, and count it."""
    router = APIRouter(
        prefix="/v1",
        tags=["counts"],
        dependencies=[Depends(known_parameters)],
        default_response_class=Response,
        responses=COMMON_FAILURES,
    )
    for_operators = [Depends(operator_only)]

    @router.get("/measures", responses=read_answer(MeasuresDocument, "What can be asked."))
    def measures(request: Request) -> Response:
        """Every measure, dimension and source, what it means and where its rule comes from."""
        return reply_json(request, measures_document(), position=services.status.position())

    @router.get(
        "/counts",
        dependencies=for_operators,
        responses={
            **counts_answer(
                CountsDocument, MEDIA_TYPES, "The counts, in the form that Accept asks for."
            ),
            **failures(FORBIDDEN, NOT_ACCEPTABLE),
        },
    )
    def counts(request: Request, query: AskedQuery) -> Response:
        """Counts of one measure by up to ten dimensions, as they stand or as they stood.

        A low and a high value give the range that the rows still in review leave open.
        """
        return counted(request, services, query, accepted_form(request, FORMS))

    @router.get(
        "/counts.{suffix}",
        dependencies=for_operators,
        responses={
            **counts_answer(
                CountsDocument, MEDIA_TYPES, "The counts, in the form that the suffix names."
            ),
            **failures(FORBIDDEN, NO_SUCH_PATH),
        },
    )
    def counts_file(request: Request, query: AskedQuery, suffix: Suffix) -> Response:
        """The same counts as a file, whatever Accept says."""
        return counted(request, services, query, form_of_suffix(suffix, FORMS))

    return router


def counted(
    request: Request, services: Services, query: CountsQuery, form: Form[CountsAnswer]
) -> Response:
    """Return an answer in a form, under a file name that says what it holds."""
    try:
        answer = services.counts.answer(query)
    except UsageError as error:
        raise Refused(OF_ERROR[UsageError], str(error)) from None
    name = f"{query.measure}-{query.source}-{answer.as_of_position}.{form.suffix}"
    return reply(
        request,
        form.write(answer),
        position=answer.as_of_position,
        media_type=form.media_type,
        headers={"Content-Disposition": f'inline; filename="{name}"', "Vary": "Accept"},
    )
