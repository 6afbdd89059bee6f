"""The one function that every submission goes through, whichever door it came in by.

`Intake.settle` reads a batch and commits it. Who has the next batch already lets another thread
read it meanwhile, with `Intake.read`, and hands what came of it on in `Batch.read`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from msgspec.structs import replace
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.facts import to_events
from contracts.outcomes import Outcome, Rejection, Settled
from contracts.reasons import MEANING, Reason
from contracts.stored import HUB
from contracts.submissions import Contract
from domain.decisions import OutcomeCount, SubmissionsSettled
from domain.identifiers import PublisherId
from domain.records import Provenance
from hub.accounts import (
    Accepted,
    Refused,
    known_submissions,
    record_accepted,
    record_refused,
    record_seen_again,
    tally,
)
from hub.database import Database
from hub.healing import heal
from hub.identity.keys import Keys
from hub.identity.randomness import random_uuid
from hub.identity.splitting import Splitter
from hub.identity.vault import REFUSED_KEPT, write
from hub.leases import Lease
from hub.ledger.appending import Draft, EncodedDraft, append, encoded, lock_head
from hub.message_reading import Message, MessageReader, ReadMessage
from hub.offsets import OffsetMove, move_offsets
from hub.outbox import Place, queue_rejections

# Below every position that the ledger has: a rehearsal counts from here.
NOWHERE = -(10**9)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Messages to settle together; transport: `https`, `file`, `kafka` or `replay`.

    read: what `Intake.read` made of just these messages; None: they are read when settled.
    offsets, leases: what moves with the batch, and the right to move it. places: where each message
    came from, if its rejection is to be told on a topic.
    """

    messages: Sequence[Message]
    transport: str
    read: Sequence[ReadMessage] | None = None
    offsets: Sequence[OffsetMove] = ()
    leases: Sequence[Lease] = ()
    places: Sequence[Place] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where a message belongs, and its receipt; publisher: None if it breaks its contract."""

    submission_id: UUID
    publisher: PublisherId | None


@dataclass(kw_only=True)
class Work:
    """What one batch adds up to, while its transaction is open."""

    splitter: Splitter
    settled: list[Settled] = field(default_factory=list)
    drafts: list[EncodedDraft] = field(default_factory=list)
    accepted: dict[bytes, Accepted] = field(default_factory=dict)
    repeated: list[bytes] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def forget(self) -> None:
        """Keep only what decides how later messages end."""
        self.settled = []
        self.drafts = []
        self.repeated = []
        self.refused = []
        self.splitter.forget_rows()


class Intake:
    """Settles batches: each message ends as accepted, duplicate, conflict or rejected."""

    def __init__(
        self, database: Database, keys: Keys, contract: Contract, clock: Callable[[], datetime]
    ) -> None:
        """Work under the intake role; `clock` gives the time in UTC."""
        self._database = database
        self._keys = keys
        self._reader = MessageReader(keys, contract, clock)
        self._clock = clock

    def read(self, messages: Sequence[Message]) -> list[ReadMessage]:
        """Read messages that will be settled together; any thread may do so, and nothing is stored.

        Raises what the hub itself fails on; then leave `Batch.read` empty, and `settle` will too.
        """
        return self._reader.read_all(messages)

    def settle(self, batch: Batch) -> list[Settled]:
        """Record a batch: facts, vault rows, outcomes and offsets, all or nothing.

        Returns the outcomes in the order of the messages; on return they are durable. Raises
        FencedOutError if another process has read on from the same offsets; then nothing of the
        batch was stored.
        """
        read = self.read(batch.messages) if batch.read is None else batch.read
        now = self._clock().astimezone(UTC)
        with self._database.transaction() as connection:
            head = lock_head(connection)
            move_offsets(connection, batch.offsets, batch.leases)
            work = self.begin()
            self._sort(connection, work, read, head.position, now)
            outcomes = _count(read, work.settled)
            if read:
                work.drafts.append(_settled_record(outcomes, now))
            append(connection, head, work.drafts, now=now)
            write(connection, work.splitter.rows)
            record_accepted(connection, work.accepted)
            record_seen_again(connection, work.repeated)
            record_refused(connection, work.refused, now)
            queue_rejections(connection, batch.places, work.settled, now)
            received = Counter([each.publisher for each in read])
            tally(connection, received, outcomes, transport=batch.transport, now=now)
        return work.settled

    def begin(self) -> Work:
        """Return the work of a batch, or of a rehearsal, before its first message."""
        return Work(splitter=Splitter(self._keys))

    def rehearse(self, messages: Sequence[Message], work: Work) -> list[Settled]:
        """Return how messages would end now, after those that `work` has seen; stores nothing.

        What would be new has no position; a duplicate has that of the message in the ledger.
        """
        read = self._reader.read_all(messages)
        with self._database.snapshot() as connection:
            self._sort(connection, work, read, NOWHERE, self._clock().astimezone(UTC))
        settled = work.settled
        work.forget()
        return [
            each if (each.position or 0) > 0 else replace(each, position=None) for each in settled
        ]

    def address(self, messages: Sequence[Message]) -> list[Address]:
        """Return receipts and publishers of messages that somebody else will settle.

        A message that breaks its contract has no publisher, whoever sent it: it may hold identity
        in clear, which no broker may see, so it is settled where it came in.
        """
        return [
            Address(
                submission_id=each.receipt,
                publisher=each.submission.publisher if each.submission else None,
            )
            for each in self._reader.read_all(messages)
        ]

    def _sort(
        self,
        connection: Connection[TupleRow],
        work: Work,
        read: Sequence[ReadMessage],
        position: int,
        now: datetime,
    ) -> None:
        """Decide each message's outcome, in order; later ones see what earlier ones did."""
        known = known_submissions(
            connection, (each.source_key for each in read if each.submission is not None)
        )
        if position != NOWHERE:
            heal(connection, work.splitter, read, known, now)
        work.splitter.prepare(
            connection,
            (one for each in read if each.source_key not in known for one in each.named),
        )
        for each in read:
            before = known.get(each.source_key) or work.accepted.get(each.source_key)
            if each.rejection is not None:
                self._refuse(work, each, Outcome.REJECTED, each.rejection, now)
            elif before is None:
                self._accept(work, each, position, now)
            elif before.says(each.content_key):
                work.repeated.append(each.source_key)
                settled = Settled(
                    submission_id=each.receipt, outcome=Outcome.DUPLICATE, position=before.position
                )
                work.settled.append(settled)
            else:
                self._refuse(work, each, Outcome.CONFLICT, None, now)

    def _accept(self, work: Work, each: ReadMessage, position: int, now: datetime) -> None:
        submission = each.submission
        if submission is None:
            raise ValueError("only a submission that was read can be accepted")
        identified = work.splitter.split(submission.publisher, each.named)
        if identified is None:
            reason = Reason.SUBJECT_MISMATCH
            rejection = Rejection(reason=reason, pointer="/subject", message=MEANING[reason])
            self._refuse(work, each, Outcome.REJECTED, rejection, now)
            return
        given = position + len(work.drafts) + 1
        if each.identity is not None:
            work.splitter.register(identified[0].own_id, each.identity, position=given, now=now)
        receipt_id = each.receipt
        provenance = Provenance(
            publisher=submission.publisher,
            submission_id=receipt_id,
            occurred_at=submission.occurred_at,
        )
        for event in to_events(submission, identified):
            work.drafts.append(encoded(Draft(event=event, provenance=provenance)))
        work.accepted[each.source_key] = Accepted(content_key=each.content_key, position=given)
        settled = Settled(submission_id=receipt_id, outcome=Outcome.ACCEPTED, position=given)
        work.settled.append(settled)

    def _refuse(
        self,
        work: Work,
        each: ReadMessage,
        outcome: Outcome,
        rejection: Rejection | None,
        now: datetime,
    ) -> None:
        work.splitter.refuse(each.receipt, each.publisher, each.raw, now + REFUSED_KEPT)
        work.refused.append(
            Refused(
                submission_id=each.receipt,
                publisher=each.publisher,
                outcome=outcome,
                rejection=rejection,
            )
        )
        settled = Settled(submission_id=each.receipt, outcome=outcome, rejection=rejection)
        work.settled.append(settled)


def _count(read: Sequence[ReadMessage], settled: Sequence[Settled]) -> tuple[OutcomeCount, ...]:
    """Return how a batch ended, by publisher, outcome and reason, in a fixed order."""
    ends = list(zip(read, settled, strict=True))
    # Nearly all of them: names alone are counted much faster than names with an outcome.
    taken = Outcome.ACCEPTED
    accepted = Counter([each.publisher for each, end in ends if end.outcome is taken])
    counts = Counter({(name, taken.value, ""): count for name, count in accepted.items()})
    counts.update(
        (each.publisher, end.outcome.value, end.rejection.reason.value if end.rejection else "")
        for each, end in ends
        if end.outcome is not taken
    )
    return tuple(
        OutcomeCount(publisher=publisher, outcome=outcome, reason=reason, count=count)
        for (publisher, outcome, reason), count in sorted(counts.items())
    )


def _settled_record(outcomes: tuple[OutcomeCount, ...], now: datetime) -> EncodedDraft:
    origin = Provenance(publisher=HUB, submission_id=None, occurred_at=now)
    event = SubmissionsSettled(outcomes=outcomes, salt=random_uuid())
    return encoded(Draft(event=event, provenance=origin))
