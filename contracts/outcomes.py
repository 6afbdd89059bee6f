"""What a publisher gets back for each submission."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from contracts.reasons import Reason
from domain.identifiers import PublisherId


class Outcome(StrEnum):
    """The four ends of a submission; every submission has exactly one."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REJECTED = "rejected"


class Rejection(Struct, frozen=True, kw_only=True, gc=False):
    """Why a submission cannot be taken, without any value of it.

    pointer: JSON pointer (RFC 6901) to the place; empty: the whole message.
    """

    reason: Reason
    pointer: str
    message: str


class Settled(Struct, frozen=True, kw_only=True, gc=False):
    """The end of one submission.

    submission_id: the receipt; the same for every retry of the same content.
    position: in the ledger, if accepted; of the first acceptance, if duplicate.
    """

    submission_id: UUID
    outcome: Outcome
    position: int | None = None
    rejection: Rejection | None = None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the hub hands back for one message: it is durable from now on.

    settled: None while the outcome is not known yet.
    """

    submission_id: UUID
    settled: Settled | None = None


@dataclass(frozen=True, kw_only=True)
class SubmissionRecord:
    """What the hub remembers of a submission, without its content.

    publisher: the one that sent it, or its source; None: neither is known.
    outcome: None while it is in flight.
    received_at: when it first came, UTC. seen: how often the same content came.
    """

    submission_id: UUID
    publisher: PublisherId | None
    outcome: Outcome | None
    position: int | None = None
    rejection: Rejection | None = None
    received_at: datetime
    seen: int = 1


@dataclass(frozen=True, kw_only=True)
class SubmissionProofs:
    """What proves that the ledger holds a submission.

    texts: a C2SP tlog-proof for each record that it made, in their order; empty: not yet, or never.
    due_at: when the public checkpoint that will cover it is due, UTC; None: nothing is awaited.
    """

    texts: tuple[str, ...] = ()
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, order=True)
class RecordCursor:
    """A place in a list of records: a batch shares its instant, so the id breaks the tie."""

    received_at: datetime
    submission_id: UUID


@dataclass(frozen=True, kw_only=True)
class RejectsQuery:
    """Which rejects are asked for.

    before: only those that come after this place in the order of the answer; None: from the
    latest. reason: only this one; None: any. since, until: received at or after, and before.
    """

    publisher: PublisherId
    limit: int
    before: RecordCursor | None = None
    reason: Reason | None = None
    since: datetime | None = None
    until: datetime | None = None
