"""The bodies (`data`) of messages about an episode's life, and about who a child is.

A `When` is a London calendar date (`2018-03-31`) where only the day is known, else an instant with
its zone. Adding an optional field is compatible; everything else is a new version of the type.
"""

from typing import Annotated

from msgspec import Meta, Struct

from contracts.bodies import ChildBody, EpisodeBody, PublisherBody
from contracts.fields import AreaCode, AuthorityCode, ListCode, Ref, SealedIdentity, WhenText
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
from domain.safeguarding import Evidence, ReclassificationReason
from domain.vocabulary import (
    Classification,
    Correctable,
    CorrectionReason,
    Finder,
    Reporter,
    RiskLevel,
    Sex,
    VoidReason,
)


class SubjectRegisteredBody(ChildBody, frozen=True):
    """Who a child is: identity is sealed and goes to the vault, the rest is counted."""

    event_type = "missing.subject.registered.v1"
    title = "A child registered with the vault"
    source = "¶91; identity vault"
    event = SubjectRegistered

    identity: SealedIdentity
    sex: Sex | None = None
    ethnicity: ListCode | None = None
    unaccompanied: bool | None = None


class SubjectAmendedBody(SubjectRegisteredBody, frozen=True):
    """Who a child is, after a change: replaces what was registered."""

    event_type = "missing.subject.amended.v1"
    title = "A child's registration amended"
    source = "¶91"
    event = SubjectRegistered


class EpisodeReportedBody(EpisodeBody, frozen=True):
    """A child was reported missing or away; the envelope's time is when it was reported."""

    event_type = "missing.episode.reported.v1"
    title = "An episode reported"
    source = "¶3, 23"
    event = EpisodeReported

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
    source = "¶28, 62, 93"
    event = EpisodeClassified

    classification: Classification
    risk: RiskLevel | None = None


class EpisodeReclassifiedBody(EpisodeBody, frozen=True):
    """An episode classified again, and why."""

    event_type = "missing.episode.reclassified.v1"
    title = "An episode classified again"
    source = "¶62, 93"
    event = EpisodeReclassified

    classification: Classification
    reason: ReclassificationReason
    risk: RiskLevel | None = None


class EpisodeLocatedBody(EpisodeBody, frozen=True):
    """The child's whereabouts became known."""

    event_type = "missing.episode.located.v1"
    title = "A child located"
    source = "¶26"
    event = ChildLocated

    located: WhenText
    found_by: Finder | None = None


class EpisodeReturnedBody(EpisodeBody, frozen=True):
    """The child came back."""

    event_type = "missing.episode.returned.v1"
    title = "A child returned"
    source = "¶26, 38"
    event = ChildReturned

    returned: WhenText


class EpisodeCorrectedBody(EpisodeBody, frozen=True):
    """Attributes of an episode replaced; a field left out stays as it was, `cleared` empties it."""

    event_type = "missing.episode.corrected.v1"
    title = "An episode corrected"
    source = "¶91-92"
    event = EpisodeCorrected

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
    source = "¶91"
    event = EpisodeVoided

    reason: VoidReason


class EpisodeMergedBody(EpisodeBody, frozen=True):
    """Two episodes of one publisher turned out to be one; `into` is the one that stays."""

    event_type = "missing.episode.merged.v1"
    title = "An episode merged into another"
    source = "¶91-92"
    event = EpisodeMerged

    into: Ref


class GroupMember(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One child of a group report; named_missing: the report says that this child is missing."""

    child: Ref
    episode: Ref
    named_missing: bool


class EpisodeGroupReportedBody(PublisherBody, frozen=True):
    """Several children reported at once, each named as missing or not; `subject` names the report.

    A child that is named as missing needs no report of its own. One that is not is asked after.
    """

    event_type = "missing.episode.group-reported.v1"
    title = "A group of children reported"
    source = "¶91"
    event = EpisodeGrouped
    own = "group"

    members: Annotated[tuple[GroupMember, ...], Meta(min_length=2, max_length=30)]
    classification: Classification | None = None
    left: WhenText | None = None
    last_seen: WhenText | None = None
    reported: WhenText | None = None
    reported_by: Reporter | None = None


class AttributionCorrectedBody(EpisodeBody, frozen=True):
    """It was found out whether a child of a group was missing."""

    event_type = "missing.episode.attribution-corrected.v1"
    title = "The attribution of a group report corrected"
    source = "¶91"
    event = AttributionCorrected

    was_missing: bool
    evidence: Evidence
