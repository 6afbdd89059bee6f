"""Every event that the ledger can hold: the glossary of the hub.

An event is a fact after its identity has been split off: it names the child, the source
episode, the placement and the period of care by random identifiers. `When` is what the
publisher knew: an instant in UTC, or a London calendar date where only the day was recorded.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from domain.decisions import (
    ChildReachedEighteen,
    EpisodeAged,
    EpisodeMatched,
    IdentityErased,
    PersonLinked,
    SubmissionsSettled,
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

When = datetime | date


@dataclass(frozen=True, kw_only=True)
class SubjectRegistered:
    """A publisher told the vault who a child is; only what counts need comes out of the vault.

    ethnicity: SSDA903 code; None: not recorded.
    """

    type: ClassVar[str] = "subject-registered"

    subject_id: UUID
    sex: Sex | None = None
    ethnicity: str | None = None
    unaccompanied: bool | None = None


@dataclass(frozen=True, kw_only=True)
class AboutEpisode:
    """What every event about a source episode names: the episode and its child."""

    episode_id: UUID
    subject_id: UUID


@dataclass(frozen=True, kw_only=True)
class EpisodeReported(AboutEpisode):
    """A source opened an episode: a child was reported missing or away.

    left, last_seen, reported: see definitions, "Start".
    responsible_authority, home_authority, host_authority: three-digit numbers, or SCO, NIR, WAL.
    placement_type: SSDA903 `PLACE` code.
    """

    type: ClassVar[str] = "episode-reported"

    classification: Classification | None = None
    risk: RiskLevel | None = None
    left: When | None = None
    last_seen: When | None = None
    reported: When | None = None
    reported_by: Reporter | None = None
    looked_after: bool | None = None
    responsible_authority: str | None = None
    home_authority: str | None = None
    host_authority: str | None = None
    placement_type: str | None = None


@dataclass(frozen=True, kw_only=True)
class EpisodeClassified(AboutEpisode):
    """A source classified, or classified again, an open or closed episode."""

    type: ClassVar[str] = "episode-classified"

    classification: Classification
    risk: RiskLevel | None = None


@dataclass(frozen=True, kw_only=True)
class ChildLocated(AboutEpisode):
    """The child's whereabouts became known; this ends a missing episode."""

    type: ClassVar[str] = "child-located"

    located: When
    found_by: Finder | None = None


@dataclass(frozen=True, kw_only=True)
class ChildReturned(AboutEpisode):
    """The child came back; this ends an absence without authorisation and starts the 72 hours."""

    type: ClassVar[str] = "child-returned"

    returned: When


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
class ReturnInterviewOffered(AboutEpisode):
    """The child was offered a return interview (¶37)."""

    type: ClassVar[str] = "return-interview-offered"

    offered: When


@dataclass(frozen=True, kw_only=True)
class ReturnInterviewDeclined(AboutEpisode):
    """An offered return interview was declined (¶45)."""

    type: ClassVar[str] = "return-interview-declined"

    declined: When
    declined_by: DeclinedBy


@dataclass(frozen=True, kw_only=True)
class ReturnInterviewCompleted(AboutEpisode):
    """A return interview took place; `independent` of the placement and its staff (¶47)."""

    type: ClassVar[str] = "return-interview-completed"

    completed: When
    interviewer: Interviewer
    independent: bool


@dataclass(frozen=True, kw_only=True)
class EpisodeCorrected(AboutEpisode):
    """A source replaced attributes of its episode; None keeps one, `cleared` empties it."""

    type: ClassVar[str] = "episode-corrected"

    reason: CorrectionReason
    classification: Classification | None = None
    risk: RiskLevel | None = None
    left: When | None = None
    last_seen: When | None = None
    reported: When | None = None
    located: When | None = None
    returned: When | None = None
    looked_after: bool | None = None
    responsible_authority: str | None = None
    home_authority: str | None = None
    host_authority: str | None = None
    placement_type: str | None = None
    cleared: tuple[Correctable, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EpisodeVoided(AboutEpisode):
    """A source withdrew its episode; it stays in history and counts nowhere."""

    type: ClassVar[str] = "episode-voided"

    reason: VoidReason


@dataclass(frozen=True, kw_only=True)
class PlacementStarted:
    """An authority placed a looked-after child.

    placement_type, provider: SSDA903 `PLACE` and `PLACE_PROVIDER` codes.
    location_restricted: the placement is protected (¶82).
    """

    type: ClassVar[str] = "placement-started"

    placement_id: UUID
    subject_id: UUID
    started: When
    placement_type: str
    provider: str | None = None
    placing_authority: str | None = None
    host_authority: str | None = None
    location_restricted: bool = False


@dataclass(frozen=True, kw_only=True)
class PlacementEnded:
    """A placement ended; reason: SSDA903 `REASON_PLACE_CHANGE` code."""

    type: ClassVar[str] = "placement-ended"

    placement_id: UUID
    subject_id: UUID
    ended: When
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class PlacementHostNotified:
    """The authority in which a child was placed was told of it (¶78)."""

    type: ClassVar[str] = "placement-host-notified"

    placement_id: UUID
    subject_id: UUID
    host_authority: str
    notified: When


@dataclass(frozen=True, kw_only=True)
class CareStarted:
    """A child became looked after; legal_status: SSDA903 `LS` code."""

    type: ClassVar[str] = "care-started"

    care_id: UUID
    subject_id: UUID
    started: When
    responsible_authority: str | None = None
    legal_status: str | None = None


@dataclass(frozen=True, kw_only=True)
class CareEnded:
    """A child ceased to be looked after; reason: SSDA903 `REC` code."""

    type: ClassVar[str] = "care-ended"

    care_id: UUID
    subject_id: UUID
    ended: When
    reason: str | None = None


EpisodeEvent = (
    EpisodeReported
    | EpisodeClassified
    | ChildLocated
    | ChildReturned
    | SafeAndWellCheckDone
    | SafeAndWellCheckNotDone
    | ReturnInterviewOffered
    | ReturnInterviewDeclined
    | ReturnInterviewCompleted
    | EpisodeCorrected
    | EpisodeVoided
    | EpisodeAged
    | EpisodeMatched
)
SubjectEvent = (
    SubjectRegistered
    | PlacementStarted
    | PlacementEnded
    | PlacementHostNotified
    | CareStarted
    | CareEnded
    | ChildReachedEighteen
    | PersonLinked
    | IdentityErased
)
Event = EpisodeEvent | SubjectEvent | SubmissionsSettled
