"""The JSON Schema (2020-12) of every message type, made from the structs of its body."""

import re
from functools import cache
from typing import Any

from msgspec.json import schema_components

from contracts.bodies import Body
from contracts.envelope import Envelope
from contracts.examples import example_message
from contracts.message_types import BODIES

DIALECT = "https://json-schema.org/draft/2020-12/schema"
BODY_OF_TYPE: dict[str, type[Body]] = {body.event_type: body for body in BODIES}
_VERSIONED = re.compile(r"(?P<name>missing\.[a-z-]+\.[a-z-]+)\.(?P<version>v[0-9]+)")


def split_type(event_type: str) -> tuple[str, str]:
    """Return name and version of an event type, for example `missing.episode.reported`, `v1`.

    Raises ValueError if it is not of that form.
    """
    match = _VERSIONED.fullmatch(event_type)
    if match is None:
        raise ValueError("an event type has the form missing.<family>.<fact>.v<major>")
    return match["name"], match["version"]


def body_schema(event_type: str) -> dict[str, Any]:
    """Return the schema of a type's `data`, with every reference resolved in place."""
    return schema_of_body(BODY_OF_TYPE[event_type])


@cache
def schema_of_body(body: type[Body]) -> dict[str, Any]:
    """Return the schema of a body, with every reference resolved in place."""
    (schema,), components = schema_components([body], ref_template="#/$defs/{name}")
    resolved: dict[str, Any] = _inline(schema, components)
    resolved.pop("title", None)
    return resolved


def description(body: type[Body]) -> str:
    """Return what a message type says, on one line."""
    return " ".join((body.__doc__ or "").split())


def event_schema(event_type: str) -> dict[str, Any]:
    """Return the schema of a whole message: the envelope with this type and its data."""
    return schema_of_message(BODY_OF_TYPE[event_type])


@cache
def schema_of_message(body: type[Body]) -> dict[str, Any]:
    """Return the schema of a whole message with this body."""
    (schema,), components = schema_components([Envelope], ref_template="#/$defs/{name}")
    whole: dict[str, Any] = _inline(schema, components)
    name, version = split_type(body.event_type)
    properties = dict(whole["properties"])
    properties["type"] = {"const": body.event_type}
    properties["data"] = schema_of_body(body)
    return {
        "$schema": DIALECT,
        "$id": f"/v1/contracts/{name}/{version}",
        "title": body.title,
        "description": f"{description(body)} Source: {body.source}.",
        "examples": [example_message(body)],
        **{key: value for key, value in whole.items() if key != "title"},
        "properties": properties,
    }


def expected_at(event_type: str, field: str) -> str:
    """Say in words what a field of a type's body should hold; empty if there is nothing to say."""
    return expected_in(BODY_OF_TYPE[event_type], field)


def expected_in(body: type[Body], field: str) -> str:
    """Say in words what a field of a body should hold; empty if there is nothing to say."""
    fragment = schema_of_body(body)["properties"].get(field, {})
    for part in (fragment, *fragment.get("anyOf", ())):
        if "enum" in part:
            return "one of " + ", ".join(str(value) for value in part["enum"] if value is not None)
        if "description" in part:
            examples = part.get("examples", [])
            shown = f" For example {examples[0]}." if examples else ""
            return f"{part['description']}{shown}"
        if part.get("type") not in (None, "null"):
            return f"a JSON {part['type']}"
    return ""


def _inline(node: Any, components: dict[str, Any]) -> Any:
    """Return a schema with its references replaced; the structs nest without cycles."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            return _inline(components[reference.removeprefix("#/$defs/")], components)
        return {key: _inline(value, components) for key, value in node.items()}
    if isinstance(node, list):
        return [_inline(value, components) for value in node]
    return node
