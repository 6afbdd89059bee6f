"""What the hub writes to a publisher's rejects topic: CloudEvents that quote nothing of its own."""

from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct
from msgspec.json import encode

from contracts.reasons import Reason

REJECTION: Final = "hub.submission.rejected.v1"
REJECTION_SOURCE: Final = "urn:missing-hub:hub"


class RejectedSubmission(Struct, frozen=True, kw_only=True):
    """Which record of a topic was not taken, and why; codes and pointers only.

    submission_id: its receipt, for /v1/submissions/{id}. outcome: rejected or conflict. reason:
    null for a conflict. pointer: JSON pointer to the place; empty: the whole message. message: what
    the reason means. topic, offset: where the publisher wrote the record.
    """

    submission_id: UUID
    outcome: Literal["rejected", "conflict"]
    reason: Reason | None
    pointer: str
    message: str
    topic: str
    offset: int


class RejectionEvent(Struct, frozen=True, kw_only=True):
    """One record of a rejects topic: a CloudEvent in structured mode.

    id: the same each time that this record is sent; a reader passes over ids that it has seen.
    subject: the receipt of the submission. time: when it was settled.
    """

    specversion: Literal["1.0"]
    id: UUID
    source: Literal["urn:missing-hub:hub"]
    type: Literal["hub.submission.rejected.v1"]
    time: datetime
    subject: UUID
    datacontenttype: Literal["application/json"]
    data: RejectedSubmission


def rejection_event(
    event_id: UUID, settled_at: datetime, rejected: RejectedSubmission
) -> RejectionEvent:
    """Return the event that tells of a rejected submission."""
    return RejectionEvent(
        specversion="1.0",
        id=event_id,
        source=REJECTION_SOURCE,
        type=REJECTION,
        time=settled_at.astimezone(UTC),
        subject=rejected.submission_id,
        datacontenttype="application/json",
        data=rejected,
    )


def rejection_json(event: RejectionEvent) -> bytes:
    """Return an event as it is written to the topic."""
    return encode(event)
