"""Decisions about which subjects are one child, and which accounts are one episode.

Nothing here is ever edited: a later decision overturns an earlier one, and both stay.
decider: the reviewer; None: the linker itself.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class PersonLinked:
    """A subject is a person known before; from now on it is that person.

    basis: the rule's name, or `model`. score: probability that it is so. other_subject_id: the
    subject that it was compared with; None: an older record. model: version of the linkage model.
    """

    type: ClassVar[str] = "person-linked"

    subject_id: UUID
    person_id: UUID
    basis: str
    score: float
    other_subject_id: UUID | None = None
    model: str | None = None
    decider: str | None = None


@dataclass(frozen=True, kw_only=True)
class PersonLinkRefused:
    """Two subjects are two children, until a reviewer links these two."""

    type: ClassVar[str] = "person-link-refused"

    subject_id: UUID
    other_subject_id: UUID
    basis: str
    score: float
    model: str | None = None
    decider: str | None = None


@dataclass(frozen=True, kw_only=True)
class PersonMerged:
    """A subject has become another person, together with all who were one person with it."""

    type: ClassVar[str] = "person-merged"

    subject_id: UUID
    person_id: UUID
    from_person_id: UUID
    basis: str
    score: float
    model: str | None = None
    decider: str | None = None


@dataclass(frozen=True, kw_only=True)
class PersonSplit:
    """A subject is no longer the person that it was taken for.

    withdrawn: the subjects with which its links hold no longer.
    """

    type: ClassVar[str] = "person-split"

    subject_id: UUID
    person_id: UUID
    from_person_id: UUID
    basis: str
    score: float
    model: str | None = None
    decider: str | None = None
    withdrawn: tuple[UUID, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class PersonLinkProposed:
    """The person that a subject would be if everything in review were linked.

    It is the subject's own person once nothing is in review any more.
    """

    type: ClassVar[str] = "person-link-proposed"

    subject_id: UUID
    person_id: UUID
    basis: str
    score: float
    model: str | None = None


@dataclass(frozen=True, kw_only=True)
class EpisodeMatched:
    """It was decided to which national episodes a source episode belongs.

    national_ids: each named by the identifier of its member that was recorded first; several,
    when one authority row is evidence for several police episodes (linkage rules, section 4).
    proposed_ids: what they would be if everything in review were linked; None: the same.
    in_review: its episode would have other members then. held: it does not count until it is
    answered, or for 28 days. other_episode_id: the account that a reviewer saw it beside.
    """

    type: ClassVar[str] = "episode-matched"

    episode_id: UUID
    subject_id: UUID
    national_ids: tuple[UUID, ...]
    basis: str
    proposed_ids: tuple[UUID, ...] | None = None
    in_review: bool | None = None
    held: bool | None = None
    other_episode_id: UUID | None = None
    decider: str | None = None


@dataclass(frozen=True, kw_only=True)
class EpisodeMatchRefused:
    """Two accounts of one child are two episodes, until a reviewer matches these two."""

    type: ClassVar[str] = "episode-match-refused"

    episode_id: UUID
    subject_id: UUID
    other_episode_id: UUID
    basis: str
    decider: str | None = None


@dataclass(frozen=True, kw_only=True)
class LinkageModelActivated:
    """From now on subjects are compared by this model.

    model: its version. auto, review: least probabilities to link, and to ask a reviewer. margin:
    by how many bits the best candidate must be ahead of the next.
    """

    type: ClassVar[str] = "linkage-model-activated"

    model: str
    auto: float
    review: float
    margin: float
    decider: str | None = None
