"""What is said of two registrations being one child: scores, thresholds, verdicts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

Pair = tuple[UUID, UUID]

# Who decides where no reviewer does.
LINKER: Final = "hub"

# The basis of a pair that no deterministic rule joins.
MODEL: Final = "model"

# Identifiers that say the opposite of names and birth dates: always a reviewer's question.
IDENTIFIER_CONFLICT: Final = "identifier-conflict"

# Same birth date, family name and home, another forename.
TWINS: Final = "twins"

# Too little is known to be certain; nothing speaks against it either.
WEAK: Final = "weak"

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Verdict(StrEnum):
    """What is held of a pair: one child, to be asked, or two children."""

    LINKED = "linked"
    REVIEW = "review"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Least probability to link and to ask a reviewer, and by how many bits rivals must be behind.

    The values are the linkage rules', section 2.4; a model is activated with its own.
    """

    auto: float = 0.999
    review: float = 0.80
    margin: float = 4.0

    def __post_init__(self) -> None:
        if not (0 < self.review <= self.auto <= 1 and self.margin > 0):
            raise ValueError("thresholds must be 0 < review <= auto <= 1 and 0 < margin")


@dataclass(frozen=True, kw_only=True)
class PairScore:
    """How much speaks for two subjects, low before high, being one child.

    basis: a deterministic rule's name, or `model`. weight: in bits, prior included. conflict: a
    code for why it must not be linked unseen, whatever the probability; None: it may.
    """

    low: UUID
    high: UUID
    basis: str
    probability: float
    weight: float
    conflict: str | None


@dataclass(frozen=True, kw_only=True)
class PairVerdict:
    """What was decided of two subjects, low before high.

    score: the probability. decider: `hub`, or a reviewer. decided_at: when a reviewer did; None:
    the hub did, and says the same whenever it is asked. conflict: as it was scored.
    """

    low: UUID
    high: UUID
    verdict: Verdict
    basis: str
    score: float
    weight: float
    decider: str = LINKER
    decided_at: datetime | None = None
    conflict: str | None = None

    @property
    def pair(self) -> Pair:
        """The two subjects."""
        return self.low, self.high


def speaks_against(conflict: str | None) -> bool:
    """Tell whether a conflict is a reason to believe in two children."""
    return conflict is not None and conflict != WEAK


def matters(score: PairScore, thresholds: Thresholds) -> bool:
    """Tell whether a pair can ever get a verdict, or stand in the way of another's."""
    return (
        score.basis != MODEL
        or score.probability >= thresholds.review
        or score.conflict == IDENTIFIER_CONFLICT
    )


def prevailing(verdicts: Iterable[PairVerdict]) -> dict[Pair, PairVerdict]:
    """Return the verdict that holds for each pair, whatever their order.

    A reviewer goes before the hub, and of several reviewers' verdicts the last; at the same
    instant, and of several of the hub, the more cautious one.
    """
    best: dict[Pair, PairVerdict] = {}
    for each in verdicts:
        other = best.get(each.pair)
        if other is None or _authority(each) > _authority(other):
            best[each.pair] = each
    return best


def _authority(verdict: PairVerdict) -> tuple[object, ...]:
    cautious = (Verdict.LINKED, Verdict.REVIEW, Verdict.REFUSED).index(verdict.verdict)
    return (
        verdict.decider != LINKER,
        verdict.decided_at or _NEVER,
        cautious,
        verdict.decider,
        verdict.weight,
        verdict.score,
        verdict.basis,
        verdict.conflict or "",
    )
