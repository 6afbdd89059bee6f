"""The bodies of messages about where a child lives and who is responsible."""

from contracts.bodies import ChildBody
from contracts.fields import (
    AreaCode,
    AuthorityCode,
    DateText,
    ListCode,
    ProviderUrn,
    Quantity,
    Ref,
    WhenText,
)
from domain.care_events import (
    CareEnded,
    CareStarted,
    CareStatusChanged,
    EpisodeCountStated,
    PlacementEnded,
    PlacementHostAcknowledged,
    PlacementHostNotified,
    PlacementStarted,
    ProtectionPlanEnded,
    ProtectionPlanStarted,
    StatutoryReviewHeld,
)
from domain.safeguarding import OutOfAreaReason, ProtectionCategory


class PlacementStartedBody(ChildBody, frozen=True):
    """A placement began; `subject` of the envelope is the child's reference."""

    event_type = "missing.placement.started.v1"
    title = "A placement started"
    source = "¶72, 82-83"
    event = PlacementStarted
    own = "placement"
    own_field = "placement"

    placement: Ref
    started: WhenText
    placement_type: ListCode
    provider: ListCode | None = None
    placing_authority: AuthorityCode | None = None
    host_authority: AreaCode | None = None
    location_restricted: bool = False
    provider_urn: ProviderUrn | None = None
    out_of_area_reason: OutOfAreaReason | None = None


class PlacementEndedBody(ChildBody, frozen=True):
    """A placement ended."""

    event_type = "missing.placement.ended.v1"
    title = "A placement ended"
    source = "¶72"
    event = PlacementEnded
    own = "placement"
    own_field = "placement"

    placement: Ref
    ended: WhenText
    reason: ListCode | None = None


class PlacementHostNotifiedBody(ChildBody, frozen=True):
    """The authority in which a child is placed was told."""

    event_type = "missing.placement.host-notified.v1"
    title = "A host authority notified of a placement"
    source = "¶78"
    event = PlacementHostNotified
    own = "placement"
    own_field = "placement"

    placement: Ref
    host_authority: AreaCode
    notified: WhenText


class PlacementHostAcknowledgedBody(ChildBody, frozen=True):
    """The authority in which a child is placed confirmed that it was told."""

    event_type = "missing.placement.host-acknowledged.v1"
    title = "A notified placement acknowledged"
    source = "¶78"
    event = PlacementHostAcknowledged
    own = "placement"
    own_field = "placement"

    placement: Ref
    host_authority: AreaCode
    acknowledged: WhenText


class CareStartedBody(ChildBody, frozen=True):
    """A child became looked after; the responsible authority is the publisher unless given."""

    event_type = "missing.care.started.v1"
    title = "A child became looked after"
    source = "¶24, 75"
    event = CareStarted
    own = "care"
    own_field = "care"

    care: Ref
    started: WhenText
    responsible_authority: AuthorityCode | None = None
    legal_status: ListCode | None = None


class CareStatusChangedBody(ChildBody, frozen=True):
    """The legal status of a looked-after child changed."""

    event_type = "missing.care.status-changed.v1"
    title = "A legal status changed"
    source = "¶24, 75"
    event = CareStatusChanged
    own = "care"
    own_field = "care"

    care: Ref
    legal_status: ListCode
    changed: WhenText


class CareEndedBody(ChildBody, frozen=True):
    """A child ceased to be looked after."""

    event_type = "missing.care.ended.v1"
    title = "A child ceased to be looked after"
    source = "¶24, 75"
    event = CareEnded
    own = "care"
    own_field = "care"

    care: Ref
    ended: WhenText
    reason: ListCode | None = None


class ProtectionPlanStartedBody(ChildBody, frozen=True):
    """A child became the subject of a child protection plan."""

    event_type = "missing.protection-plan.started.v1"
    title = "A child protection plan started"
    source = "¶24, 75"
    event = ProtectionPlanStarted
    own = "plan"
    own_field = "plan"

    plan: Ref
    started: WhenText
    category: ProtectionCategory | None = None


class ProtectionPlanEndedBody(ChildBody, frozen=True):
    """A child protection plan ended."""

    event_type = "missing.protection-plan.ended.v1"
    title = "A child protection plan ended"
    source = "¶24, 75"
    event = ProtectionPlanEnded
    own = "plan"
    own_field = "plan"

    plan: Ref
    ended: WhenText


class StatutoryReviewHeldBody(ChildBody, frozen=True):
    """The statutory review of a looked-after child was held."""

    event_type = "missing.review.held.v1"
    title = "A statutory review held"
    source = "¶76"
    event = StatutoryReviewHeld

    held: WhenText
    early_because_missing: bool


class EpisodeCountStatedBody(ChildBody, frozen=True):
    """How often a child was missing or away in a period, where the episodes are not known."""

    event_type = "missing.episode-count.stated.v1"
    title = "A number of episodes stated"
    source = "Ofsted Annex A, list 8"
    event = EpisodeCountStated

    from_date: DateText
    to_date: DateText
    missing_episodes: Quantity
    away_episodes: Quantity | None = None
    last_interview_offered: bool | None = None
    last_interview_accepted: bool | None = None
