"""Random bytes and identifiers, made in large portions.

A call into the system for every nonce and identifier costs more than sealing a value does, and so
does the standard library's way from sixteen bytes to a UUID.
"""

import os
from collections.abc import Iterator
from threading import local
from uuid import UUID

from msgspec.msgpack import Decoder

PORTION_BYTES = 16_384
UUID_BYTES = 16

# Version 4 and the variant of RFC 9562: what these bits make of the seventh and the ninth byte.
_VERSION = bytes(byte & 0x0F | 0x40 for byte in range(256))
_VARIANT = bytes(byte & 0x3F | 0x80 for byte in range(256))
# How MessagePack begins sixteen bytes, which its reader takes as a UUID.
_SIXTEEN = b"\xc4\x10"
_UUIDS = Decoder(UUID)

_portion = local()


def random_bytes(count: int) -> bytes:
    """Return random bytes that were handed to nobody else; at most a portion at a time."""
    at: int = getattr(_portion, "at", PORTION_BYTES)
    # A child process must not go on in its parent's portion.
    if at + count > PORTION_BYTES or _portion.owner != os.getpid():
        _portion.bytes = os.urandom(PORTION_BYTES)
        _portion.owner = os.getpid()
        at = 0
    _portion.at = at + count
    taken: bytes = _portion.bytes[at : at + count]
    return taken


def random_uuid() -> UUID:
    """Return a random identifier (RFC 9562, version 4)."""
    fresh: Iterator[UUID] | None = getattr(_portion, "uuids", None)
    one = None
    if fresh is not None and _portion.uuids_owner == os.getpid():
        one = next(fresh, None)
    if one is None:
        _portion.uuids = fresh = iter(_random_uuids())
        _portion.uuids_owner = os.getpid()
        one = next(fresh)
    return one


def uuid_of(raw: bytes) -> UUID:
    """Return the UUID with these sixteen bytes, whatever its version."""
    return _UUIDS.decode(_SIXTEEN + raw)


def _random_uuids() -> list[UUID]:
    portion = bytearray(os.urandom(PORTION_BYTES))
    portion[6::UUID_BYTES] = portion[6::UUID_BYTES].translate(_VERSION)
    portion[8::UUID_BYTES] = portion[8::UUID_BYTES].translate(_VARIANT)
    raw = bytes(portion)
    return [uuid_of(raw[at : at + UUID_BYTES]) for at in range(0, PORTION_BYTES, UUID_BYTES)]
