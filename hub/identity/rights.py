"""A child's rights over its data: erasure, and access to what is held."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import LiteralString
from uuid import UUID

from msgspec.json import decode
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.disclosure import HeldEvent, HeldIdentity, HeldReference, SubjectRecord
from contracts.facts import CHILD
from contracts.identity import Identity
from contracts.stored import HUB, encode_event
from domain.decisions import IdentityErased
from domain.errors import ErasureRefusedError, NotFoundError
from domain.facts import fold_episode
from domain.identifiers import parse_publisher_id
from domain.periods import london_date
from domain.records import Provenance, RecordedEvent
from domain.vocabulary import ErasureReason
from hub.archive.filling import Payloads
from hub.database import Database
from hub.identity.erasure_journal import ErasureJournal, Journalled
from hub.identity.keys import Keys
from hub.identity.vault import decrypt
from hub.ledger.appending import Draft, Head, append, encoded, lock_head
from hub.ledger.reading import read_streams

# The longest that a backup, a write-ahead log or a topic segment is kept.
BACKUPS_KEPT = timedelta(days=30)

_SUBJECT: LiteralString = """
SELECT wrapped_key, erased_at FROM vault.subjects WHERE subject_id = %(subject)s FOR UPDATE
"""
_BY_REFERENCE: LiteralString = """
SELECT subject_id FROM vault.own_references WHERE reference_key = %(key)s
"""
_DESTROY_KEY: LiteralString = """
UPDATE vault.subjects SET wrapped_key = NULL, erased_at = %(now)s WHERE subject_id = %(subject)s
"""
_ERASE: tuple[LiteralString, ...] = (
    "DELETE FROM vault.link_keys WHERE subject_id = %(subject)s",
    "DELETE FROM vault.identities WHERE subject_id = %(subject)s",
    "DELETE FROM vault.own_references WHERE subject_id = %(subject)s",
    "UPDATE vault.returned_rows SET sealed = NULL, held_for = NULL WHERE subject_id = %(subject)s",
    _DESTROY_KEY,
)
# A child of whom a restored database knows nothing but its records: its rows are not to come back.
_ENTOMB: LiteralString = """
INSERT INTO vault.subjects (subject_id, publisher, erased_at)
VALUES (%(subject)s, 'hub', %(now)s) ON CONFLICT DO NOTHING
"""
_LET_GO: tuple[LiteralString, ...] = (
    """
    UPDATE intake.lost_identities SET subject_ids = array_remove(subject_ids, %(subject)s)
     WHERE subject_ids @> ARRAY[%(subject)s::uuid]
    """,
    "DELETE FROM intake.lost_identities WHERE subject_ids = '{}'",
)
_LOST: LiteralString = """
SELECT 1 FROM intake.lost_identities WHERE subject_ids @> ARRAY[%(subject)s::uuid] LIMIT 1
"""
_RECORDED: LiteralString = """
SELECT count(*), count(*) FILTER (WHERE topic = %(erased)s)
  FROM ledger.stored_events WHERE originator_id = %(subject)s
"""
_NOT_ERASED: LiteralString = """
SELECT j.subject_id
  FROM unnest(%(subjects)s::uuid[]) AS j (subject_id)
  LEFT JOIN vault.subjects s ON s.subject_id = j.subject_id
 WHERE s.erased_at IS NULL
 ORDER BY j.subject_id
"""
_AUDIT: LiteralString = """
INSERT INTO vault.reads (read_at, reader, purpose, subject_id)
VALUES (%(now)s, %(reader)s, %(purpose)s, %(subject)s)
"""
_IDENTITIES: LiteralString = """
SELECT id, sealed, recorded_at FROM vault.identities
 WHERE subject_id = %(subject)s ORDER BY position
"""
_REFERENCES: LiteralString = """
SELECT id, kind, sealed FROM vault.own_references
 WHERE subject_id = %(subject)s ORDER BY kind, id
"""
_STREAMS: LiteralString = """
SELECT id FROM vault.own_references WHERE subject_id = %(subject)s AND kind = 'episode' ORDER BY id
"""


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """What became of an erasure; complete_on: when the last backup from before it has expired."""

    subject_id: UUID
    erased_at: datetime
    complete_on: date
    already: bool


class SubjectRights:
    """Erases and discloses; works under the vault's role."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        payloads: Payloads,
        clock: Callable[[], datetime],
        journal: ErasureJournal,
    ) -> None:
        """Take the vault's database and keys; `clock` gives the time in UTC.

        payloads: where those lie that were detached.
        """
        self._database = database
        self._keys = keys
        self._payloads = payloads
        self._clock = clock
        self._journal = journal

    def find(self, text: str) -> UUID:
        """Return the subject named by its identifier, or as PUBLISHER/REFERENCE.

        Raises NotFoundError if there is none; an erased child has no references any more.
        """
        publisher, slash, reference = text.partition("/")
        if slash:
            key = self._keys.reference_key(CHILD, parse_publisher_id(publisher), reference)
            with self._database.transaction() as connection:
                row = connection.execute(_BY_REFERENCE, {"key": key}).fetchone()
            if row is None:
                raise NotFoundError("This publisher has no child with this reference.")
            subject_id: UUID = row[0]
            return subject_id
        try:
            return UUID(text)
        except ValueError as error:
            raise NotFoundError(
                "Name the child by its identifier, or as PUBLISHER/REFERENCE."
            ) from error

    def erase(self, subject_id: UUID, reason: ErasureReason) -> Erasure:
        """Destroy a child's key and everything that finds it again, and record that it was done.

        Raises ErasureRefusedError while an episode of the child is open, NotFoundError if there
        is no such child, ErasureJournalError if the erasure could not be done again after a
        restore; then nothing is erased. What was counted stays counted.
        """
        now = self._clock().astimezone(UTC)
        values = {"subject": subject_id, "now": now}
        with self._database.transaction() as connection:
            head = lock_head(connection)
            row = connection.execute(_SUBJECT, values).fetchone()
            if row is not None and row[1] is not None:
                return _erasure(subject_id, row[1], already=True)
            if row is None and connection.execute(_LOST, values).fetchone() is None:
                raise NotFoundError("There is no child with this identifier.")
            if _has_open_episode(connection, self._payloads, subject_id):
                raise ErasureRefusedError(
                    "An episode of this child is open: erase when the child has been found."
                )
            erasure = Journalled(subject_id=subject_id, reason=reason, erased_at=now)
            # Before the commit: what a restore would not know must not be said to be done.
            self._journal.add(erasure)
            _destroy(connection, head, erasure)
        return _erasure(subject_id, now, already=False)

    def replay(self) -> int:
        """Do every journalled erasure again that the database does not know; return how many."""
        journalled = {each.subject_id: each for each in self._journal.entries()}
        if not journalled:
            return 0
        with self._database.transaction() as connection:
            missing = connection.execute(_NOT_ERASED, {"subjects": list(journalled)}).fetchall()
            if missing:
                head = lock_head(connection)
                for (subject_id,) in missing:
                    head = _destroy(connection, head, journalled[subject_id])
        return len(missing)

    def disclose(self, subject_id: UUID, *, reader: str, purpose: str) -> SubjectRecord:
        """Return everything that is held about a child; the read is on record before it happens."""
        now = self._clock().astimezone(UTC)
        values = {"subject": subject_id, "now": now, "reader": reader, "purpose": purpose}
        with self._database.transaction() as connection:
            row = connection.execute(_SUBJECT, values).fetchone()
            if row is None:
                raise NotFoundError("There is no child with this identifier.")
            connection.execute(_AUDIT, values)
        with self._database.snapshot() as connection:
            return self._record(connection, subject_id, row)

    def _record(
        self,
        connection: Connection[TupleRow],
        subject_id: UUID,
        row: TupleRow,
    ) -> SubjectRecord:
        values = {"subject": subject_id}
        identities: list[HeldIdentity] = []
        references: list[HeldReference] = []
        if row[0] is not None:
            key = decrypt(self._keys.wrap, subject_id, bytes(row[0]))
            for row_id, sealed, recorded_at in connection.execute(_IDENTITIES, values):
                plain = decrypt(key, row_id, bytes(sealed))
                identities.append(
                    HeldIdentity(identity=decode(plain, type=Identity), recorded_at=recorded_at)
                )
            for own_id, kind, sealed in connection.execute(_REFERENCES, values):
                plain = decrypt(key, own_id, bytes(sealed))
                references.append(HeldReference(kind=str(kind), reference=plain.decode()))
        streams = [subject_id, *(each[0] for each in connection.execute(_STREAMS, values))]
        events = tuple(
            HeldEvent(
                position=record.position,
                type=record.event.type,
                publisher=record.provenance.publisher,
                occurred_at=record.provenance.occurred_at,
                recorded_at=record.recorded_at,
                data=decode(encode_event(record.event)),
            )
            for record in read_streams(connection, self._payloads, streams)
        )
        return SubjectRecord(
            subject_id=subject_id,
            erased_at=row[1],
            identities=tuple(identities),
            references=tuple(references),
            events=events,
        )


def _destroy(connection: Connection[TupleRow], head: Head, erasure: Journalled) -> Head:
    """Erase a child in the caller's transaction, which holds the head; return the new head.

    It is recorded once, and only of a child of whom the ledger has heard.
    """
    values = {
        "subject": erasure.subject_id,
        "now": erasure.erased_at,
        "erased": IdentityErased.type,
    }
    for statement in (*_ERASE, _ENTOMB, *_LET_GO):
        connection.execute(statement, values)
    records, erasures = connection.execute(_RECORDED, values).fetchone() or (0, 0)
    if erasures or not records:
        return head
    event = IdentityErased(subject_id=erasure.subject_id, reason=erasure.reason)
    origin = Provenance(publisher=HUB, submission_id=None, occurred_at=erasure.erased_at)
    drafts = [encoded(Draft(event=event, provenance=origin))]
    return append(connection, head, drafts, now=erasure.erased_at)


def _has_open_episode(
    connection: Connection[TupleRow], payloads: Payloads, subject_id: UUID
) -> bool:
    """Return whether the ledger, which the linker may lag behind, has an episode without an end."""
    streams = [each[0] for each in connection.execute(_STREAMS, {"subject": subject_id})]
    episodes: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    for record in read_streams(connection, payloads, streams):
        episodes[record.event.episode_id].append(record)  # type: ignore[union-attr]
    folded = [fold_episode(records) for records in episodes.values()]
    return any(each.counts and each.ended is None for each in folded)


def _erasure(subject_id: UUID, erased_at: datetime, *, already: bool) -> Erasure:
    return Erasure(
        subject_id=subject_id,
        erased_at=erased_at,
        complete_on=london_date(erased_at + BACKUPS_KEPT),
        already=already,
    )
