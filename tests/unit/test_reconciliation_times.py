"""What dates, open ends and impossible ends mean, and how far tolerance reaches."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from domain.evidence import A_DAY_OFF
from domain.grouping import ALONE, OVERLAP
from tests.unit.reconciliation_accounts import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    account,
    basis,
    groups,
    instant,
    police,
)

MICROSECOND = timedelta.resolution


def test_a_date_covers_the_whole_london_day() -> None:
    row = account(1, date(2026, 7, 1), date(2026, 7, 1))
    first = police(2, datetime(2026, 6, 30, 23, tzinfo=UTC), datetime(2026, 7, 1, 0, tzinfo=UTC))
    last = police(3, datetime(2026, 7, 1, 22, 59, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC))

    assert basis(row, first) == [OVERLAP, OVERLAP]
    assert basis(row, last) == [OVERLAP, OVERLAP]


def test_an_authority_row_may_be_a_day_off_but_not_more() -> None:
    found = police(2, instant(10, 8), instant(10, 9))

    def rows(day: int) -> list[str]:
        return basis(account(1, date(2026, 3, day), date(2026, 3, day)), found)

    assert [rows(day)[0] for day in (8, 9, 10, 11, 12)] == [
        ALONE,
        A_DAY_OFF,
        OVERLAP,
        A_DAY_OFF,
        ALONE,
    ]


def test_a_day_off_is_a_day_of_the_calendar_also_when_the_clocks_change() -> None:
    # London's 25 October 2026 has 25 hours, its 29 March 23.
    after_midnight = datetime(2026, 10, 24, 23, 10, tzinfo=UTC)
    long_day = police(2, after_midnight, after_midnight + 10 * MINUTE)
    short_day = police(2, instant(29, 22, 30), instant(29, 22, 50))

    assert basis(account(1, date(2026, 10, 26), date(2026, 10, 26)), long_day)[0] == A_DAY_OFF
    assert basis(account(1, date(2026, 10, 27), date(2026, 10, 27)), long_day)[0] == ALONE
    assert basis(account(1, date(2026, 3, 28), date(2026, 3, 28)), short_day)[0] == A_DAY_OFF
    assert basis(account(1, date(2026, 3, 27), date(2026, 3, 27)), short_day)[0] == ALONE


def test_the_day_after_a_row_is_a_day_of_the_calendar_as_well() -> None:
    before_midnight = datetime(2026, 10, 25, 23, 30, tzinfo=UTC)
    long_day = police(2, before_midnight, before_midnight + HOUR)
    after_midnight = police(2, instant(29, 23, 10), instant(29, 23, 50))

    assert basis(account(1, date(2026, 10, 24), date(2026, 10, 24)), long_day)[0] == A_DAY_OFF
    assert basis(account(1, date(2026, 3, 28), date(2026, 3, 28)), after_midnight)[0] == ALONE


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first = police(
        1, datetime(2026, 10, 25, 0, 10, tzinfo=UTC), datetime(2026, 10, 25, 0, 40, tzinfo=UTC)
    )
    second = account(
        2, datetime(2026, 10, 25, 1, 10, tzinfo=UTC), datetime(2026, 10, 25, 1, 40, tzinfo=UTC)
    )

    assert groups(first, second) == {1: (1,), 2: (2,)}


def test_no_tolerance_bridges_a_find_that_both_know_to_the_minute() -> None:
    found = police(1, NOON - HOUR, NOON)
    again = account(2, NOON + HOUR, NOON + 2 * HOUR)
    by_date = account(2, date(2026, 3, 15), date(2026, 3, 15))

    assert groups(found, again) == {1: (1,), 2: (2,)}
    assert groups(found, by_date) == {1: (1,), 2: (1,)}


def test_a_return_to_the_minute_is_a_find_as_well() -> None:
    back = replace(police(1, NOON - HOUR), returned=NOON)

    assert groups(back, account(2, NOON + MINUTE, NOON + HOUR)) == {1: (1,), 2: (2,)}


def test_no_tolerance_bridges_a_find_that_a_third_account_tells_of() -> None:
    row = account(1, date(2026, 3, 14), date(2026, 3, 14))
    later = police(2, instant(15, 20), instant(15, 23))
    between = police(3, instant(15, 1), instant(15, 2))
    same_as_between = account(4, instant(15, 1), instant(15, 2))

    assert groups(row, later) == {1: (1,), 2: (1,)}
    assert groups(row, later, between, same_as_between) == {1: (1,), 2: (2,), 3: (3,), 4: (3,)}


def test_the_start_is_exact_only_if_what_makes_it_is() -> None:
    found = police(1, NOON - HOUR, NOON)
    by_last_seen = replace(account(2, date(2026, 3, 13)), last_seen=NOON + HOUR)
    by_report = replace(account(2, None, NOON + 9 * HOUR), reported=date(2026, 3, 15))
    by_event = replace(account(2, None, NOON + 9 * HOUR), reported_at=NOON + HOUR)

    assert groups(found, by_last_seen) == {1: (1,), 2: (2,)}
    assert groups(found, by_report) == {1: (1,), 2: (1,)}
    assert groups(found, by_event) == {1: (1,), 2: (2,)}


def test_a_row_with_times_may_end_a_day_before_what_the_police_date() -> None:
    row = account(1, NOON - HOUR, NOON)
    by_date = police(2, date(2026, 3, 15), date(2026, 3, 15))

    assert groups(row, by_date) == {1: (1,), 2: (1,)}
    assert groups(replace(row, left=NOON - 2 * DAY, located=NOON - DAY), by_date) == {
        1: (1,),
        2: (2,),
    }


def test_an_open_account_is_still_open_while_nobody_has_seen_the_child() -> None:
    reported_later = replace(police(2, NOON), left=None, reported=NOON + 9 * DAY)

    assert groups(account(1, NOON), reported_later) == {1: (1,), 2: (1,)}


def test_an_open_account_ends_when_any_source_found_the_child() -> None:
    open_row = account(1, NOON)
    found = police(2, NOON + MINUTE, NOON + HOUR)
    later = replace(police(3, NOON, NOON + 3 * DAY), left=None, reported=NOON + 2 * DAY)

    assert groups(open_row, later) == {1: (1,), 3: (1,)}
    assert groups(open_row, found, later) == {1: (1,), 2: (1,), 3: (3,)}


def test_an_open_account_ends_when_another_source_saw_the_child_go_again() -> None:
    open_row = account(1, NOON)

    def gone_again(after: timedelta) -> dict[int, tuple[int, ...]]:
        return groups(open_row, police(2, NOON + after, NOON + after + HOUR))

    assert gone_again(DAY) == {1: (1,), 2: (1,)}
    assert gone_again(DAY + MICROSECOND) == {1: (1,), 2: (2,)}


def test_an_open_police_account_ends_when_another_force_saw_the_child_go_two_hours_later() -> None:
    def gone_again(after: timedelta) -> dict[int, tuple[int, ...]]:
        return groups(police(1, NOON), police(2, NOON + after, NOON + DAY, force=1))

    assert gone_again(2 * HOUR) == {1: (1,), 2: (1,)}
    assert gone_again(2 * HOUR + MICROSECOND) == {1: (1,), 2: (2,)}


def test_an_open_account_ends_when_its_publisher_opened_the_next() -> None:
    open_row, next_row = account(1, date(2026, 3, 1)), account(2, date(2026, 3, 10))
    inside = replace(police(3, NOON, instant(6, 0)), left=None, reported=instant(5, 0))
    after = replace(police(4, NOON, instant(21, 0)), left=None, reported=instant(20, 0))

    assert groups(open_row, next_row, inside) == {1: (1,), 2: (2,), 3: (1,)}
    assert groups(open_row, next_row, after) == {1: (1,), 2: (2,), 4: (2,)}


def test_an_open_row_known_by_its_date_is_not_ended_by_the_find_of_the_absence_before() -> None:
    open_row = account(1, date(2026, 3, 14))
    before = police(2, instant(13, 22), instant(14, 2))
    own = police(3, instant(14, 9), instant(14, 20))

    assert groups(open_row, before, own) == {1: (1,), 2: (2,), 3: (1,)}


def test_an_end_before_the_start_is_no_end() -> None:
    wrong = account(1, NOON, NOON - DAY)
    wrong_by_date = account(1, date(2026, 3, 14), date(2026, 3, 2))

    assert groups(wrong, police(2, NOON - 2 * HOUR, NOON - HOUR)) == {1: (1,), 2: (2,)}
    assert groups(wrong, police(2, NOON + 10 * MINUTE, NOON + HOUR)) == {1: (1,), 2: (1,)}
    assert groups(wrong_by_date, police(2, NOON, NOON + HOUR)) == {1: (1,), 2: (1,)}
    assert groups(wrong_by_date, police(2, NOON + 9 * DAY, NOON + 10 * DAY)) == {1: (1,), 2: (2,)}


def test_what_lasts_no_time_at_all_still_happened() -> None:
    instantly = account(1, NOON, NOON)

    assert groups(instantly, police(2, NOON - HOUR, NOON + HOUR)) == {1: (1,), 2: (1,)}
    assert groups(instantly, police(2, NOON, NOON)) == {1: (1,), 2: (1,)}
    assert groups(instantly, police(2, NOON - HOUR, NOON)) == {1: (1,), 2: (2,)}


def test_the_first_and_last_years_that_a_message_can_name_do_no_harm() -> None:
    first, last = date(1900, 1, 1), datetime(2099, 12, 31, 23, 59, tzinfo=UTC)
    dawn = datetime(1899, 12, 31, 23, tzinfo=UTC)

    assert groups(account(1, first, first), police(2, dawn, dawn + HOUR)) == {1: (1,), 2: (1,)}
    assert groups(account(1, NOON, last), police(2, last, None)) == {1: (1,), 2: (2,)}
    assert groups(account(1, last.date(), None), police(2, last, None)) == {1: (1,), 2: (1,)}
