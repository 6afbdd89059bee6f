"""A child's rights over its data: erasure, and access to what is held and to who has read it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.disclosure import SubjectRecord
from contracts.facts import CHILD
from domain.errors import ErasureRefusedError, NotFoundError
from domain.identifiers import parse_publisher_id
from domain.periods import london_date
from domain.vocabulary import ErasureReason, HoldReason
from hub.archive.filling import Payloads
from hub.database import Database
from hub.identity.disclosing import record_of
from hub.identity.erasing import destroy, has_open_episode
from hub.identity.erasure_journal import ErasureJournal, Journalled
from hub.identity.holds import Hold, holds_of, release_holds, set_hold
from hub.identity.keys import Keys
from hub.identity.reading_log import IdentityRead, reads_of, record_read
from hub.identity.scrubbing import scrub_keys
from hub.ledger.appending import lock_head

# The longest that a backup, a write-ahead log or a topic segment is kept.
BACKUPS_KEPT = timedelta(days=30)

_SUBJECT: LiteralString = """
SELECT erased_at FROM vault.subjects WHERE subject_id = %(subject)s FOR UPDATE
"""
_BY_REFERENCE: LiteralString = """
SELECT subject_id FROM vault.own_references WHERE reference_key = %(key)s
"""
_LOST: LiteralString = """
SELECT 1 FROM intake.lost_identities WHERE subject_ids @> ARRAY[%(subject)s::uuid] LIMIT 1
"""
_NOT_ERASED: LiteralString = """
SELECT j.subject_id
  FROM unnest(%(subjects)s::uuid[]) AS j (subject_id)
  LEFT JOIN vault.subjects s ON s.subject_id = j.subject_id
 WHERE s.erased_at IS NULL
 ORDER BY j.subject_id
"""


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """What became of an erasure; complete_on: when the last backup from before it has expired."""

    subject_id: UUID
    erased_at: datetime
    complete_on: date
    already: bool


class SubjectRights:
    """Erases, keeps and discloses; works under the vault's role."""

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

        Raises ErasureRefusedError while an episode of the child is open or a hold stands,
        NotFoundError if there is no such child, ErasureJournalError if the erasure could not be
        done again after a restore; then nothing is erased. What was counted stays counted.
        """
        with self._database.transaction() as connection:
            done = self._erase(connection, subject_id, reason)
        # Also if it was erased before: this may be what failed then.
        scrub_keys(self._database.url)
        return done

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
                    head = destroy(connection, head, self._keys, journalled[subject_id])
        if missing:
            scrub_keys(self._database.url)
        return len(missing)

    def disclose(self, subject_id: UUID, *, reader: str, purpose: str) -> SubjectRecord:
        """Return everything that is held about a child; the read is on record before it happens."""
        with self._database.transaction() as connection:
            if connection.execute(_SUBJECT, {"subject": subject_id}).fetchone() is None:
                raise NotFoundError("There is no child with this identifier.")
            record_read(connection, reader=reader, purpose=purpose, subjects=[subject_id])
        with self._database.snapshot() as connection:
            record = record_of(connection, self._keys, self._payloads, subject_id)
        if record is None:
            raise NotFoundError("There is no child with this identifier.")
        return record

    def hold(self, subject_id: UUID, reason: HoldReason, *, by: str) -> None:
        """Order that a child's identity is kept until the hold is released.

        Raises NotFoundError if there is nothing to keep.
        """
        with self._database.transaction() as connection:
            row = connection.execute(_SUBJECT, {"subject": subject_id}).fetchone()
            if row is None:
                raise NotFoundError("There is no child with this identifier.")
            if row[0] is not None:
                raise NotFoundError("This child was erased: there is nothing left to keep.")
            set_hold(connection, subject_id, reason, by, self._now())

    def release(self, subject_id: UUID, reason: HoldReason | None, *, by: str) -> int:
        """End the holds on a child for one reason, or for all (None); return how many stood.

        Raises NotFoundError if none did.
        """
        with self._database.transaction() as connection:
            ended = release_holds(connection, subject_id, reason, by, self._now())
        if not ended:
            raise NotFoundError("No such hold stands on this child.")
        return ended

    def holds(self, subject_id: UUID | None = None) -> list[Hold]:
        """Return the holds that stand, on one child or on all."""
        with self._database.snapshot() as connection:
            return holds_of(connection, subject_id)

    def reads(
        self, *, subject: UUID | None = None, since: datetime | None = None
    ) -> list[IdentityRead]:
        """Return who has read identity, when and why: of one child, or of all."""
        with self._database.snapshot() as connection:
            return reads_of(connection, subject=subject, since=since)

    def _erase(
        self, connection: Connection[TupleRow], subject_id: UUID, reason: ErasureReason
    ) -> Erasure:
        values = {"subject": subject_id}
        head = lock_head(connection)
        row = connection.execute(_SUBJECT, values).fetchone()
        if row is not None and row[0] is not None:
            return _erasure(subject_id, row[0], already=True)
        if row is None and connection.execute(_LOST, values).fetchone() is None:
            raise NotFoundError("There is no child with this identifier.")
        self._refuse(connection, subject_id)
        now = self._now()
        erasure = Journalled(subject_id=subject_id, reason=reason, erased_at=now)
        # Before the commit: what a restore would not know must not be said to be done.
        self._journal.add(erasure)
        destroy(connection, head, self._keys, erasure)
        return _erasure(subject_id, now, already=False)

    def _refuse(self, connection: Connection[TupleRow], subject_id: UUID) -> None:
        if has_open_episode(connection, self._payloads, subject_id):
            raise ErasureRefusedError(
                "An episode of this child is open: erase when the child has been found."
            )
        standing = holds_of(connection, subject_id)
        if standing:
            reasons = ", ".join(sorted({each.reason.value for each in standing}))
            raise ErasureRefusedError(
                f"This child's identity must be kept ({reasons}): erase when hub hold --release"
                " has ended that."
            )

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC)


def _erasure(subject_id: UUID, erased_at: datetime, *, already: bool) -> Erasure:
    return Erasure(
        subject_id=subject_id,
        erased_at=erased_at,
        complete_on=london_date(erased_at + BACKUPS_KEPT),
        already=already,
    )
