"""Everything that a hub's keys can open of its database, as a thief of both would have it."""

from collections.abc import Iterator
from typing import LiteralString

from hub.identity.keys import Keys
from hub.identity.vault import decrypt
from hub.wiring import Hub
from tests.hub_steps import rows

_UNDER_A_CHILDS_KEY: tuple[LiteralString, ...] = (
    "SELECT id, subject_id, sealed FROM vault.identities",
    "SELECT id, subject_id, sealed FROM vault.own_references",
    "SELECT row_id, subject_id, sealed FROM vault.returned_rows WHERE sealed IS NOT NULL",
)
_WRAPPED: LiteralString = """
SELECT subject_id, wrapped_key FROM vault.subjects WHERE wrapped_key IS NOT NULL
"""
_REFUSED: LiteralString = "SELECT submission_id, sealed FROM vault.refused_messages"


def opened(hub: Hub) -> Iterator[bytes]:
    """Open every sealed value of the vault whose key is there."""
    yield from opened_with(hub, hub.keys)


def opened_with(hub: Hub, keys: Keys) -> Iterator[bytes]:
    """Open every sealed value of the vault whose key is there, with these keys."""
    children = {
        subject: decrypt(keys.wrap, subject, bytes(wrapped))
        for subject, wrapped in rows(hub, _WRAPPED)
    }
    for query in _UNDER_A_CHILDS_KEY:
        for row_id, subject, sealed in rows(hub, query):
            if subject in children:
                yield decrypt(children[subject], row_id, bytes(sealed))
    for submission, sealed in rows(hub, _REFUSED):
        yield decrypt(keys.refused, submission, bytes(sealed))
