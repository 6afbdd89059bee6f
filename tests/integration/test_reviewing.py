"""Reviewers decide who is whom: recorded, logged, reversible, and by two where two are asked."""

from uuid import UUID

import pytest

from domain.errors import NotFoundError, UsageError
from domain.linkage_events import PersonLinked, PersonLinkRefused, PersonMerged, PersonSplit
from domain.reviewing import PairKind, ReviewReason, ReviewVerdict, pair_of
from hub.wiring import Hub
from tests.examples import BIRMINGHAM, COVENTRY
from tests.hub_steps import change, follow, rows
from tests.review_steps import (
    ONE,
    THREE,
    TWO,
    later,
    let_wait,
    missing,
    recorded,
    reviewing,
    says,
    strangers,
)

ACCEPT, REFUSE, SPLIT = ReviewVerdict.ACCEPT, ReviewVerdict.REFUSE, ReviewVerdict.SPLIT
DECISIONS = (PersonLinked, PersonLinkRefused, PersonMerged, PersonSplit)


def people(hub: Hub) -> set[frozenset[UUID]]:
    """Return which subjects are one person."""
    groups: dict[UUID, set[UUID]] = {}
    for subject, person in rows(hub, "SELECT subject_id, person_id FROM link.persons"):
        groups.setdefault(person, set()).add(subject)
    return {frozenset(group) for group in groups.values()}


def test_an_accepted_pair_is_one_child_from_then_on(hub: Hub) -> None:
    first, second = strangers(hub, 2)
    pair = let_wait(hub, first, second)

    (done,) = reviewing(hub).decide(
        [says(pair, reason=ReviewReason.NAME_VARIANT_OR_ALIAS)], reviewer=ONE
    )
    follow(hub)

    assert people(hub) == {frozenset({first, second})}
    assert recorded(hub, *DECISIONS) == [
        PersonLinked(
            subject_id=second,
            person_id=first,
            basis="name-variant-or-alias",
            score=0.9,
            other_subject_id=first,
            model="test",
            decider=ONE,
        )
    ]
    assert (done.settled, done.opinion.round, reviewing(hub).queue().pairs) == (True, 1, ())


def test_a_refused_pair_stays_two_children_and_waits_no_more(hub: Hub) -> None:
    first, second = strangers(hub, 2)
    pair = let_wait(hub, first, second)

    reviewing(hub).decide([says(pair, REFUSE, reason=ReviewReason.TWINS)], reviewer=ONE)
    follow(hub)

    assert people(hub) == {frozenset({first}), frozenset({second})}
    (refused,) = recorded(hub, *DECISIONS)
    assert isinstance(refused, PersonLinkRefused)
    assert (refused.basis, refused.decider) == ("twins", ONE)
    assert reviewing(hub).queue().pairs == ()


def test_a_later_decision_overturns_an_earlier_one_and_both_stay(hub: Hub) -> None:
    first, second = strangers(hub, 2)
    pair = let_wait(hub, first, second)
    seen = []
    for verdict in (ACCEPT, REFUSE, ACCEPT):
        reviewing(hub).decide(
            [says(pair, verdict, reason=ReviewReason.MISTAKE_OF_REVIEWER)], reviewer=ONE
        )
        follow(hub)
        seen.append(len(people(hub)))

    logged = rows(hub, "SELECT verdict, round FROM vault.review_decisions ORDER BY id")

    assert seen == [1, 2, 1]
    assert logged == [("accept", 1), ("refuse", 0), ("accept", 0)]
    kinds = [type(each) for each in recorded(hub, *DECISIONS)]
    assert kinds == [PersonLinked, PersonLinkRefused, PersonSplit, PersonLinked]


def test_whole_persons_are_merged_and_split_again(hub: Hub) -> None:
    a, b, c, d = strangers(hub, 4)
    review = reviewing(hub)
    review.decide(
        [says(pair_of(PairKind.CHILDREN, *ends)) for ends in ((a, b), (c, d))], reviewer=ONE
    )
    follow(hub)
    across = let_wait(hub, b, c)

    review.decide([says(across)], reviewer=ONE)
    follow(hub)
    merged = people(hub)
    review.decide([says(across, SPLIT, c, d, reason=ReviewReason.SIBLINGS)], reviewer=ONE)
    follow(hub)

    assert merged == {frozenset({a, b, c, d})}
    assert people(hub) == {frozenset({a, b}), frozenset({c, d})}
    assert len(recorded(hub, PersonMerged)) == 1
    split = recorded(hub, PersonSplit)
    assert {(each.subject_id, each.person_id) for each in split} == {(c, c), (d, c)}
    refused = rows(hub, "SELECT low, high FROM link.pairs WHERE verdict = 'refused'")
    expected = [pair_of(PairKind.CHILDREN, one, other) for one in (a, b) for other in (c, d)]
    assert set(refused) == {(each.low, each.high) for each in expected}
    # What a restore learns them from again.
    assert len(recorded(hub, PersonLinkRefused)) == len(expected)


def test_the_first_recorded_may_leave_a_child_too(hub: Hub) -> None:
    a, b, c = strangers(hub, 3)
    review = reviewing(hub)
    pairs = [pair_of(PairKind.CHILDREN, *ends) for ends in ((a, b), (b, c))]
    review.decide([says(each) for each in pairs], reviewer=ONE)
    follow(hub)

    review.decide([says(pairs[0], SPLIT, a, reason=ReviewReason.SIBLINGS)], reviewer=TWO)
    follow(hub)

    assert people(hub) == {frozenset({a}), frozenset({b, c})}
    assert {row[0] for row in rows(hub, "SELECT person_id FROM link.persons")} == {a, b}


def test_many_decisions_are_taken_at_once_or_none_of_them(hub: Hub) -> None:
    a, b, c = strangers(hub, 3)
    good = pair_of(PairKind.CHILDREN, a, b)
    unknown = pair_of(PairKind.CHILDREN, c, UUID(int=7))

    with pytest.raises(NotFoundError):
        reviewing(hub).decide([says(good), says(unknown)], reviewer=ONE)
    after_fault = rows(hub, "SELECT count(*) FROM vault.review_decisions")
    reviewing(hub).decide(
        [says(pair_of(PairKind.CHILDREN, *ends)) for ends in ((a, b), (b, c))], reviewer=ONE
    )
    follow(hub)

    assert after_fault == [(0,)]
    assert people(hub) == {frozenset({a, b, c})}


def test_what_cannot_be_decided_is_refused(hub: Hub) -> None:
    children, accounts = (pair_of(kind, UUID(int=1), UUID(int=2)) for kind in PairKind)
    review = reviewing(hub)

    for unknown in (says(children), says(accounts)):
        with pytest.raises(NotFoundError):
            review.decide([unknown], reviewer=ONE)
    for wrong in (says(accounts, SPLIT), says(children, reason=ReviewReason.TWINS)):
        with pytest.raises(UsageError):
            review.decide([wrong], reviewer=ONE)


def test_a_split_parts_the_pair_that_is_shown(hub: Hub) -> None:
    a, b, c = strangers(hub, 3)
    review = reviewing(hub)
    pairs = [pair_of(PairKind.CHILDREN, *ends) for ends in ((a, b), (b, c))]
    apart = says(pairs[0], SPLIT, a)

    with pytest.raises(UsageError, match="not linked"):
        review.decide([apart], reviewer=ONE)
    review.decide([says(each) for each in pairs], reviewer=ONE)
    for leaves in ((), (a, b, c), (c,), (a, b), (UUID(int=9),)):
        with pytest.raises(UsageError):
            review.decide([says(pairs[0], SPLIT, *leaves)], reviewer=ONE)
    with pytest.raises(UsageError, match="code"):
        review.decide([apart], reviewer="Jo Bloggs")


def test_a_sampled_pair_waits_for_another_reviewer_who_is_not_told(hub: Hub) -> None:
    pair = let_wait(hub, *strangers(hub, 2))
    review = reviewing(hub, sample_share=1.0)

    review.decide([says(pair)], reviewer=ONE)
    follow(hub)
    second = review.show(pair, reviewer=TWO)
    first = review.show(pair, reviewer=ONE)

    assert [each.pair for each in review.queue(ONE).pairs] == []
    (waiting,) = review.queue(TWO).pairs
    assert (waiting.pair, waiting.second, waiting.effect) == (pair, True, 0)
    assert (second.blind, second.splittable) == (True, ())
    assert {second.left.registrations, second.right.registrations} == {(pair.low,), (pair.high,)}
    assert (first.blind, len(first.splittable)) == (False, 2)


def test_two_who_agree_settle_a_sampled_pair(hub: Hub) -> None:
    pair = let_wait(hub, *strangers(hub, 2))
    review = reviewing(hub, sample_share=1.0)
    review.decide([says(pair)], reviewer=ONE)
    records = len(recorded(hub, *DECISIONS))

    (done,) = review.decide([says(pair)], reviewer=TWO)
    follow(hub)

    assert (done.opinion.round, done.opinion.position, done.settled) == (2, None, True)
    assert len(recorded(hub, *DECISIONS)) == records
    assert review.queue(THREE).pairs == ()
    agreement = review.queue().agreement[PairKind.CHILDREN]
    assert (agreement.pairs, agreement.alike) == (1, 1)


@pytest.mark.parametrize("first", [ACCEPT, REFUSE])
def test_two_who_disagree_hand_a_pair_to_a_third(hub: Hub, first: ReviewVerdict) -> None:
    pair = let_wait(hub, *strangers(hub, 2))
    other = REFUSE if first is ACCEPT else ACCEPT
    review = reviewing(hub, sample_share=1.0)
    review.decide([says(pair, first)], reviewer=ONE)
    follow(hub)

    (disagrees,) = review.decide([says(pair, other)], reviewer=TWO)
    follow(hub)
    undecided = len(people(hub))
    waiting = {name: [each.pair for each in review.queue(name).pairs] for name in (ONE, TWO, THREE)}
    with pytest.raises(UsageError, match="third"):
        review.decide([says(pair, first)], reviewer=ONE)
    (settles,) = review.decide([says(pair, ACCEPT)], reviewer=THREE)
    follow(hub)

    assert (disagrees.settled, disagrees.opinion.round) == (False, 2)
    assert undecided == 2
    assert waiting == {ONE: [], TWO: [], THREE: [pair]}
    assert (settles.settled, settles.opinion.round) == (True, 3)
    assert len(people(hub)) == 1
    assert review.queue(THREE).pairs == ()


def test_a_first_reviewer_may_think_again_before_the_second_speaks(hub: Hub) -> None:
    pair = let_wait(hub, *strangers(hub, 2))
    review = reviewing(hub, sample_share=1.0)

    review.decide([says(pair)], reviewer=ONE)
    review.decide([says(pair, REFUSE)], reviewer=ONE)
    review.decide([says(pair, REFUSE)], reviewer=TWO)
    follow(hub)

    assert len(people(hub)) == 2
    assert review.queue().agreement[PairKind.CHILDREN].alike == 1


def test_the_sample_is_a_share_of_all_pairs_and_stable(hub: Hub) -> None:
    pairs = [pair_of(PairKind.CHILDREN, UUID(int=n), UUID(int=n + 1)) for n in range(2000)]

    drawn = [each for each in pairs if hub.reviewing.in_sample(each)]

    assert 140 < len(drawn) < 260
    assert drawn == [each for each in pairs if hub.reviewing.in_sample(each)]


def test_pairs_with_more_effect_or_more_patience_go_first(hub: Hub) -> None:
    a, b, c, d = strangers(hub, 4)
    missing(hub, "C-0", BIRMINGHAM, "E-1", "2026-03-10")
    missing(hub, "C-1", COVENTRY, "E-2", "2026-03-10")
    ends = ((a, b), (c, d), (a, d))
    since = (later(3), later(0), later(5))
    pairs = [let_wait(hub, *who, since=at) for who, at in zip(ends, since, strict=True)]
    change(hub, "UPDATE link.episodes SET in_review = true")

    found = reviewing(hub).queue()

    assert [each.pair for each in found.pairs] == [pairs[0], pairs[2], pairs[1]]
    assert [each.effect for each in found.pairs] == [3, 2, 1]


def test_nobody_can_edit_the_log_of_decisions(hub: Hub) -> None:
    pair = let_wait(hub, *strangers(hub, 2))
    reviewing(hub).decide([says(pair)], reviewer=ONE)

    with pytest.raises(Exception, match="append-only"):
        change(hub, "DELETE FROM vault.review_decisions")
