"""An event once the ledger holds it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Whence a record came: publisher id (or `hub`), submission, and when it happened, UTC."""

    publisher: str
    submission_id: UUID | None
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class RecordedEvent:
    """An event as the ledger holds it: position from 1 without gaps, and when it was recorded."""

    position: int
    recorded_at: datetime
    provenance: Provenance
    event: Event
