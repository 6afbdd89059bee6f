"""What is left to a reviewer, and what a reviewer's answers do."""

from dataclasses import replace
from datetime import date

from domain.facts import SourceEpisode
from domain.grouping import LEAST_GAP, REVIEWED
from domain.reconciliation import IN_DOUBT, reconcile
from tests.unit.reconciliation_accounts import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    account,
    basis,
    groups,
    in_review,
    instant,
    pairs,
    police,
    proposed,
)
from tests.unit.records import uuid_of


def tied() -> tuple[SourceEpisode, ...]:
    """A force's account in the middle of two of another force."""
    return (
        police(1, NOON, NOON + 2 * HOUR),
        police(2, NOON + 2 * HOUR, NOON + 4 * HOUR),
        police(3, NOON + HOUR, NOON + 3 * HOUR, force=1),
    )


def handed_about(number: int) -> list[SourceEpisode]:
    """As many accounts of each of two forces, each overlapping two of the other's."""
    first = [
        police(each, NOON + 4 * each * HOUR, NOON + (4 * each + 3) * HOUR) for each in range(number)
    ]
    second = [
        police(100 + each, NOON + (4 * each + 1) * HOUR, NOON + (4 * each + 5) * HOUR, force=1)
        for each in range(number)
    ]
    return [*first, *second]


def test_a_tie_counts_on_its_own_until_it_is_reviewed() -> None:
    found = tied()

    assert groups(*found) == {1: (1,), 2: (2,), 3: (3,)}
    assert proposed(*found) == {1: (1,), 2: (2,), 3: (1,)}
    assert in_review(*found) == {1, 3}
    assert basis(*found)[0] == IN_DOUBT


def test_a_row_a_day_off_between_two_accounts_is_for_a_reviewer() -> None:
    row = account(1, date(2026, 3, 14), date(2026, 3, 14))
    before = police(2, instant(13, 10), instant(13, 20))
    after = police(3, instant(15, 4), instant(15, 14))

    assert groups(row, before, after) == {1: (1,), 2: (2,), 3: (3,)}
    assert proposed(row, before, after) == {1: (1,), 2: (1,), 3: (3,)}
    assert in_review(row, before, after) == {1, 2}


def test_six_by_six_is_assigned_and_seven_by_seven_is_for_a_reviewer() -> None:
    six, seven = handed_about(6), handed_about(7)

    assert groups(*six) == {name: (name % 100,) for name in (*range(6), *range(100, 106))}
    assert basis(*six) == [LEAST_GAP] * 12
    assert groups(*seven) == {each.episode_id.int: (each.episode_id.int,) for each in seven}
    assert proposed(*seven) == {name: (name % 100,) for name in (*range(7), *range(100, 107))}
    assert in_review(*seven) == {each.episode_id.int for each in seven}


def test_seven_rows_that_overlap_each_other_and_two_accounts_are_for_a_reviewer() -> None:
    rows = [account(each, NOON - each * MINUTE, NOON + DAY) for each in range(1, 8)]
    found = [police(8, NOON, NOON + DAY), police(9, NOON + MINUTE, NOON + DAY)]

    assert in_review(*rows, *found)
    assert all(ids == (name,) for name, ids in groups(*rows, *found).items())


def test_three_forces_that_contend_are_for_a_reviewer() -> None:
    found = (
        police(1, NOON, NOON + 2 * HOUR),
        police(2, NOON + 3 * HOUR, NOON + 5 * HOUR),
        police(3, NOON + HOUR, NOON + 4 * HOUR, force=1),
        police(4, NOON + HOUR, NOON + 5 * HOUR, force=2),
    )

    assert groups(*found) == {1: (1,), 2: (2,), 3: (3,), 4: (4,)}
    assert proposed(*found) == {1: (1,), 2: (2,), 3: (2,), 4: (2,)}
    assert in_review(*found) == {2, 3, 4}


def test_nothing_in_review_is_proposed_as_it_stands() -> None:
    found = (account(1, NOON, NOON + DAY), police(2, NOON, NOON + HOUR))

    matches = reconcile(found)

    assert all(match.proposed_ids == match.national_ids for match in matches)
    assert not any(match.in_review for match in matches)


def test_an_evidence_row_is_in_review_with_the_accounts_that_it_is_evidence_for() -> None:
    row = account(4, NOON - HOUR, NOON + 5 * HOUR)

    assert groups(*tied(), row) == {1: (1,), 2: (2,), 3: (3,), 4: (1, 3, 2)}
    assert in_review(*tied(), row) == {1, 3, 4}


def test_a_reviewers_answer_settles_a_tie() -> None:
    found = tied()

    assert groups(*found, same=pairs((2, 3))) == {1: (1,), 2: (2,), 3: (2,)}
    assert groups(*found, apart=pairs((1, 3))) == {1: (1,), 2: (2,), 3: (2,)}
    assert groups(*found, apart=pairs((1, 3), (2, 3))) == {1: (1,), 2: (2,), 3: (3,)}


def test_a_match_joins_accounts_that_do_not_overlap() -> None:
    row, found = account(1, NOON - 9 * DAY, NOON - 8 * DAY), police(2, NOON, NOON + HOUR)
    other_force = police(3, NOON + 9 * DAY, NOON + 10 * DAY, force=1)

    assert groups(row, found, same=pairs((1, 2))) == {1: (1,), 2: (1,)}
    assert groups(found, other_force, same=pairs((2, 3))) == {2: (2,), 3: (2,)}
    matches = reconcile([row, found], decided={frozenset((uuid_of(1), uuid_of(2))): True})
    assert [match.basis for match in matches] == [REVIEWED, REVIEWED]


def test_no_match_makes_two_accounts_of_one_force_one() -> None:
    first, second = police(1, NOON, NOON + DAY), police(2, NOON, NOON + DAY)
    third = police(3, NOON, NOON + DAY, force=1)

    assert groups(first, second, same=pairs((1, 2))) == {1: (1,), 2: (2,)}
    assert groups(first, second, third, same=pairs((1, 3), (2, 3))) == {1: (1,), 2: (2,), 3: (1,)}


def test_a_match_makes_two_rows_of_one_authority_one() -> None:
    first, second = account(1, NOON, NOON + HOUR), account(2, NOON + DAY, NOON + 2 * DAY)

    assert groups(first, second, same=pairs((1, 2))) == {1: (1,), 2: (1,)}


def test_a_refusal_is_never_overridden_by_time() -> None:
    row, found = account(1, NOON, NOON + HOUR), police(2, NOON, NOON + HOUR)
    host = account(3, NOON, NOON + HOUR, "la-331")

    assert groups(row, found, apart=pairs((1, 2))) == {1: (1,), 2: (2,)}
    assert groups(row, host, apart=pairs((1, 3))) == {1: (1,), 3: (3,)}


def test_a_refusal_between_two_rows_keeps_them_from_one_police_account() -> None:
    home, host = account(1, NOON, NOON + HOUR), account(2, NOON, NOON + HOUR, "la-331")
    found = police(3, NOON, NOON + HOUR)

    assert groups(home, host, found, apart=pairs((1, 2))) == {1: (1,), 2: (2,), 3: (1,)}


def test_a_refusal_goes_before_matches_that_would_join_around_it() -> None:
    rows = [account(each, NOON + each * DAY, NOON + (each + 1) * DAY) for each in (1, 2)]
    found = police(3, NOON + 9 * DAY, NOON + 10 * DAY)

    placed = groups(*rows, found, same=pairs((1, 3), (2, 3)), apart=pairs((1, 2)))

    assert placed == {1: (1,), 2: (2,), 3: (1,)}


def test_a_matched_row_leaves_other_accounts_to_other_rows() -> None:
    rows = [account(each, date(2026, 3, 14), date(2026, 3, 14)) for each in (1, 2)]
    morning, evening = (
        police(3, instant(14, 8), instant(14, 9)),
        police(4, instant(14, 20), instant(14, 21)),
    )

    placed = groups(*rows, morning, evening, same=pairs((1, 4)))

    assert placed == {1: (1,), 2: (2,), 3: (2,), 4: (1,)}


def test_answers_about_accounts_that_do_not_count_change_nothing() -> None:
    row, found = account(1, NOON, NOON + HOUR), police(2, NOON, NOON + HOUR)
    void = replace(account(3, NOON, NOON + HOUR), void=True)

    placed = groups(row, found, void, same=pairs((1, 3), (2, 99)), apart=pairs((2, 3)))

    assert placed == {1: (1,), 2: (1,), 3: (3,)}
