"""The vault's rows: what intake writes there, sealed under a key per child."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct
from psycopg import Connection
from psycopg.rows import TupleRow

from domain.errors import KeyMissingError
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
    link_keys: list[tuple[str, bytes, UUID]] = field(default_factory=list)
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
_COPIES: tuple[tuple[str, LiteralString, tuple[str, ...]], ...] = (
    (
        "subjects",
        _COPY_SUBJECTS,
        ("uuid", "text", "bytea"),
    ),
    (
        "references",
        _COPY_REFERENCES,
        ("bytea", "text", "uuid", "uuid", "bytea"),
    ),
    (
        "identities",
        _COPY_IDENTITIES,
        ("uuid", "uuid", "int8", "bytea", "timestamptz"),
    ),
)
_ADD_LINK_KEYS: LiteralString = """
INSERT INTO vault.link_keys (rule, link_key, subject_id)
SELECT * FROM unnest(%(rules)b::text[], %(keys)b::bytea[], %(subjects)b::uuid[])
ON CONFLICT DO NOTHING
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
    except InvalidTag as error:
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


def write(connection: Connection[TupleRow], rows: VaultRows) -> None:
    """Add a batch's rows to the vault, in the caller's transaction."""
    with connection.cursor() as cursor:
        for name, statement, types in _COPIES:
            values = getattr(rows, name)
            if values:
                with cursor.copy(statement) as copy:
                    copy.set_types(types)
                    for value in values:
                        copy.write_row(value)
        if rows.link_keys:
            rules, keys, subjects = zip(*rows.link_keys, strict=True)
            cursor.execute(
                _ADD_LINK_KEYS,
                {"rules": list(rules), "keys": list(keys), "subjects": list(subjects)},
            )
        if rows.refused:
            cursor.executemany(_ADD_REFUSED, rows.refused)
