"""How a figure came to be what it is: the kinds of event that change one, and the answer."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.care_events import CareEnded, CareStarted, PlacementEnded, PlacementStarted
from domain.decisions import ChildReachedEighteen, EpisodeAged
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
    PersonLinked,
    PersonLinkProposed,
    PersonMerged,
    PersonSplit,
)
from domain.measures import Bucket, CountsQuery
from domain.periods import DAYS_UNTIL_CLOSED
from domain.response_events import (
    ReturnInterviewCompleted,
    ReturnInterviewDeclined,
    ReturnInterviewNotOffered,
    ReturnInterviewOffered,
    SafeAndWellCheckDone,
    SafeAndWellCheckNotDone,
)


class ChangeKind(StrEnum):
    """Because of which kind of event a figure changed, in the order of an episode's life."""

    REPORTED = "reported"
    LATE = "late"
    RECLASSIFIED = "reclassified"
    ENDED = "ended"
    RESPONSE = "response"
    CORRECTED = "corrected"
    VOIDED = "voided"
    CHILD = "child"
    CARE = "care"
    AGED = "aged"
    LINKED = "linked"
    SPLIT = "split"
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    IN_REVIEW = "in_review"
    HELD = "held"


MEANING: Final = {
    ChangeKind.REPORTED: "An episode was reported before the period had closed.",
    ChangeKind.LATE: "An episode was reported after the period had closed, 14 days after its end.",
    ChangeKind.RECLASSIFIED: "An episode was classified, or classified otherwise.",
    ChangeKind.ENDED: "The child was located, or returned.",
    ChangeKind.RESPONSE: "A check or a return interview was recorded.",
    ChangeKind.CORRECTED: "A publisher corrected what it had said, or who was missing at all.",
    ChangeKind.VOIDED: "A publisher took an episode back, or merged it into another of its own.",
    ChangeKind.CHILD: "A child was registered, which tells its sex.",
    ChangeKind.CARE: "A care period or a placement became known, or its end.",
    ChangeKind.AGED: "A child's age at the start became known or changed, or it reached eighteen.",
    ChangeKind.LINKED: "Two children were found to be one.",
    ChangeKind.SPLIT: "One child was found to be two.",
    ChangeKind.MATCHED: "Accounts were found to be about one episode.",
    ChangeKind.UNMATCHED: "Accounts were found to be about several episodes.",
    ChangeKind.IN_REVIEW: "What might be one episode, or one child, was put in review.",
    ChangeKind.HELD: "An account was held back from the figures, or let in again.",
}

_REPORTS: Final = frozenset({EpisodeReported.type, EpisodeGrouped.type})
_KIND_OF: Final = {
    EpisodeClassified.type: ChangeKind.RECLASSIFIED,
    EpisodeReclassified.type: ChangeKind.RECLASSIFIED,
    ChildLocated.type: ChangeKind.ENDED,
    ChildReturned.type: ChangeKind.ENDED,
    SafeAndWellCheckDone.type: ChangeKind.RESPONSE,
    SafeAndWellCheckNotDone.type: ChangeKind.RESPONSE,
    ReturnInterviewOffered.type: ChangeKind.RESPONSE,
    ReturnInterviewNotOffered.type: ChangeKind.RESPONSE,
    ReturnInterviewDeclined.type: ChangeKind.RESPONSE,
    ReturnInterviewCompleted.type: ChangeKind.RESPONSE,
    EpisodeCorrected.type: ChangeKind.CORRECTED,
    AttributionCorrected.type: ChangeKind.CORRECTED,
    EpisodeVoided.type: ChangeKind.VOIDED,
    EpisodeMerged.type: ChangeKind.VOIDED,
    SubjectRegistered.type: ChangeKind.CHILD,
    CareStarted.type: ChangeKind.CARE,
    CareEnded.type: ChangeKind.CARE,
    PlacementStarted.type: ChangeKind.CARE,
    PlacementEnded.type: ChangeKind.CARE,
    EpisodeAged.type: ChangeKind.AGED,
    ChildReachedEighteen.type: ChangeKind.AGED,
    PersonLinked.type: ChangeKind.LINKED,
    PersonMerged.type: ChangeKind.LINKED,
    PersonSplit.type: ChangeKind.SPLIT,
    PersonLinkProposed.type: ChangeKind.IN_REVIEW,
}


@dataclass(frozen=True, kw_only=True)
class Cause:
    """The record at which a figure changed.

    type: permanent name of the event. late: it was recorded after the period had closed. before,
    after: where its source episode stood, if that changed with it. rose: the figure rose.
    """

    type: str
    late: bool
    before: Bucket | None
    after: Bucket | None
    rose: bool


def kind_of(cause: Cause) -> ChangeKind:
    """Return the kind of a record. Raises KeyError for a type that changes no figure."""
    if cause.type in _REPORTS:
        return ChangeKind.LATE if cause.late else ChangeKind.REPORTED
    if cause.type == EpisodeMatched.type:
        return _match(cause)
    return _KIND_OF[cause.type]


def _match(cause: Cause) -> ChangeKind:
    """Return what a decision about accounts did; one within a bucket shows in the figure alone."""
    if Bucket.HELD in (cause.before, cause.after):
        return ChangeKind.HELD
    if cause.after is Bucket.IN_REVIEW:
        return ChangeKind.IN_REVIEW
    if cause.after is Bucket.MATCHED:
        return ChangeKind.MATCHED
    if cause.after is not None or cause.rose:
        return ChangeKind.UNMATCHED
    return ChangeKind.MATCHED


class HistoryStep(StrEnum):
    """What makes one row of a history: all of a kind on one London day, or one record."""

    DAY = "day"
    POSITION = "position"


@dataclass(frozen=True, kw_only=True)
class HistoryQuery:
    """A question for how a count changed from one moment to another.

    counts: what is counted; its as_of is the end of the history, it has no dimensions. since: the
    ledger position, or the London date whose end, it starts from; None: the close of the period.
    """

    counts: CountsQuery
    since: int | date | None = None
    by: HistoryStep = HistoryStep.DAY

    @property
    def closes_on(self) -> date | None:
        """The last day on which rows of the period are awaited; None: the period is open."""
        last, waited = self.counts.last_day, timedelta(days=DAYS_UNTIL_CLOSED)
        if last is None:
            return None
        return date.max if last > date.max - waited else last + waited


@dataclass(frozen=True, kw_only=True)
class HistoryRow:
    """One step: how many records of a kind changed the count, by how much, and to what.

    position: None: several records. value: the count after this row and all before it.
    """

    recorded_on: date
    position: int | None
    kind: ChangeKind
    records: int
    change: int | float
    value: int | float


@dataclass(frozen=True, kw_only=True)
class HistoryAnswer:
    """How a count changed between two ledger positions; the changes add up to the difference."""

    query: HistoryQuery
    since_position: int
    since_time: datetime | None
    as_of_position: int
    as_of_time: datetime | None
    definition_version: str
    start: int | float
    end: int | float
    rows: tuple[HistoryRow, ...]
    parked_children: int
