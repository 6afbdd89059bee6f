"""Reads registrations out of the vault, in clear, for the linker's memory only."""

from collections.abc import Iterable, Iterator, Mapping
from typing import LiteralString
from uuid import UUID

from msgspec.json import Decoder
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.identity import Identity
from domain.identifiers import PublisherId, publisher_area, publisher_kind
from hub.identity.keys import Keys
from hub.identity.reading_log import record_read, record_whole_read
from hub.identity.vault import decrypt
from hub.linkage.records import LinkRecord, link_record

_OF: LiteralString = """
SELECT DISTINCT ON (i.subject_id)
       i.id, i.subject_id, i.sealed, s.wrapped_key, s.publisher, p.sex, p.registered_on,
       ARRAY(SELECT DISTINCT e.started_on FROM link.episodes e
              WHERE e.subject_id = i.subject_id AND e.started_on IS NOT NULL
              ORDER BY e.started_on),
       ARRAY(SELECT h.authority FROM link.hosts h
              WHERE h.subject_id = i.subject_id ORDER BY h.authority)
  FROM vault.identities i
  JOIN vault.subjects s ON s.subject_id = i.subject_id
  JOIN link.persons p ON p.subject_id = i.subject_id
 WHERE s.wrapped_key IS NOT NULL AND i.subject_id = ANY(%(subjects)s)
 ORDER BY i.subject_id, i.position DESC
"""
_ALL: LiteralString = """
SELECT p.subject_id
  FROM link.persons p
  JOIN vault.subjects s ON s.subject_id = p.subject_id AND s.wrapped_key IS NOT NULL
 WHERE EXISTS (SELECT FROM vault.identities i WHERE i.subject_id = p.subject_id)
 ORDER BY p.subject_id
"""
_AT_ONCE = 10_000

_IDENTITIES = Decoder(Identity)


class RecordReader:
    """Reads what linking compares; every reading is put on record in the same transaction."""

    def __init__(self, keys: Keys, force_of: Mapping[str, str]) -> None:
        """Take the vault's keys; force_of: the force whose area each authority lies in."""
        self._keys = keys
        self._force_of = force_of

    def read(
        self, connection: Connection[TupleRow], subjects: Iterable[UUID], *, purpose: str
    ) -> list[LinkRecord]:
        """Return the registrations of these subjects, as they stand; erased ones are left out."""
        wanted = sorted(set(subjects))
        record_read(connection, reader="linker", purpose=purpose, subjects=wanted)
        return list(self._records(connection, wanted))

    def read_all(
        self, connection: Connection[TupleRow], *, reader: str, purpose: str
    ) -> tuple[int, Iterator[LinkRecord]]:
        """Return how many registrations there are, and give them all in the order of subjects."""
        subjects = [row[0] for row in connection.execute(_ALL)]
        record_whole_read(connection, reader=reader, purpose=purpose, number=len(subjects))
        return len(subjects), self._in_parts(connection, subjects)

    def _in_parts(
        self, connection: Connection[TupleRow], subjects: list[UUID]
    ) -> Iterator[LinkRecord]:
        for first in range(0, len(subjects), _AT_ONCE):
            yield from self._records(connection, subjects[first : first + _AT_ONCE])

    def _records(
        self, connection: Connection[TupleRow], subjects: list[UUID]
    ) -> Iterator[LinkRecord]:
        for row in connection.execute(_OF, {"subjects": subjects}, binary=True):
            row_id, subject_id, sealed, wrapped, publisher, sex, registered_on, days, hosts = row
            key = decrypt(self._keys.wrap, subject_id, bytes(wrapped))
            yield link_record(
                subject_id,
                publisher,
                _IDENTITIES.decode(decrypt(key, row_id, bytes(sealed))),
                sex=sex,
                days=days,
                forces=self.forces_of(PublisherId(publisher), hosts),
                registered_on=registered_on,
            )

    def forces_of(self, publisher: PublisherId, hosts: Iterable[str]) -> set[str]:
        """Return the force areas in which a child lives, or the force that reported it."""
        area = publisher_area(publisher)
        if publisher_kind(publisher) == "police-force":
            return {area}
        places = (area, *hosts)
        return {self._force_of[each] for each in places if each in self._force_of}
