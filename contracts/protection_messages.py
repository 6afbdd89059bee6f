"""The bodies of messages about how the risk to a child is judged and met."""

from typing import Annotated

from msgspec import Meta

from contracts.bodies import ChildBody
from contracts.fields import DateText, Ref, WhenText
from domain.protection_events import (
    ActionAgreed,
    ActionCompleted,
    ConcernClosed,
    ConcernRaised,
    HarbouringNoticeIssued,
    MeetingHeld,
    ProgrammeChildJoined,
    ProgrammeChildLeft,
    ReferralAccepted,
    ReferralClosed,
    ReferralMade,
    RiskAssessed,
    RiskPlanMade,
    RiskPlanUpdated,
    RiskReassessed,
)
from domain.safeguarding import (
    ActionKind,
    ActionSource,
    Agency,
    Concern,
    ConcernClosure,
    HarbouredBy,
    HarbouringStatute,
    MeetingKind,
    ProgrammeKind,
    ReferralCriterion,
    ReferralOutcome,
    RiskTrigger,
    Role,
)
from domain.vocabulary import RiskLevel


class RiskAssessedBody(ChildBody, frozen=True):
    """The risk to a child was assessed for the first time."""

    event_type = "missing.risk.assessed.v1"
    title = "A risk assessment made"
    source = "¶61-63"
    event = RiskAssessed

    assessed: WhenText
    trigger: RiskTrigger
    level: RiskLevel | None = None
    signed_off: bool | None = None


class RiskReassessedBody(ChildBody, frozen=True):
    """The risk to a child was assessed again."""

    event_type = "missing.risk.reassessed.v1"
    title = "A risk assessment updated"
    source = "¶63"
    event = RiskReassessed

    assessed: WhenText
    trigger: RiskTrigger
    level: RiskLevel | None = None
    signed_off: bool | None = None


class RiskPlanMadeBody(ChildBody, frozen=True):
    """A plan to manage the risk to a child was made."""

    event_type = "missing.risk-plan.made.v1"
    title = "A risk management plan made"
    source = "¶61-68"
    event = RiskPlanMade

    made: WhenText
    trigger: RiskTrigger
    owner: Role


class RiskPlanUpdatedBody(ChildBody, frozen=True):
    """A plan to manage the risk to a child was brought up to date."""

    event_type = "missing.risk-plan.updated.v1"
    title = "A risk management plan updated"
    source = "¶63-66"
    event = RiskPlanUpdated

    updated: WhenText
    trigger: RiskTrigger
    owner: Role


class MeetingHeldBody(ChildBody, frozen=True):
    """A strategy, professionals' or intervention meeting about a child was held."""

    event_type = "missing.meeting.held.v1"
    title = "A meeting about a child held"
    source = "¶53, 62, 80"
    event = MeetingHeld

    kind: MeetingKind
    held: WhenText
    chair: Role
    agencies: Annotated[tuple[Agency, ...], Meta(min_length=1, max_length=9)]


class ReferralMadeBody(ChildBody, frozen=True):
    """A child was referred to a multi-agency group."""

    event_type = "missing.referral.made.v1"
    title = "A multi-agency referral made"
    source = "box after ¶57"
    event = ReferralMade
    own = "referral"
    own_field = "referral"

    referral: Ref
    made: WhenText
    criteria: Annotated[tuple[ReferralCriterion, ...], Meta(min_length=1, max_length=3)]


class ReferralAcceptedBody(ChildBody, frozen=True):
    """A multi-agency group took a child on."""

    event_type = "missing.referral.accepted.v1"
    title = "A multi-agency referral accepted"
    source = "box after ¶57"
    event = ReferralAccepted
    own = "referral"
    own_field = "referral"

    referral: Ref
    accepted: WhenText


class ReferralClosedBody(ChildBody, frozen=True):
    """A multi-agency group ended its work for a child."""

    event_type = "missing.referral.closed.v1"
    title = "A multi-agency referral closed"
    source = "box after ¶57"
    event = ReferralClosed
    own = "referral"
    own_field = "referral"

    referral: Ref
    closed: WhenText
    outcome: ReferralOutcome


class HarbouringNoticeIssuedBody(ChildBody, frozen=True):
    """Somebody was warned or ordered not to keep a child."""

    event_type = "missing.harbouring-notice.issued.v1"
    title = "A harbouring notice issued"
    source = "¶58-60"
    event = HarbouringNoticeIssued

    issued: WhenText
    statute: HarbouringStatute
    issued_to: HarbouredBy


class ConcernRaisedBody(ChildBody, frozen=True):
    """A concern about a child was raised; `reference` is the publisher's own."""

    event_type = "missing.concern.raised.v1"
    title = "A concern raised"
    source = "¶20-22, 85-88"
    event = ConcernRaised
    own = "concern"
    own_field = "reference"

    reference: Ref
    concern: Concern
    raised: WhenText


class ConcernClosedBody(ChildBody, frozen=True):
    """A concern about a child is no longer held."""

    event_type = "missing.concern.closed.v1"
    title = "A concern closed"
    source = "¶20-22, 85-88"
    event = ConcernClosed
    own = "concern"
    own_field = "reference"

    reference: Ref
    closed: WhenText
    reason: ConcernClosure


class ActionAgreedBody(ChildBody, frozen=True):
    """Something was agreed to be done for a child, by whom and until when."""

    event_type = "missing.action.agreed.v1"
    title = "An action agreed"
    source = "¶38, 63, 71"
    event = ActionAgreed
    own = "action"
    own_field = "reference"

    reference: Ref
    action: ActionKind
    agreed: WhenText
    owner: Role
    due: DateText
    came_from: ActionSource | None = None


class ActionCompletedBody(ChildBody, frozen=True):
    """What was agreed for a child was done."""

    event_type = "missing.action.completed.v1"
    title = "An action completed"
    source = "¶38, 63, 71"
    event = ActionCompleted
    own = "action"
    own_field = "reference"

    reference: Ref
    completed: WhenText


class ProgrammeChildJoinedBody(ChildBody, frozen=True):
    """A child began to be helped by a local intervention programme."""

    event_type = "missing.programme.child-joined.v1"
    title = "A child joined an intervention programme"
    source = "¶48-57"
    event = ProgrammeChildJoined

    programme_reference: Ref
    programme: ProgrammeKind
    joined: WhenText


class ProgrammeChildLeftBody(ChildBody, frozen=True):
    """A child no longer takes part in a local intervention programme."""

    event_type = "missing.programme.child-left.v1"
    title = "A child left an intervention programme"
    source = "¶48-57"
    event = ProgrammeChildLeft

    programme_reference: Ref
    left_on: WhenText
