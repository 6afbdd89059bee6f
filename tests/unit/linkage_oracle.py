"""A second opinion on judging and clustering: slow, by definition, sharing no code with either."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from math import log2
from uuid import UUID

from domain.linkage import PairScore, PairVerdict, Thresholds

Pair = tuple[UUID, UUID]


def held(verdicts: Iterable[PairVerdict]) -> dict[Pair, PairVerdict]:
    """Return what holds of each pair: reviewers' last word, else the hub's; doubt means no."""
    caution = {"linked": 0, "review": 1, "refused": 2}
    found: dict[Pair, list[PairVerdict]] = {}
    for each in verdicts:
        found.setdefault((each.low, each.high), []).append(each)
    best = {}
    for pair, words in found.items():
        human = [each for each in words if each.decider != "hub"]
        if human:
            last = max(str(each.decided_at) for each in human)
            human = [each for each in human if str(each.decided_at) == last]
        words = human or words
        worst = max(caution[each.verdict.value] for each in words)
        words = [each for each in words if caution[each.verdict.value] == worst]
        words.sort(
            key=lambda each: (
                each.decider, each.weight, each.score, each.basis, each.conflict or ""
            )
        )  # fmt: skip
        best[pair] = words[-1]
    return best


def verdicts_by_definition(
    scores: Sequence[PairScore],
    publisher: Mapping[UUID, str],
    bounds: Thresholds,
    reviewed: Iterable[PairVerdict] = (),
) -> dict[Pair, str]:
    """Return the hub's verdicts, each found by asking about its rivals as the rules say it."""
    opinion = _Opinion(scores, publisher, bounds, held(reviewed))
    found = {pair: opinion.of(pair) for pair in opinion.scores}
    return {pair: verdict for pair, verdict in found.items() if verdict is not None}


class _Opinion:
    """What is to be said of each pair; every question is asked of the pairs themselves."""

    def __init__(
        self,
        scores: Sequence[PairScore],
        publisher: Mapping[UUID, str],
        bounds: Thresholds,
        answers: Mapping[Pair, PairVerdict],
    ) -> None:
        self.publisher, self.bounds, self.answers = publisher, bounds, answers
        self.scores = {
            (each.low, each.high): each
            for each in scores
            if (each.low, each.high) not in answers and self.counts(each)
        }
        linked = {pair for pair, each in answers.items() if each.verdict.value == "linked"}
        self.firm = linked | {pair for pair in self.scores if self.is_firm(pair)}
        self.contest = {
            pair: each
            for pair, each in self.scores.items()
            if not self.within(pair) and pair not in self.firm and each.basis == "model"
        }
        self.known: dict[Pair, str | None] = {}

    def counts(self, each: PairScore) -> bool:
        likely = each.probability >= self.bounds.review
        return each.basis != "model" or likely or each.conflict == "identifier-conflict"

    def within(self, pair: Pair) -> bool:
        return self.publisher[pair[0]] == self.publisher[pair[1]]

    def is_firm(self, pair: Pair) -> bool:
        each = self.scores[pair]
        if each.conflict is not None:
            return False
        return each.basis != "model" or (self.within(pair) and self.alone(each) == "linked")

    def alone(self, each: PairScore) -> str | None:
        """Return what to say of two registrations of one publisher."""
        if each.conflict is not None:
            return None if each.conflict == "weak" else "refused"
        for name, bound in (("linked", self.bounds.auto), ("review", self.bounds.review)):
            enough = each.weight >= log2(bound / (1 - bound)) + self.bounds.margin
            if each.probability >= bound and enough:
                return name
        return None

    def same(self, one: UUID, other: UUID) -> bool:
        answer = self.answers.get((min(one, other), max(one, other)))
        if answer is not None and answer.verdict.value == "refused":
            return False
        return other in reach({one}, self.firm)

    def rivals(self, pair: Pair, others: Iterable[Pair]) -> list[Pair]:
        return [each for each in others if each != pair and self.are_rivals(pair, each)]

    def are_rivals(self, pair: Pair, other: Pair) -> bool:
        for own, mate in (pair, pair[::-1]):
            if own in other:
                (rival,) = set(other) - {own}
                if self.publisher[rival] == self.publisher[mate] and not self.same(rival, mate):
                    return True
        return False

    def lead(self, one: Pair, other: Pair) -> float:
        return self.scores[one].weight - self.scores[other].weight

    def defeated(self, pair: Pair) -> bool:
        return bool(self.rivals(pair, self.firm)) or any(
            self.lead(other, pair) >= self.bounds.margin and self.of(other) == "linked"
            for other in self.rivals(pair, self.contest)
        )

    def outranked(self, pair: Pair) -> bool:
        least = 1e-9 if self.scores[pair].conflict == "twins" else self.bounds.margin
        return any(
            self.lead(other, pair) >= least and self.of(other) in ("linked", "review")
            for other in self.rivals(pair, self.contest)
        )

    def of(self, pair: Pair) -> str | None:
        if pair not in self.known:
            self.known[pair] = self.decide(pair)
        return self.known[pair]

    def decide(self, pair: Pair) -> str | None:
        each = self.scores[pair]
        if each.conflict == "identifier-conflict":
            return "review"
        if pair in self.firm:
            return "linked"
        if self.within(pair):
            return self.alone(each)
        if self.defeated(pair) or self.outranked(pair):
            return None if each.conflict in (None, "weak") else "refused"
        close = any(
            self.lead(pair, other) < self.bounds.margin and not self.defeated(other)
            for other in self.rivals(pair, self.contest)
        )
        certain = each.basis == "model" and each.probability >= self.bounds.auto
        return "linked" if certain and not each.conflict and not close else "review"


def reach(start: set[UUID], links: Iterable[Pair]) -> set[UUID]:
    """Return all whom links connect with some subjects."""
    links = list(links)
    while True:
        more = {end for pair in links if start & set(pair) for end in pair}
        if more <= start:
            return start
        start = start | more


def persons_by_definition(
    verdicts: Iterable[PairVerdict],
    publisher: Mapping[UUID, str],
    allowed: Callable[[PairVerdict], bool] = lambda _: True,
) -> set[frozenset[UUID]]:
    """Return the persons: of the links, from the strongest down, those that part nobody's hands.

    allowed: which links to take at all.
    """
    truth = held(verdicts)

    def strength(each: PairVerdict) -> tuple[bool, bool, float]:
        return each.decider == "hub", each.basis == "model", -each.weight

    links = [each for each in truth.values() if each.verdict.value == "linked" and allowed(each)]
    taken: set[Pair] = set()
    for link in sorted(links, key=lambda each: (strength(each), each.low, each.high)):
        ours, theirs = reach({link.low}, taken), reach({link.high}, taken)
        if link.low in theirs or not any(
            keeps_apart(truth, publisher, (min(pair), max(pair)), link)
            for pair in product(ours, theirs)
        ):
            taken.add((link.low, link.high))
    return {frozenset(reach({subject}, taken)) for subject in publisher}


def keeps_apart(
    truth: Mapping[Pair, PairVerdict],
    publisher: Mapping[UUID, str],
    pair: Pair,
    link: PairVerdict,
) -> bool:
    """Return whether a link may not put these two together."""
    word = truth.get(pair)
    refused = word is not None and word.verdict.value == "refused"
    if refused and word is not None and word.decider != "hub":
        return True
    if link.decider != "hub":
        return False
    conflict = None if word is None or word.conflict == "weak" else word.conflict
    doubtful = word is not None and word.verdict.value == "review" and conflict is not None
    if refused or doubtful:
        return True
    return link.basis == "model" and publisher[pair[0]] == publisher[pair[1]] and word is None
