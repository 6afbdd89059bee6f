"""How routes describe themselves in OpenAPI: the form of each answer, an example, every failure."""

from collections.abc import Sequence
from typing import Any, Final

from contracts.envelope import BATCH_CONTENT_TYPE, CONTENT_TYPE
from contracts.problems import PROBLEM_CONTENT_TYPE, ProblemDocument
from domain.errors import DatabaseUnavailableError
from hub.api.answers import JSON_TYPE, POSITION_HEADER
from hub.api.error_problems import OF_ERROR
from hub.api.examples import EVENT
from hub.api.problems import FAULT, NOT_AUTHENTICATED, WRONG_PARAMETERS, Problem

# FastAPI's own form of `responses`.
Responses = dict[int | str, dict[str, Any]]

SCHEMA_TYPE: Final = "application/schema+json"
EVENT_SCHEMA: Final = "Event"

OPEN: Final[dict[str, Any]] = {"security": []}

READ_HEADERS: Final = {
    "ETag": {
        "description": "Send it back as If-None-Match to learn whether the answer is still this.",
        "schema": {"type": "string"},
    },
    POSITION_HEADER: {
        "description": "The ledger position that the answer stands for.",
        "schema": {"type": "integer"},
    },
}
UNCHANGED: Final[Responses] = {
    304: {"description": "The caller has this answer already.", "headers": READ_HEADERS}
}


def reference(name: str) -> dict[str, str]:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def answered(status: int, form: type, text: str) -> Responses:
    """Return how a JSON answer of a form is described."""
    content = {JSON_TYPE: {"schema": reference(form.__name__)}}
    return {status: {"description": text, "content": content}}


def read_answer(form: type, text: str) -> Responses:
    """Return how a JSON answer to a read is described, with its ETag and position."""
    described = answered(200, form, text)
    described[200]["headers"] = READ_HEADERS
    return {**described, **UNCHANGED}


def counts_answer(form: type, media_types: Sequence[str], text: str) -> Responses:
    """Return how counts are described: as JSON by their form, in other types as a file."""
    described = read_answer(form, text)
    for media_type in media_types:
        described[200]["content"].setdefault(media_type, {"schema": {"type": "string"}})
    return described


def schema_answer(text: str) -> Responses:
    """Return how a JSON Schema is described."""
    content = {SCHEMA_TYPE: {"schema": {"type": "object"}}}
    return {200: {"description": text, "content": content, "headers": READ_HEADERS}, **UNCHANGED}


def document_answer(text: str) -> Responses:
    """Return how a JSON document is described whose form is a standard's own."""
    content = {JSON_TYPE: {"schema": {"type": "object"}}}
    return {200: {"description": text, "content": content, "headers": READ_HEADERS}, **UNCHANGED}


def file_answer(text: str) -> Responses:
    """Return how a static file is described."""
    return {
        200: {"description": text, "content": {"*/*": {"schema": {"type": "string"}}}},
        206: {"description": "The range of the file that was asked for."},
        304: {"description": "The caller has this file already."},
        307: {"description": "The path names a directory; its page is here."},
    }


def text_answer(text: str) -> Responses:
    """Return how a plain text is described that may be asked for again by its ETag."""
    headers = {"ETag": READ_HEADERS["ETag"]}
    content = {"text/plain": {"schema": {"type": "string"}}}
    return {
        200: {"description": text, "content": content, "headers": headers},
        304: {"description": "The caller has this answer already.", "headers": headers},
    }


def tile_answer(text: str) -> Responses:
    """Return how a tile of the log is described."""
    content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": text, "content": content}}


def failures(*problems: Problem) -> Responses:
    """Return how problems are described; those of one status stand together."""
    described: Responses = {}
    for status in sorted({problem.status for problem in problems}):
        same = [problem for problem in problems if problem.status == status]
        described[status] = {
            "description": "; ".join(problem.title for problem in same) + ".",
            "content": {
                PROBLEM_CONTENT_TYPE: {"schema": reference(ProblemDocument.__name__)},
            },
        }
    return described


COMMON_FAILURES: Final = failures(
    NOT_AUTHENTICATED, WRONG_PARAMETERS, FAULT, OF_ERROR[DatabaseUnavailableError]
)

_BATCH_SCHEMA: Final = {"type": "array", "items": reference(EVENT_SCHEMA)}

EVENTS_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "At most 1 MiB, 500 events, 64 KiB an event.",
        "content": {
            CONTENT_TYPE: {"schema": reference(EVENT_SCHEMA), "example": EVENT},
            BATCH_CONTENT_TYPE: {"schema": _BATCH_SCHEMA, "example": [EVENT]},
            JSON_TYPE: {
                "schema": {"anyOf": [reference(EVENT_SCHEMA), _BATCH_SCHEMA]},
                "example": EVENT,
            },
        },
    },
    "parameters": [
        {
            "name": "Prefer",
            "in": "header",
            "required": False,
            "description": "wait=N: wait up to N seconds, at most 30, until all is settled.",
            "schema": {"type": "string"},
            "example": "wait=10",
        }
    ],
}
