"""The forms in which the review queue and its decisions leave memory; none holds identity."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.agreement import Agreement
from domain.reviewing import PairKind, ReviewReason, ReviewVerdict, WaitingPair


class WaitingDocument(Struct, frozen=True, kw_only=True):
    """A pair that waits for a reviewer.

    effect: counts that hang on it. probability, weight: by the linkage model, in bits; null: no
    model compares accounts. second: an independent second opinion.
    """

    pair: str
    kind: PairKind
    low: UUID
    high: UUID
    effect: int
    since: datetime
    probability: float | None
    weight: float | None
    conflict: str | None
    second: bool


class AgreementDocument(Struct, frozen=True, kw_only=True):
    """How well two independent reviewers agree; null: it cannot be said yet."""

    pairs: int
    alike: int
    raw: float | None
    kappa: float | None


class ReviewQueueDocument(Struct, frozen=True, kw_only=True):
    """The queue in the order in which reviewers are asked; size: of all of it, by kind."""

    as_of_position: int
    size: Mapping[PairKind, int]
    oldest: datetime | None
    agreement: Mapping[PairKind, AgreementDocument]
    pairs: tuple[WaitingDocument, ...]


class DecidedDocument(Struct, frozen=True, kw_only=True):
    """What became of a decision.

    round: 1 the first, 2 the independent second, 3 who settles the two, 0 a later one. settled:
    False: the pair waits again, because two reviewers disagree. position: of the ledger's last
    record of it; null: it changed nothing.
    """

    pair: str
    verdict: ReviewVerdict
    reason: ReviewReason
    round: int
    settled: bool
    position: int | None


def agreement_documents(
    by_kind: Mapping[PairKind, Agreement],
) -> dict[PairKind, AgreementDocument]:
    """Return the agreement of each kind of pair."""
    return {
        kind: AgreementDocument(pairs=each.pairs, alike=each.alike, raw=each.raw, kappa=each.kappa)
        for kind, each in by_kind.items()
    }


def queue_document(
    pairs: Sequence[WaitingPair],
    agreement: Mapping[PairKind, Agreement],
    *,
    position: int,
    most: int,
) -> ReviewQueueDocument:
    """Return the first `most` pairs of a queue, and what is said of all of it."""
    return ReviewQueueDocument(
        as_of_position=position,
        size={kind: sum(1 for each in pairs if each.pair.kind is kind) for kind in PairKind},
        oldest=min((each.since for each in pairs), default=None),
        agreement=agreement_documents(agreement),
        pairs=tuple(
            WaitingDocument(
                pair=str(each.pair),
                kind=each.pair.kind,
                low=each.pair.low,
                high=each.pair.high,
                effect=each.effect,
                since=each.since,
                probability=each.probability,
                weight=each.weight,
                conflict=each.conflict,
                second=each.second,
            )
            for each in pairs[:most]
        ),
    )
