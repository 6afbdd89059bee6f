"""How the risk to a child is judged and met: plans, meetings, referrals, concerns, actions."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.about import AboutChild, When
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


@dataclass(frozen=True, kw_only=True)
class RiskAssessed(AboutChild):
    """The risk to a child was assessed for the first time (¶61-63)."""

    type: ClassVar[str] = "risk-assessed"

    assessed: When
    trigger: RiskTrigger
    level: RiskLevel | None = None
    signed_off: bool | None = None


@dataclass(frozen=True, kw_only=True)
class RiskReassessed(AboutChild):
    """The risk to a child was assessed again (¶63)."""

    type: ClassVar[str] = "risk-reassessed"

    assessed: When
    trigger: RiskTrigger
    level: RiskLevel | None = None
    signed_off: bool | None = None


@dataclass(frozen=True, kw_only=True)
class RiskPlanMade(AboutChild):
    """A plan to manage the risk to a child was made (¶61-68)."""

    type: ClassVar[str] = "risk-plan-made"

    made: When
    trigger: RiskTrigger
    owner: Role


@dataclass(frozen=True, kw_only=True)
class RiskPlanUpdated(AboutChild):
    """A plan to manage the risk to a child was brought up to date (¶63-66)."""

    type: ClassVar[str] = "risk-plan-updated"

    updated: When
    trigger: RiskTrigger
    owner: Role


@dataclass(frozen=True, kw_only=True)
class MeetingHeld(AboutChild):
    """A strategy, professionals' or intervention meeting about a child was held (¶53, 62, 80)."""

    type: ClassVar[str] = "meeting-held"

    kind: MeetingKind
    held: When
    chair: Role
    agencies: tuple[Agency, ...]


@dataclass(frozen=True, kw_only=True)
class ReferralMade(AboutChild):
    """A child was referred to a multi-agency group (box after ¶57)."""

    type: ClassVar[str] = "referral-made"

    referral_id: UUID
    made: When
    criteria: tuple[ReferralCriterion, ...]


@dataclass(frozen=True, kw_only=True)
class ReferralAccepted(AboutChild):
    """A multi-agency group took a child on (box after ¶57)."""

    type: ClassVar[str] = "referral-accepted"

    referral_id: UUID
    accepted: When


@dataclass(frozen=True, kw_only=True)
class ReferralClosed(AboutChild):
    """A multi-agency group ended its work for a child (box after ¶57)."""

    type: ClassVar[str] = "referral-closed"

    referral_id: UUID
    closed: When
    outcome: ReferralOutcome


@dataclass(frozen=True, kw_only=True)
class HarbouringNoticeIssued(AboutChild):
    """Somebody was warned or ordered not to keep a child (¶58-60)."""

    type: ClassVar[str] = "harbouring-notice-issued"

    issued: When
    statute: HarbouringStatute
    issued_to: HarbouredBy


@dataclass(frozen=True, kw_only=True)
class ConcernRaised(AboutChild):
    """A concern about a child was raised (¶20-22, 85-88)."""

    type: ClassVar[str] = "concern-raised"

    concern_id: UUID
    concern: Concern
    raised: When


@dataclass(frozen=True, kw_only=True)
class ConcernClosed(AboutChild):
    """A concern about a child is no longer held."""

    type: ClassVar[str] = "concern-closed"

    concern_id: UUID
    closed: When
    reason: ConcernClosure


@dataclass(frozen=True, kw_only=True)
class ActionAgreed(AboutChild):
    """Something was agreed to be done for a child, by whom and until when (¶38, 63, 71).

    due: London date.
    """

    type: ClassVar[str] = "action-agreed"

    action_id: UUID
    action: ActionKind
    agreed: When
    owner: Role
    due: date
    came_from: ActionSource | None = None


@dataclass(frozen=True, kw_only=True)
class ActionCompleted(AboutChild):
    """What was agreed for a child was done (¶38, 63, 71)."""

    type: ClassVar[str] = "action-completed"

    action_id: UUID
    completed: When


@dataclass(frozen=True, kw_only=True)
class ProgrammeChildJoined(AboutChild):
    """A child began to be helped by a local intervention programme (¶48-57)."""

    type: ClassVar[str] = "programme-child-joined"

    programme_id: UUID
    programme: ProgrammeKind
    joined: When


@dataclass(frozen=True, kw_only=True)
class ProgrammeChildLeft(AboutChild):
    """A child no longer takes part in a local intervention programme."""

    type: ClassVar[str] = "programme-child-left"

    programme_id: UUID
    left_on: When
