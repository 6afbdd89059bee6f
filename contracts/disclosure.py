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


class HeldHold(Struct, frozen=True, kw_only=True):
    """An order to keep the child's identity; released_at: null while it stands."""

    reason: str
    set_at: datetime
    released_at: datetime | None


class HeldRead(Struct, frozen=True, kw_only=True):
    """One reading of the child's identity, by a process of the hub or by a person."""

    read_at: datetime
    reader: str
    purpose: str


class SubjectRecord(Struct, frozen=True, kw_only=True):
    """What the hub holds about a child, as one publisher knows it.

    erased_at: the identity is gone since then. same_child: the identifiers under which other
    publishers' records of the same child are found, as things stand.
    """

    subject_id: UUID
    erased_at: datetime | None
    same_child: tuple[UUID, ...]
    identities: tuple[HeldIdentity, ...]
    references: tuple[HeldReference, ...]
    events: tuple[HeldEvent, ...]
    holds: tuple[HeldHold, ...]
    reads: tuple[HeldRead, ...]
