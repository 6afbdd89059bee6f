"""Who is one child, by the verdicts on pairs: the same verdicts in any order, the same children.

Links are taken from the strongest down: reviewers', then rules, then the model's by weight. A link
is left out if it would put together whom something holds apart:

- a reviewer's refusal holds against every link;
- the hub's own refusal, and a conflict that is still in review, hold against rules and model;
- that one publisher registered both holds against the model, unless their own pair is linked or in
  review: a publisher's two registrations are two children until something speaks for one.

So the weakest link of a path between two who must not meet is the one that goes to review. A
child's verdicts and those of whoever links reach from it suffice; nobody else's change anything.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.linkage import (
    LINKER,
    MODEL,
    Pair,
    PairVerdict,
    Verdict,
    prevailing,
    speaks_against,
)


@dataclass(frozen=True, kw_only=True)
class Clustering:
    """Who is whom.

    person_of: every subject's person, named by the member with the lowest first position (of
    equal ones, the lowest identifier). dropped: pairs that were to be linked and are not one
    person; they are in review. queue: all that a reviewer has to answer: the dropped ones and
    those in review, but for pairs that are one person anyhow, or of persons refused before.
    """

    person_of: Mapping[UUID, UUID]
    dropped: tuple[Pair, ...]
    queue: tuple[Pair, ...]


def cluster(
    verdicts: Iterable[PairVerdict],
    firsts: Mapping[UUID, int],
    publisher_of: Mapping[UUID, str],
) -> Clustering:
    """Return who is one child; firsts: the first position of every subject, linked or not."""
    return _Children(verdicts, firsts, publisher_of).clustering()


def propose(
    verdicts: Iterable[PairVerdict],
    firsts: Mapping[UUID, int],
    publisher_of: Mapping[UUID, str],
) -> Mapping[UUID, UUID]:
    """Return every subject's person if reviewers linked all that is in review, strongest first.

    Persons only grow by that: what they refused before holds.
    """
    children = _Children(verdicts, firsts, publisher_of)
    children.link_queue()
    return children.person_of()


class _Children:
    """The persons so far; subjects are numbers in the order in which they name a person."""

    def __init__(
        self,
        verdicts: Iterable[PairVerdict],
        firsts: Mapping[UUID, int],
        publisher_of: Mapping[UUID, str],
    ) -> None:
        self._subjects = sorted(firsts, key=lambda each: (firsts[each], each.int))
        self._number = {subject: number for number, subject in enumerate(self._subjects)}
        self._publisher_of = publisher_of
        self._verdicts = [
            (each, self._number[each.low], self._number[each.high])
            for each in sorted(prevailing(verdicts).values(), key=_strength)
        ]
        self._parent = list(range(len(self._subjects)))
        # By root: the member that names it, and what putting it into another person would cost.
        self._first = list(self._parent)
        self._size = [1] * len(self._subjects)
        self._refused = _Apart()
        self._held_apart = _Apart()
        # By person: who of each publisher it consists of; a missing person is one subject.
        self._registered: dict[int, dict[str, list[int]]] = {}
        self._kin: dict[int, set[int]] = defaultdict(set)
        self._note_what_holds_apart()
        for each, low, high in self._verdicts:
            if each.verdict is Verdict.LINKED:
                self._link(each, low, high)

    def clustering(self) -> Clustering:
        """Return who is whom now."""
        queue = [each for each, _, _ in self._queue()]
        return Clustering(
            person_of=self.person_of(),
            dropped=tuple(sorted(each.pair for each in queue if each.verdict is Verdict.LINKED)),
            queue=tuple(sorted(each.pair for each in queue)),
        )

    def person_of(self) -> dict[UUID, UUID]:
        """Return every subject's person."""
        return {
            subject: self._subjects[self._first[self._root(number)]]
            for number, subject in enumerate(self._subjects)
        }

    def link_queue(self) -> None:
        """Link all that is in review as a reviewer would."""
        for _, low, high in list(self._queue()):
            low, high = self._root(low), self._root(high)
            if low != high and not self._refused.between(low, high):
                self._unite(low, high)

    def _note_what_holds_apart(self) -> None:
        for each, low, high in self._verdicts:
            self._size[low] += 1
            self._size[high] += 1
            if each.verdict is Verdict.REFUSED and each.decider != LINKER:
                self._refused.hold(low, high)
            elif each.verdict is Verdict.REFUSED or (
                each.verdict is Verdict.REVIEW and speaks_against(each.conflict)
            ):
                self._held_apart.hold(low, high)
            elif self._publisher_of[each.low] == self._publisher_of[each.high]:
                self._kin[low].add(high)
                self._kin[high].add(low)

    def _link(self, verdict: PairVerdict, low: int, high: int) -> None:
        low, high = self._root(low), self._root(high)
        if low == high or self._refused.between(low, high):
            return
        if verdict.decider == LINKER and (
            self._held_apart.between(low, high)
            or (verdict.basis == MODEL and self._registered_twice(low, high))
        ):
            return
        self._unite(low, high)

    def _queue(self) -> Iterator[tuple[PairVerdict, int, int]]:
        """Yield what a reviewer has to answer, strongest first."""
        for each, low, high in self._verdicts:
            if each.verdict is not Verdict.REFUSED:
                one, other = self._root(low), self._root(high)
                dropped = each.verdict is Verdict.LINKED
                if one != other and (dropped or not self._refused.between(one, other)):
                    yield each, low, high

    def _registered_twice(self, low: int, high: int) -> bool:
        """Tell whether a publisher knows both as different children, as far as anybody said."""
        ours, theirs = self._registrations(low), self._registrations(high)
        if len(ours) > len(theirs):
            ours, theirs = theirs, ours
        return any(
            other not in self._kin.get(one, ())
            for publisher, registered in ours.items()
            for one in registered
            for other in theirs.get(publisher, ())
        )

    def _registrations(self, root: int) -> dict[str, list[int]]:
        known = self._registered.get(root)
        if known is None:
            known = {self._publisher_of[self._subjects[root]]: [root]}
        return known

    def _unite(self, one: int, other: int) -> None:
        if self._size[one] < self._size[other]:
            one, other = other, one
        ours, theirs = self._registrations(one), self._registrations(other)
        for publisher, registered in theirs.items():
            ours.setdefault(publisher, []).extend(registered)
        self._registered[one] = ours
        self._registered.pop(other, None)
        self._parent[other] = one
        self._first[one] = min(self._first[one], self._first[other])
        self._size[one] += self._size[other]
        self._refused.unite(one, other)
        self._held_apart.unite(one, other)

    def _root(self, number: int) -> int:
        parent = self._parent
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number


class _Apart:
    """Which persons, by their roots, must not become one."""

    def __init__(self) -> None:
        self._from: dict[int, set[int]] = {}

    def hold(self, one: int, other: int) -> None:
        """Hold two apart."""
        self._from.setdefault(one, set()).add(other)
        self._from.setdefault(other, set()).add(one)

    def between(self, one: int, other: int) -> bool:
        """Tell whether two are held apart."""
        return other in self._from.get(one, ())

    def unite(self, root: int, gone: int) -> None:
        """Let one person stand for another as well."""
        for each in self._from.pop(gone, ()):
            self._from[each].discard(gone)
            if each != root:
                self.hold(root, each)


def _strength(verdict: PairVerdict) -> tuple[int, float, int, int]:
    """Return what sorts the strongest first."""
    by_hub = 2 if verdict.basis == MODEL else 1
    rank = by_hub if verdict.decider == LINKER else 0
    return rank, -verdict.weight, verdict.low.int, verdict.high.int
