"""The management door: metrics for operations, on a port of its own that is never public."""

from fastapi import FastAPI, Request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.responses import PlainTextResponse, Response


def build_management_app(registry: CollectorRegistry) -> FastAPI:
    """Return the application that shows a registry to Prometheus."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)

    @app.get("/metrics")
    def metrics(request: Request) -> Response:
        """Every series of this process, in the format that Accept asks for."""
        write, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(write(registry), headers={"Content-Type": content_type})

    @app.get("/livez")
    def alive() -> Response:
        """Whether this process answers; nothing else is looked at."""
        return PlainTextResponse("alive")

    return app
