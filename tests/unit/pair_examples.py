"""Scores and verdicts of pairs made from a few words; subjects are numbers, publishers letters."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from math import exp2
from uuid import UUID

from hypothesis import strategies as st

from domain.clusters import Clustering, cluster, propose
from domain.judging import judge
from domain.linkage import (
    IDENTIFIER_CONFLICT,
    LINKER,
    MODEL,
    TWINS,
    WEAK,
    PairScore,
    PairVerdict,
    Thresholds,
    Verdict,
)
from tests.unit.records import uuid_of

RULE = "nhs-number-and-birth-date"
REVIEWER = "r-one"
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
BOUNDS = Thresholds()
# Probability 0.999 is just below 10 bits, 0.8 is 2 bits.
SURE, LIKELY, POSSIBLE, UNLIKELY = 20.0, 12.0, 6.0, 0.0

Ends = tuple[int, int]


def ends(one: int, other: int) -> tuple[UUID, UUID]:
    """Return two subjects, low before high."""
    return uuid_of(min(one, other)), uuid_of(max(one, other))


def probability(bits: float) -> float:
    """Return the probability with these odds, given in bits."""
    return exp2(bits) / (1 + exp2(bits))


def score(
    one: int, other: int, bits: float = SURE, *, basis: str = MODEL, conflict: str | None = None
) -> PairScore:
    """Return the score of two subjects, in any order."""
    low, high = ends(one, other)
    return PairScore(
        low=low,
        high=high,
        basis=basis,
        probability=probability(bits),
        weight=bits,
        conflict=conflict,
    )


def said(
    one: int,
    other: int,
    verdict: Verdict = Verdict.LINKED,
    bits: float = SURE,
    *,
    basis: str = MODEL,
    by: str = LINKER,
    after: float = 0,
    conflict: str | None = None,
) -> PairVerdict:
    """Return a verdict; after: how many hours after noon a reviewer gave it."""
    low, high = ends(one, other)
    return PairVerdict(
        low=low,
        high=high,
        verdict=verdict,
        basis=basis,
        score=probability(bits),
        weight=bits,
        decider=by,
        decided_at=None if by == LINKER else NOON + timedelta(hours=after),
        conflict=conflict,
    )


def publishers(letters: str) -> dict[UUID, str]:
    """Return the publisher of subject 1, 2, 3, … one letter each."""
    return {uuid_of(number): letter for number, letter in enumerate(letters, start=1)}


def judged(
    letters: str,
    *scores: PairScore,
    bounds: Thresholds = BOUNDS,
    reviewed: Iterable[PairVerdict] = (),
) -> dict[Ends, str]:
    """Return what the hub says of each pair that it says anything of."""
    verdicts = judge(scores, publishers(letters), bounds, reviewed)
    return {(each.low.int, each.high.int): each.verdict.value for each in verdicts}


def clustered(letters: str, *verdicts: PairVerdict) -> Clustering:
    """Return who is one child, if subjects were recorded in the order of their numbers."""
    publisher_of = publishers(letters)
    return cluster(verdicts, {each: each.int for each in publisher_of}, publisher_of)


def persons(person_of: Mapping[UUID, UUID]) -> set[frozenset[int]]:
    """Return the persons as sets of numbers."""
    members: dict[UUID, set[int]] = {}
    for subject, person in person_of.items():
        members.setdefault(person, set()).add(subject.int)
    return {frozenset(each) for each in members.values()}


def together(letters: str, *verdicts: PairVerdict) -> set[frozenset[int]]:
    """Return the persons of more than one subject."""
    found = persons(clustered(letters, *verdicts).person_of)
    return {each for each in found if len(each) > 1}


def proposed(letters: str, *verdicts: PairVerdict) -> set[frozenset[int]]:
    """Return the persons of more than one subject if everything in review were linked."""
    publisher_of = publishers(letters)
    found = persons(propose(verdicts, {each: each.int for each in publisher_of}, publisher_of))
    return {each for each in found if len(each) > 1}


PEOPLE = 9
every_letters = st.text(alphabet="ABC", min_size=PEOPLE, max_size=PEOPLE)
every_pair = (
    st.tuples(st.integers(1, PEOPLE), st.integers(1, PEOPLE))
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: (min(pair), max(pair)))
)
every_basis = st.sampled_from([MODEL, MODEL, MODEL, RULE])
every_conflict = st.sampled_from([None] * 5 + [TWINS, IDENTIFIER_CONFLICT, WEAK, "other"])
# Few different weights, so that ties and differences of exactly the margin are frequent; none is
# a threshold itself, where rounding decides.
every_bits = st.sampled_from([0.0, 2.5, 4.0, 6.5, 8.0, 10.0, 11.0, 12.0, 14.0, 18.0])


@st.composite
def every_scores(draw: st.DrawFn) -> list[PairScore]:
    """Draw scores of different pairs."""
    pairs = draw(st.lists(every_pair, unique=True, max_size=22))
    return [
        score(*pair, draw(every_bits), basis=draw(every_basis), conflict=draw(every_conflict))
        for pair in pairs
    ]


@st.composite
def every_verdicts(draw: st.DrawFn, *, reviewers_only: bool = False) -> list[PairVerdict]:
    """Draw verdicts, several of some pairs."""
    deciders = st.sampled_from([REVIEWER, "r-two"] if reviewers_only else [LINKER] * 4 + [REVIEWER])
    return [
        said(
            *pair,
            draw(st.sampled_from(list(Verdict))),
            draw(every_bits),
            basis=draw(every_basis),
            by=draw(deciders),
            after=draw(st.integers(0, 2)),
            conflict=draw(every_conflict),
        )
        for pair in draw(st.lists(every_pair, max_size=24))
    ]
