"""Which pairs the hub links, asks a reviewer about, or holds to be two children."""

import pytest

from domain.judging import judge
from domain.linkage import (
    IDENTIFIER_CONFLICT,
    LINKER,
    TWINS,
    WEAK,
    PairVerdict,
    Thresholds,
    Verdict,
)
from tests.unit.pair_examples import (
    BOUNDS,
    LIKELY,
    POSSIBLE,
    REVIEWER,
    RULE,
    SURE,
    UNLIKELY,
    ends,
    judged,
    publishers,
    said,
    score,
)

LINKED, REVIEW, REFUSED = "linked", "review", "refused"


def test_a_pair_is_linked_asked_about_or_passed_over_by_its_probability() -> None:
    assert judged("AB", score(1, 2, LIKELY)) == {(1, 2): LINKED}
    assert judged("AB", score(1, 2, POSSIBLE)) == {(1, 2): REVIEW}
    assert judged("AB", score(1, 2, UNLIKELY)) == {}


def test_a_verdict_of_the_hub_says_on_what_ground() -> None:
    low, high = ends(1, 2)

    (verdict,) = judge([score(1, 2, 60, basis=RULE)], publishers("AB"), BOUNDS)

    assert verdict == PairVerdict(
        low=low, high=high, verdict=Verdict.LINKED, basis=RULE, score=1.0, weight=60
    )
    assert verdict.decider == LINKER
    assert verdict.pair == (low, high)


def test_a_rule_links_whatever_the_margin() -> None:
    found = judged("ABB", score(1, 2, 3, basis=RULE), score(1, 3, 3, basis=RULE))

    assert found == {(1, 2): LINKED, (1, 3): LINKED}


def test_identifiers_that_contradict_names_are_always_asked_about() -> None:
    conflict = IDENTIFIER_CONFLICT

    assert judged("AB", score(1, 2, SURE, conflict=conflict)) == {(1, 2): REVIEW}
    assert judged("AB", score(1, 2, -30, conflict=conflict)) == {(1, 2): REVIEW}
    assert judged("AB", score(1, 2, 40, basis=RULE, conflict=conflict)) == {(1, 2): REVIEW}
    assert judged("AA", score(1, 2, -30, conflict=conflict)) == {(1, 2): REVIEW}


def test_a_conflict_is_never_linked() -> None:
    assert judged("AB", score(1, 2, SURE, conflict="other")) == {(1, 2): REVIEW}
    assert judged("AB", score(1, 2, UNLIKELY, conflict="other")) == {}


def test_where_too_little_is_known_a_reviewer_is_asked_but_nothing_is_refused() -> None:
    weak = score(1, 3, LIKELY, conflict=WEAK)

    assert judged("ABB", weak) == {(1, 3): REVIEW}
    assert judged("ABB", weak, score(1, 2, SURE)) == {(1, 2): LINKED}
    assert judged("AAA", weak) == {}


def test_two_candidates_of_one_publisher_that_are_close_are_both_asked_about() -> None:
    found = judged("ABB", score(1, 2, 16), score(1, 3, 12.5))

    assert found == {(1, 2): REVIEW, (1, 3): REVIEW}


def test_candidates_of_different_publishers_are_no_rivals() -> None:
    assert judged("ABC", score(1, 2, 16), score(1, 3, 16)) == {(1, 2): LINKED, (1, 3): LINKED}


def test_a_candidate_that_is_ahead_by_the_margin_is_linked_and_the_other_not_asked_about() -> None:
    assert judged("ABB", score(1, 2, 16), score(1, 3, 12)) == {(1, 2): LINKED}


def test_a_rival_that_is_taken_by_a_better_partner_stands_in_nobodys_way() -> None:
    found = judged("AABB", score(1, 3, 30), score(1, 4, 13), score(2, 4, 14))

    assert found == {(1, 3): LINKED, (2, 4): LINKED}


def test_a_rival_counts_from_either_side() -> None:
    assert judged("AAB", score(1, 3, 16), score(2, 3, 15)) == {(1, 3): REVIEW, (2, 3): REVIEW}


def test_a_rule_defeats_the_models_rivals() -> None:
    assert judged("ABB", score(1, 2, 3, basis=RULE), score(1, 3, SURE)) == {(1, 2): LINKED}


def test_one_child_registered_twice_is_not_its_own_rival() -> None:
    found = judged("ABB", score(1, 2, 14), score(1, 3, 12), score(2, 3, 40, basis=RULE))

    assert found == {(1, 2): LINKED, (1, 3): LINKED, (2, 3): LINKED}


@pytest.mark.parametrize(
    ("bits", "verdict"), [(14, LINKED), (13.9, REVIEW), (6.1, REVIEW), (5.9, None)]
)
def test_two_registrations_of_one_publisher_need_the_margin_more(
    bits: float, verdict: str | None
) -> None:
    found = judged("AA", score(1, 2, bits))

    assert found.get((1, 2)) == verdict


def test_nothing_is_certain_enough_for_one_publisher_if_only_certainty_links() -> None:
    assert judged("AA", score(1, 2, SURE), bounds=Thresholds(auto=1.0)) == {(1, 2): REVIEW}


def test_twins_are_asked_about_only_without_a_better_partner() -> None:
    alone = judged("AB", score(1, 2, LIKELY, conflict=TWINS))
    paired = judged("ABB", score(1, 2, 21), score(1, 3, LIKELY, conflict=TWINS))

    assert alone == {(1, 2): REVIEW}
    assert paired == {(1, 2): LINKED, (1, 3): REFUSED}


def test_of_two_twins_neither_linked_only_the_better_candidate_is_asked_about() -> None:
    found = judged("ABB", score(1, 2, 11, conflict=TWINS), score(1, 3, 10, conflict=TWINS))

    assert found == {(1, 2): REVIEW, (1, 3): REFUSED}


def test_twins_of_one_publisher_are_two_children() -> None:
    assert judged("AA", score(1, 2, SURE, conflict=TWINS)) == {(1, 2): REFUSED}


def test_a_candidate_far_behind_one_that_is_asked_about_waits_for_the_answer() -> None:
    scores = score(1, 2, 9), score(1, 3, 4)

    assert judged("ABB", *scores) == {(1, 2): REVIEW}
    answer = said(1, 2, Verdict.REFUSED, by=REVIEWER)
    assert judged("ABB", *scores, reviewed=[answer]) == {(1, 3): REVIEW}


def test_a_rival_that_a_reviewer_refuses_no_longer_stands_in_the_way() -> None:
    scores = score(1, 2, 16), score(1, 3, 14)

    found = judged("ABB", *scores, reviewed=[said(1, 3, Verdict.REFUSED, by=REVIEWER)])

    assert found == {(1, 2): LINKED}


def test_a_link_by_a_reviewer_defeats_its_rivals() -> None:
    scores = score(1, 2, 16), score(1, 3, 14)

    assert judged("ABB", *scores, reviewed=[said(1, 3, by=REVIEWER)]) == {}


def test_a_reviewer_who_says_registered_twice_ends_the_rivalry_and_a_refusal_restores_it() -> None:
    scores = score(1, 2, 16), score(1, 3, 14)

    twice = [said(2, 3, by=REVIEWER)]
    overturned = [*twice, said(2, 3, Verdict.REFUSED, by=REVIEWER, after=1)]

    assert judged("ABB", *scores, reviewed=twice) == {(1, 2): LINKED, (1, 3): LINKED}
    assert judged("ABB", *scores, reviewed=overturned) == {(1, 2): REVIEW, (1, 3): REVIEW}


def test_two_whom_a_reviewer_holds_apart_are_rivals_even_if_a_third_joins_them() -> None:
    joined = score(2, 4, 40, basis=RULE), score(3, 4, 40, basis=RULE)
    scores = score(1, 2, 16), score(1, 3, 14), *joined

    apart = judged("ABBC", *scores, reviewed=[said(2, 3, Verdict.REFUSED, by=REVIEWER)])

    assert judged("ABBC", *scores)[(1, 2)] == LINKED
    assert apart[(1, 2)] == apart[(1, 3)] == REVIEW


def test_a_number_held_by_another_child_does_not_keep_two_from_being_linked() -> None:
    borrowed = score(1, 3, 40, basis=RULE, conflict=IDENTIFIER_CONFLICT)

    assert judged("ABB", score(1, 2, 16), borrowed) == {(1, 2): LINKED, (1, 3): REVIEW}


@pytest.mark.parametrize(
    "wrong", [{"auto": 1.1}, {"review": 0.0}, {"review": 0.9995}, {"margin": 0.0}]
)
def test_thresholds_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="thresholds"):
        Thresholds(**wrong)
