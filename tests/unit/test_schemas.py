"""The committed schemas are those of the structs, valid, and complete."""

from importlib.resources import files
from typing import Any, get_args, get_origin, get_type_hints

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator
from msgspec import Struct
from msgspec.json import decode, encode

from contracts.bodies import Body
from contracts.catalogue import contracts_document
from contracts.catalogue_page import catalogue_page
from contracts.message_types import BODIES as BODY_TYPES
from contracts.schemas import (
    BODY_OF_TYPE,
    DIALECT,
    _inline,
    body_schema,
    event_schema,
    expected_at,
    split_type,
)
from domain.events import Event
from tests.example_bodies import BODIES
from tests.examples import message

FOLDER = files("contracts").joinpath("schemas")
TYPES = tuple(BODY_OF_TYPE)


def committed(event_type: str) -> dict[str, Any]:
    """Return a schema as it lies in the repository."""
    schema: dict[str, Any] = decode(FOLDER.joinpath(f"{event_type}.json").read_bytes())
    return schema


def examples(node: Any) -> list[tuple[dict[str, Any], Any]]:
    """Return every fragment of a schema that has examples, with each of them."""
    if isinstance(node, list):
        return [pair for each in node for pair in examples(each)]
    if not isinstance(node, dict):
        return []
    own = [(node, each) for each in node.get("examples", ())]
    return own + [pair for each in node.values() for pair in examples(each)]


@pytest.mark.parametrize("event_type", TYPES)
def test_a_committed_schema_is_the_one_made_from_its_struct(event_type: str) -> None:
    assert committed(event_type) == decode(encode(event_schema(event_type)))


def test_there_is_a_committed_schema_for_every_type_and_no_other_file() -> None:
    found = {entry.name for entry in FOLDER.iterdir()}

    assert found == {f"{event_type}.json" for event_type in TYPES}


@pytest.mark.parametrize("event_type", TYPES)
def test_a_schema_is_valid_in_its_dialect_for_both_libraries(event_type: str) -> None:
    schema = event_schema(event_type)

    assert schema["$schema"] == DIALECT
    Draft202012Validator.check_schema(schema)
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(decode(message(event_type)))


@pytest.mark.parametrize("event_type", TYPES)
def test_every_example_of_a_message_satisfies_its_schema(event_type: str) -> None:
    validator = Draft202012Validator(event_schema(event_type))

    for example in (message(event_type), message(event_type, data=BODIES[event_type])):
        validator.validate(decode(example))


@pytest.mark.parametrize("event_type", TYPES)
def test_every_example_inside_a_schema_satisfies_the_part_it_stands_in(event_type: str) -> None:
    found = examples(event_schema(event_type))

    assert found
    for fragment, example in found:
        Draft202012Validator(fragment).validate(example)


@pytest.mark.parametrize("event_type", TYPES)
def test_a_schema_is_closed_and_uses_only_what_a_registry_can_compare(event_type: str) -> None:
    schema = event_schema(event_type)
    keywords = repr(schema)

    assert schema["additionalProperties"] is False
    assert body_schema(event_type)["additionalProperties"] is False
    for keyword in ("unevaluatedProperties", "$dynamicRef", "$ref", "$defs"):
        assert repr(keyword) not in keywords


def test_message_types_events_schemas_and_the_list_of_contracts_agree() -> None:
    listed = [f"{each.type}.{each.version}" for each in contracts_document().contracts]

    assert {body.event for body in BODY_TYPES} <= set(get_args(Event))
    assert listed == list(TYPES) == [body.event_type for body in BODY_TYPES]
    assert len({body.title for body in BODY_TYPES}) == len(BODY_TYPES)
    for event_type in TYPES:
        name, version = split_type(event_type)
        assert event_schema(event_type)["$id"] == f"/v1/contracts/{name}/{version}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "missing.episode.v1",
        "missing.episode.reported",
        "missing.episode.reported.v1\n",
        "other.episode.reported.v1",
        "missing.episode.reported.vx",
    ],
)
def test_a_type_without_family_fact_and_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="event type"):
        split_type(text)


@pytest.mark.parametrize("body", BODY_TYPES, ids=lambda body: body.event_type)
def test_no_body_holds_names_of_the_senders_so_a_rejection_can_point_without_repeating_them(
    body: type[Body],
) -> None:
    def parts(hint: Any) -> list[Any]:
        inner = get_type_hints(hint).values() if is_struct(hint) else get_args(hint)
        return [hint, *(part for each in inner for part in parts(each))]

    def is_struct(hint: Any) -> bool:
        return isinstance(hint, type) and issubclass(hint, Struct)

    for hint in get_type_hints(body).values():
        assert not any(part is dict or get_origin(part) is dict for part in parts(hint))


def test_what_is_expected_is_told_in_words() -> None:
    reported = "missing.episode.reported.v1"

    assert expected_at(reported, "looked_after") == "a JSON boolean"
    assert expected_at(reported, "risk").startswith("one of absent, high, low")
    assert "For example 330." in expected_at(reported, "responsible_authority")
    assert expected_at("missing.subject.registered.v1", "identity").startswith("Compact JWE")
    assert "For example" not in expected_at("missing.subject.registered.v1", "identity")
    assert expected_at(reported, "") == ""


def test_references_in_a_schema_are_resolved_in_place() -> None:
    components = {"A": {"type": "string"}, "B": {"items": {"$ref": "#/$defs/A"}}}

    assert _inline({"anyOf": [{"$ref": "#/$defs/B"}, {"type": "null"}]}, components) == {
        "anyOf": [{"items": {"type": "string"}}, {"type": "null"}]
    }


def test_the_committed_catalogue_is_the_one_made_from_the_message_types() -> None:
    committed_page = files("contracts").joinpath("CATALOGUE.md").read_text(encoding="utf-8")

    assert committed_page == catalogue_page()
    for body in BODY_TYPES:
        assert f"## {body.event_type}\n" in committed_page
