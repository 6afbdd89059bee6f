"""Random bytes from the operating system, asked for in large portions.

A call into the system for every nonce and identifier costs more than sealing a value does.
"""

import os
from threading import local
from uuid import UUID

PORTION_BYTES = 16_384
UUID_BYTES = 16

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
    return UUID(bytes=random_bytes(UUID_BYTES), version=4)
