"""The vault's rows: what intake writes there, sealed under a key per child."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from struct import Struct as Packing
from typing import LiteralString
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct
from psycopg import Connection
from psycopg.rows import TupleRow

from domain.errors import KeyMissingError
from hub.binary_copy import bytes_field, copy_in, microseconds, text_field
from hub.identity.randomness import random_bytes, random_uuid

NONCE_BYTES = 12
KEY_BYTES = 32
REFUSED_KEPT = timedelta(days=30)
REFUSED_PER_PUBLISHER = 1000

_RESOLVE: LiteralString = """
SELECT reference_key, id, subject_id, wrapped_key FROM vault.resolve(%(keys)b)
"""


class Resolved(Struct, frozen=True, kw_only=True, gc=False):
    """What the vault knows of a reference; wrapped_key: of the child it belongs to."""

    id: UUID
    subject_id: UUID
    wrapped_key: bytes


@dataclass(kw_only=True)
class VaultRows:
    """The rows that one batch adds to the vault, in the order of each table's columns."""

    subjects: list[tuple[UUID, str, bytes]] = field(default_factory=list)
    references: list[tuple[bytes, str, UUID, UUID, bytes]] = field(default_factory=list)
    identities: list[tuple[UUID, UUID, int, bytes, datetime]] = field(default_factory=list)
    refused: list[tuple[UUID, str, bytes, datetime]] = field(default_factory=list)


_COPY_SUBJECTS: LiteralString = """
COPY vault.subjects (subject_id, publisher, wrapped_key) FROM STDIN (FORMAT BINARY)
"""
_COPY_REFERENCES: LiteralString = """
COPY vault.own_references (reference_key, kind, id, subject_id, sealed) FROM STDIN (FORMAT BINARY)
"""
_COPY_IDENTITIES: LiteralString = """
COPY vault.identities (id, subject_id, position, sealed, recorded_at) FROM STDIN (FORMAT BINARY)
"""
_ID = Packing(">i16s")
_TWO_IDS = Packing(">i16si16s")
_TWO_IDS_AND_POSITION = Packing(">hi16si16siq")
_INSTANT = Packing(">iq")
_ADD_SUBJECT: LiteralString = """
INSERT INTO vault.subjects (subject_id, publisher, wrapped_key)
VALUES (%(subject)s, %(publisher)s, %(wrapped)s) ON CONFLICT DO NOTHING
"""
_ADD_REFUSED: LiteralString = """
INSERT INTO vault.refused_messages (submission_id, publisher, sealed, expires_at)
VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


def encrypt(key: bytes, row_id: UUID, plain: bytes) -> bytes:
    """Return AES-256-GCM of a value, bound to its row: nonce, then ciphertext with tag."""
    nonce = random_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, row_id.bytes)


def decrypt(key: bytes, row_id: UUID, sealed: bytes) -> bytes:
    """Return what `encrypt` sealed. Raises KeyMissingError if key or row are not the right ones."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], row_id.bytes)
    except (InvalidTag, ValueError) as error:
        raise KeyMissingError(
            "A vault row cannot be opened: the key is not the right one."
        ) from error


def new_child_key(wrap: bytes, subject_id: UUID) -> tuple[bytes, bytes]:
    """Return a fresh key for a child, plain and wrapped."""
    key = random_bytes(KEY_BYTES)
    return key, encrypt(wrap, subject_id, key)


def new_subject_id() -> UUID:
    """Return a random identifier; nothing about the child goes into it."""
    return random_uuid()


def resolve(connection: Connection[TupleRow], keys: Sequence[bytes]) -> dict[bytes, Resolved]:
    """Return what the vault knows of these reference keys; unknown ones are left out."""
    rows = connection.execute(_RESOLVE, {"keys": list(keys)}, binary=True).fetchall()
    return {
        bytes(row[0]): Resolved(id=row[1], subject_id=row[2], wrapped_key=bytes(row[3]))
        for row in rows
        if row[3] is not None
    }


def add_subject(
    connection: Connection[TupleRow], subject_id: UUID, publisher: str, wrapped_key: bytes
) -> bool:
    """Add one child under an identifier that it had before; False: it is there, or was erased."""
    values = {"subject": subject_id, "publisher": publisher, "wrapped": wrapped_key}
    return connection.execute(_ADD_SUBJECT, values).rowcount == 1


def write(connection: Connection[TupleRow], rows: VaultRows) -> None:
    """Add a batch's rows to the vault, in the caller's transaction."""
    if rows.subjects:
        copy_in(connection, _COPY_SUBJECTS, [_subject(*row) for row in rows.subjects])
    if rows.references:
        copy_in(connection, _COPY_REFERENCES, [_reference(*row) for row in rows.references])
    if rows.identities:
        copy_in(connection, _COPY_IDENTITIES, [_identity(*row) for row in rows.identities])
    if rows.refused:
        with connection.cursor() as cursor:
            cursor.executemany(_ADD_REFUSED, rows.refused)


def _subject(subject_id: UUID, publisher: str, wrapped_key: bytes) -> bytes:
    return (
        b"\0\3" + _ID.pack(16, subject_id.bytes) + text_field(publisher) + bytes_field(wrapped_key)
    )


def _reference(key: bytes, kind: str, own_id: UUID, subject_id: UUID, sealed: bytes) -> bytes:
    ids = _TWO_IDS.pack(16, own_id.bytes, 16, subject_id.bytes)
    return b"\0\5" + bytes_field(key) + text_field(kind) + ids + bytes_field(sealed)


def _identity(
    row_id: UUID, subject_id: UUID, position: int, sealed: bytes, recorded_at: datetime
) -> bytes:
    head = _TWO_IDS_AND_POSITION.pack(5, 16, row_id.bytes, 16, subject_id.bytes, 8, position)
    return head + bytes_field(sealed) + _INSTANT.pack(8, microseconds(recorded_at))
