"""The OpenAPI description of the whole API, made from the routes and the forms in `contracts`."""

from typing import Any, Final

from fastapi import FastAPI
from msgspec.json import schema_components

from contracts.catalogue import ContractsDocument
from contracts.counts import CountsDocument
from contracts.measures import MeasuresDocument
from contracts.problems import ProblemDocument, ProblemMeaning
from contracts.receipts import ReceiptsDocument, RejectsDocument, SubmissionDocument
from contracts.schemas import BODY_OF_TYPE, event_schema
from contracts.status import HealthDocument, HubStatus, ReconciliationDocument
from hub.api.description import EVENT_SCHEMA, reference

DOCUMENTS: Final[tuple[type, ...]] = (
    ContractsDocument,
    CountsDocument,
    HealthDocument,
    HubStatus,
    MeasuresDocument,
    ProblemDocument,
    ProblemMeaning,
    ReceiptsDocument,
    ReconciliationDocument,
    RejectsDocument,
    SubmissionDocument,
)

BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "A publisher's token, or the operator's.",
}


class HubApi(FastAPI):
    """The application; its description is complete without a line of it kept by hand."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            document["components"] = {
                "schemas": schemas(),
                "securitySchemes": {"bearer": BEARER},
            }
            document["security"] = [{"bearer": []}]
            self.openapi_schema = document
        return self.openapi_schema


def schemas() -> dict[str, Any]:
    """Return the schema of every form that a request or an answer has."""
    _, components = schema_components(DOCUMENTS, ref_template="#/components/schemas/{name}")
    events = {schema_name(event_type): embedded(event_type) for event_type in BODY_OF_TYPE}
    one_of = {
        "description": "A CloudEvent in structured mode; its type decides on its data.",
        "oneOf": [reference(name) for name in events],
    }
    return dict(sorted({**components, **events, EVENT_SCHEMA: one_of}.items()))


def schema_name(event_type: str) -> str:
    """Return the name under which an event type stands in the document."""
    return f"{EVENT_SCHEMA}.{event_type}"


def embedded(event_type: str) -> dict[str, Any]:
    """Return the schema of an event type as a part of the document, without its own address."""
    whole = event_schema(event_type)
    return {key: value for key, value in whole.items() if key not in {"$schema", "$id"}}
