"""The OpenAPI description of the whole API, made from the routes and the forms in `contracts`."""

from collections.abc import Iterable
from typing import Any, Final

from fastapi import FastAPI
from msgspec.json import schema_components

from contracts.catalogue import ContractsDocument
from contracts.counts import CountsDocument
from contracts.history import HistoryDocument
from contracts.imports import ImportReport
from contracts.measures import MeasuresDocument
from contracts.official_document import OfficialDocument
from contracts.problems import ProblemDocument, ProblemMeaning
from contracts.quality import QualityDocument, QualityRulesDocument
from contracts.receipts import (
    ReceiptsDocument,
    RejectsDocument,
    SubmissionAnswer,
    SubmissionDocument,
)
from contracts.reconciliation import ReconciliationDocument
from contracts.review import ReviewQueueDocument
from contracts.schemas import BODY_OF_TYPE, event_schema
from contracts.status import HealthDocument, HubStatus
from contracts.views import ViewDocument, ViewsDocument
from hub.api.description import EVENT_SCHEMA, reference
from hub.api.examples import example_of

DOCUMENTS: Final[tuple[type, ...]] = (
    ContractsDocument,
    CountsDocument,
    HealthDocument,
    HistoryDocument,
    HubStatus,
    ImportReport,
    MeasuresDocument,
    OfficialDocument,
    ProblemDocument,
    ProblemMeaning,
    QualityDocument,
    QualityRulesDocument,
    ReceiptsDocument,
    ReconciliationDocument,
    RejectsDocument,
    ReviewQueueDocument,
    SubmissionAnswer,
    SubmissionDocument,
    ViewDocument,
    ViewsDocument,
)

EXAMPLES_OF: Final = {form.__name__: form for form in DOCUMENTS}

# The framework's own form of a refused parameter; ours is a problem document.
FOREIGN: Final = "HTTPValidationError"

BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "A publisher's token, the operator's, or for the review a reviewer's.",
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
            for methods in document["paths"].values():
                for operation in methods.values():
                    complete(operation["responses"])
            self.openapi_schema = document
        return self.openapi_schema


def complete(responses: dict[str, Any]) -> None:
    """Put our forms' examples into the answers, and take out those that the framework made up.

    The framework drops every null from an example, so examples cannot come through it.
    """
    for status in [key for key, answer in responses.items() if FOREIGN in str(answer)]:
        del responses[status]
    for content in (each for answer in responses.values() for each in contents(answer)):
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if name in EXAMPLES_OF:
            content["example"] = example_of(EXAMPLES_OF[name])


def contents(answer: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Return the contents that an answer may have, one for each media type."""
    found: dict[str, dict[str, Any]] = answer.get("content", {})
    return found.values()


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
