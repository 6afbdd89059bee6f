"""Judging and clustering beside a second opinion, in any order, and on a part of the nation."""

from collections.abc import Iterable, Sequence
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.clusters import Clustering, cluster, propose
from domain.judging import judge
from domain.linkage import LINKER, PairScore, PairVerdict, Verdict, prevailing
from tests.unit.linkage_oracle import (
    Pair,
    held,
    persons_by_definition,
    reach,
    verdicts_by_definition,
)
from tests.unit.pair_examples import (
    BOUNDS,
    REVIEWER,
    every_letters,
    every_scores,
    every_verdicts,
    publishers,
    said,
)

PublisherOf = dict[UUID, str]
every_order = st.integers(0, 10_000)


def shuffled(items: Iterable[PairVerdict], order: int) -> list[PairVerdict]:
    mixed = list(items)
    Random(order).shuffle(mixed)
    return mixed


def firsts_of(publisher_of: PublisherOf) -> dict[UUID, int]:
    """Return first positions that are not the order of the identifiers; some are equal."""
    return {subject: subject.int * 5 % 7 for subject in publisher_of}


def clustered(verdicts: Sequence[PairVerdict], publisher_of: PublisherOf) -> Clustering:
    return cluster(verdicts, firsts_of(publisher_of), publisher_of)


def groups(person_of: dict[UUID, UUID]) -> set[frozenset[UUID]]:
    names = set(person_of.values())
    return {frozenset(each for each in person_of if person_of[each] == name) for name in names}


def parts(publisher_of: PublisherOf, pairs: Iterable[Pair]) -> list[set[UUID]]:
    """Return the subjects by what connects them."""
    pairs = list(pairs)
    return [set(each) for each in {frozenset(reach({one}, pairs)) for one in publisher_of}]


@given(every_letters, every_scores(), every_verdicts(reviewers_only=True))
def test_the_hub_says_of_each_pair_what_the_rules_say(
    letters: str, scores: list[PairScore], reviewed: list[PairVerdict]
) -> None:
    publisher_of = publishers(letters)

    found = judge(scores, publisher_of, BOUNDS, reviewed)

    expected = verdicts_by_definition(scores, publisher_of, BOUNDS, reviewed)
    assert {each.pair: each.verdict.value for each in found} == expected


@given(every_letters, every_scores(), every_verdicts(reviewers_only=True), every_order)
def test_the_order_of_scores_and_of_answers_decides_nothing(
    letters: str, scores: list[PairScore], reviewed: list[PairVerdict], order: int
) -> None:
    publisher_of = publishers(letters)
    mixed = list(scores)
    Random(order).shuffle(mixed)

    again = judge(mixed, publisher_of, BOUNDS, shuffled(reviewed, order))

    assert again == judge(scores, publisher_of, BOUNDS, reviewed)


@given(every_letters, every_scores(), every_verdicts(reviewers_only=True))
def test_judging_part_by_part_is_judging_the_whole(
    letters: str, scores: list[PairScore], reviewed: list[PairVerdict]
) -> None:
    publisher_of = publishers(letters)
    pairs = [(each.low, each.high) for each in scores] + [each.pair for each in reviewed]

    piecewise = [
        verdict
        for part in parts(publisher_of, pairs)
        for verdict in judge(
            [each for each in scores if each.low in part],
            {subject: publisher_of[subject] for subject in part},
            BOUNDS,
            [each for each in reviewed if each.low in part],
        )
    ]

    whole = judge(scores, publisher_of, BOUNDS, reviewed)
    assert sorted(piecewise, key=lambda each: each.pair) == list(whole)


@given(every_verdicts(), every_order)
def test_of_several_verdicts_the_same_one_prevails_in_any_order(
    verdicts: list[PairVerdict], order: int
) -> None:
    assert prevailing(shuffled(verdicts, order)) == prevailing(verdicts) == held(verdicts)


@given(every_letters, every_verdicts())
def test_persons_are_those_of_the_second_opinion(letters: str, verdicts: list[PairVerdict]) -> None:
    publisher_of = publishers(letters)

    found = clustered(verdicts, publisher_of)

    expected = persons_by_definition(verdicts, publisher_of)
    assert groups(dict(found.person_of)) == expected
    firsts = firsts_of(publisher_of)
    for person in expected:
        name = min(person, key=lambda each: (firsts[each], each))
        assert {found.person_of[each] for each in person} == {name}


@given(every_letters, every_verdicts(), every_order)
def test_the_order_of_verdicts_decides_nothing(
    letters: str, verdicts: list[PairVerdict], order: int
) -> None:
    publisher_of = publishers(letters)
    mixed = shuffled(verdicts, order)
    firsts = firsts_of(publisher_of)

    assert clustered(mixed, publisher_of) == clustered(verdicts, publisher_of)
    assert propose(mixed, firsts, publisher_of) == propose(verdicts, firsts, publisher_of)


@given(every_letters, every_verdicts())
def test_clustering_part_by_part_is_clustering_the_whole(
    letters: str, verdicts: list[PairVerdict]
) -> None:
    publisher_of = publishers(letters)
    links = [each.pair for each in verdicts if each.verdict is not Verdict.REFUSED]
    person_of: dict[UUID, UUID] = {}
    would_be: dict[UUID, UUID] = {}
    asked: list[Pair] = []

    for part in parts(publisher_of, links):
        own = [each for each in verdicts if each.low in part and each.high in part]
        firsts = {each: at for each, at in firsts_of(publisher_of).items() if each in part}
        publisher_here = {each: publisher_of[each] for each in part}
        found = cluster(own, firsts, publisher_here)
        person_of |= found.person_of
        would_be |= propose(own, firsts, publisher_here)
        asked.extend(found.queue)

    whole = clustered(verdicts, publisher_of)
    assert person_of == whole.person_of
    assert tuple(sorted(asked)) == whole.queue
    assert would_be == propose(verdicts, firsts_of(publisher_of), publisher_of)


@given(every_letters, every_verdicts())
def test_whom_a_reviewer_refused_are_never_one_person_nor_proposed_to_be(
    letters: str, verdicts: list[PairVerdict]
) -> None:
    publisher_of = publishers(letters)

    found = clustered(verdicts, publisher_of).person_of
    would_be = propose(verdicts, firsts_of(publisher_of), publisher_of)

    for pair, word in held(verdicts).items():
        if word.verdict is Verdict.REFUSED and word.decider != LINKER:
            assert found[pair[0]] != found[pair[1]]
            assert would_be[pair[0]] != would_be[pair[1]]


@given(every_letters, every_verdicts())
def test_what_is_dropped_is_weaker_than_what_holds_its_ends_apart(
    letters: str, verdicts: list[PairVerdict]
) -> None:
    publisher_of = publishers(letters)
    found = clustered(verdicts, publisher_of)
    truth = held(verdicts)
    links = {pair for pair, each in truth.items() if each.verdict is Verdict.LINKED}

    apart = {pair for pair in links if found.person_of[pair[0]] != found.person_of[pair[1]]}

    assert set(found.dropped) == apart
    for pair in apart:
        # Without all that is weaker, the same link is dropped; a publisher's own pairs stay, for
        # they also speak for others.
        kept = [
            each
            for each in verdicts
            if publisher_of[each.low] == publisher_of[each.high]
            or not weaker(truth[each.pair], truth[pair])
        ]
        assert pair in clustered(kept, publisher_of).dropped


def weaker(one: PairVerdict, other: PairVerdict) -> bool:
    """Return whether a link is taken after another."""

    def key(each: PairVerdict) -> tuple[bool, bool, float, UUID, UUID]:
        by_hub = each.decider == LINKER
        return by_hub, by_hub and each.basis == "model", -each.weight, each.low, each.high

    return one.verdict is Verdict.LINKED and key(one) > key(other)


@given(every_letters, every_verdicts())
def test_the_queue_is_what_answers_could_change(letters: str, verdicts: list[PairVerdict]) -> None:
    publisher_of = publishers(letters)
    found = clustered(verdicts, publisher_of)
    persons = persons_by_definition(verdicts, publisher_of)
    truth = held(verdicts)

    def asked(pair: Pair, word: PairVerdict) -> bool:
        one, other = (next(each for each in persons if end in each) for end in pair)
        if one == other or word.verdict is Verdict.REFUSED:
            return False
        refused = any(
            each.verdict is Verdict.REFUSED
            and each.decider != LINKER
            and {each.low, each.high} & one
            and {each.low, each.high} & other
            for each in truth.values()
        )
        return word.verdict is Verdict.LINKED or not refused

    assert set(found.queue) == {pair for pair, word in truth.items() if asked(pair, word)}
    assert set(found.dropped) <= set(found.queue)


@given(every_letters, every_verdicts())
def test_accepting_a_proposal_alone_puts_its_two_together(
    letters: str, verdicts: list[PairVerdict]
) -> None:
    publisher_of = publishers(letters)
    for low, high in clustered(verdicts, publisher_of).queue[:3]:
        accepted = said(low.int, high.int, bits=99.0, by=REVIEWER, after=99)

        found = clustered([*verdicts, accepted], publisher_of)

        assert found.person_of[low] == found.person_of[high]


@given(every_letters, every_verdicts())
def test_persons_only_grow_if_everything_in_review_is_linked(
    letters: str, verdicts: list[PairVerdict]
) -> None:
    publisher_of = publishers(letters)
    person_of = clustered(verdicts, publisher_of).person_of

    would_be = propose(verdicts, firsts_of(publisher_of), publisher_of)

    for person in groups(dict(person_of)):
        assert len({would_be[each] for each in person}) == 1
