"""Routes that tell how a count came to be what it is."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.history import (
    HistoryDocument,
    history_arrow,
    history_csv,
    history_json,
    history_parquet,
    parse_history_query,
)
from domain.errors import UsageError
from domain.history import HistoryAnswer, HistoryQuery, HistoryStep
from hub.api.answers import known_parameters, reply
from hub.api.asking import AsOf, Chosen, First, Last, Suffix, Under, Whose
from hub.api.counts import MeasureName
from hub.api.description import COMMON_FAILURES, counts_answer, failures
from hub.api.door import operator_only
from hub.api.error_problems import OF_ERROR
from hub.api.forms import MEDIA_TYPES, Form, accepted_form, form_of_suffix, forms
from hub.api.problems import FORBIDDEN, NO_SUCH_PATH, NOT_ACCEPTABLE
from hub.api.refusals import Refused
from hub.api.services import Services

FORMS: Final = forms(
    json=history_json, csv=history_csv, parquet=history_parquet, arrow=history_arrow
)

Since = Annotated[
    str | None,
    Query(
        description="Where it starts: a ledger position, or a London date whose end is meant."
        " None: the close of the period, 14 days after `to`."
    ),
]
Steps = Annotated[str | None, Query(description="One of: " + ", ".join(HistoryStep) + ".")]


def question(
    measure: MeasureName,
    where: Chosen,
    first: First = None,
    last: Last = None,
    since: Since = None,
    as_of: AsOf = None,
    source: Whose = None,
    by: Steps = None,
    under: Under = None,
) -> HistoryQuery:
    """Return the question of a query string. Raises Refused, naming the choices, if it is none."""
    try:
        return parse_history_query(
            measure,
            first=first,
            last=last,
            since=since,
            as_of=as_of,
            source=source,
            by=by,
            where=where,
            definition_version=under,
        )
    except UsageError as error:
        raise Refused(OF_ERROR[UsageError], str(error)) from None


AskedHistory = Annotated[HistoryQuery, Depends(question)]


def history_router(services: Services) -> APIRouter:
    """Return the routes of the history of counts."""
    router = APIRouter(
        prefix="/v1/counts",
        tags=["counts"],
        dependencies=[Depends(known_parameters), Depends(operator_only)],
        default_response_class=Response,
        responses=COMMON_FAILURES,
    )

    @router.get(
        "/history",
        responses={
            **counts_answer(
                HistoryDocument, MEDIA_TYPES, "The changes, in the form that Accept asks for."
            ),
            **failures(FORBIDDEN, NOT_ACCEPTABLE),
        },
    )
    def history(request: Request, query: AskedHistory) -> Response:
        """How a count changed since its period closed, and because of which kinds of event.

        The changes add up to the difference, and each value is the count as it stood then.
        """
        return told(request, services, query, accepted_form(request, FORMS))

    @router.get(
        "/history.{suffix}",
        responses={
            **counts_answer(
                HistoryDocument, MEDIA_TYPES, "The changes, in the form that the suffix names."
            ),
            **failures(FORBIDDEN, NO_SUCH_PATH),
        },
    )
    def history_file(request: Request, query: AskedHistory, suffix: Suffix) -> Response:
        """The same changes as a file, whatever Accept says."""
        return told(request, services, query, form_of_suffix(suffix, FORMS))

    return router


def told(
    request: Request, services: Services, query: HistoryQuery, form: Form[HistoryAnswer]
) -> Response:
    """Return an answer in a form, under a file name that says what it holds."""
    try:
        answer = services.history.answer(query)
    except UsageError as error:
        raise Refused(OF_ERROR[UsageError], str(error)) from None
    name = f"{query.counts.measure}-history-{answer.as_of_position}.{form.suffix}"
    return reply(
        request,
        form.write(answer),
        position=answer.as_of_position,
        media_type=form.media_type,
        headers={"Content-Disposition": f'inline; filename="{name}"', "Vary": "Accept"},
    )
