"""Bad messages without end: the same seed and number give the same bytes on every machine."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from random import Random
from typing import Any, Final

from contracts.envelope import MAX_MESSAGE_BYTES
from tests.example_bodies import BODIES
from tests.examples import message
from tests.fuzz.values import (
    NUMBERS,
    ODD,
    SOURCES,
    SURROGATES,
    TYPES,
    anything,
    near_miss,
)

_ODD_BYTES: Final = (
    *(b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x00", b"\x1f"),
    *(b"\xef\xbb\xbf", b",", b"}", b"{", b"[", b'"', b"\\", b"//", b"\x0c", b"\xa0", b"1", b":"),
)
_TOKENS: Final = (
    *("{", "}", "[", "]", ",", ":", '"', '"a"', '"data"', '"specversion":"1.0"', "1", "1e5", "-"),
    *("null", "true", "false", "nul", " ", "\n", "\\", '"\\u00', "{}", "[]", '"":', "/*", "NaN"),
)
_TEN_MEGABYTES: Final = b'{"specversion":"1.0","id":"' + b"x" * 10_000_000 + b'"}'
_LENGTHS: Final = (0, 63, 64, 65, 128, 129, 255, 256, 257)
# Plain damage is found at once; what is nearly right goes deepest.
_SHARES: Final = {
    "structure": 40,
    "near": 30,
    "written": 12,
    "damaged": 10,
    "bytes": 3,
    "tokens": 3,
    "deep": 1,
    "sized": 1,
}


def bad_message(seed: int, number: int) -> bytes:
    """Return one message; a few of them are valid."""
    random = Random(f"{seed}/{number}")
    if number % 20_000 == 19_999:
        return _TEN_MEGABYTES
    kind = random.choices(list(_SHARES), list(_SHARES.values()))[0]
    return _KINDS[kind](random)


def _structure(random: Random) -> bytes:
    """Return a valid message after up to three changes to its structure."""
    value = _valid(random)
    for _ in range(random.randrange(4)):
        _change(random, value)
    return _dumped(random, value).encode()


def _near(random: Random) -> bytes:
    """Return a valid message with values that are nearly right."""
    value = _valid(random)
    if random.randrange(8) == 0:
        value[random.choice(("traceparent", "dataschema"))] = "é" * random.choice(_LENGTHS)
    for _ in range(random.choice((0, 1, 1, 2))):
        body = value["data"]
        inside = body if isinstance(body, dict) and body and random.randrange(3) else value
        place, name = random.choice(_places(inside))
        place[name] = near_miss(random, place[name])
    if random.randrange(12) == 0:
        value["type"] = random.choice(TYPES)
    if random.randrange(12) == 0:
        value["source"] = random.choice(SOURCES)
    return _dumped(random, value).encode()


def _written(random: Random) -> bytes:
    """Return a valid message written in a way that no writer should choose."""
    value = _valid(random)
    place, name = random.choice(_places(value))
    kind = random.randrange(4)
    if kind == 0:
        return _with_member_twice(random, value)
    place[name] = "@@"
    raw = random.choice(NUMBERS) if kind == 1 else f'"{random.choice(SURROGATES)}"'
    if kind == 3:
        raw = '"' + "".join(f"\\u{ord(each):04x}" for each in random.choice(("330", "C-1"))) + '"'
    return _dumped(random, value).replace('"@@"', raw).encode()


def _with_member_twice(random: Random, value: dict[str, Any]) -> bytes:
    text = _dumped(random, value)
    place = random.choice((value, value["data"]))
    name = json.dumps(random.choice(list(place)))
    other = json.dumps(random.choice((anything(random), "C-1", None)))
    spelt = random.choice((name, name, f'"\\u{ord(name[1]):04x}{name[2:]}'))
    space = random.choice(("", "", " ", "\t\n"))
    return text.replace(name, f"{spelt}{space}:{other},{name}", 1).encode()


def _damaged(random: Random) -> bytes:
    """Return a valid message with bytes lost, changed or added, or in another encoding."""
    raw = _dumped(random, _valid(random)).encode()
    kind = random.randrange(6)
    at = random.randrange(len(raw))
    if kind == 0:
        return raw[:at]
    if kind == 1:
        return raw.decode().encode(random.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig")))
    if kind == 2:
        return raw[:at] + bytes([random.randrange(256)]) + raw[at + 1 :]
    if kind == 3:
        return raw + random.choice(
            (raw, b"\n", b" ", b"\x00", b"}", b"null", b",", b"\xef\xbb\xbf")
        )
    if kind == 4:
        return raw[:at] + random.choice(_ODD_BYTES) + raw[at:]
    return raw[:at] + raw[at + random.randrange(1, 40) :]


def _bytes(random: Random) -> bytes:
    return random.randbytes(random.randrange(200))


def _tokens(random: Random) -> bytes:
    return "".join(random.choices(_TOKENS, k=random.randrange(1, 30))).encode()


def _deep(random: Random) -> bytes:
    """Return a message in which something is nested deeply, closed or not."""
    value = _valid(random)
    place, name = random.choice(_places(value))
    place[name] = "@@"
    depth = random.choice((2, 10, 100, 500, 900, 1_000, 5_000, 30_000))
    opening, closing = random.choice((("[", "]"), ('{"a":', "}")))
    inside = "1" if opening == '{"a":' else ""
    nested = opening * depth + inside + closing * random.choice((depth, depth, depth - 1, 0))
    whole = _dumped(random, value).replace('"@@"', nested)
    return (nested if random.randrange(4) == 0 else whole).encode()


def _sized(random: Random) -> bytes:
    """Return a message of just under, exactly or just over the greatest size."""
    value = _valid(random)
    raw = _dumped(random, value).encode()
    lack = MAX_MESSAGE_BYTES + random.choice((-1, 0, 1, 1_000)) - len(raw)
    if random.randrange(2):
        return raw + b" " * lack
    return raw.replace(b'"data"', b" " * lack + b'"data"', 1)


_KINDS: Final[Mapping[str, Callable[[Random], bytes]]] = {
    "structure": _structure,
    "near": _near,
    "written": _written,
    "damaged": _damaged,
    "bytes": _bytes,
    "tokens": _tokens,
    "deep": _deep,
    "sized": _sized,
}


@cache
def _examples() -> tuple[bytes, ...]:
    """Return a message of every type, with every field, and one with only what it needs."""
    return tuple(
        example
        for event_type, body in BODIES.items()
        for example in (
            message(event_type, event_id="fuzz-1", data=body),
            message(event_type, event_id="fuzz-1"),
        )
    )


def _valid(random: Random) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(random.choice(_examples()))
    return value


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Return every place in a message that holds a value, with its name or index."""
    found: list[tuple[Any, Any]] = []
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for name, each in members:
        found.append((value, name))
        if isinstance(each, dict | list):
            found.extend(_places(each))
    return found


def _change(random: Random, value: dict[str, Any]) -> None:
    """Delete, retype, rename, swap, copy or add a member, anywhere in a message."""
    places = _places(value)
    if not places:
        return
    place, name = random.choice(places)
    kind = random.randrange(6)
    if kind == 0:
        del place[name]
    elif kind == 1:
        place[name] = anything(random)
    elif kind == 2 and isinstance(place, dict):
        other = random.choice((str(name).upper(), f"{name} ", f"{name}s", "", random.choice(ODD)))
        place[other] = place.pop(name)
    elif kind == 3:
        other = random.choice([each for where, each in places if where is place])
        place[name], place[other] = place[other], place[name]
    elif isinstance(place, dict):
        added = random.choice(("dataschema", "traceparent", "datacontenttype", "identity", "risk"))
        place[added] = place[name] if kind == 4 else anything(random)
    else:
        place.extend([place[name]] * random.choice((1, 2, 12, 600)))


def _dumped(random: Random, value: Any) -> str:
    """Write a message as one of many programs would."""
    style = random.randrange(6)
    if style == 0:
        return json.dumps(value, indent=random.choice((1, 2, "\t")))
    if style == 1:
        return json.dumps(value)
    if style == 2:
        return json.dumps(value, separators=(" , ", " : "), ensure_ascii=False)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=style == 3)
