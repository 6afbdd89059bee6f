"""Which pairs of registrations are one child, by rules and the linkage model.

A publisher normally holds one registration of one child. Two candidates of one publisher for the
same partner are therefore rivals, and a pair is linked without a reviewer only if it is ahead of
all its rivals by the margin. Two registrations of one publisher may be one child all the same,
registered twice; to say so takes `margin` bits more evidence, at each threshold.

A pair that gets no verdict (below `review`, or clearly behind a rival) costs nobody's time. Once a
reviewer has refused what stood in its way, judging again brings it up.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import inf, log2
from uuid import UUID

from domain.linkage import (
    IDENTIFIER_CONFLICT,
    MODEL,
    TWINS,
    Pair,
    PairScore,
    PairVerdict,
    Thresholds,
    Verdict,
    matters,
    prevailing,
    speaks_against,
)


def judge(
    scores: Iterable[PairScore],
    publisher_of: Mapping[UUID, str],
    thresholds: Thresholds,
    reviewed: Iterable[PairVerdict] = (),
) -> tuple[PairVerdict, ...]:
    """Return the hub's own verdicts, in the order of the pairs; a pair without one is nothing.

    scores: at most one a pair. reviewed: what reviewers said, which settles its pairs here: a
    refused pair is nobody's rival any more, and a linked one defeats its rivals. Verdicts of a
    pair depend on nothing but what pairs connect it with. Linked: by a rule, or by the model if
    probability and margin allow and no conflict stands. Review: probable, but one of these is
    lacking; a rival that is behind by the margin is not asked about as well, nor are twins of
    whom either has a better partner there. Refused: what is not asked about, and something speaks
    against it; the same among the registrations of one publisher.
    """
    judging = _Judging(publisher_of, thresholds, prevailing(reviewed))
    contested = [
        each
        for each in scores
        if matters(each, thresholds)
        and (each.low, each.high) not in judging.answers
        and not judging.settles_alone(each)
    ]
    judging.contest(sorted(contested, key=lambda each: (-each.weight, each.low.int, each.high.int)))
    return tuple(sorted(judging.verdicts.values(), key=lambda each: (each.low.int, each.high.int)))


class _Judging:
    """The verdicts so far. Pairs of two publishers are judged from the strongest down.

    That order makes them independent of any other: whatever decides about a pair is stronger than
    it by the margin, or is a rival whose own defeat is decided by what is stronger still.
    """

    def __init__(
        self,
        publisher_of: Mapping[UUID, str],
        thresholds: Thresholds,
        answers: Mapping[Pair, PairVerdict],
    ) -> None:
        self.answers = answers
        self.verdicts: dict[Pair, PairVerdict] = {}
        self._publisher_of = publisher_of
        self._thresholds = thresholds
        self._parent: dict[UUID, UUID] = {}
        # By subject and publisher: who of that publisher it is linked with, and how strongly.
        self._partners: dict[tuple[UUID, str], list[tuple[float, UUID]]] = defaultdict(list)
        self._candidates: dict[tuple[UUID, str], list[PairScore]] = defaultdict(list)
        self._defeated: set[Pair] = set()
        for answer in answers.values():
            if answer.verdict is Verdict.LINKED:
                self._join(answer.low, answer.high)

    def settles_alone(self, score: PairScore) -> bool:
        """Decide about a pair that no rival matters to; tell whether it is one."""
        within = self._publisher_of[score.low] == self._publisher_of[score.high]
        if score.conflict == IDENTIFIER_CONFLICT:
            self._say(score, Verdict.REVIEW)
            return within or score.basis != MODEL
        if score.basis != MODEL and score.conflict is None:
            self._say(score, Verdict.LINKED)
            self._join(score.low, score.high)
        elif within:
            self._judge_within(score)
        else:
            return False
        return True

    def contest(self, scores: Iterable[PairScore]) -> None:
        """Decide about pairs that may be rivals, given from the strongest down."""
        ordered = list(scores)
        for score in ordered:
            # Where a rule speaks against names, its strength says nothing about the others.
            if score.basis == MODEL:
                for own, publisher, _ in self._sides(score):
                    self._candidates[own, publisher].append(score)
        for score in ordered:
            if score.conflict != IDENTIFIER_CONFLICT:
                self._judge_between(score)

    def _judge_within(self, score: PairScore) -> None:
        """Decide about two registrations by one publisher, whose word is that they are two."""
        if score.conflict is not None:
            if speaks_against(score.conflict):
                self._say(score, Verdict.REFUSED)
        elif self._reaches(score, self._thresholds.auto):
            self._say(score, Verdict.LINKED)
            self._join(score.low, score.high)
        elif self._reaches(score, self._thresholds.review):
            self._say(score, Verdict.REVIEW)

    def _reaches(self, score: PairScore, threshold: float) -> bool:
        bits = log2(threshold / (1 - threshold)) if threshold < 1 else inf
        return score.probability >= threshold and score.weight - bits >= self._thresholds.margin

    def _judge_between(self, score: PairScore) -> None:
        if self._is_defeated(score) or self._is_outranked(score):
            if speaks_against(score.conflict):
                self._say(score, Verdict.REFUSED)
            return
        certain = score.basis == MODEL and score.probability >= self._thresholds.auto
        if not certain or score.conflict is not None or self._is_challenged(score):
            self._say(score, Verdict.REVIEW)
            return
        self._say(score, Verdict.LINKED)
        for own, publisher, partner in self._sides(score):
            self._partners[own, publisher].append((score.weight, partner))

    def _is_defeated(self, score: PairScore) -> bool:
        """Tell whether a side is linked with another of the publisher, much more strongly."""
        pair = score.low, score.high
        if pair not in self._defeated and any(
            self._clearly(weight, score.weight) and not self._same(other, partner)
            for own, publisher, partner in self._sides(score)
            for weight, other in self._partners.get((own, publisher), ())
        ):
            self._defeated.add(pair)
        return pair in self._defeated

    def _is_outranked(self, score: PairScore) -> bool:
        """Tell whether a rival will be asked about that makes this question idle for now."""
        for rival in self._rivals(score):
            if rival.weight <= score.weight:
                continue
            said = self.verdicts.get((rival.low, rival.high))
            ahead = score.conflict == TWINS or self._clearly(rival.weight, score.weight)
            if ahead and said is not None and said.verdict is not Verdict.REFUSED:
                return True
        return False

    def _is_challenged(self, score: PairScore) -> bool:
        return any(not self._is_defeated(rival) for rival in self._rivals(score))

    def _rivals(self, score: PairScore) -> Iterable[PairScore]:
        """Yield the other candidates of either side that are not clearly weaker."""
        for own, publisher, partner in self._sides(score):
            for rival in self._candidates.get((own, publisher), ()):
                if self._clearly(score.weight, rival.weight):
                    break
                other = rival.high if rival.low == own else rival.low
                if other != partner and not self._same(other, partner):
                    yield rival

    def _sides(self, score: PairScore) -> tuple[tuple[UUID, str, UUID], tuple[UUID, str, UUID]]:
        """Return each end with the publisher of the other, and the other."""
        low, high = score.low, score.high
        return (low, self._publisher_of[high], high), (high, self._publisher_of[low], low)

    def _clearly(self, stronger: float, weaker: float) -> bool:
        return stronger - weaker >= self._thresholds.margin

    def _say(self, score: PairScore, verdict: Verdict) -> None:
        self.verdicts[score.low, score.high] = PairVerdict(
            low=score.low,
            high=score.high,
            verdict=verdict,
            basis=score.basis,
            score=score.probability,
            weight=score.weight,
            conflict=score.conflict,
        )

    def _join(self, low: UUID, high: UUID) -> None:
        """Note a link that no rival can undo."""
        self._partners[low, self._publisher_of[high]].append((inf, high))
        self._partners[high, self._publisher_of[low]].append((inf, low))
        self._parent[self._root(low)] = self._root(high)

    def _same(self, one: UUID, other: UUID) -> bool:
        """Tell whether two are one child by links that no rival can undo."""
        pair = (one, other) if one < other else (other, one)
        answer = self.answers.get(pair)
        refused = answer is not None and answer.verdict is Verdict.REFUSED
        return not refused and self._root(one) == self._root(other)

    def _root(self, subject: UUID) -> UUID:
        while (parent := self._parent.get(subject, subject)) != subject:
            self._parent[subject] = self._parent.get(parent, parent)
            subject = parent
        return subject
