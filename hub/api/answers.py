"""Answers to reads: each names its ledger position and can be asked for again by its ETag."""

from hashlib import sha256
from typing import Final

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from msgspec.json import encode
from starlette.responses import Response

from hub.api.problems import WRONG_PARAMETERS
from hub.api.refusals import Refused

POSITION_HEADER: Final = "Hub-As-Of-Position"
JSON_TYPE: Final = "application/json"


def reply(
    request: Request,
    content: bytes,
    *,
    position: int,
    media_type: str = JSON_TYPE,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return content with its ETag and position; no content if the caller has the same already."""
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    named = {"ETag": etag, POSITION_HEADER: str(position), **(headers or {})}
    if has_already(request, etag):
        return Response(status_code=304, headers=named)
    return Response(content, headers=named, media_type=media_type)


def reply_json(request: Request, document: object, *, position: int) -> Response:
    """Return a document of `contracts` as JSON, like `reply`."""
    return reply(request, encode(document), position=position)


def has_already(request: Request, etag: str) -> bool:
    """Return whether If-None-Match names an ETag, weakly compared (RFC 9110, 13.1.2)."""
    listed = ",".join(request.headers.getlist("if-none-match"))
    names = {name.strip().removeprefix("W/") for name in listed.split(",")}
    return "*" in names or etag in names


def known_parameters(request: Request) -> None:
    """Refuse a query parameter that the route does not take, or that comes twice."""
    route = request.scope["route"]
    known = parameters_of(route.dependant) if isinstance(route, APIRoute) else []
    given = [name for name, _ in request.query_params.multi_items()]
    if set(given) <= set(known) and len(set(given)) == len(given):
        return
    choices = ", ".join(known) or "none"
    raise Refused(WRONG_PARAMETERS, f"This path takes these parameters, once each: {choices}.")


def parameters_of(dependant: Dependant) -> list[str]:
    """Return the query parameters of a route, those of its dependencies included."""
    own = [field.alias for field in dependant.query_params]
    return own + [name for each in dependant.dependencies for name in parameters_of(each)]
