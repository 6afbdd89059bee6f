"""What is done about an episode: who is told, who looks, the check, the interview, the views."""

from dataclasses import dataclass
from typing import ClassVar

from domain.about import AboutChild, AboutEpisode, When
from domain.identifiers import PublisherId
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


@dataclass(frozen=True, kw_only=True)
class NotificationSent(AboutEpisode):
    """Somebody was told of an episode (¶23-25, 75, 78).

    authority: three-digit number of the one told, where the recipient is an authority.
    """

    type: ClassVar[str] = "notification-sent"

    recipient: Recipient
    sent: When
    channel: Channel | None = None
    authority: str | None = None


@dataclass(frozen=True, kw_only=True)
class NotificationReceived(AboutEpisode):
    """A recipient got the notification of an episode (¶23-25)."""

    type: ClassVar[str] = "notification-received"

    recipient: Recipient
    received: When
    authority: str | None = None


@dataclass(frozen=True, kw_only=True)
class NotificationTriaged(AboutEpisode):
    """An authority decided what a notification calls for (¶23-24, 62).

    risk_assessment_signed_off: a senior person agreed to the risk assessment.
    """

    type: ClassVar[str] = "notification-triaged"

    triaged: When
    decision: TriageDecision
    decider: Role
    risk_assessment_signed_off: bool | None = None


@dataclass(frozen=True, kw_only=True)
class SearchLeadOffered(AboutEpisode):
    """A publisher asked another to lead the search for a child (¶79)."""

    type: ClassVar[str] = "search-lead-offered"

    lead: PublisherId
    offered: When


@dataclass(frozen=True, kw_only=True)
class SearchLeadAccepted(AboutEpisode):
    """A publisher took the lead of the search for a child (¶79)."""

    type: ClassVar[str] = "search-lead-accepted"

    lead: PublisherId
    accepted: When


@dataclass(frozen=True, kw_only=True)
class SearchLeadHandedOver(AboutEpisode):
    """The lead of the search for a child went from one publisher to another (¶79)."""

    type: ClassVar[str] = "search-lead-handed-over"

    lead: PublisherId
    to_lead: PublisherId
    handed_over: When


@dataclass(frozen=True, kw_only=True)
class SafeAndWellCheckDone(AboutEpisode):
    """The police saw the child after the return (¶26)."""

    type: ClassVar[str] = "safe-and-well-check-done"

    checked: When
    harm_disclosed: bool | None = None


@dataclass(frozen=True, kw_only=True)
class SafeAndWellCheckNotDone(AboutEpisode):
    """Somebody decided, for a reason, that the child would not be seen (¶28-29)."""

    type: ClassVar[str] = "safe-and-well-check-not-done"

    reason: CheckNotDoneReason
    decider: Decider


@dataclass(frozen=True, kw_only=True)
class SafeAndWellCheckOutcomeShared(AboutEpisode):
    """What a safe-and-well check brought out was passed on (¶24, 27, 34)."""

    type: ClassVar[str] = "safe-and-well-check-outcome-shared"

    shared: When
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, kw_only=True)
class ReturnInterviewOffered(AboutEpisode):
    """The child was offered a return interview (¶37); None: on a day that nobody kept."""

    type: ClassVar[str] = "return-interview-offered"

    offered: When | None = None


@dataclass(frozen=True, kw_only=True)
class ReturnInterviewNotOffered(AboutEpisode):
    """Somebody decided, for a reason, that no return interview is offered (¶37-45)."""

    type: ClassVar[str] = "return-interview-not-offered"

    decided: When
    reason: NotOfferedReason
    decider: Role


@dataclass(frozen=True, kw_only=True)
class ReturnInterviewDeclined(AboutEpisode):
    """An offered return interview was declined (¶45); None: nobody kept when, or by whom."""

    type: ClassVar[str] = "return-interview-declined"

    declined: When | None = None
    declined_by: DeclinedBy | None = None


@dataclass(frozen=True, kw_only=True)
class ReturnInterviewCompleted(AboutEpisode):
    """A return interview took place; `independent` of the placement and its staff (¶47).

    reasons: codes of the list `push_pull_reason`, push and pull, several at once (¶20-22).
    """

    type: ClassVar[str] = "return-interview-completed"

    completed: When
    interviewer: Interviewer
    independent: bool
    reasons: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class ReturnInterviewFindingsShared(AboutEpisode):
    """What a return interview brought out was passed on (¶38-40)."""

    type: ClassVar[str] = "return-interview-findings-shared"

    shared: When
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, kw_only=True)
class ViewsSought(AboutChild):
    """A child was asked for their views (¶34, 95, 114)."""

    type: ClassVar[str] = "views-sought"

    sought: When
    setting: ViewsSetting


@dataclass(frozen=True, kw_only=True)
class ViewsRecorded(AboutChild):
    """A child's views were put on record (¶95, 114)."""

    type: ClassVar[str] = "views-recorded"

    recorded: When
    setting: ViewsSetting


@dataclass(frozen=True, kw_only=True)
class ViewsUsed(AboutChild):
    """A child's views were used in a plan (¶95, 114)."""

    type: ClassVar[str] = "views-used"

    used: When
    used_in: ViewsUse
