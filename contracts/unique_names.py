"""Finds JSON objects in which a name stands twice: of two readers, each may believe another value.

The decoder takes the last value and says nothing, and telling by a parser that keeps every name
costs as much as decoding. So there is a quick test first that settles nearly every message.
"""

import json
from typing import Any

from msgspec import Raw, Struct
from msgspec.json import Encoder
from msgspec.structs import fields

from contracts.envelope import Envelope

_ENCODER = Encoder()
# Two around each name that an envelope must have, and around each value except `data`.
_MARKS = 4 * sum(each.required for each in fields(Envelope)) - 2


class _RepeatedError(Exception):
    """A name stands twice in one object."""


def surely_unique(raw: bytes | Raw, value: Struct) -> bool:
    """Say whether no name can stand twice in the JSON that a closed struct was decoded from.

    Without escapes every quotation mark encloses a name or a text, and each stands again in what
    the struct encodes to. A name too many adds two marks; so does a default that was written out,
    for which this says False without need.
    """
    text = bytes(raw)
    return b"\\" not in text and text.count(b'"') == _ENCODER.encode(value).count(b'"')


def surely_unique_message(raw: bytes, envelope: Envelope, body: bytes) -> bool:
    """Say the same of a whole message, whose body is encoded already; most are settled here.

    The marks around the envelope's names and texts are counted rather than written out.
    """
    if b"\\" in raw:
        return False
    inside = bytes(envelope.data).count(b'"')
    given = (
        (envelope.datacontenttype is not None)
        + (envelope.dataschema is not None)
        + (envelope.traceparent is not None)
    )
    around = _MARKS + 4 * given
    return raw.count(b'"') == inside + around and inside == body.count(b'"')


def repeats_a_name(raw: bytes) -> bool:
    """Say whether a name stands twice in one object, anywhere in a JSON text.

    What is no JSON repeats nothing: it is refused for that.
    """
    try:
        json.loads(raw.decode(), object_pairs_hook=_once, parse_int=str, parse_float=str)
    except _RepeatedError:
        return True
    except (ValueError, RecursionError):
        return False
    return False


def _once(members: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in members}) < len(members):
        raise _RepeatedError
