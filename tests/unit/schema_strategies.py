"""Any schema of the kind that the contracts use, changes to it, and documents that fit it."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

NAMES = ("a", "b", "c")
PATTERNS = ("^[ab]{1,2}$", "^a", "^$")
TEXTS = st.text("ab", max_size=3)
SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 4), st.sampled_from([0.5, 1.0]), TEXTS
)


def _some(**options: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=options)


def _typed(kind: str, **options: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return _some(**options).map(lambda made: {"type": kind, **made})


_NUMBER = {
    name: st.integers(-1, 3)
    for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
}
_LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.booleans(),
    st.just({}),
    st.builds(lambda value: {"const": value}, SCALARS),
    st.builds(lambda values: {"enum": values}, st.lists(SCALARS, min_size=1, max_size=3)),
    st.sampled_from([{"type": "null"}, {"type": "boolean"}, {"type": ["string", "null"]}]),
    _typed("integer", **_NUMBER),
    _typed("number", **_NUMBER),
    _typed(
        "string",
        minLength=st.integers(0, 2),
        maxLength=st.integers(0, 3),
        pattern=st.sampled_from(PATTERNS),
    ),
)


def _around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda options: {"anyOf": options}),
        st.tuples(inner, st.lists(inner, min_size=1, max_size=2)).map(
            lambda pair: {**(pair[0] if isinstance(pair[0], dict) else {}), "anyOf": pair[1]}
        ),
        _typed("array", items=inner, minItems=st.integers(0, 2), maxItems=st.integers(0, 3)),
        _typed(
            "object",
            properties=st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
            required=st.lists(st.sampled_from(NAMES), unique=True, max_size=2),
            additionalProperties=st.booleans() | inner,
            maxProperties=st.integers(0, 3),
        ),
    )


def schemas() -> st.SearchStrategy[Any]:
    """Return any schema."""
    return _around(st.recursive(_LEAVES, _around, max_leaves=4)) | _LEAVES


@st.composite
def mutated(draw: st.DrawFn, schema: Any) -> Any:
    """A schema with up to two changes anywhere in it; seldom another one altogether."""
    if draw(st.integers(0, 9)) == 0:
        return draw(schemas())
    new = deepcopy(schema)
    for _ in range(draw(st.integers(0, 2))):
        places = [each for each in _dicts(new) if each]
        if not places:
            return draw(schemas())
        place = draw(st.sampled_from(places))
        if place.get("type") == "object" and draw(st.booleans()):
            place["required"] = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=2))
            place["additionalProperties"] = draw(st.booleans())
            continue
        name = draw(st.sampled_from(sorted(place)))
        donor = next((each for each in _dicts(draw(schemas())) if name in each), None)
        borrows: bool = draw(st.booleans())
        if donor is not None and borrows:
            place[name] = donor[name]
        elif isinstance(place[name], int) and not isinstance(place[name], bool):
            place[name] = max(place[name] + draw(st.sampled_from([-1, 1])), 0)
        elif isinstance(place[name], list) and len(place[name]) > 1:
            place[name] = place[name][draw(st.integers(0, 1)) :][:-1] or place[name]
        else:
            del place[name]
    return new


def _dicts(node: Any) -> list[dict[str, Any]]:
    """Return every schema inside a schema, itself first; what is no schema is left out."""
    if not isinstance(node, dict):
        return []
    inner = [*node.get("anyOf", []), node.get("items"), node.get("additionalProperties")]
    inner += node.get("properties", {}).values()
    return [node, *(each for part in inner for each in _dicts(part))]


def documents_of(schema: Any) -> st.SearchStrategy[Any]:
    """Return documents of which many, but not all, are valid under a schema."""
    if not isinstance(schema, dict):
        return SCALARS
    if "anyOf" in schema:
        rest = {name: value for name, value in schema.items() if name != "anyOf"}
        options = [{**rest, **each} if isinstance(each, dict) else rest for each in schema["anyOf"]]
        return st.one_of(*map(documents_of, options))
    if "const" in schema or "enum" in schema:
        return st.sampled_from(schema.get("enum") or [schema.get("const")])
    kinds = schema.get("type", "string")
    return st.one_of(
        *(_of_kind(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds))
    )


def _of_kind(kind: str, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    match kind:
        case "array":
            return st.lists(documents_of(schema.get("items", True)), max_size=3)
        case "object":
            named = schema.get("properties", {})
            other = documents_of(schema.get("additionalProperties", True))
            members = {
                name: documents_of(named[name]) if name in named else other for name in NAMES
            }
            needed = schema.get("required", [])
            return st.fixed_dictionaries(
                {name: members[name] for name in needed},
                optional={name: each for name, each in members.items() if name not in needed},
            )
        case "string":
            return TEXTS
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case _:
            return st.integers(-2, 4) | st.sampled_from([0.5, 1.0, 2.5])
