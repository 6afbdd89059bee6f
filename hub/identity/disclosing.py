"""The answer to an access request, put together from vault, ledger and the record of reads."""

from typing import LiteralString
from uuid import UUID

from msgspec.json import decode
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.disclosure import (
    HeldEvent,
    HeldHold,
    HeldIdentity,
    HeldRead,
    HeldReference,
    SubjectRecord,
)
from contracts.identity import Identity
from contracts.stored import encode_event
from hub.archive.filling import Payloads
from hub.identity.erasing import episode_streams
from hub.identity.holds import holds_of
from hub.identity.keys import Keys
from hub.identity.reading_log import reads_of
from hub.identity.vault import decrypt
from hub.ledger.reading import read_streams

_SUBJECT: LiteralString = """
SELECT wrapped_key, erased_at FROM vault.subjects WHERE subject_id = %(subject)s
"""
_IDENTITIES: LiteralString = """
SELECT id, sealed, recorded_at FROM vault.identities
 WHERE subject_id = %(subject)s ORDER BY position
"""
_REFERENCES: LiteralString = """
SELECT id, kind, sealed FROM vault.own_references
 WHERE subject_id = %(subject)s ORDER BY kind, id
"""
_FELLOWS: LiteralString = """
SELECT other.subject_id
  FROM link.persons self JOIN link.persons other USING (person_id)
 WHERE self.subject_id = %(subject)s AND other.subject_id <> self.subject_id
 ORDER BY other.first_position, other.subject_id
"""


def record_of(
    connection: Connection[TupleRow], keys: Keys, payloads: Payloads, subject_id: UUID
) -> SubjectRecord | None:
    """Return everything that is held about a child; None: nobody has heard of it.

    The caller has put the read on record.
    """
    values = {"subject": subject_id}
    row = connection.execute(_SUBJECT, values).fetchone()
    if row is None:
        return None
    identities: tuple[HeldIdentity, ...] = ()
    references: tuple[HeldReference, ...] = ()
    if row[0] is not None:
        key = decrypt(keys.wrap, subject_id, bytes(row[0]))
        identities = _identities(connection, key, subject_id)
        references = _references(connection, key, subject_id)
    return SubjectRecord(
        subject_id=subject_id,
        erased_at=row[1],
        same_child=tuple(each[0] for each in connection.execute(_FELLOWS, values)),
        identities=identities,
        references=references,
        events=_events(connection, payloads, subject_id),
        holds=tuple(
            HeldHold(reason=each.reason.value, set_at=each.set_at, released_at=each.released_at)
            for each in holds_of(connection, subject_id, standing=False)
        ),
        reads=tuple(
            HeldRead(read_at=each.read_at, reader=each.reader, purpose=each.purpose)
            for each in reads_of(connection, subject=subject_id)
        ),
    )


def _identities(
    connection: Connection[TupleRow], key: bytes, subject_id: UUID
) -> tuple[HeldIdentity, ...]:
    return tuple(
        HeldIdentity(
            identity=decode(decrypt(key, row_id, bytes(sealed)), type=Identity),
            recorded_at=recorded_at,
        )
        for row_id, sealed, recorded_at in connection.execute(_IDENTITIES, {"subject": subject_id})
    )


def _references(
    connection: Connection[TupleRow], key: bytes, subject_id: UUID
) -> tuple[HeldReference, ...]:
    return tuple(
        HeldReference(kind=str(kind), reference=decrypt(key, own_id, bytes(sealed)).decode())
        for own_id, kind, sealed in connection.execute(_REFERENCES, {"subject": subject_id})
    )


def _events(
    connection: Connection[TupleRow], payloads: Payloads, subject_id: UUID
) -> tuple[HeldEvent, ...]:
    streams = [subject_id, *episode_streams(connection, subject_id)]
    return tuple(
        HeldEvent(
            position=record.position,
            type=record.event.type,
            publisher=record.provenance.publisher,
            occurred_at=record.provenance.occurred_at,
            recorded_at=record.recorded_at,
            data=decode(encode_event(record.event)),
        )
        for record in read_streams(connection, payloads, streams)
    )
