"""Says whether a JSON Schema still accepts everything that an earlier one accepted.

Compared are the assertions of JSON Schema 2020-12 that the contracts use. Annotations may change
freely, but for `default`: what a publisher left out would mean something else. What cannot be
compared is reported, never passed over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, Final

from jsonschema_rs import Draft202012Validator
from msgspec.json import Encoder

Schema = dict[str, Any] | bool

_ANNOTATIONS: Final = frozenset(
    {"$comment", "$id", "deprecated", "description", "examples", "readOnly", "title", "writeOnly"}
)
# Lower and upper limits of each type; the second of a pair leaves its own value out.
_LOWER: Final = {
    "string": ("minLength",),
    "number": ("minimum", "exclusiveMinimum"),
    "integer": ("minimum", "exclusiveMinimum"),
    "array": ("minItems",),
    "object": ("minProperties",),
}
_UPPER: Final = {
    kind: tuple(keyword.replace("min", "max").replace("Min", "Max") for keyword in keywords)
    for kind, keywords in _LOWER.items()
}
_COMPARED: Final = frozenset(
    {
        *("$schema", "additionalProperties", "anyOf", "const", "default", "enum", "items"),
        *("pattern", "properties", "required", "type"),
        *(keyword for side in (_LOWER, _UPPER) for pair in side.values() for keyword in pair),
    }
)
_INSIDE: Final = frozenset({"additionalProperties", "anyOf", "items"})
_TYPES: Final = ("null", "boolean", "number", "string", "array", "object")
_FEW: Final[Mapping[str, tuple[Any, ...]]] = {"null": (None,), "boolean": (False, True)}
_ENCODER: Final = Encoder(order="deterministic")


@dataclass(frozen=True, kw_only=True)
class Incompatibility:
    """Something that was valid once and is no more.

    pointer: JSON pointer (RFC 6901) to the place in the schemas.
    """

    pointer: str
    problem: str


def incompatible_changes(old: Schema, new: Schema) -> tuple[Incompatibility, ...]:
    """Return each change by which something valid under `old` is not valid under `new`.

    Empty: none. It may report a change that does no harm, where telling would need a proof about
    regular expressions or overlapping alternatives.
    """
    return tuple(_changes(old, new, ""))


def same_contract(one: Schema, other: Schema) -> bool:
    """Say whether two schemas differ at most in what they tell people."""
    return _canonical(one) == _canonical(other)


def _canonical(schema: Schema) -> bytes:
    # As bytes: in Python, 1 and true are equal.
    return _ENCODER.encode(_assertions(schema))


def _assertions(schema: Any) -> Any:
    """Return a schema without its annotations, wherever another schema may stand inside it."""
    if isinstance(schema, list):
        return [_assertions(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: value for name, value in schema.items() if name not in _ANNOTATIONS}
    for name in _INSIDE & kept.keys():
        kept[name] = _assertions(kept[name])
    if "properties" in kept:
        kept["properties"] = {name: _assertions(each) for name, each in kept["properties"].items()}
    return kept


def _changes(old: Schema, new: Schema, at: str) -> Iterator[Incompatibility]:
    """Yield what the new schema refuses of the old one, at a place in both."""
    if isinstance(old, bool) or isinstance(new, bool):
        if old is not False and new is not True:
            yield from _against_boolean(old, new, at)
        return
    if same_contract(old, new):
        return
    strange = _strange(old) or _strange(new)
    if strange or old.get("$schema") != new.get("$schema"):
        yield _change(at, f"the use of {strange or '$schema'} cannot be compared")
        return
    if "default" in old and _member(old, "default") != _member(new, "default"):
        yield _change(f"{at}/default", "what is meant by leaving it out has changed")
    few = _values_of(old)
    if few is not None:
        yield from _values_refused(old, new, few, at)
        return
    for branch in _branches(old):
        yield from _branch_refused(branch, new, at)


def _strange(schema: dict[str, Any]) -> str:
    """Return the keywords that are not compared here, as a text."""
    return ", ".join(sorted(schema.keys() - _COMPARED - _ANNOTATIONS))


def _member(schema: dict[str, Any], name: str) -> bytes | None:
    return _ENCODER.encode(schema[name]) if name in schema else None


def _against_boolean(old: Schema, new: Schema, at: str) -> Iterator[Incompatibility]:
    if new is False:
        yield _change(at, "nothing is accepted here any more")
    else:
        yield from _changes({} if old is True else old, new, at)


def _values_of(schema: dict[str, Any]) -> tuple[Any, ...] | None:
    """Return all that a schema can accept, if it is so few that they can be tried."""
    if "const" in schema:
        return (schema["const"],)
    if "enum" in schema:
        return tuple(schema["enum"])
    return _FEW.get(schema["type"]) if isinstance(schema.get("type"), str) else None


def _values_refused(
    old: dict[str, Any], new: dict[str, Any], values: tuple[Any, ...], at: str
) -> Iterator[Incompatibility]:
    before, after = Draft202012Validator(old), Draft202012Validator(new)
    refused = [each for each in values if before.is_valid(each) and not after.is_valid(each)]
    keyword = next((each for each in ("const", "enum", "type") if each in old), "")
    if keyword == "type" and len(refused) == len(values):
        yield _change(f"{at}/type", f"a {old['type']} is not accepted any more")
        return
    for value in refused:
        shown = _ENCODER.encode(value).decode()
        yield _change(f"{at}/{keyword}", f"the value {shown} is not accepted any more")


def _branches(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield schemas of one type each that together accept at least what the schema accepts."""
    options = schema.get("anyOf", [{}])
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    for option in options:
        part = {} if option is True else option
        if part is False:
            continue
        # Where both say something, leaving one out only accepts more: no harm is overlooked.
        clash = (rest.keys() & part.keys()) - _ANNOTATIONS - {"default"}
        merged = part if clash else {**rest, **part}
        if "anyOf" in merged:
            yield from _branches(merged)
            continue
        types = merged.get("type", _TYPES)
        for kind in [types] if isinstance(types, str) else types:
            yield {**merged, "type": kind}


def _branch_refused(old: dict[str, Any], new: dict[str, Any], at: str) -> Iterator[Incompatibility]:
    few = _values_of(old)
    if few is not None:
        yield from _values_refused(old, new, few, at)
        return
    if _strange(old):
        yield _change(at, f"the use of {_strange(old)} cannot be compared")
        return
    yield from _keywords_refused(old, new, at)
    if "anyOf" not in new:
        return
    tried = [
        tuple(_changes(_only(old), option, f"{at}/anyOf/{index}"))
        for index, option in enumerate(new["anyOf"])
    ]
    if tried and all(tried):
        # The alternative of the same type says best what has changed.
        alike = [
            found
            for found, option in zip(tried, new["anyOf"], strict=True)
            if isinstance(option, dict) and old["type"] in _types_of(option)
        ]
        yield from (
            min(alike, key=len)
            if alike
            else [_change(f"{at}/anyOf", f"a {old['type']} is not accepted any more")]
        )


def _only(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name not in ("default", "$schema")}


def _types_of(schema: dict[str, Any]) -> tuple[str, ...]:
    types = schema.get("type", _TYPES)
    return (types,) if isinstance(types, str) else tuple(types)


def _keywords_refused(
    old: dict[str, Any], new: dict[str, Any], at: str
) -> Iterator[Incompatibility]:
    """Compare a schema of one type with another, keyword by keyword but for its alternatives."""
    kind: str = old["type"]
    allowed = _types_of(new)
    if kind not in allowed and not (kind == "integer" and "number" in allowed):
        yield _change(f"{at}/type", f"a {kind} is not accepted any more")
        return
    for keyword in ("const", "enum"):
        if keyword in new:
            yield _change(f"{at}/{keyword}", "only listed values are accepted now")
    if _lower(new, kind) > _lower(old, kind):
        yield _change(f"{at}/{_LOWER[kind][0]}", "the least that is accepted has risen")
    if _upper(new, kind) < _upper(old, kind):
        yield _change(f"{at}/{_UPPER[kind][0]}", "the most that is accepted has fallen")
    if kind == "string" and "pattern" in new and new["pattern"] != old.get("pattern"):
        yield _change(f"{at}/pattern", "another pattern is asked for")
    if kind == "array" and old.get("maxItems") != 0:
        yield from _changes(old.get("items", True), new.get("items", True), f"{at}/items")
    if kind == "object":
        yield from _members_refused(old, new, at)


def _lower(schema: dict[str, Any], kind: str) -> tuple[float, bool]:
    """Return the least that is accepted, and whether it is left out itself."""
    least = 0.0 if kind in ("string", "array", "object") else -inf
    found = [(schema[key], at == 1) for at, key in enumerate(_LOWER[kind]) if key in schema]
    return max([(least, False), *found])


def _upper(schema: dict[str, Any], kind: str) -> tuple[float, bool]:
    """Return the most that is accepted, and whether it is itself accepted."""
    found = [(schema[key], at == 0) for at, key in enumerate(_UPPER[kind]) if key in schema]
    return min([(inf, True), *found])


def _members_refused(
    old: dict[str, Any], new: dict[str, Any], at: str
) -> Iterator[Incompatibility]:
    for name in new.get("required", ()):
        if name not in old.get("required", ()):
            yield _change(f"{at}/required", f"the field {name} is required now")
    known, kept = old.get("properties", {}), new.get("properties", {})
    others, now_others = (each.get("additionalProperties", True) for each in (old, new))
    for name in (*known, *(each for each in kept if each not in known)):
        place = f"{at}/properties/{_escaped(name)}"
        if name in known and name not in kept and now_others is False:
            if known[name] is not False:
                yield _change(place, "the field is not accepted any more")
            continue
        yield from _changes(known.get(name, others), kept.get(name, now_others), place)
    yield from _changes(others, now_others, f"{at}/additionalProperties")


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _change(at: str, problem: str) -> Incompatibility:
    return Incompatibility(pointer=at, problem=problem)
