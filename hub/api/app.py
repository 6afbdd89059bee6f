"""The HTTP application: every route behind one door and one edge."""

from typing import Final

from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from msgspec.json import encode
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from hub.api.answers import JSON_TYPE
from hub.api.contracts import contracts_router
from hub.api.counts import counts_router
from hub.api.door import Door
from hub.api.edge import Edge
from hub.api.events import events_router
from hub.api.feed import feed_router
from hub.api.files import files_router
from hub.api.history import history_router
from hub.api.log import log_router
from hub.api.official import official_router
from hub.api.openapi import HubApi
from hub.api.packs import packs_router
from hub.api.pages import pages_router
from hub.api.quality import quality_pages, quality_router
from hub.api.reconciliation import reconciliation_router
from hub.api.reference import reference_page
from hub.api.refusals import problem_response, refusal_of
from hub.api.review import review_router
from hub.api.review_pages import review_pages
from hub.api.services import Services
from hub.api.status import health_router, status_router
from hub.api.submissions import submissions_router
from hub.api.uploads import UploadRoom
from hub.api.views import views_router

API_VERSION: Final = "1"
DESCRIPTION: Final = (
    "Publishers send CloudEvents and learn their outcomes; analysts read counts, each at a named"
    " ledger position. Errors are problem details (RFC 9457)."
)


def build_app(services: Services) -> HubApi:
    """Return the application; it holds no state but what the services hold."""
    app = HubApi(
        title="Missing children data hub",
        version=API_VERSION,
        description=DESCRIPTION,
        # Their own pages load scripts from another site; ours are below.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Spans and logs of the framework could carry what a request holds.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        # The first is the outermost.
        middleware=[
            Middleware(Edge, record=services.record),
            Middleware(Door, tokens=services.tokens, sessions=services.sessions),
        ],
    )
    room = UploadRoom()
    app.add_exception_handler(HTTPException, explain)
    app.add_exception_handler(RequestValidationError, explain)
    app.include_router(events_router(services))
    app.include_router(files_router(services, room))
    app.include_router(pages_router(services, room))
    app.include_router(submissions_router(services))
    app.include_router(counts_router(services))
    app.include_router(history_router(services))
    app.include_router(views_router(services))
    app.include_router(packs_router(services))
    app.include_router(reconciliation_router(services))
    app.include_router(official_router(services))
    app.include_router(quality_router(services))
    app.include_router(quality_pages(services))
    app.include_router(review_router(services))
    app.include_router(review_pages(services))
    app.include_router(contracts_router(services))
    app.include_router(status_router(services))
    app.include_router(health_router(services))
    app.include_router(log_router(services))
    app.include_router(feed_router(services.feed_dir))
    add_reference(app)
    return app


def explain(_request: Request, error: Exception) -> Response:
    """Return the problem document for an error that the framework raised."""
    return problem_response(refusal_of(error))


def add_reference(app: HubApi) -> None:
    """Add the routes that describe all others, for machines and for people."""

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> Response:
        """The OpenAPI document."""
        return Response(encode(app.openapi()), media_type=JSON_TYPE)

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        """The same for people, on one page."""
        return HTMLResponse(reference_page(app.openapi()))
