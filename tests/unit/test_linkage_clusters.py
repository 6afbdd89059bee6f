"""Who is one child by the verdicts on pairs, and what goes to review."""

from dataclasses import replace

from domain.clusters import cluster
from domain.linkage import TWINS, WEAK, Verdict
from tests.unit.pair_examples import (
    LIKELY,
    POSSIBLE,
    REVIEWER,
    RULE,
    clustered,
    ends,
    persons,
    proposed,
    publishers,
    said,
    together,
)
from tests.unit.records import uuid_of

REVIEW, REFUSED = Verdict.REVIEW, Verdict.REFUSED


def test_without_links_everybody_is_alone() -> None:
    assert persons(clustered("AB").person_of) == {frozenset({1}), frozenset({2})}


def test_links_put_together_whom_they_connect() -> None:
    assert together("ABC", said(1, 2), said(2, 3)) == {frozenset({1, 2, 3})}


def test_a_person_is_named_by_the_member_recorded_first_and_then_by_the_lowest_identifier() -> None:
    links = [said(1, 2), said(2, 3)]
    first_is = {uuid_of(1): 9, uuid_of(2): 5, uuid_of(3): 5}

    found = cluster(links, first_is, publishers("ABC"))

    assert set(found.person_of.values()) == {uuid_of(2)}


def test_what_is_in_review_or_refused_links_nobody() -> None:
    assert together("ABC", said(1, 2, REVIEW), said(2, 3, REFUSED)) == set()


def test_a_refusal_drops_the_weakest_link_between_the_two_to_review() -> None:
    verdicts = [said(1, 2, bits=30), said(2, 3, bits=11), said(3, 4, bits=20)]
    refusal = said(1, 4, REFUSED, by=REVIEWER)

    found = clustered("ABCD", *verdicts, refusal)

    assert persons(found.person_of) == {frozenset({1, 2}), frozenset({3, 4})}
    assert found.dropped == found.queue == (ends(2, 3),)


def test_a_rule_is_stronger_than_any_weight_of_the_model() -> None:
    refusal = said(1, 3, REFUSED, by=REVIEWER)

    found = clustered("ABC", said(1, 2, bits=40), said(2, 3, bits=3, basis=RULE), refusal)

    assert found.dropped == (ends(1, 2),)


def test_links_of_equal_strength_are_taken_by_identifier() -> None:
    refusal = said(1, 3, REFUSED, by=REVIEWER)

    assert clustered("ABC", said(2, 3), said(1, 2), refusal).dropped == (ends(2, 3),)


def test_a_reviewer_overrules_the_hub() -> None:
    assert together("AB", said(1, 2, REFUSED, by=REVIEWER), said(1, 2)) == set()
    assert together("AB", said(1, 2, by=REVIEWER), said(1, 2, REFUSED)) == {frozenset({1, 2})}
    undated = replace(said(1, 2, by=REVIEWER), decided_at=None)
    assert together("AB", undated, said(1, 2, REFUSED)) == {frozenset({1, 2})}


def test_of_several_reviewers_the_last_decides_and_at_one_instant_the_refusal() -> None:
    refused = said(1, 2, REFUSED, by="r-two")

    assert together("AB", said(1, 2, by=REVIEWER, after=1), refused) == {frozenset({1, 2})}
    assert together("AB", said(1, 2, by=REVIEWER), refused) == set()


def test_a_reviewers_refusal_holds_against_reviewers_links() -> None:
    found = clustered(
        "ABC",
        said(1, 2, bits=POSSIBLE, by=REVIEWER),
        said(2, 3, bits=LIKELY, by=REVIEWER),
        said(1, 3, REFUSED, by=REVIEWER),
    )

    assert found.dropped == (ends(1, 2),)


def test_the_hub_does_not_join_through_a_third_whom_it_holds_to_be_two() -> None:
    links = [said(1, 2, bits=18), said(2, 3, bits=14)]

    twins = clustered("ABC", *links, said(1, 3, REFUSED, conflict=TWINS))
    doubtful = clustered("ABC", *links, said(1, 3, REVIEW, conflict=TWINS))

    assert twins.dropped == twins.queue == (ends(2, 3),)
    assert doubtful.queue == (ends(1, 3), ends(2, 3))


def test_what_is_in_review_because_too_little_is_known_holds_nobody_apart() -> None:
    links = [said(1, 2, bits=18), said(2, 3, bits=14)]

    assert clustered("ABC", *links, said(1, 3, REVIEW, conflict=WEAK)).queue == ()


def test_a_reviewer_may_join_whom_the_hub_holds_to_be_two() -> None:
    links = [said(1, 2), said(2, 3, by=REVIEWER)]

    assert together("ABC", *links, said(1, 3, by=REVIEWER), said(1, 3, REFUSED)) == {
        frozenset({1, 2, 3})
    }
    assert together("ABC", *links, said(1, 3, REFUSED)) == {frozenset({2, 3})}


def test_the_model_does_not_join_two_registrations_of_one_publisher_through_a_third() -> None:
    found = clustered("ABA", said(1, 2, bits=18), said(2, 3, bits=14))

    assert found.dropped == (ends(2, 3),)


def test_it_does_if_their_own_pair_is_linked_or_in_review() -> None:
    links = [said(1, 2, bits=18), said(2, 3, bits=14)]

    assert together("ABA", *links, said(1, 3, bits=14)) == {frozenset({1, 2, 3})}
    assert together("ABA", *links, said(1, 3, REVIEW, POSSIBLE)) == {frozenset({1, 2, 3})}
    assert together("ABA", *links, said(1, 3, REVIEW, conflict=TWINS)) == {frozenset({1, 2})}


def test_it_takes_every_registration_of_both_to_speak_for_one_child() -> None:
    links = [said(1, 2, basis=RULE), said(3, 4, bits=18), said(2, 4, bits=14)]

    one_speaks = clustered("AABA", *links)
    both_speak = clustered("AABA", *links, said(1, 4, REVIEW, POSSIBLE))

    assert persons(one_speaks.person_of) == {frozenset({1, 2}), frozenset({3, 4})}
    assert persons(both_speak.person_of) == {frozenset({1, 2, 3, 4})}


def test_rules_and_reviewers_do_join_registrations_of_one_publisher_through_a_third() -> None:
    rule = said(1, 2, basis=RULE)

    assert together("ABA", rule, said(2, 3, basis=RULE)) == {frozenset({1, 2, 3})}
    assert together("ABA", rule, said(2, 3, by=REVIEWER)) == {frozenset({1, 2, 3})}


def test_nobody_is_asked_about_two_who_are_one_person_anyhow() -> None:
    assert clustered("ABC", said(1, 2), said(2, 3), said(1, 3, REVIEW, POSSIBLE)).queue == ()


def test_nobody_is_asked_again_about_persons_whom_a_reviewer_held_apart() -> None:
    found = clustered(
        "ABC", said(1, 2), said(1, 3, REFUSED, by=REVIEWER), said(2, 3, REVIEW, POSSIBLE)
    )

    assert found.queue == ()


def test_if_everything_in_review_were_linked_persons_grow_but_refusals_hold() -> None:
    verdicts = [said(1, 2), said(2, 3, REVIEW), said(3, 4, REVIEW, POSSIBLE)]

    assert proposed("ABCD", *verdicts) == {frozenset({1, 2, 3, 4})}
    assert proposed("ABCD", *verdicts, said(1, 4, REFUSED, by=REVIEWER)) == {frozenset({1, 2, 3})}


def test_a_link_that_the_hub_dropped_by_itself_is_proposed() -> None:
    verdicts = [said(1, 2, bits=18), said(2, 3, bits=14), said(1, 3, REFUSED, conflict=TWINS)]

    assert proposed("ABC", *verdicts) == {frozenset({1, 2, 3})}
