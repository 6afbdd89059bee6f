"""Settles messages again that the hub itself had failed on, once its fault is mended."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import LiteralString
from uuid import UUID

from msgspec import Struct
from structlog import get_logger

from contracts.outcomes import Outcome, Settled
from contracts.reasons import Reason
from domain.errors import HubError
from domain.identifiers import PublisherId
from hub.database import Database
from hub.identity.keys import Keys
from hub.identity.reading_log import record_whole_read
from hub.identity.vault import decrypt
from hub.intake import Batch, Intake
from hub.message_reading import UNKNOWN_PUBLISHER, Message

TRANSPORT = "replay"

_FAULTS: LiteralString = """
SELECT r.submission_id, r.publisher, m.sealed
  FROM intake.refusals r JOIN vault.refused_messages m USING (submission_id)
 WHERE r.reason = %(reason)s AND r.replayed_as IS NULL AND r.publisher <> %(unknown)s
   AND (%(publisher)s::text IS NULL OR r.publisher = %(publisher)s)
 ORDER BY r.first_at, r.submission_id
 LIMIT %(limit)s
"""
_REPLAYED: LiteralString = """
UPDATE intake.refusals SET replayed_as = %(replayed_as)s
 WHERE submission_id = %(id)s AND reason = %(reason)s
"""
_FORGET: LiteralString = "DELETE FROM vault.refused_messages WHERE submission_id = %(id)s"


class _Fault(Struct, frozen=True, kw_only=True, gc=False):
    submission_id: UUID
    publisher: str
    sealed: bytes


@dataclass(kw_only=True)
class Replayed:
    """How messages ended this time; failed: receipts of those that the hub fails on still."""

    found: int = 0
    accepted: int = 0
    duplicate: int = 0
    conflict: int = 0
    rejected: int = 0
    failed: list[UUID] = field(default_factory=list)


class Replayer:
    """Takes the messages rejected as `hub-fault` from the vault and settles each anew."""

    def __init__(self, vault: Database, intake_database: Database, intake: Intake, keys: Keys):
        """Read and forget sealed messages under the vault's role, settle under intake's."""
        self._vault = vault
        self._database = intake_database
        self._intake = intake
        self._keys = keys
        self._log = get_logger()

    def replay(self, *, publisher: PublisherId | None, limit: int) -> Replayed:
        """Settle such messages of a publisher (None: of all), the oldest first.

        To do this again is safe: one that was taken is found as a duplicate. Who asks for its old
        receipt is told how it ended now.
        """
        done = Replayed()
        for fault in self._faults(publisher, limit):
            done.found += 1
            try:
                settled = self._settle(fault)
            except HubError:
                raise
            except Exception as error:  # noqa: BLE001 - the next one may go well
                self._log.error(
                    "the hub still fails on a message",
                    submission=str(fault.submission_id),
                    error=type(error).__name__,
                )
                done.failed.append(fault.submission_id)
                continue
            self._put_on_record(fault, settled)
            name = settled.outcome.value
            setattr(done, name, getattr(done, name) + 1)
        return done

    def _faults(self, publisher: PublisherId | None, limit: int) -> Sequence[_Fault]:
        values = {
            "reason": Reason.HUB_FAULT.value,
            "unknown": UNKNOWN_PUBLISHER,
            "publisher": publisher,
            "limit": limit,
        }
        with self._vault.transaction() as connection:
            rows = connection.execute(_FAULTS, values).fetchall()
            record_whole_read(connection, reader="operator", purpose=TRANSPORT, number=len(rows))
        return [
            _Fault(submission_id=row[0], publisher=str(row[1]), sealed=bytes(row[2]))
            for row in rows
        ]

    def _settle(self, fault: _Fault) -> Settled:
        raw = decrypt(self._keys.refused, fault.submission_id, fault.sealed)
        message = Message(raw=raw, sent_by=PublisherId(fault.publisher))
        (settled,) = self._intake.settle(Batch(messages=[message], transport=TRANSPORT))
        return settled

    def _put_on_record(self, fault: _Fault, settled: Settled) -> None:
        values = {
            "id": fault.submission_id,
            "replayed_as": settled.submission_id,
            "reason": Reason.HUB_FAULT.value,
        }
        with self._database.transaction() as connection:
            connection.execute(_REPLAYED, values)
        refused = settled.outcome in (Outcome.REJECTED, Outcome.CONFLICT)
        if refused and settled.submission_id == fault.submission_id:
            return
        with self._vault.transaction() as connection:
            connection.execute(_FORGET, values)
