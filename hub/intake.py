"""The one function that every submission goes through, whichever door it came in by."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.facts import references_of, to_event
from contracts.identity import Identity
from contracts.messages import SubjectRegisteredBody
from contracts.outcomes import Outcome, Rejection, Settled
from contracts.reasons import MEANING, Reason
from contracts.stored import HUB
from contracts.submissions import Contract, Submission, read_submission
from domain.decisions import OutcomeCount, SubmissionsSettled
from domain.identifiers import PublisherId
from domain.records import Provenance
from hub.accounts import (
    Accepted,
    OffsetMove,
    Refused,
    known_submissions,
    move_offsets,
    record_accepted,
    record_refused,
    record_seen_again,
    tally,
)
from hub.database import Database
from hub.identity.keys import Keys, receipt
from hub.identity.sealing import identity_bytes, unseal
from hub.identity.splitting import Named, Splitter, named
from hub.identity.vault import REFUSED_KEPT, write
from hub.ledger.appending import Draft, EncodedDraft, append, encoded, lock_head

UNKNOWN_PUBLISHER = "unknown"


class Message(Struct, frozen=True, kw_only=True, gc=False):
    """Bytes as they came in.

    sent_by: whom the transport vouches for; None: the local operator, who may send for anyone.
    rejection: decided before intake (a row that an adapter refuses, a message that the hub itself
        failed on); it is put on record, and the bytes are kept sealed.
    """

    raw: bytes
    sent_by: PublisherId | None
    rejection: Rejection | None = None


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Messages to settle together; transport: `https`, `file` or `kafka`."""

    messages: Sequence[Message]
    transport: str
    offsets: Sequence[OffsetMove] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where a message belongs, and its receipt; publisher: None if it breaks its contract."""

    submission_id: UUID
    publisher: PublisherId | None


class _Read(Struct, frozen=True, kw_only=True, gc=False):
    """One message after reading, before the database has been asked."""

    publisher: str
    raw: bytes
    source_key: bytes
    content_key: bytes
    submission: Submission | None = None
    named: Named | None = None
    identity: Identity | None = None
    rejection: Rejection | None = None

    @property
    def receipt(self) -> UUID:
        return receipt(self.source_key, self.content_key)


@dataclass(kw_only=True)
class _Work:
    """What one batch adds up to, while its transaction is open."""

    splitter: Splitter
    settled: list[Settled] = field(default_factory=list)
    drafts: list[EncodedDraft] = field(default_factory=list)
    accepted: dict[bytes, Accepted] = field(default_factory=dict)
    repeated: list[bytes] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


class Intake:
    """Settles batches: each message ends as accepted, duplicate, conflict or rejected."""

    def __init__(
        self, database: Database, keys: Keys, contract: Contract, clock: Callable[[], datetime]
    ) -> None:
        """Work under the intake role; `clock` gives the time in UTC."""
        self._database = database
        self._keys = keys
        self._contract = contract
        self._clock = clock

    def settle(self, batch: Batch) -> list[Settled]:
        """Record a batch: facts, vault rows, outcomes and offsets, all or nothing.

        Returns the outcomes in the order of the messages; on return they are durable. Raises
        FencedOutError if another process has read on from the same offsets; then nothing of the
        batch was stored.
        """
        read = [self._read(message) for message in batch.messages]
        now = self._clock().astimezone(UTC)
        with self._database.transaction() as connection:
            head = lock_head(connection)
            move_offsets(connection, batch.offsets)
            work = self._sort(connection, read, head.position, now)
            outcomes = _count(read, work.settled)
            if read:
                work.drafts.append(_settled_record(outcomes, now))
            append(connection, head, work.drafts, now=now)
            write(connection, work.splitter.rows)
            record_accepted(connection, work.accepted)
            record_seen_again(connection, work.repeated)
            record_refused(connection, work.refused, now)
            received = Counter(each.publisher for each in read)
            tally(connection, received, outcomes, transport=batch.transport, now=now)
        return work.settled

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
            for each in map(self._read, messages)
        ]

    def _read(self, message: Message) -> _Read:
        """Read one message as far as that goes without the database."""
        if message.rejection is not None:
            return self._refused_before(message, message.rejection)
        result = read_submission(message.raw, sent_by=message.sent_by, contract=self._contract)
        if isinstance(result, Rejection):
            return self._unreadable(message, result)
        identity = None
        opened = b""
        if isinstance(result.body, SubjectRegisteredBody):
            identity_or_not = unseal(result.body.identity, self._keys.sealing)
            if isinstance(identity_or_not, Rejection):
                return self._unreadable(message, identity_or_not)
            identity = identity_or_not
            opened = identity_bytes(identity)
        return _Read(
            publisher=result.publisher,
            raw=message.raw,
            source_key=self._keys.source_key(result.publisher, result.event_id),
            content_key=self._keys.content_key(result.content(opened)),
            submission=result,
            named=named(self._keys, result.publisher, references_of(result)),
            identity=identity,
        )

    def _refused_before(self, message: Message, rejection: Rejection) -> _Read:
        """Return a message with the rejection that it came with; its receipt stays the same."""
        try:
            read = self._read(replace(message, rejection=None))
        except Exception:  # noqa: BLE001 - reading it may be what the hub fails on
            return self._unreadable(message, rejection)
        return replace(read, submission=None, named=None, identity=None, rejection=rejection)

    def _unreadable(self, message: Message, rejection: Rejection) -> _Read:
        publisher = message.sent_by or UNKNOWN_PUBLISHER
        content_key = self._keys.content_key(message.raw)
        source_key = self._keys.source_key(publisher, content_key.hex())
        return _Read(
            publisher=publisher,
            raw=message.raw,
            source_key=source_key,
            content_key=content_key,
            rejection=rejection,
        )

    def _sort(
        self,
        connection: Connection[TupleRow],
        read: Sequence[_Read],
        position: int,
        now: datetime,
    ) -> _Work:
        """Decide each message's outcome, in order; later ones see what earlier ones did."""
        known = known_submissions(
            connection, (each.source_key for each in read if each.submission is not None)
        )
        work = _Work(splitter=Splitter(self._keys))
        work.splitter.prepare(
            connection,
            (
                each.named
                for each in read
                if each.named is not None and each.source_key not in known
            ),
        )
        for each in read:
            before = known.get(each.source_key) or work.accepted.get(each.source_key)
            if each.rejection is not None:
                self._refuse(work, each, Outcome.REJECTED, each.rejection, now)
            elif before is None:
                self._accept(work, each, position, now)
            elif before.content_key == each.content_key:
                work.repeated.append(each.source_key)
                settled = Settled(
                    submission_id=each.receipt, outcome=Outcome.DUPLICATE, position=before.position
                )
                work.settled.append(settled)
            else:
                self._refuse(work, each, Outcome.CONFLICT, None, now)
        return work

    def _accept(self, work: _Work, each: _Read, position: int, now: datetime) -> None:
        submission, names = each.submission, each.named
        if submission is None or names is None:
            raise ValueError("only a submission that was read can be accepted")
        identifiers = work.splitter.split(submission.publisher, names)
        if identifiers is None:
            reason = Reason.SUBJECT_MISMATCH
            rejection = Rejection(reason=reason, pointer="/subject", message=MEANING[reason])
            self._refuse(work, each, Outcome.REJECTED, rejection, now)
            return
        subject_id, own_id = identifiers
        given = position + len(work.drafts) + 1
        if each.identity is not None:
            work.splitter.register(subject_id, each.identity, position=given, now=now)
        event = to_event(submission, subject_id=subject_id, own_id=own_id)
        receipt_id = each.receipt
        provenance = Provenance(
            publisher=submission.publisher,
            submission_id=receipt_id,
            occurred_at=submission.occurred_at,
        )
        work.drafts.append(encoded(Draft(event=event, provenance=provenance)))
        work.accepted[each.source_key] = Accepted(content_key=each.content_key, position=given)
        settled = Settled(submission_id=receipt_id, outcome=Outcome.ACCEPTED, position=given)
        work.settled.append(settled)

    def _refuse(
        self,
        work: _Work,
        each: _Read,
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


def _count(read: Sequence[_Read], settled: Sequence[Settled]) -> tuple[OutcomeCount, ...]:
    """Return how a batch ended, by publisher, outcome and reason, in a fixed order."""
    counts = Counter(
        (
            each.publisher,
            end.outcome.value,
            end.rejection.reason.value if end.rejection else "",
        )
        for each, end in zip(read, settled, strict=True)
    )
    return tuple(
        OutcomeCount(publisher=publisher, outcome=outcome, reason=reason, count=count)
        for (publisher, outcome, reason), count in sorted(counts.items())
    )


def _settled_record(outcomes: tuple[OutcomeCount, ...], now: datetime) -> EncodedDraft:
    origin = Provenance(publisher=HUB, submission_id=None, occurred_at=now)
    return encoded(Draft(event=SubmissionsSettled(outcomes=outcomes), provenance=origin))
