"""The life of a source episode, from report to return, and the child that it is about.

`When` is what the publisher knew: an instant in UTC, or a London calendar date where only the day
was recorded.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from domain.about import AboutChild, AboutEpisode, When
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


@dataclass(frozen=True, kw_only=True)
class SubjectRegistered(AboutChild):
    """A publisher told the vault who a child is; only what counts need comes out of the vault.

    ethnicity: SSDA903 code; None: not recorded.
    """

    type: ClassVar[str] = "subject-registered"

    sex: Sex | None = None
    ethnicity: str | None = None
    unaccompanied: bool | None = None


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
class EpisodeReclassified(AboutEpisode):
    """A source classified an episode again, and said why (¶62, 93)."""

    type: ClassVar[str] = "episode-reclassified"

    classification: Classification
    reason: ReclassificationReason
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
class EpisodeMerged(AboutEpisode):
    """A source found that two of its episodes were one; this one lives on in the other.

    into_episode_id: the episode that stays.
    """

    type: ClassVar[str] = "episode-merged"

    into_episode_id: UUID


@dataclass(frozen=True, kw_only=True)
class EpisodeGrouped(AboutEpisode):
    """A group of children was reported together; says whether this one is named as missing (¶91).

    group_id: the same for every child of the report. The rest is given only for a child that is not
    named as missing, and is what the report says of the whole group: the other children have a
    report of their own.
    """

    type: ClassVar[str] = "episode-grouped"

    group_id: UUID
    named_missing: bool
    classification: Classification | None = None
    left: When | None = None
    last_seen: When | None = None
    reported: When | None = None


@dataclass(frozen=True, kw_only=True)
class AttributionCorrected(AboutEpisode):
    """It was found out whether this child of a group was missing (¶91)."""

    type: ClassVar[str] = "attribution-corrected"

    was_missing: bool
    evidence: Evidence
