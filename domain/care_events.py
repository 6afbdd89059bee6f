"""Where a child lives and who is responsible: placements, care, protection plans, reviews."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.about import AboutChild, When
from domain.safeguarding import OutOfAreaReason, ProtectionCategory


@dataclass(frozen=True, kw_only=True)
class PlacementStarted:
    """An authority placed a looked-after child.

    placement_type, provider: SSDA903 `PLACE` and `PLACE_PROVIDER` codes.
    location_restricted: the placement is protected (¶82).
    provider_urn: Ofsted's unique reference number of the home or agency.
    """

    type: ClassVar[str] = "placement-started"

    placement_id: UUID
    subject_id: UUID
    started: When
    placement_type: str
    provider: str | None = None
    placing_authority: str | None = None
    host_authority: str | None = None
    location_restricted: bool = False
    provider_urn: str | None = None
    out_of_area_reason: OutOfAreaReason | None = None


@dataclass(frozen=True, kw_only=True)
class PlacementEnded:
    """A placement ended; reason: SSDA903 `REASON_PLACE_CHANGE` code."""

    type: ClassVar[str] = "placement-ended"

    placement_id: UUID
    subject_id: UUID
    ended: When
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class PlacementHostNotified:
    """The authority in which a child was placed was told of it (¶78)."""

    type: ClassVar[str] = "placement-host-notified"

    placement_id: UUID
    subject_id: UUID
    host_authority: str
    notified: When


@dataclass(frozen=True, kw_only=True)
class PlacementHostAcknowledged(AboutChild):
    """The authority in which a child was placed confirmed that it was told (¶78)."""

    type: ClassVar[str] = "placement-host-acknowledged"

    placement_id: UUID
    host_authority: str
    acknowledged: When


@dataclass(frozen=True, kw_only=True)
class CareStarted:
    """A child became looked after; legal_status: SSDA903 `LS` code."""

    type: ClassVar[str] = "care-started"

    care_id: UUID
    subject_id: UUID
    started: When
    responsible_authority: str | None = None
    legal_status: str | None = None


@dataclass(frozen=True, kw_only=True)
class CareStatusChanged(AboutChild):
    """The legal status of a looked-after child changed; legal_status: SSDA903 `LS` code."""

    type: ClassVar[str] = "care-status-changed"

    care_id: UUID
    legal_status: str
    changed: When


@dataclass(frozen=True, kw_only=True)
class CareEnded:
    """A child ceased to be looked after; reason: SSDA903 `REC` code."""

    type: ClassVar[str] = "care-ended"

    care_id: UUID
    subject_id: UUID
    ended: When
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProtectionPlanStarted(AboutChild):
    """A child became the subject of a child protection plan (¶24, 75)."""

    type: ClassVar[str] = "protection-plan-started"

    plan_id: UUID
    started: When
    category: ProtectionCategory | None = None


@dataclass(frozen=True, kw_only=True)
class ProtectionPlanEnded(AboutChild):
    """A child protection plan ended."""

    type: ClassVar[str] = "protection-plan-ended"

    plan_id: UUID
    ended: When


@dataclass(frozen=True, kw_only=True)
class StatutoryReviewHeld(AboutChild):
    """The statutory review of a looked-after child was held (¶76)."""

    type: ClassVar[str] = "statutory-review-held"

    held: When
    early_because_missing: bool


@dataclass(frozen=True, kw_only=True)
class EpisodeCountStated(AboutChild):
    """A publisher stated how often a child was missing or away in a period, without the episodes.

    from_date, to_date: London dates, both inside the period. last_interview_offered, _accepted:
    after the last missing episode (Ofsted Annex A, list 8).
    """

    type: ClassVar[str] = "episode-count-stated"

    from_date: date
    to_date: date
    missing_episodes: int
    away_episodes: int | None = None
    last_interview_offered: bool | None = None
    last_interview_accepted: bool | None = None
