"""The bodies of messages about what is done about an episode: told, searched, checked, heard."""

from typing import Annotated

from msgspec import Meta

from contracts.bodies import ChildBody, EpisodeBody
from contracts.fields import AreaCode, PublisherCode, ReasonCode, Ref, WhenText
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
from domain.safeguarding import (
    Channel,
    NotOfferedReason,
    Recipient,
    Role,
    TriageDecision,
    ViewsSetting,
    ViewsUse,
)
from domain.vocabulary import CheckNotDoneReason, Decider, DeclinedBy, Interviewer

Recipients = Annotated[tuple[Recipient, ...], Meta(min_length=1, max_length=14)]


class NotificationSentBody(EpisodeBody, frozen=True):
    """Somebody was told of an episode."""

    event_type = "missing.notification.sent.v1"
    title = "A notification sent"
    source = "¶23-25, 70, 75, 78-81"
    event = NotificationSent

    recipient: Recipient
    sent: WhenText
    channel: Channel | None = None
    authority: AreaCode | None = None


class NotificationReceivedBody(EpisodeBody, frozen=True):
    """A recipient got the notification of an episode."""

    event_type = "missing.notification.received.v1"
    title = "A notification received"
    source = "¶23-25"
    event = NotificationReceived

    recipient: Recipient
    received: WhenText
    authority: AreaCode | None = None


class NotificationTriagedBody(EpisodeBody, frozen=True):
    """An authority decided what a notification calls for."""

    event_type = "missing.notification.triaged.v1"
    title = "A notification triaged"
    source = "¶23-24, 62"
    event = NotificationTriaged

    triaged: WhenText
    decision: TriageDecision
    decider: Role
    risk_assessment_signed_off: bool | None = None


class SearchLeadOfferedBody(EpisodeBody, frozen=True):
    """Another publisher was asked to lead the search for a child."""

    event_type = "missing.search.lead-offered.v1"
    title = "The lead of a search offered"
    source = "¶79"
    event = SearchLeadOffered

    lead: PublisherCode
    offered: WhenText


class SearchLeadAcceptedBody(EpisodeBody, frozen=True):
    """A publisher took the lead of the search for a child."""

    event_type = "missing.search.lead-accepted.v1"
    title = "The lead of a search accepted"
    source = "¶79"
    event = SearchLeadAccepted

    lead: PublisherCode
    accepted: WhenText


class SearchLeadHandedOverBody(EpisodeBody, frozen=True):
    """The lead of the search for a child went to another publisher."""

    event_type = "missing.search.lead-handed-over.v1"
    title = "The lead of a search handed over"
    source = "¶79"
    event = SearchLeadHandedOver

    lead: PublisherCode
    to_lead: PublisherCode
    handed_over: WhenText


class CheckDoneBody(EpisodeBody, frozen=True):
    """A safe-and-well check took place."""

    event_type = "missing.check.done.v1"
    title = "A safe-and-well check done"
    source = "¶26-34"
    event = SafeAndWellCheckDone

    checked: WhenText
    harm_disclosed: bool | None = None


class CheckNotDoneBody(EpisodeBody, frozen=True):
    """A safe-and-well check will not take place, by whose decision and why."""

    event_type = "missing.check.not-done.v1"
    title = "A safe-and-well check not done"
    source = "¶28-29"
    event = SafeAndWellCheckNotDone

    reason: CheckNotDoneReason
    decider: Decider


class CheckOutcomeSharedBody(EpisodeBody, frozen=True):
    """What a safe-and-well check brought out was passed on."""

    event_type = "missing.check.outcome-shared.v1"
    title = "The outcome of a check shared"
    source = "¶24, 27, 34"
    event = SafeAndWellCheckOutcomeShared

    shared: WhenText
    recipients: Recipients


class InterviewOfferedBody(EpisodeBody, frozen=True):
    """A return interview was offered; some case systems do not keep when."""

    event_type = "missing.interview.offered.v1"
    title = "A return interview offered"
    source = "¶37-48"
    event = ReturnInterviewOffered

    offered: WhenText | None = None


class InterviewNotOfferedBody(EpisodeBody, frozen=True):
    """Somebody decided that no return interview is offered, and why."""

    event_type = "missing.interview.not-offered.v1"
    title = "A return interview not offered"
    source = "¶37-45"
    event = ReturnInterviewNotOffered

    decided: WhenText
    reason: NotOfferedReason
    decider: Role


class InterviewDeclinedBody(EpisodeBody, frozen=True):
    """An offered return interview was declined; some case systems do not keep when, or by whom."""

    event_type = "missing.interview.declined.v1"
    title = "A return interview declined"
    source = "¶45"
    event = ReturnInterviewDeclined

    declined: WhenText | None = None
    declined_by: DeclinedBy | None = None


class InterviewCompletedBody(EpisodeBody, frozen=True):
    """A return interview took place.

    reasons: push and pull, several at once. covers: further episodes of the same child that the
    one interview is for.
    """

    event_type = "missing.interview.completed.v1"
    title = "A return interview completed"
    source = "¶37-48"
    event = ReturnInterviewCompleted

    completed: WhenText
    interviewer: Interviewer
    independent: bool
    reasons: Annotated[tuple[ReasonCode, ...], Meta(max_length=20)] = ()
    covers: Annotated[tuple[Ref, ...], Meta(max_length=60)] = ()


class InterviewFindingsSharedBody(EpisodeBody, frozen=True):
    """What a return interview brought out was passed on."""

    event_type = "missing.interview.findings-shared.v1"
    title = "The findings of a return interview shared"
    source = "¶38-40"
    event = ReturnInterviewFindingsShared

    shared: WhenText
    recipients: Recipients


class ViewsSoughtBody(ChildBody, frozen=True):
    """A child was asked for their views."""

    event_type = "missing.views.sought.v1"
    title = "A child's views sought"
    source = "¶34, 95, 114"
    event = ViewsSought

    sought: WhenText
    setting: ViewsSetting


class ViewsRecordedBody(ChildBody, frozen=True):
    """A child's views were put on record."""

    event_type = "missing.views.recorded.v1"
    title = "A child's views recorded"
    source = "¶95, 114"
    event = ViewsRecorded

    recorded: WhenText
    setting: ViewsSetting


class ViewsUsedBody(ChildBody, frozen=True):
    """A child's views were used in a plan."""

    event_type = "missing.views.used.v1"
    title = "A child's views used"
    source = "¶95, 114"
    event = ViewsUsed

    used: WhenText
    used_in: ViewsUse
