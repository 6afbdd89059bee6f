"""How submissions are answered over HTTP: receipts, single look-ups, lists of rejects."""

import csv
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict

from contracts.import_lines import as_text
from contracts.outcomes import (
    Outcome,
    Receipt,
    RecordCursor,
    Rejection,
    SubmissionProofs,
    SubmissionRecord,
)
from domain.errors import UsageError

SUBMISSIONS_PATH: Final = "/v1/submissions/"

MOST_REJECTS: Final = 500
REJECT_COLUMNS: Final = ("id", "publisher", "received_at", "seen", "reason", "pointer", "message")

# A cursor is a short text: anything longer was not ours.
LONGEST_CURSOR: Final = 128


class ReceiptDocument(Struct, frozen=True, kw_only=True):
    """The receipt of one message, and its outcome once that is known.

    id: the same for every retry of the same content. href: null in a dry run, where there is
    nothing to be asked for later. outcome: null while it is in flight.
    """

    id: UUID
    href: str | None
    outcome: Outcome | None
    position: int | None
    rejection: Rejection | None


class ReceiptsDocument(Struct, frozen=True, kw_only=True):
    """One receipt for each message of a request, in its order.

    dry_run: nothing was stored; every outcome is the one that there would have been.
    """

    submissions: tuple[ReceiptDocument, ...]
    dry_run: bool = False


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


class SubmissionAnswer(SubmissionDocument, frozen=True, kw_only=True):
    """What the hub knows of one submission, and what proves that its ledger holds it.

    proofs: a C2SP tlog-proof for each record that it made; empty until a public checkpoint covers
    them. proofs_due_at: when that checkpoint is due, UTC; null: nothing is awaited.
    """

    proofs: tuple[str, ...]
    proofs_due_at: datetime | None


class RejectsDocument(Struct, frozen=True, kw_only=True):
    """A page of a publisher's rejected submissions, the latest first.

    next: the path of the page that follows; null: this is the last.
    """

    publisher: str
    rejects: tuple[SubmissionDocument, ...]
    next: str | None


def receipts_document(receipts: Sequence[Receipt], *, dry_run: bool = False) -> ReceiptsDocument:
    """Return the answer to a request that sent messages, or had them checked."""
    return ReceiptsDocument(
        submissions=tuple(_receipt(receipt, kept=not dry_run) for receipt in receipts),
        dry_run=dry_run,
    )


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


def submission_answer(record: SubmissionRecord, proofs: SubmissionProofs) -> SubmissionAnswer:
    """Return the answer to a look-up, with what proves the submission."""
    return SubmissionAnswer(
        **asdict(submission_document(record)),
        proofs=proofs.texts,
        proofs_due_at=proofs.due_at,
    )


def rejects_csv(page: RejectsDocument) -> str:
    """Return a page of rejects as CSV (RFC 4180)."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(REJECT_COLUMNS)
    for each in page.rejects:
        reason = each.rejection
        writer.writerow(
            (
                each.id,
                page.publisher,
                each.received_at.astimezone(UTC).isoformat(),
                each.seen,
                reason.reason.value if reason else "",
                as_text(reason.pointer) if reason else "",
                reason.message if reason else "",
            )
        )
    return text.getvalue()


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


def _receipt(receipt: Receipt, *, kept: bool) -> ReceiptDocument:
    settled = receipt.settled
    return ReceiptDocument(
        id=receipt.submission_id,
        href=f"{SUBMISSIONS_PATH}{receipt.submission_id}" if kept else None,
        outcome=settled.outcome if settled else None,
        position=settled.position if settled else None,
        rejection=settled.rejection if settled else None,
    )
