"""The other opinion on a message: the committed schemas, read by a library that is not ours.

Where parsers of JSON differ by nature, this says what is meant, and the hub must agree: a name
that stands twice in one object, NaN and Infinity, a lone surrogate and a byte order mark are no
JSON; a number may be of any size, and 3.0 is the whole number 3.
"""

import json
from enum import StrEnum
from functools import cache
from importlib.resources import files
from math import isinf
from typing import Any, Final, NoReturn

from jsonschema_rs import Draft202012Validator

from contracts.envelope import MAX_MESSAGE_BYTES

_FOLDER: Final = files("contracts").joinpath("schemas")
# Larger than any number that a schema allows, and still a number to every library.
_HUGE: Final = 1.7e308


class Opinion(StrEnum):
    """What is wrong with a message first, by its form alone."""

    TOO_LARGE = "too-large"
    NOT_JSON = "not-json"
    TOO_DEEP = "too-deep"
    ENVELOPE = "envelope"
    UNKNOWN_TYPE = "unknown-type"
    BODY = "body"
    NOTHING = "nothing"


def opinion(raw: bytes) -> Opinion:
    """Return what the authority thinks of a message."""
    if len(raw) > MAX_MESSAGE_BYTES:
        return Opinion.TOO_LARGE
    try:
        value = strictly_parsed(raw)
    except RecursionError:
        return Opinion.TOO_DEEP
    except ValueError:
        return Opinion.NOT_JSON
    if not _envelope().is_valid(value):
        return Opinion.ENVELOPE
    validator = _validators().get(value["type"])
    if validator is None:
        return Opinion.UNKNOWN_TYPE
    return Opinion.NOTHING if validator.is_valid(value) else Opinion.BODY


def strictly_parsed(raw: bytes) -> Any:
    """Return what a JSON text says. Raises ValueError if it is none, or says a thing twice."""
    text = raw.decode()
    value = json.loads(
        text,
        object_pairs_hook=_once,
        parse_constant=_refuse,
        parse_int=_whole,
        parse_float=_number,
    )
    if "\\ud" in text or "\\uD" in text:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("a name stands twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _whole(text: str) -> float:
    return int(text) if len(text) < 16 else _number(text)


def _number(text: str) -> float:
    value = float(text)
    return value if not isinf(value) else _HUGE if value > 0 else -_HUGE


@cache
def _schemas() -> dict[str, dict[str, Any]]:
    return {
        path.name.removesuffix(".json"): json.loads(path.read_text(encoding="utf-8"))
        for path in _FOLDER.iterdir()
    }


@cache
def _validators() -> dict[str, Draft202012Validator]:
    return {name: Draft202012Validator(schema) for name, schema in _schemas().items()}


@cache
def _envelope() -> Draft202012Validator:
    """Return the schema of a message of any type with any data."""
    schema = next(iter(_schemas().values()))
    open_parts = {"type": {"type": "string", "maxLength": 128}, "data": True}
    return Draft202012Validator({**schema, "properties": {**schema["properties"], **open_parts}})
