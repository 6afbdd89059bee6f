"""The answer to a subject access request: everything that is held about one child."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from contracts.identity import Identity


class HeldIdentity(Struct, frozen=True, kw_only=True):
    """One identity block, as a publisher registered it."""

    identity: Identity
    recorded_at: datetime


class HeldReference(Struct, frozen=True, kw_only=True):
    """One of a publisher's own references; kind: child, episode, placement or care."""

    kind: str
    reference: str


class HeldEvent(Struct, frozen=True, kw_only=True):
    """One record of the ledger about the child."""

    position: int
    type: str
    publisher: str
    occurred_at: datetime
    recorded_at: datetime
    data: dict[str, Any]


class SubjectRecord(Struct, frozen=True, kw_only=True):
    """What the hub holds about a child; erased_at: the identity is gone since then."""

    subject_id: UUID
    erased_at: datetime | None
    identities: tuple[HeldIdentity, ...]
    references: tuple[HeldReference, ...]
    events: tuple[HeldEvent, ...]
