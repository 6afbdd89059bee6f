"""Routes that tell what makes up the difference between the sources' totals."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.reconciliation import (
    ReconciliationDocument,
    parse_reconciliation_query,
    reconciliation_arrow,
    reconciliation_csv,
    reconciliation_json,
    reconciliation_parquet,
)
from domain.errors import UsageError
from domain.reconciliation_terms import (
    CELL_DIMENSIONS,
    ReconciliationAnswer,
    ReconciliationQuery,
)
from domain.vocabulary import Category
from hub.api.answers import known_parameters, reply
from hub.api.asking import AsOf, First, Last, Suffix
from hub.api.description import COMMON_FAILURES, counts_answer, failures
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

FORMS: Final = forms(
    json=reconciliation_json,
    csv=reconciliation_csv,
    parquet=reconciliation_parquet,
    arrow=reconciliation_arrow,
)

By = Annotated[
    str | None,
    Query(description="Separated by commas, of: " + ", ".join(CELL_DIMENSIONS) + "."),
]
Kind = Annotated[str | None, Query(description="One of: " + ", ".join(Category) + ".")]


def question(
    by: By = None,
    first: First = None,
    last: Last = None,
    as_of: AsOf = None,
    category: Kind = None,
) -> ReconciliationQuery:
    """Return the question of a query string. Raises Refused, naming the choices, if it is none."""
    try:
        return parse_reconciliation_query(by, first, last, as_of, category)
    except UsageError as error:
        raise Refused(OF_ERROR[UsageError], str(error)) from None


AskedQuery = Annotated[ReconciliationQuery, Depends(question)]


def reconciliation_router(services: Services) -> APIRouter:
    """Return the routes of the reconciliation view."""
    router = APIRouter(
        prefix="/v1",
        tags=["counts"],
        dependencies=[Depends(known_parameters), Depends(operator_only)],
        default_response_class=Response,
        responses=COMMON_FAILURES,
    )

    @router.get(
        "/reconciliation",
        responses={
            **counts_answer(
                ReconciliationDocument, MEDIA_TYPES, "The terms, in the form that Accept asks for."
            ),
            **failures(FORBIDDEN, NOT_ACCEPTABLE),
        },
    )
    def reconciliation(request: Request, query: AskedQuery) -> Response:
        """Source rows by bucket, and why the police's total and the authorities' differ.

        In every cell the terms add up to the difference; every source row is in one bucket.
        """
        return reconciled(request, services, query, accepted_form(request, FORMS))

    @router.get(
        "/reconciliation.{suffix}",
        responses={
            **counts_answer(
                ReconciliationDocument, MEDIA_TYPES, "The terms, in the form that the suffix names."
            ),
            **failures(FORBIDDEN, NO_SUCH_PATH),
        },
    )
    def reconciliation_file(request: Request, query: AskedQuery, suffix: Suffix) -> Response:
        """The same terms as a file, whatever Accept says."""
        return reconciled(request, services, query, form_of_suffix(suffix, FORMS))

    return router


def reconciled(
    request: Request,
    services: Services,
    query: ReconciliationQuery,
    form: Form[ReconciliationAnswer],
) -> Response:
    """Return an answer in a form, under a file name that says what it holds."""
    try:
        answer = services.reconciliation.answer(query)
    except UsageError as error:
        raise Refused(OF_ERROR[UsageError], str(error)) from None
    name = f"reconciliation-{query.category}-{answer.as_of_position}.{form.suffix}"
    return reply(
        request,
        form.write(answer),
        position=answer.as_of_position,
        media_type=form.media_type,
        headers={"Content-Disposition": f'inline; filename="{name}"', "Vary": "Accept"},
    )
