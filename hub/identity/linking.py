"""What the linker asks of the vault: when children were born, and of whom it knows again."""

from collections.abc import Iterable
from datetime import date
from typing import LiteralString
from uuid import UUID

from msgspec.json import decode
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.identity import Identity
from hub.identity.keys import Keys
from hub.identity.reading_log import record_read
from hub.identity.vault import decrypt

_IDENTITIES: LiteralString = """
SELECT i.id, i.subject_id, i.sealed, s.wrapped_key
  FROM vault.identities i
  JOIN vault.subjects s ON s.subject_id = i.subject_id
 WHERE i.subject_id = ANY(%(subjects)s) AND s.wrapped_key IS NOT NULL
 ORDER BY i.subject_id, i.position
"""
_HEALED: LiteralString = """
DELETE FROM intake.lost_identities WHERE healed RETURNING subject_ids
"""


def healed(connection: Connection[TupleRow]) -> set[UUID]:
    """Return the children of whom the vault knows again, once: what follows from it is due now."""
    return {each for row in connection.execute(_HEALED) for each in row[0]}


def birth_dates(
    connection: Connection[TupleRow], keys: Keys, subjects: Iterable[UUID]
) -> dict[UUID, date]:
    """Return the birth dates that the vault knows, by subject: the last one registered."""
    found: dict[UUID, date] = {}
    wanted = sorted(subjects)
    record_read(connection, reader="linker", purpose="age", subjects=wanted)
    rows = connection.execute(_IDENTITIES, {"subjects": wanted})
    for row_id, subject_id, sealed, wrapped in rows:
        key = decrypt(keys.wrap, subject_id, bytes(wrapped))
        identity = decode(decrypt(key, row_id, bytes(sealed)), type=Identity)
        if identity.birth_date is not None:
            found[subject_id] = date.fromisoformat(identity.birth_date)
    return found
