"""Opens identity for a person who must see it: first the read is on record, then it happens."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from msgspec.json import Decoder

from contracts.identity import Identity
from hub.database import Database
from hub.identity.keys import Keys
from hub.identity.vault import decrypt

_ANNOUNCE: LiteralString = """
SELECT vault.announce_read(%(reader)s, %(purpose)s, %(subjects)s::uuid[])
"""
_READ: LiteralString = """
SELECT id, subject_id, sealed, wrapped_key FROM vault.read_identities(%(announced)s)
 ORDER BY subject_id
"""
_IDENTITIES = Decoder(Identity)


def read_identities(
    database: Database, keys: Keys, subjects: Sequence[UUID], *, reader: str, purpose: str
) -> dict[UUID, Identity]:
    """Return the last identity block of these children; erased ones are left out.

    Works under the vault's role and the reviewers'. It must not be called inside a transaction of
    the same database: that this is read is committed by itself before anything is opened.
    """
    whose = sorted(set(subjects))
    if not whose:
        return {}
    values = {"reader": reader, "purpose": purpose, "subjects": whose}
    with database.transaction() as connection:
        announced = connection.execute(_ANNOUNCE, values).fetchone()
    with database.transaction() as connection:
        rows = connection.execute(_READ, {"announced": announced and announced[0]}).fetchall()
    found = {}
    for row_id, subject_id, sealed, wrapped in rows:
        key = decrypt(keys.wrap, subject_id, bytes(wrapped))
        found[subject_id] = _IDENTITIES.decode(decrypt(key, row_id, bytes(sealed)))
    return found
