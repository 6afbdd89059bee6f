"""How the hub describes its own state: positions, sums that must balance, sizes, versions."""

from dataclasses import dataclass, field
from datetime import datetime

from msgspec.json import encode

from domain.reconciliation_terms import SourceRowTotals


@dataclass(frozen=True, kw_only=True)
class SubmissionTotals:
    """Every submission ever received, by how it ended; the parts add up to `received`.

    received: counted where messages enter, not summed from the parts.
    """

    received: int
    accepted: int
    duplicate: int
    conflict: int
    rejected: int
    in_flight: int
    balanced: bool = field(init=False)

    def __post_init__(self) -> None:
        """State whether the parts add up."""
        parts = self.accepted + self.duplicate + self.conflict + self.rejected + self.in_flight
        object.__setattr__(self, "balanced", parts == self.received)


@dataclass(frozen=True, kw_only=True)
class SourceEpisodeTotals:
    """Every source episode by its bucket; the buckets add up to `total`.

    total: counted from the source episodes themselves, not summed from the buckets.
    """

    total: int
    matched: int
    police_only: int
    authority_only: int
    in_review: int
    held: int
    void: int
    balanced: bool = field(init=False)

    def __post_init__(self) -> None:
        """State whether the buckets add up."""
        counted = self.matched + self.police_only + self.authority_only
        apart = self.in_review + self.held + self.void
        object.__setattr__(self, "balanced", counted + apart == self.total)


def source_episode_totals(rows: SourceRowTotals) -> SourceEpisodeTotals:
    """Return the buckets of the source episodes in the form that answers show."""
    return SourceEpisodeTotals(
        total=rows.total,
        matched=rows.matched,
        police_only=rows.police_only,
        authority_only=rows.authority_only,
        in_review=rows.in_review,
        held=rows.held,
        void=rows.void,
    )


@dataclass(frozen=True, kw_only=True)
class IntakeStop:
    """A topic that is not read until an operator decides where to go on; detail: what was found."""

    topic: str
    publisher: str
    code: str
    detail: str
    stopped_at: datetime


@dataclass(frozen=True, kw_only=True)
class Versions:
    """What runs: the hub, the database schema, the definitions of the counts."""

    hub: str
    schema: str
    definition: str


@dataclass(frozen=True, kw_only=True)
class HubStatus:
    """The state of the hub, read in one snapshot.

    ledger_position: the last record; 0: none. projection_position, linked_position: how far the
    views and the linkage have come. database_bytes: size of the whole database. stopped_topics:
    those that intake reads no more. unsent_rejections: those that no topic holds yet.
    rebuild_needed: the views follow other definitions than the program, and stand still.
    """

    ledger_position: int
    projection_position: int
    linked_position: int
    submissions: SubmissionTotals
    source_episodes: SourceEpisodeTotals
    parked_children: int
    publishers_heard: int
    versions: Versions
    database_bytes: int
    stopped_topics: tuple[IntakeStop, ...] = ()
    unsent_rejections: int = 0
    rebuild_needed: bool = False

    @property
    def balanced(self) -> bool:
        """Whether nothing was lost or doubled on the way."""
        return self.submissions.balanced and self.source_episodes.balanced


@dataclass(frozen=True, kw_only=True)
class HealthDocument:
    """Whether a process lives, or can do its work; `checks` names each thing looked at."""

    status: str
    checks: dict[str, str] = field(default_factory=dict)


def status_json(status: HubStatus) -> bytes:
    """Return the status as `hub status --json` and `/v1/status` print it."""
    return encode(status)
