"""Finds the refused messages that are about a child: they are not sealed under its key."""

from dataclasses import dataclass
from json import dumps
from typing import LiteralString
from uuid import UUID

from msgspec.json import Decoder, encode
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.identity import Identity
from domain.errors import KeyMissingError
from hub.identity.keys import Keys
from hub.identity.reading_log import record_read
from hub.identity.vault import decrypt

READER, PURPOSE = "operator", "erase"

_WRAPPED: LiteralString = """
SELECT wrapped_key FROM vault.subjects
 WHERE subject_id = %(subject)s AND wrapped_key IS NOT NULL
"""
_REFERENCES: LiteralString = """
SELECT id, sealed FROM vault.own_references WHERE subject_id = %(subject)s ORDER BY id
"""
_IDENTITIES: LiteralString = """
SELECT id, sealed FROM vault.identities WHERE subject_id = %(subject)s ORDER BY id
"""
# Of the child's publisher, and of nobody: what breaks its contract may not say whose it is.
_REFUSED: LiteralString = """
SELECT m.submission_id, m.sealed
  FROM vault.refused_messages m
  JOIN vault.subjects s ON s.subject_id = %(subject)s
 WHERE m.publisher IN (s.publisher, 'unknown')
 ORDER BY m.submission_id
"""
_FORGET: LiteralString = "DELETE FROM vault.refused_messages WHERE submission_id = ANY(%(about)s)"

_BLOCKS = Decoder(Identity)


@dataclass(frozen=True, kw_only=True, repr=False)
class _Signs:
    """What tells that a message is about a child: one of `any`, or all of one set of `names`."""

    any: tuple[bytes, ...]
    names: tuple[tuple[bytes, ...], ...]

    def in_message(self, message: bytes) -> bool:
        text = message.lower()
        return any(each in text for each in self.any) or any(
            all(part in text for part in each) for each in self.names
        )


def forget_refused(connection: Connection[TupleRow], keys: Keys, subject_id: UUID) -> None:
    """Delete the refused messages of a child's publisher that name the child.

    By a reference, by a number, or by the whole name. What nobody can open any more goes, too.
    """
    try:
        signs = _signs_of(connection, keys, subject_id)
    except KeyMissingError:
        # A damaged key stands in no erasure's way.
        signs = None
    if signs is None:
        return
    record_read(connection, reader=READER, purpose=PURPOSE, subjects=[subject_id])
    about = [
        submission_id
        for submission_id, sealed in connection.execute(_REFUSED, {"subject": subject_id})
        if _is_about(keys, submission_id, bytes(sealed), signs)
    ]
    connection.execute(_FORGET, {"about": about})


def _signs_of(connection: Connection[TupleRow], keys: Keys, subject_id: UUID) -> _Signs | None:
    values = {"subject": subject_id}
    row = connection.execute(_WRAPPED, values).fetchone()
    if row is None:
        return None
    key = decrypt(keys.wrap, subject_id, bytes(row[0]))
    found: list[bytes] = []
    names: list[tuple[bytes, ...]] = []
    for own_id, sealed in connection.execute(_REFERENCES, values):
        reference = decrypt(key, own_id, bytes(sealed)).decode()
        # As a JSON string: one child's reference may be the beginning of another's.
        found += [encode(reference), dumps(reference).encode()]
    for row_id, sealed in connection.execute(_IDENTITIES, values):
        block = _BLOCKS.decode(decrypt(key, row_id, bytes(sealed)))
        found += [each.encode() for each in (block.nhs_number, block.upn) if each]
        if block.forenames and block.surname:
            names.append((block.forenames.encode().lower(), block.surname.encode().lower()))
    return _Signs(any=tuple(each.lower() for each in found), names=tuple(names))


def _is_about(keys: Keys, submission_id: UUID, sealed: bytes, signs: _Signs) -> bool:
    try:
        return signs.in_message(decrypt(keys.refused, submission_id, sealed))
    except KeyMissingError:
        return True
