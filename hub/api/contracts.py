"""Routes that serve what is agreed: the schema of each event type, the meaning of each problem."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request
from msgspec.json import encode
from starlette.responses import Response

from contracts.asyncapi import asyncapi_document
from contracts.catalogue import ContractsDocument, contracts_document
from contracts.problems import ProblemMeaning
from contracts.reasons import MEANING
from contracts.schemas import BODY_OF_TYPE, event_schema, split_type
from domain.errors import NotFoundError
from hub.api.answers import JSON_TYPE, known_parameters, reply, reply_json
from hub.api.description import (
    COMMON_FAILURES,
    SCHEMA_TYPE,
    answered,
    document_answer,
    failures,
    read_answer,
    schema_answer,
)
from hub.api.error_problems import OF_ERROR, PROBLEMS
from hub.api.refusals import Refused
from hub.api.services import Services

MEANINGS: Final = {
    **{reason.value: ("The message was rejected", text) for reason, text in MEANING.items()},
    **{problem.code: (problem.title, problem.detail) for problem in PROBLEMS},
}

TypeName = Annotated[str, Path(description="missing.episode.reported, for example.")]
Version = Annotated[str, Path(description="v1, for example.")]
Code = Annotated[str, Path(description="The last part of a problem's type, or a reason code.")]


def contracts_router(services: Services) -> APIRouter:
    """Return the routes that serve contracts and explain problems."""
    router = APIRouter(
        tags=["contracts"],
        dependencies=[Depends(known_parameters)],
        default_response_class=Response,
        responses={**COMMON_FAILURES, **failures(OF_ERROR[NotFoundError])},
    )

    @router.get("/v1/contracts", responses=read_answer(ContractsDocument, "The list."))
    def contracts(request: Request) -> Response:
        """Every event type and version that is taken."""
        return reply_json(request, contracts_document(), position=services.status.position())

    @router.get(
        "/v1/contracts/{name}/{version}",
        responses=schema_answer("The JSON Schema (2020-12) of the whole message."),
    )
    def contract(request: Request, name: TypeName, version: Version) -> Response:
        """The JSON Schema of one event type: the envelope with its data."""
        event_type = f"{name}.{version}"
        if event_type not in BODY_OF_TYPE or split_type(event_type) != (name, version):
            raise Refused(OF_ERROR[NotFoundError], "No such event type or version is taken.")
        content = encode(event_schema(event_type))
        position = services.status.position()
        return reply(request, content, position=position, media_type=SCHEMA_TYPE)

    @router.get("/v1/asyncapi.json", responses=document_answer("The document."))
    def asyncapi(request: Request) -> Response:
        """The AsyncAPI document of the topics that publishers write to (national profile)."""
        document = asyncapi_document(services.register)
        return reply_json(request, document, position=services.status.position())

    @router.get("/problems/{code}", responses=answered(200, ProblemMeaning, "What it means."))
    def problem(code: Code) -> Response:
        """What the code of a problem, or of a rejection's reason, stands for."""
        meaning = MEANINGS.get(code)
        if meaning is None:
            raise Refused(OF_ERROR[NotFoundError], "There is no problem with this code.")
        title, detail = meaning
        document = ProblemMeaning(code=code, title=title, detail=detail)
        return Response(encode(document), media_type=JSON_TYPE)

    return router
