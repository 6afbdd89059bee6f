"""The body (`data`) of every message a publisher may send: the single source of the JSON Schemas.

Bodies are closed: an unknown field is refused, so that no identity slips in unseen. A `When` is
a London calendar date (`2018-03-31`) where only the day is known, else an instant with its zone.
Adding an optional field is compatible; everything else is a new version of the type.
"""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from contracts.fields import (
    AreaCode,
    AuthorityCode,
    ListCode,
    Ref,
    SealedIdentity,
    WhenText,
)
from domain.vocabulary import (
    CheckNotDoneReason,
    Classification,
    Correctable,
    CorrectionReason,
    Decider,
    DeclinedBy,
    Finder,
    Interviewer,
    Reporter,
    RiskLevel,
    Sex,
    VoidReason,
)


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What every message body shares: closed, immutable."""

    event_type: ClassVar[str]
    title: ClassVar[str]


class SubjectRegisteredBody(Body, frozen=True):
    """Who a child is: identity is sealed and goes to the vault, the rest is counted."""

    event_type = "missing.subject.registered.v1"
    title = "A child registered with the vault"

    identity: SealedIdentity
    sex: Sex | None = None
    ethnicity: ListCode | None = None
    unaccompanied: bool | None = None


class SubjectAmendedBody(SubjectRegisteredBody, frozen=True):
    """Who a child is, after a change: replaces what was registered."""

    event_type = "missing.subject.amended.v1"
    title = "A child's registration amended"


class EpisodeBody(Body, frozen=True):
    """A body about one source episode; `subject` of the envelope is the episode's reference."""

    child: Ref


class EpisodeReportedBody(EpisodeBody, frozen=True):
    """A child was reported missing or away; the envelope's time is when it was reported."""

    event_type = "missing.episode.reported.v1"
    title = "An episode reported"

    classification: Classification | None = None
    risk: RiskLevel | None = None
    left: WhenText | None = None
    last_seen: WhenText | None = None
    reported: WhenText | None = None
    reported_by: Reporter | None = None
    looked_after: bool | None = None
    responsible_authority: AuthorityCode | None = None
    home_authority: AreaCode | None = None
    host_authority: AreaCode | None = None
    placement_type: ListCode | None = None


class EpisodeClassifiedBody(EpisodeBody, frozen=True):
    """An episode classified, or classified again."""

    event_type = "missing.episode.classified.v1"
    title = "An episode classified"

    classification: Classification
    risk: RiskLevel | None = None


class EpisodeLocatedBody(EpisodeBody, frozen=True):
    """The child's whereabouts became known."""

    event_type = "missing.episode.located.v1"
    title = "A child located"

    located: WhenText
    found_by: Finder | None = None


class EpisodeReturnedBody(EpisodeBody, frozen=True):
    """The child came back."""

    event_type = "missing.episode.returned.v1"
    title = "A child returned"

    returned: WhenText


class EpisodeCorrectedBody(EpisodeBody, frozen=True):
    """Attributes of an episode replaced; a field left out stays as it was, `cleared` empties it."""

    event_type = "missing.episode.corrected.v1"
    title = "An episode corrected"

    reason: CorrectionReason
    classification: Classification | None = None
    risk: RiskLevel | None = None
    left: WhenText | None = None
    last_seen: WhenText | None = None
    reported: WhenText | None = None
    located: WhenText | None = None
    returned: WhenText | None = None
    looked_after: bool | None = None
    responsible_authority: AuthorityCode | None = None
    home_authority: AreaCode | None = None
    host_authority: AreaCode | None = None
    placement_type: ListCode | None = None
    cleared: Annotated[tuple[Correctable, ...], Meta(max_length=12)] = ()


class EpisodeVoidedBody(EpisodeBody, frozen=True):
    """An episode withdrawn by its source."""

    event_type = "missing.episode.voided.v1"
    title = "An episode voided"

    reason: VoidReason


class CheckDoneBody(EpisodeBody, frozen=True):
    """A safe-and-well check took place."""

    event_type = "missing.check.done.v1"
    title = "A safe-and-well check done"

    checked: WhenText
    harm_disclosed: bool | None = None


class CheckNotDoneBody(EpisodeBody, frozen=True):
    """A safe-and-well check will not take place, by whose decision and why."""

    event_type = "missing.check.not-done.v1"
    title = "A safe-and-well check not done"

    reason: CheckNotDoneReason
    decider: Decider


class InterviewOfferedBody(EpisodeBody, frozen=True):
    """A return interview was offered."""

    event_type = "missing.interview.offered.v1"
    title = "A return interview offered"

    offered: WhenText


class InterviewDeclinedBody(EpisodeBody, frozen=True):
    """An offered return interview was declined."""

    event_type = "missing.interview.declined.v1"
    title = "A return interview declined"

    declined: WhenText
    declined_by: DeclinedBy


class InterviewCompletedBody(EpisodeBody, frozen=True):
    """A return interview took place."""

    event_type = "missing.interview.completed.v1"
    title = "A return interview completed"

    completed: WhenText
    interviewer: Interviewer
    independent: bool


class PlacementStartedBody(Body, frozen=True):
    """A placement began; `subject` of the envelope is the child's reference."""

    event_type = "missing.placement.started.v1"
    title = "A placement started"

    placement: Ref
    started: WhenText
    placement_type: ListCode
    provider: ListCode | None = None
    placing_authority: AuthorityCode | None = None
    host_authority: AreaCode | None = None
    location_restricted: bool = False


class PlacementEndedBody(Body, frozen=True):
    """A placement ended."""

    event_type = "missing.placement.ended.v1"
    title = "A placement ended"

    placement: Ref
    ended: WhenText
    reason: ListCode | None = None


class PlacementHostNotifiedBody(Body, frozen=True):
    """The authority in which a child is placed was told."""

    event_type = "missing.placement.host-notified.v1"
    title = "A host authority notified of a placement"

    placement: Ref
    host_authority: AreaCode
    notified: WhenText


class CareStartedBody(Body, frozen=True):
    """A child became looked after; the responsible authority is the publisher unless given."""

    event_type = "missing.care.started.v1"
    title = "A child became looked after"

    care: Ref
    started: WhenText
    responsible_authority: AuthorityCode | None = None
    legal_status: ListCode | None = None


class CareEndedBody(Body, frozen=True):
    """A child ceased to be looked after."""

    event_type = "missing.care.ended.v1"
    title = "A child ceased to be looked after"

    care: Ref
    ended: WhenText
    reason: ListCode | None = None


BODIES: tuple[type[Body], ...] = (
    SubjectRegisteredBody,
    SubjectAmendedBody,
    EpisodeReportedBody,
    EpisodeClassifiedBody,
    EpisodeLocatedBody,
    EpisodeReturnedBody,
    EpisodeCorrectedBody,
    EpisodeVoidedBody,
    CheckDoneBody,
    CheckNotDoneBody,
    InterviewOfferedBody,
    InterviewDeclinedBody,
    InterviewCompletedBody,
    PlacementStartedBody,
    PlacementEndedBody,
    PlacementHostNotifiedBody,
    CareStartedBody,
    CareEndedBody,
)
