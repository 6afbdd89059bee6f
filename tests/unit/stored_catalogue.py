"""Samples of the stored events that the full catalogue brought, frozen like the others."""

from datetime import UTC, date, datetime
from typing import Any, Final

from domain.care_events import (
    CareStatusChanged,
    EpisodeCountStated,
    PlacementHostAcknowledged,
    ProtectionPlanEnded,
    ProtectionPlanStarted,
    StatutoryReviewHeld,
)
from domain.decisions import LedgerPadded, OutcomeCount, SubmissionsSettled
from domain.episode_events import (
    AttributionCorrected,
    EpisodeGrouped,
    EpisodeMerged,
    EpisodeReclassified,
)
from domain.events import Event
from domain.identifiers import PublisherId
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
from domain.publisher_events import (
    BoardReportPresented,
    PeriodDeclared,
    ProgrammeEnded,
    ProgrammeStarted,
    ProviderReturnReceived,
)
from domain.response_events import (
    NotificationReceived,
    NotificationSent,
    NotificationTriaged,
    ReturnInterviewFindingsShared,
    ReturnInterviewNotOffered,
    SafeAndWellCheckOutcomeShared,
    SearchLeadAccepted,
    SearchLeadHandedOver,
    SearchLeadOffered,
    ViewsRecorded,
    ViewsSought,
    ViewsUsed,
)
from domain.safeguarding import (
    ActionKind,
    ActionSource,
    Agency,
    Board,
    Channel,
    Concern,
    ConcernClosure,
    Evidence,
    HarbouredBy,
    HarbouringStatute,
    MeetingKind,
    NotOfferedReason,
    ProgrammeKind,
    ProtectionCategory,
    Recipient,
    ReclassificationReason,
    ReferralCriterion,
    ReferralOutcome,
    RiskTrigger,
    Role,
    TriageDecision,
    ViewsSetting,
    ViewsUse,
)
from domain.vocabulary import Classification, RiskLevel
from tests.unit.stored_samples import EPISODE_ID, OTHER_ID, SUBJECT_ID

POLICE: Final = PublisherId("pf-E23000014")
NIGHT: Final = datetime(2026, 3, 14, 22, 5, tzinfo=UTC)
_ABOUT: Final[dict[str, Any]] = {"episode_id": EPISODE_ID, "subject_id": SUBJECT_ID}
# Never change one: what was written once must be read as this for ever.
CATALOGUE_SAMPLES: Final[tuple[Event, ...]] = (
    EpisodeReclassified(
        **_ABOUT,
        classification=Classification.MISSING_FROM_CARE,
        reason=ReclassificationReason.NEW_INFORMATION,
        risk=RiskLevel.MEDIUM,
    ),
    EpisodeMerged(episode_id=EPISODE_ID, subject_id=SUBJECT_ID, into_episode_id=OTHER_ID),
    EpisodeGrouped(
        episode_id=OTHER_ID, subject_id=SUBJECT_ID, group_id=EPISODE_ID, named_missing=False
    ),
    AttributionCorrected(
        episode_id=EPISODE_ID, subject_id=SUBJECT_ID, was_missing=True, evidence=Evidence.CHECK
    ),
    NotificationSent(
        **_ABOUT,
        recipient=Recipient.FIRST_CONTACT_POINT,
        sent=NIGHT,
        channel=Channel.ELECTRONIC_EXCHANGE,
        authority="330",
    ),
    NotificationReceived(
        **_ABOUT,
        recipient=Recipient.FIRST_CONTACT_POINT,
        received=NIGHT,
        authority="330",
    ),
    NotificationTriaged(
        **_ABOUT,
        triaged=NIGHT,
        decision=TriageDecision.NO_FURTHER_ACTION,
        decider=Role.SOCIAL_WORKER,
        risk_assessment_signed_off=True,
    ),
    SearchLeadOffered(
        **_ABOUT,
        lead=POLICE,
        offered=NIGHT,
    ),
    SearchLeadAccepted(
        **_ABOUT,
        lead=POLICE,
        accepted=NIGHT,
    ),
    SearchLeadHandedOver(
        **_ABOUT,
        lead=POLICE,
        to_lead=PublisherId("la-331"),
        handed_over=NIGHT,
    ),
    SafeAndWellCheckOutcomeShared(
        **_ABOUT,
        shared=NIGHT,
        recipients=(Recipient.FIRST_CONTACT_POINT,),
    ),
    ReturnInterviewNotOffered(
        **_ABOUT,
        decided=NIGHT,
        reason=NotOfferedReason.NOT_REQUIRED,
        decider=Role.SOCIAL_WORKER,
    ),
    ReturnInterviewFindingsShared(
        **_ABOUT,
        shared=NIGHT,
        recipients=(Recipient.FIRST_CONTACT_POINT,),
    ),
    ViewsSought(subject_id=SUBJECT_ID, sought=NIGHT, setting=ViewsSetting.CHECK),
    ViewsRecorded(subject_id=SUBJECT_ID, recorded=NIGHT, setting=ViewsSetting.CHECK),
    ViewsUsed(subject_id=SUBJECT_ID, used=NIGHT, used_in=ViewsUse.RISK_PLAN),
    RiskAssessed(
        subject_id=SUBJECT_ID,
        assessed=NIGHT,
        trigger=RiskTrigger.FIRST_CONCERN,
        level=RiskLevel.MEDIUM,
        signed_off=True,
    ),
    RiskReassessed(
        subject_id=SUBJECT_ID,
        assessed=NIGHT,
        trigger=RiskTrigger.FIRST_CONCERN,
        level=RiskLevel.MEDIUM,
        signed_off=True,
    ),
    RiskPlanMade(
        subject_id=SUBJECT_ID,
        made=NIGHT,
        trigger=RiskTrigger.FIRST_CONCERN,
        owner=Role.SOCIAL_WORKER,
    ),
    RiskPlanUpdated(
        subject_id=SUBJECT_ID,
        updated=NIGHT,
        trigger=RiskTrigger.FIRST_CONCERN,
        owner=Role.SOCIAL_WORKER,
    ),
    MeetingHeld(
        subject_id=SUBJECT_ID,
        kind=MeetingKind.STRATEGY,
        held=NIGHT,
        chair=Role.SOCIAL_WORKER,
        agencies=(Agency.CHILDRENS_SERVICES,),
    ),
    ReferralMade(
        subject_id=SUBJECT_ID,
        referral_id=EPISODE_ID,
        made=NIGHT,
        criteria=(ReferralCriterion.AT_RISK,),
    ),
    ReferralAccepted(subject_id=SUBJECT_ID, referral_id=EPISODE_ID, accepted=NIGHT),
    ReferralClosed(
        subject_id=SUBJECT_ID,
        referral_id=EPISODE_ID,
        closed=NIGHT,
        outcome=ReferralOutcome.NO_REPEAT,
    ),
    HarbouringNoticeIssued(
        subject_id=SUBJECT_ID,
        issued=NIGHT,
        statute=HarbouringStatute.CHILD_ABDUCTION_ACT,
        issued_to=HarbouredBy.FAMILY,
    ),
    ConcernRaised(
        subject_id=SUBJECT_ID, concern_id=EPISODE_ID, concern=Concern.TRAFFICKING, raised=NIGHT
    ),
    ConcernClosed(
        subject_id=SUBJECT_ID, concern_id=EPISODE_ID, closed=NIGHT, reason=ConcernClosure.RESOLVED
    ),
    ActionAgreed(
        subject_id=SUBJECT_ID,
        action_id=EPISODE_ID,
        action=ActionKind.RISK_PLAN,
        agreed=NIGHT,
        owner=Role.SOCIAL_WORKER,
        due=date(2026, 4, 1),
        came_from=ActionSource.CHECK,
    ),
    ActionCompleted(subject_id=SUBJECT_ID, action_id=EPISODE_ID, completed=NIGHT),
    ProgrammeChildJoined(
        subject_id=SUBJECT_ID,
        programme_id=OTHER_ID,
        programme=ProgrammeKind.INTERVIEWS,
        joined=NIGHT,
    ),
    ProgrammeChildLeft(subject_id=SUBJECT_ID, programme_id=OTHER_ID, left_on=NIGHT),
    PlacementHostAcknowledged(
        subject_id=SUBJECT_ID, placement_id=EPISODE_ID, host_authority="330", acknowledged=NIGHT
    ),
    CareStatusChanged(subject_id=SUBJECT_ID, care_id=EPISODE_ID, legal_status="C2", changed=NIGHT),
    ProtectionPlanStarted(
        subject_id=SUBJECT_ID,
        plan_id=EPISODE_ID,
        started=NIGHT,
        category=ProtectionCategory.NEGLECT,
    ),
    ProtectionPlanEnded(subject_id=SUBJECT_ID, plan_id=EPISODE_ID, ended=NIGHT),
    StatutoryReviewHeld(subject_id=SUBJECT_ID, held=NIGHT, early_because_missing=True),
    EpisodeCountStated(
        subject_id=SUBJECT_ID,
        from_date=date(2026, 2, 1),
        to_date=date(2026, 2, 28),
        missing_episodes=0,
        away_episodes=0,
        last_interview_offered=True,
        last_interview_accepted=True,
    ),
    PeriodDeclared(
        own_id=EPISODE_ID, from_date=date(2026, 2, 1), to_date=date(2026, 2, 28), rows=0
    ),
    ProgrammeStarted(
        own_id=EPISODE_ID, programme=ProgrammeKind.INTERVIEWS, started=NIGHT, area="330"
    ),
    ProgrammeEnded(own_id=EPISODE_ID, ended=NIGHT),
    ProviderReturnReceived(
        own_id=EPISODE_ID,
        provider_urn="SC012345",
        from_date=date(2026, 2, 1),
        to_date=date(2026, 2, 28),
        missing_episodes=0,
        received=NIGHT,
        away_episodes=0,
    ),
    BoardReportPresented(
        own_id=EPISODE_ID,
        board=Board.SAFEGUARDING_PARTNERSHIP,
        presented=NIGHT,
        from_date=date(2026, 2, 1),
        to_date=date(2026, 2, 28),
    ),
    SubmissionsSettled(
        outcomes=(OutcomeCount(publisher="la-330", outcome="accepted", reason="", count=2),),
        salt=SUBJECT_ID,
    ),
    LedgerPadded(size=9216, salt=SUBJECT_ID),
    EpisodeGrouped(
        episode_id=OTHER_ID,
        subject_id=SUBJECT_ID,
        group_id=EPISODE_ID,
        named_missing=False,
        classification=Classification.MISSING_FROM_HOME,
        left=NIGHT,
        last_seen=date(2026, 3, 14),
        reported=NIGHT,
    ),
)
