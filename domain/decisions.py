"""What the hub itself records: ages, birthdays, erasures, settled batches, padding."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.vocabulary import ErasureReason


@dataclass(frozen=True, kw_only=True)
class EpisodeAged:
    """How old the child was, in completed years, when an episode started, says the vault."""

    type: ClassVar[str] = "episode-aged"

    episode_id: UUID
    subject_id: UUID
    age: int


@dataclass(frozen=True, kw_only=True)
class ChildReachedEighteen:
    """The vault says that a child turned 18 on a London date; open episodes end with it."""

    type: ClassVar[str] = "child-reached-eighteen"

    subject_id: UUID
    birthday: date


@dataclass(frozen=True, kw_only=True)
class IdentityErased:
    """A child's key was destroyed: what the vault held of it can no longer be read."""

    type: ClassVar[str] = "identity-erased"

    subject_id: UUID
    reason: ErasureReason


@dataclass(frozen=True, kw_only=True)
class OutcomeCount:
    """How many submissions of a publisher ended in one way; reason: empty unless rejected."""

    publisher: str
    outcome: str
    reason: str
    count: int


@dataclass(frozen=True, kw_only=True)
class SubmissionsSettled:
    """What became of the submissions of one intake batch, without any identity.

    salt: random. A neighbour's receipt shows the hash of this record, and without a salt whoever
    guesses the outcomes and the time could see that the guess is right. None: an older record.
    """

    type: ClassVar[str] = "submissions-settled"

    outcomes: tuple[OutcomeCount, ...]
    salt: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class LedgerPadded:
    """A record that stands for nothing: with others it brings the ledger to a public size.

    size: the position of the last of them, which a public checkpoint then covers. salt: random,
    so that nobody can tell by its hash, in a proof, that a record is one of these.
    """

    type: ClassVar[str] = "ledger-padded"

    size: int
    salt: UUID
