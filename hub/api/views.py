"""Routes that say which views there are, and answer for each in JSON, CSV, Parquet or Arrow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from contracts.views import (
    ViewDocument,
    ViewsDocument,
    about_view,
    parse_view_query,
    view_arrow,
    view_csv,
    view_json,
    view_parquet,
    views_document,
)
from domain.errors import RebuildNeededError, UsageError
from domain.views import ViewAbout, ViewAnswer, ViewQuery
from hub.api.answers import known_parameters, parameters_of, reply, reply_json
from hub.api.asking import AsOf, First, Last, Suffix, Under, Whose
from hub.api.description import COMMON_FAILURES, Responses, counts_answer, failures, read_answer
from hub.api.door import operator_only
from hub.api.error_problems import OF_ERROR
from hub.api.forms import MEDIA_TYPES, Form, accepted_form, form_of_suffix, forms
from hub.api.problems import FORBIDDEN, NO_SUCH_PATH, NOT_ACCEPTABLE, WRONG_PARAMETERS
from hub.api.refusals import Refused
from hub.api.services import Services

FORMS: Final = forms(json=view_json, csv=view_csv, parquet=view_parquet, arrow=view_arrow)
COMPLIANCE: Final = "compliance"
# What the fixed path shows unless another view is named.
HOST_VIEW: Final = "placements-hosted"
CROSS_BOUNDARY: Final = (
    HOST_VIEW,
    "placements-elsewhere",
    "placement-flows",
    "placement-notifications",
    "placement-stability",
    "placement-instability",
    "missing-hosted",
    "missing-elsewhere",
    "net-gain",
    "search-lead",
    "homes",
)

Name = Annotated[str, Path(description="The name of a view, as /v1/views lists it.")]
By = Annotated[str | None, Query(description="Dimensions of the view, separated by commas.")]
Figures = Annotated[
    str | None, Query(description="Figures of the view, separated by commas. None: all of them.")
]
Boundary = Annotated[
    str | None,
    Query(description=f"One of: {', '.join(CROSS_BOUNDARY)}; unless said: the first."),
]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The parts of a question that every view takes, as they were written."""

    by: str | None
    figures: str | None
    first: str | None
    last: str | None
    as_of: str | None
    source: str | None
    definition_version: str | None


def asked(
    by: By = None,
    figures: Figures = None,
    first: First = None,
    last: Last = None,
    as_of: AsOf = None,
    source: Whose = None,
    under: Under = None,
) -> Asked:
    """Return the parts of a question, unread."""
    return Asked(
        by=by,
        figures=figures,
        first=first,
        last=last,
        as_of=as_of,
        source=source,
        definition_version=under,
    )


Written = Annotated[Asked, Depends(asked)]


def views_router(services: Services) -> APIRouter:
    """Return the routes of the views; dimensions of a view are parameters, one value each."""
    router = APIRouter(
        prefix="/v1",
        tags=["views"],
        dependencies=[Depends(operator_only)],
        default_response_class=Response,
        responses=COMMON_FAILURES,
    )
    known = services.views.catalogue()
    chosen = {"parameters": described(known)}
    answers = Answers(services, known)

    @router.get(
        "/views",
        dependencies=[Depends(known_parameters)],
        responses={
            **read_answer(ViewsDocument, "Every view, its figures and dimensions."),
            **failures(FORBIDDEN),
        },
    )
    def views(request: Request) -> Response:
        """Every view that can be asked, what it means and where its definition comes from."""
        return reply_json(request, views_document(known), position=services.status.position())

    # Before the path without a suffix, whose name would take the suffix in.
    @router.get("/views/{name}.{suffix}", responses=filed(), openapi_extra=chosen)
    def view_file(request: Request, name: Name, suffix: Suffix, written: Written) -> Response:
        """The figures of a view as a file, whatever Accept says."""
        return answers.give(request, name, written, form_of_suffix(suffix, FORMS))

    @router.get("/views/{name}", responses=formed(), openapi_extra=chosen)
    def view(request: Request, name: Name, written: Written) -> Response:
        """The figures of a view by its dimensions, as they stand or as they stood.

        A low and a high value give the range that what is still in review leaves open.
        """
        return answers.give(request, name, written, accepted_form(request, FORMS))

    @router.get("/compliance", responses=formed(), openapi_extra=chosen)
    def compliance(request: Request, written: Written) -> Response:
        """Whether what must follow an episode was done, and when."""
        return answers.give(request, COMPLIANCE, written, accepted_form(request, FORMS))

    @router.get("/compliance.{suffix}", responses=filed(), openapi_extra=chosen)
    def compliance_file(request: Request, suffix: Suffix, written: Written) -> Response:
        """The same as a file, whatever Accept says."""
        return answers.give(request, COMPLIANCE, written, form_of_suffix(suffix, FORMS))

    @router.get("/cross-boundary", responses=formed(), openapi_extra=chosen)
    def cross_boundary(request: Request, written: Written, view: Boundary = None) -> Response:
        """Children placed by one authority in the area of another: by default, by who hosts."""
        name = view or HOST_VIEW
        return answers.give(request, name, written, accepted_form(request, FORMS), "view")

    @router.get("/cross-boundary.{suffix}", responses=filed(), openapi_extra=chosen)
    def cross_boundary_file(
        request: Request, suffix: Suffix, written: Written, view: Boundary = None
    ) -> Response:
        """The same as a file, whatever Accept says."""
        name = view or HOST_VIEW
        return answers.give(request, name, written, form_of_suffix(suffix, FORMS), "view")

    return router


class Answers:
    """Answers for any view over HTTP."""

    def __init__(self, services: Services, known: Sequence[ViewAbout]) -> None:
        """Take what answers, and the views that there are."""
        self._services = services
        self._known = known

    def give(
        self,
        request: Request,
        name: str,
        written: Asked,
        form: Form[ViewAnswer],
        parameter: str | None = None,
    ) -> Response:
        """Return an answer in a form, under a file name that says what it holds.

        parameter: in which the view was named; None: in the path.
        """
        query = self._question(request, name, written, parameter)
        try:
            answer = self._services.views.answer(query)
        except (UsageError, RebuildNeededError) as error:
            raise Refused(OF_ERROR[type(error)], str(error)) from None
        file = f"{query.view}-{query.source}-{answer.as_of_position}.{form.suffix}"
        return reply(
            request,
            form.write(answer),
            position=answer.as_of_position,
            media_type=form.media_type,
            headers={"Content-Disposition": f'inline; filename="{file}"', "Vary": "Accept"},
        )

    def _question(
        self, request: Request, name: str, written: Asked, parameter: str | None
    ) -> ViewQuery:
        try:
            known = self._known
            if parameter is not None:
                known = [each for each in known if each.name in CROSS_BOUNDARY]
            about = about_view(name, known, parameter or "name")
        except UsageError as error:
            problem = NO_SUCH_PATH if parameter is None else OF_ERROR[UsageError]
            raise Refused(problem, str(error)) from None
        where = filters_of(request, about)
        try:
            return parse_view_query(
                about,
                by=written.by,
                figures=written.figures,
                first=written.first,
                last=written.last,
                as_of=written.as_of,
                source=written.source,
                where=where,
                definition_version=written.definition_version,
            )
        except UsageError as error:
            raise Refused(OF_ERROR[UsageError], str(error)) from None


def filters_of(request: Request, about: ViewAbout) -> Mapping[str, str]:
    """Return the dimensions given as parameters; refuse a parameter that the view does not take."""
    dimensions = [each.name for each in about.dimensions]
    known = [*parameters_of(request.scope["route"].dependant), *dimensions]
    given = request.query_params.multi_items()
    names = [name for name, _ in given]
    if not set(names) <= set(known) or len(set(names)) < len(names):
        choices = ", ".join(known)
        raise Refused(WRONG_PARAMETERS, f"This view takes these parameters, once each: {choices}.")
    return {name: value for name, value in given if name in dimensions}


def described(known: Sequence[ViewAbout]) -> list[dict[str, Any]]:
    """Return how the dimensions of all views are described, as parameters."""
    texts: dict[str, str] = {}
    for dimension in (each for about in known for each in about.dimensions):
        texts.setdefault(dimension.name, dimension.text)
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": f"Where the view has this dimension, only this value. {texts[name]}",
            "schema": {"type": "string"},
        }
        for name in sorted(texts)
    ]


def formed() -> Responses:
    """Return how an answer is described whose form Accept chooses."""
    return {
        **counts_answer(
            ViewDocument, MEDIA_TYPES, "The figures, in the form that Accept asks for."
        ),
        **failures(FORBIDDEN, NO_SUCH_PATH, NOT_ACCEPTABLE),
    }


def filed() -> Responses:
    """Return how an answer is described whose form the suffix names."""
    return {
        **counts_answer(
            ViewDocument, MEDIA_TYPES, "The figures, in the form that the suffix names."
        ),
        **failures(FORBIDDEN, NO_SUCH_PATH),
    }
