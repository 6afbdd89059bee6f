"""How submissions are answered over HTTP: receipts, single look-ups, lists of rejects."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from contracts.outcomes import Outcome, Receipt, RecordCursor, Rejection, SubmissionRecord
from domain.errors import UsageError

SUBMISSIONS_PATH: Final = "/v1/submissions/"

# A cursor is a short text: anything longer was not ours.
LONGEST_CURSOR: Final = 128


class ReceiptDocument(Struct, frozen=True, kw_only=True):
    """The receipt of one message, and its outcome once that is known.

    id: the same for every retry of the same content. outcome: null while it is in flight.
    """

    id: UUID
    href: str
    outcome: Outcome | None
    position: int | None
    rejection: Rejection | None


class ReceiptsDocument(Struct, frozen=True, kw_only=True):
    """One receipt for each message of a request, in its order."""

    submissions: tuple[ReceiptDocument, ...]


class SubmissionDocument(Struct, frozen=True, kw_only=True):
    """What the hub knows of one submission; its content is not shown.

    outcome: null while it is in flight. seen: how often the same content came.
    """

    id: UUID
    publisher: str | None
    outcome: Outcome | None
    position: int | None
    rejection: Rejection | None
    received_at: datetime
    seen: int


class RejectsDocument(Struct, frozen=True, kw_only=True):
    """A page of a publisher's rejected submissions, the latest first.

    next: the path of the page that follows; null: this is the last.
    """

    publisher: str
    rejects: tuple[SubmissionDocument, ...]
    next: str | None


def receipts_document(receipts: Sequence[Receipt]) -> ReceiptsDocument:
    """Return the answer to a request that sent messages."""
    return ReceiptsDocument(submissions=tuple(_receipt(receipt) for receipt in receipts))


def submission_document(record: SubmissionRecord) -> SubmissionDocument:
    """Return the answer to a look-up."""
    return SubmissionDocument(
        id=record.submission_id,
        publisher=record.publisher,
        outcome=record.outcome,
        position=record.position,
        rejection=record.rejection,
        received_at=record.received_at,
        seen=record.seen,
    )


def encode_cursor(record: SubmissionRecord) -> str:
    """Return the opaque text that stands for the place after a record."""
    at = record.received_at.astimezone(UTC).isoformat()
    return urlsafe_b64encode(f"{at} {record.submission_id}".encode()).decode().rstrip("=")


def decode_cursor(text: str) -> RecordCursor:
    """Return the place that a cursor stands for. Raises UsageError if the hub never gave it out."""
    try:
        if len(text) > LONGEST_CURSOR:
            raise ValueError
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        at, _, submission_id = urlsafe_b64decode(padded).decode("ascii").partition(" ")
        received_at = datetime.fromisoformat(at)
        if received_at.tzinfo is None:
            raise ValueError
        return RecordCursor(
            received_at=received_at.astimezone(UTC), submission_id=UUID(submission_id)
        )
    except (ValueError, OverflowError):
        raise UsageError(
            "The cursor is not one that the hub gave out; start at the first page."
        ) from None


def _receipt(receipt: Receipt) -> ReceiptDocument:
    settled = receipt.settled
    return ReceiptDocument(
        id=receipt.submission_id,
        href=f"{SUBMISSIONS_PATH}{receipt.submission_id}",
        outcome=settled.outcome if settled else None,
        position=settled.position if settled else None,
        rejection=settled.rejection if settled else None,
    )
