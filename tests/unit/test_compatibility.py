"""A schema is called compatible only if it takes everything that its earlier form took."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from contracts.compatibility import incompatible_changes, same_contract
from tests.unit.schema_strategies import documents_of, mutated, schemas

AREA = "^([0-9]{3}|SCO)$"
OLD: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "An example",
    "type": "object",
    "properties": {
        "kind": {"const": "a.v1"},
        "child": {"type": "string", "pattern": AREA, "minLength": 1, "maxLength": 9},
        "risk": {"anyOf": [{"enum": ["low", "high"]}, {"type": "null"}], "default": None},
        "rows": {"type": "integer", "minimum": 0, "maximum": 10},
        "share": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        "who": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 3},
        "done": {"type": "boolean"},
        "any/~": {"type": ["string", "null"]},
    },
    "required": ["kind", "child"],
    "additionalProperties": False,
}


def at(*path: str | int) -> Callable[[dict[str, Any]], Any]:
    """Return what finds a place in a schema."""

    def find(schema: dict[str, Any]) -> Any:
        place: Any = schema
        for step in path:
            place = place[step]
        return place

    return find


def changed(place: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """Return the schema with another value at a place; None takes it away."""
    schema = deepcopy(OLD)
    inside = at(*place[:-1])(schema)
    if value is None:
        del inside[place[-1]]
    else:
        inside[place[-1]] = value
    return schema


P = "properties"
BREAKING = {
    "a field removed": ((P, "done"), None, "/properties/done"),
    "a field newly required": (("required",), ["kind", "child", "rows"], "/required"),
    "a type changed": ((P, "done", "type"), "string", "/properties/done/type"),
    "a type narrowed": ((P, "share", "type"), "integer", "/properties/share/type"),
    "one of two types gone": ((P, "any/~", "type"), "string", "/properties/any~1~0/type"),
    "null no longer taken": (
        (P, "risk", "anyOf"),
        [{"enum": ["low", "high"]}],
        "/properties/risk/type",
    ),
    "a value removed": (
        (P, "risk", "anyOf", 0, "enum"),
        ["low"],
        "/properties/risk/enum",
    ),
    "a value inside a list removed": (
        (P, "who", "items", "enum"),
        ["a"],
        "/properties/who/items/enum",
    ),
    "a constant changed": ((P, "kind", "const"), "a.v2", "/properties/kind/const"),
    "a pattern changed": ((P, "child", "pattern"), "^[0-9]{3}$", "/properties/child/pattern"),
    "a pattern added": ((P, "any/~", "pattern"), AREA, "/properties/any~1~0/pattern"),
    "a text at most shorter": ((P, "child", "maxLength"), 8, "/properties/child/maxLength"),
    "a text at least longer": ((P, "child", "minLength"), 2, "/properties/child/minLength"),
    "a number at least larger": ((P, "rows", "minimum"), 1, "/properties/rows/minimum"),
    "a number at most smaller": ((P, "rows", "maximum"), 9, "/properties/rows/maximum"),
    "a limit that leaves itself out": (
        (P, "share", "exclusiveMaximum"),
        1,
        "/properties/share/maximum",
    ),
    "a list at most shorter": ((P, "who", "maxItems"), 2, "/properties/who/maxItems"),
    "a list no longer empty": ((P, "who", "minItems"), 1, "/properties/who/minItems"),
    "a text closed to a list": ((P, "any/~", "enum"), ["x", None], "/properties/any~1~0/enum"),
    "a default changed": ((P, "risk", "default"), "low", "/properties/risk/default"),
    "a default removed": ((P, "risk", "default"), None, "/properties/risk/default"),
    "nothing taken": ((P, "rows"), False, "/properties/rows"),
    "a keyword that is not compared": ((P, "who", "uniqueItems"), True, "/properties/who"),
    "another dialect": (("$schema",), "http://json-schema.org/draft-07/schema#", ""),
    "too few members": (("minProperties",), 3, "/minProperties"),
}
HARMLESS = {
    "an optional field added": ((P, "more"), {"type": "string"}),
    "a field no longer required": (("required",), ["kind"]),
    "a value added": ((P, "risk", "anyOf", 0, "enum"), ["low", "high", "medium"]),
    "values in another order": ((P, "risk", "anyOf", 0, "enum"), ["high", "low"]),
    "a text longer": ((P, "child", "maxLength"), 10),
    "a text without limit": ((P, "child", "maxLength"), None),
    "a pattern taken away": ((P, "child", "pattern"), None),
    "an integer made a number": ((P, "rows", "type"), "number"),
    "a type added": ((P, "done", "type"), ["boolean", "null"]),
    "a constant made one of a list": ((P, "kind"), {"enum": ["a.v1", "b.v1"]}),
    "alternatives said otherwise": ((P, "any/~"), {"anyOf": [{"type": "string"}, {"const": None}]}),
    "anything taken": ((P, "who"), True),
    "opened": (("additionalProperties",), True),
    "another title": (("title",), "Another"),
    "another description": ((P, "child", "description"), "Whose."),
}


@pytest.mark.parametrize(("place", "value", "pointer"), BREAKING.values(), ids=BREAKING)
def test_a_breaking_change_is_named_with_its_place(
    place: tuple[str | int, ...], value: Any, pointer: str
) -> None:
    found = incompatible_changes(OLD, changed(place, value))

    assert [each.pointer for each in found] == [pointer]
    assert found[0].problem


@pytest.mark.parametrize(("place", "value"), HARMLESS.values(), ids=HARMLESS)
def test_a_harmless_change_is_not_reported(place: tuple[str | int, ...], value: Any) -> None:
    assert incompatible_changes(OLD, changed(place, value)) == ()


def test_a_schema_that_is_closed_takes_less_than_the_open_one() -> None:
    opened = changed(("additionalProperties",), True)

    found = incompatible_changes(opened, OLD)

    assert [each.pointer for each in found] == ["/additionalProperties"]


@pytest.mark.parametrize(
    ("old", "new", "pointer"),
    [
        pytest.param(
            {"type": "string"},
            {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "/anyOf",
            id="none of the alternatives has the type",
        ),
        pytest.param(
            {"type": "object", "properties": {"a": {}}, "additionalProperties": False}
            | {"anyOf": [{"properties": {"b": {}}}]},
            {"type": "object", "properties": {"b": {}}, "additionalProperties": False},
            "/additionalProperties",
            id="what stands beside alternatives counts apart from them",
        ),
        pytest.param(
            {"anyOf": [{"type": "object", "patternProperties": {"^a": {}}}]},
            {"type": "object"},
            "",
            id="a keyword that is not compared stands in an alternative",
        ),
    ],
)
def test_alternatives_hide_no_breaking_change(
    old: dict[str, Any], new: dict[str, Any], pointer: str
) -> None:
    assert pointer in {each.pointer for each in incompatible_changes(old, new)}


def test_every_breaking_change_of_several_is_named() -> None:
    new = changed((P, "child", "maxLength"), 3)
    del new["properties"]["rows"]
    new["required"].append("done")

    found = {each.pointer for each in incompatible_changes(OLD, new)}

    assert found == {"/required", "/properties/child/maxLength", "/properties/rows"}


def test_contracts_are_the_same_whatever_they_tell_people_but_not_if_true_becomes_one() -> None:
    assert same_contract(OLD, changed((P, "child", "examples"), ["330"]))
    assert not same_contract(OLD, changed((P, "done", "default"), False))
    assert not same_contract({"const": True}, {"const": 1})


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_what_an_old_schema_takes_a_compatible_new_one_takes(data: st.DataObject) -> None:
    old = data.draw(schemas())
    new = data.draw(mutated(old))
    before, after = Draft202012Validator(old), Draft202012Validator(new)

    found = incompatible_changes(old, new)

    for _ in range(4):
        document = data.draw(documents_of(old) | documents_of(new))
        assert found or not before.is_valid(document) or after.is_valid(document)


@settings(max_examples=100, deadline=None)
@given(schema=schemas())
def test_a_schema_is_compatible_with_itself(schema: Any) -> None:
    assert incompatible_changes(schema, deepcopy(schema)) == ()
