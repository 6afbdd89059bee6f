"""Which accounts of one child are one absence, by the rules for two sources and several forces."""

from dataclasses import replace
from datetime import date, timedelta

from domain.evidence import A_DAY_OFF
from domain.grouping import ALONE, LEAST_GAP, OVERLAP, TWO_HOURS_OFF
from domain.reconciliation import Match, reconcile
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
    police,
)
from tests.unit.records import uuid_of


def test_nothing_reconciles_to_nothing() -> None:
    assert reconcile([]) == ()


def test_an_account_alone_is_its_own_national_episode() -> None:
    own = (uuid_of(1),)

    matches = reconcile([account(1, NOON)])

    assert matches == (
        Match(episode_id=uuid_of(1), national_ids=own, basis=ALONE, proposed_ids=own),
    )


def test_police_and_authority_accounts_that_overlap_are_one_named_by_the_first_recorded() -> None:
    one, other = account(1, date(2026, 3, 14), date(2026, 3, 14)), police(2, NOON, NOON + HOUR)

    assert groups(one, other) == {1: (1,), 2: (1,)}
    assert basis(one, other) == [OVERLAP, OVERLAP]


def test_accounts_of_one_force_are_never_one() -> None:
    first, second = police(1, NOON, NOON + DAY), police(2, NOON + HOUR, NOON + DAY)

    assert groups(first, second) == {1: (1,), 2: (2,)}
    assert groups(first, replace(first, episode_id=uuid_of(2))) == {1: (1,), 2: (2,)}


def test_thousands_of_accounts_of_one_child_are_placed_like_a_few() -> None:
    forces = [police(each, NOON + each * HOUR, NOON + (each + 3) * HOUR) for each in range(1, 2501)]
    rows = [replace(each, episode_id=uuid_of(each.episode_id.int + 5000)) for each in forces]
    rows = [replace(each, publisher=account(1, NOON).publisher) for each in rows]

    found = groups(*forces, *rows)

    assert found == {name: (each,) for each in range(1, 2501) for name in (each, each + 5000)}


def test_accounts_of_two_forces_that_overlap_are_one() -> None:
    handed_over = police(2, NOON + HOUR, NOON + DAY, force=1)

    assert groups(police(1, NOON, NOON + 2 * HOUR), handed_over) == {1: (1,), 2: (1,)}
    assert groups(police(1, NOON, NOON + HOUR), handed_over) == {1: (1,), 2: (2,)}


def test_a_handover_that_only_a_report_dates_may_come_two_hours_after_the_first_account() -> None:
    first = police(1, NOON - DAY, NOON)

    def received(after: timedelta) -> list[str]:
        second = replace(police(2, NOON, NOON + DAY, force=1), left=None, reported=NOON + after)
        return basis(first, second)

    assert received(2 * HOUR - MINUTE) == [TWO_HOURS_OFF, TWO_HOURS_OFF]
    assert received(2 * HOUR) == [ALONE, ALONE]


def test_a_handover_known_by_its_date_may_come_two_hours_after_the_first_account() -> None:
    next_day = police(2, date(2026, 3, 15), NOON + DAY, force=1)

    assert groups(police(1, NOON, instant(14, 22, 1)), next_day) == {1: (1,), 2: (1,)}
    assert groups(police(1, NOON, instant(14, 22, 0)), next_day) == {1: (1,), 2: (2,)}


def test_a_third_accounts_find_between_two_forces_makes_them_two() -> None:
    first = police(1, NOON, date(2026, 3, 14))
    second = police(2, instant(15, 1, 30), NOON + 2 * DAY, force=1)
    third = account(3, instant(14, 18), instant(15, 1))

    assert groups(first, second) == {1: (1,), 2: (1,)}
    assert groups(first, second, third) == {1: (1,), 2: (2,), 3: (1,)}


def test_two_police_accounts_with_a_find_between_them_are_two_even_within_minutes() -> None:
    found = police(1, NOON, NOON + HOUR)
    again = police(2, NOON + HOUR + MINUTE, NOON + 2 * HOUR, force=1)

    assert groups(found, again) == {1: (1,), 2: (2,)}
    assert groups(found, replace(again, publisher=found.publisher)) == {1: (1,), 2: (2,)}


def test_an_account_of_another_force_that_spans_two_of_one_force_is_of_the_nearer() -> None:
    first, second = police(1, NOON, NOON + HOUR), police(2, NOON + 5 * HOUR, NOON + 6 * HOUR)

    def with_long(ended_after: int) -> dict[int, tuple[int, ...]]:
        end = NOON + ended_after * HOUR
        return groups(first, second, police(3, NOON + HOUR / 2, end, force=1))

    assert with_long(6) == {1: (1,), 2: (2,), 3: (2,)}
    assert with_long(5) == {1: (1,), 2: (2,), 3: (1,)}


def test_three_forces_that_overlap_once_each_are_one() -> None:
    chain = (
        police(1, NOON, NOON + 3 * HOUR),
        police(2, NOON + 2 * HOUR, NOON + 5 * HOUR, force=1),
        police(3, NOON + 4 * HOUR, NOON + 9 * HOUR, force=2),
    )

    assert groups(*chain) == {1: (1,), 2: (1,), 3: (1,)}


def test_rows_of_two_authorities_that_overlap_are_one_and_of_one_authority_are_not() -> None:
    of_one = account(2, NOON + HOUR, NOON + DAY)
    of_two = account(3, NOON + HOUR, NOON + DAY, "la-331")

    assert groups(account(1, NOON, NOON + DAY), of_one) == {1: (1,), 2: (2,)}
    assert groups(account(1, NOON, NOON + DAY), of_two) == {1: (1,), 3: (1,)}


def test_home_and_host_authority_are_both_evidence_for_one_police_account() -> None:
    home = account(1, date(2026, 3, 14), date(2026, 3, 14))
    host = account(2, date(2026, 3, 13), date(2026, 3, 13), "la-331")

    assert groups(home, host, police(3, NOON, NOON + HOUR)) == {1: (1,), 2: (1,), 3: (1,)}


def test_one_authority_row_is_evidence_for_every_police_account_of_its_day() -> None:
    row = account(1, date(2026, 3, 14), date(2026, 3, 14))
    times = ((8, 9), (12, 13), (16, 23))
    found = [police(at, instant(14, a), instant(14, b)) for at, (a, b) in enumerate(times, 2)]

    assert groups(row, *found) == {1: (2, 3, 4), 2: (2,), 3: (3,), 4: (4,)}
    assert basis(row, *found) == [OVERLAP] * 4


def test_a_row_of_two_days_is_no_evidence_for_another_days_account_that_it_may_not_overlap() -> (
    None
):
    row = account(1, date(2026, 3, 14), date(2026, 3, 15))
    overnight = police(2, instant(14, 22), instant(15, 3))
    next_day = police(3, instant(15, 19), instant(15, 23))

    assert groups(row, overnight, next_day) == {1: (1,), 2: (1,), 3: (3,)}


def test_a_row_is_evidence_for_each_account_that_it_surely_overlaps() -> None:
    row = account(1, instant(14, 10), instant(16, 10))
    first, second = (
        police(2, instant(14, 10), instant(15, 8)),
        police(3, instant(15, 9), instant(16, 10)),
    )

    assert groups(row, first, second) == {1: (2, 3), 2: (2,), 3: (3,)}


def test_two_rows_of_a_day_and_two_accounts_of_it_are_two_absences() -> None:
    rows = [account(each, date(2026, 3, 14), date(2026, 3, 14)) for each in (1, 2)]
    found = [police(3, instant(14, 8), instant(14, 9)), police(4, instant(14, 12), instant(14, 13))]

    assert groups(*rows, *found) == {1: (1,), 2: (2,), 3: (1,), 4: (2,)}
    assert basis(*rows, *found) == [LEAST_GAP] * 4
    assert in_review(*rows, *found) == set()


def test_which_of_a_days_accounts_has_two_rows_to_itself_is_no_matter_for_a_reviewer() -> None:
    rows = [account(each, date(2026, 3, 14), date(2026, 3, 14)) for each in (1, 2)]
    found = [police(at, instant(14, 2 * at), instant(14, 2 * at + 1)) for at in (3, 4, 5)]

    assert groups(*rows, *found) == {1: (3, 5), 2: (2,), 3: (3,), 4: (2,), 5: (5,)}
    assert in_review(*rows, *found) == set()


def test_of_two_rows_of_a_day_one_is_left_over_where_police_know_of_one_absence() -> None:
    rows = [account(each, date(2026, 3, 14), date(2026, 3, 14)) for each in (1, 2)]

    assert groups(*rows, police(3, NOON, NOON + HOUR)) == {1: (1,), 2: (2,), 3: (1,)}


def test_a_row_entered_twice_with_times_is_evidence_twice_for_one_absence() -> None:
    rows = [account(each, NOON, NOON + HOUR) for each in (1, 2)]

    assert groups(*rows, police(3, NOON, NOON + HOUR)) == {1: (1,), 2: (1,), 3: (1,)}


def test_night_after_night_each_row_goes_to_the_account_that_it_fits() -> None:
    nights = range(40)
    rows = [
        account(each + 1, (NOON + each * DAY).date(), (NOON + (each + 1) * DAY).date())
        for each in nights
    ]
    found = [
        police(each + 101, NOON + each * DAY + 10 * HOUR, NOON + each * DAY + 16 * HOUR)
        for each in nights
    ]

    placed = groups(*rows, *found)

    assert placed == {name: (each + 1,) for each in nights for name in (each + 1, each + 101)}
    assert in_review(*rows, *found) == set()


def test_a_near_row_goes_to_the_nearest_police_account_and_to_one_only() -> None:
    row = account(1, date(2026, 3, 12), date(2026, 3, 12))
    near, far = (
        police(2, instant(13, 5), instant(13, 6)),
        police(3, instant(13, 22), instant(13, 23)),
    )

    assert groups(row, near, far) == {1: (1,), 2: (1,), 3: (3,)}
    assert basis(row, near, far) == [A_DAY_OFF, A_DAY_OFF, ALONE]


def test_a_police_account_that_a_row_overlaps_takes_no_near_row_besides() -> None:
    inside = account(1, date(2026, 3, 14), date(2026, 3, 14))
    near = account(2, date(2026, 3, 15), date(2026, 3, 15))

    assert groups(inside, near, police(3, NOON, NOON + HOUR)) == {1: (1,), 2: (2,), 3: (1,)}


def test_void_accounts_and_accounts_without_a_start_stay_on_their_own() -> None:
    void = replace(account(1, NOON, NOON + DAY), void=True)
    waiting = replace(account(2, None), reported_at=None)

    assert groups(void, waiting, police(3, NOON, NOON + DAY)) == {1: (1,), 2: (2,), 3: (3,)}
    assert basis(void, waiting, police(3, NOON, NOON + DAY)) == [ALONE] * 3


def test_accounts_in_a_chain_of_both_sources_are_one_absence() -> None:
    chain = (
        police(2, NOON, NOON + 3 * HOUR),
        police(3, NOON + 2 * HOUR, NOON + 5 * HOUR, force=1),
        account(4, NOON + 4 * HOUR, NOON + 6 * HOUR),
    )

    assert groups(*chain) == {2: (2,), 3: (2,), 4: (2,)}


def test_areas_play_no_part_for_home_and_force_may_differ() -> None:
    row = replace(account(1, NOON, NOON + HOUR), responsible_authority="330", host_authority="886")
    found = replace(police(2, NOON, NOON + HOUR), home_authority="887")

    assert groups(row, found) == {1: (1,), 2: (1,)}
