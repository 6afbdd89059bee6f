"""Every event that the ledger can hold: the glossary of the hub.

An event is a fact after its identity has been split off: it names the child, the source
episode, the placement and whatever else it is about by random identifiers.
"""

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
from domain.decisions import (
    ChildReachedEighteen,
    EpisodeAged,
    IdentityErased,
    LedgerPadded,
    SubmissionsSettled,
)
from domain.episode_events import (
    AttributionCorrected,
    ChildLocated,
    ChildReturned,
    EpisodeClassified,
    EpisodeCorrected,
    EpisodeGrouped,
    EpisodeMerged,
    EpisodeReclassified,
    EpisodeReported,
    EpisodeVoided,
    SubjectRegistered,
)
from domain.linkage_events import (
    EpisodeMatched,
    EpisodeMatchRefused,
    LinkageModelActivated,
    PersonLinked,
    PersonLinkProposed,
    PersonLinkRefused,
    PersonMerged,
    PersonSplit,
)
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
    ReturnInterviewCompleted,
    ReturnInterviewDeclined,
    ReturnInterviewFindingsShared,
    ReturnInterviewNotOffered,
    ReturnInterviewOffered,
    SafeAndWellCheckDone,
    SafeAndWellCheckNotDone,
    SafeAndWellCheckOutcomeShared,
    SearchLeadAccepted,
    SearchLeadHandedOver,
    SearchLeadOffered,
    ViewsRecorded,
    ViewsSought,
    ViewsUsed,
)

# What the counts rest on; the other events about an episode never change a fact.
AccountEvent = (
    EpisodeReported
    | EpisodeClassified
    | EpisodeReclassified
    | ChildLocated
    | ChildReturned
    | SafeAndWellCheckDone
    | SafeAndWellCheckNotDone
    | ReturnInterviewOffered
    | ReturnInterviewNotOffered
    | ReturnInterviewDeclined
    | ReturnInterviewCompleted
    | EpisodeCorrected
    | EpisodeVoided
    | EpisodeMerged
    | EpisodeGrouped
    | AttributionCorrected
    | EpisodeAged
    | EpisodeMatched
)
EpisodeEvent = (
    AccountEvent
    | EpisodeMatchRefused
    | NotificationSent
    | NotificationReceived
    | NotificationTriaged
    | SearchLeadOffered
    | SearchLeadAccepted
    | SearchLeadHandedOver
    | SafeAndWellCheckOutcomeShared
    | ReturnInterviewFindingsShared
)
SubjectEvent = (
    SubjectRegistered
    | PlacementStarted
    | PlacementEnded
    | PlacementHostNotified
    | PlacementHostAcknowledged
    | CareStarted
    | CareStatusChanged
    | CareEnded
    | ProtectionPlanStarted
    | ProtectionPlanEnded
    | StatutoryReviewHeld
    | EpisodeCountStated
    | RiskAssessed
    | RiskReassessed
    | RiskPlanMade
    | RiskPlanUpdated
    | MeetingHeld
    | ReferralMade
    | ReferralAccepted
    | ReferralClosed
    | HarbouringNoticeIssued
    | ConcernRaised
    | ConcernClosed
    | ActionAgreed
    | ActionCompleted
    | ViewsSought
    | ViewsRecorded
    | ViewsUsed
    | ProgrammeChildJoined
    | ProgrammeChildLeft
    | ChildReachedEighteen
    | PersonLinked
    | PersonLinkRefused
    | PersonMerged
    | PersonSplit
    | PersonLinkProposed
    | IdentityErased
)
PublisherEvent = (
    PeriodDeclared
    | ProgrammeStarted
    | ProgrammeEnded
    | ProviderReturnReceived
    | BoardReportPresented
)
# What the hub notes about its own running: about no child and no publisher's account.
HousekeepingEvent = SubmissionsSettled | LedgerPadded | LinkageModelActivated
Event = EpisodeEvent | SubjectEvent | PublisherEvent | HousekeepingEvent
