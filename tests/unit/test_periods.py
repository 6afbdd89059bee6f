"""Days, months, years, ages and the 72 hours, checked against the calendar itself."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import UsageError
from domain.periods import (
    AGE_BANDS,
    London,
    Month,
    ReportingYear,
    Within,
    age_band,
    age_in_years,
    closed_on,
    day_bounds,
    eighteenth_birthday,
    london_date,
    months_between,
    within_72_hours,
)

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 12, 31))
INSTANTS = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(2090, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def test_an_hour_before_midnight_utc_is_the_next_day_in_a_london_summer() -> None:
    instant = datetime(2025, 7, 31, 23, 0, tzinfo=UTC)

    assert london_date(instant) == date(2025, 8, 1)
    assert london_date(instant - timedelta(microseconds=1)) == date(2025, 7, 31)


def test_a_winter_day_in_london_is_a_day_of_utc() -> None:
    assert day_bounds(date(2025, 1, 15)) == (
        datetime(2025, 1, 15, tzinfo=UTC),
        datetime(2025, 1, 16, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2025, 3, 30), 23), (date(2025, 10, 26), 25), (date(2024, 2, 29), 24)],
)
def test_the_days_on_which_clocks_change_are_an_hour_off(day: date, hours: int) -> None:
    first, after = day_bounds(day)

    assert after - first == timedelta(hours=hours)


@given(INSTANTS)
def test_every_instant_lies_in_the_bounds_of_its_london_date(instant: datetime) -> None:
    first, after = day_bounds(london_date(instant))

    assert first <= instant < after


@given(DAYS)
def test_days_follow_each_other_without_gap_or_overlap(day: date) -> None:
    assert day_bounds(day)[1] == day_bounds(day + timedelta(days=1))[0]


def test_an_instant_without_a_zone_is_refused() -> None:
    naive = datetime(2025, 6, 1, 12)  # noqa: DTZ001 - the point of the test

    with pytest.raises(ValueError, match="zone"):
        london_date(naive)
    with pytest.raises(ValueError, match="zone"):
        within_72_hours(naive, naive)


@given(DAYS)
def test_a_month_holds_its_days_and_no_other(day: date) -> None:
    month = Month.of(day)

    assert month.starts_on <= day <= month.ends_on
    assert month.ends_on.day == monthrange(day.year, day.month)[1]
    assert month.starts_at == day_bounds(month.starts_on)[0]
    assert month.ends_at == month.next().starts_at


@given(DAYS)
def test_a_month_is_read_as_it_is_written(day: date) -> None:
    month = Month.of(day)

    assert Month.parse(str(month)) == month
    assert month.next().previous() == month
    assert month.previous() < month < month.next()


def test_a_summer_month_begins_an_hour_early_in_utc() -> None:
    month = Month.parse("2026-03")

    assert month.starts_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert month.ends_at == datetime(2026, 3, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-3", "202603", "0000-01", "", "2026-03 "]
)
def test_what_is_not_a_month_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="2026-03"):
        Month.parse(text)


def test_a_month_outside_the_calendar_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="month"):
        Month(year=2026, number=13)


@given(DAYS)
def test_a_reporting_year_runs_from_april_to_march(day: date) -> None:
    year = ReportingYear.of(day)

    assert year.starts_on <= day <= year.ends_on
    assert (year.starts_on.month, year.starts_on.day) == (4, 1)
    assert (year.ends_on.month, year.ends_on.day) == (3, 31)
    assert year.ends_on.year == year.ending
    assert year.ends_at == ReportingYear(ending=year.ending + 1).starts_at


def test_the_reporting_year_turns_between_march_and_april() -> None:
    assert ReportingYear.of(date(2018, 3, 31)) == ReportingYear.parse("2018")
    assert ReportingYear.of(date(2018, 4, 1)) == ReportingYear.parse("2019")
    assert str(ReportingYear.parse("2018")) == "2018"


def test_a_reporting_year_has_twelve_months_april_first() -> None:
    months = ReportingYear(ending=2026).months()

    assert len(months) == 12
    assert str(months[0]) == "2025-04"
    assert str(months[-1]) == "2026-03"


def test_a_reporting_year_ends_in_summer_time() -> None:
    year = ReportingYear(ending=2026)

    assert year.starts_at == datetime(2025, 3, 31, 23, tzinfo=UTC)
    assert year.ends_at == datetime(2026, 3, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2025/26", "26", "0001", "", "2026-03"])
def test_what_is_not_a_reporting_year_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="as 2026"):
        ReportingYear.parse(text)


def test_months_between_includes_both_ends_and_none_if_they_are_reversed() -> None:
    november, january = Month.parse("2025-11"), Month.parse("2026-01")

    assert [str(month) for month in months_between(november, january)] == [
        "2025-11",
        "2025-12",
        "2026-01",
    ]
    assert months_between(january, november) == ()
    assert months_between(january, january) == (january,)


def test_a_period_closes_fourteen_days_after_its_last_day() -> None:
    assert closed_on(Month.parse("2026-02")) == date(2026, 3, 14)
    assert closed_on(ReportingYear(ending=2026)) == date(2026, 4, 14)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-1, Within.NOT_COMPUTABLE),
        (0, Within.YES),
        (2, Within.YES),
        (3, Within.NOT_COMPUTABLE),
        (4, Within.NO),
    ],
)
def test_two_dates_decide_by_whole_days(days: int, expected: Within) -> None:
    returned = date(2025, 3, 29)

    assert within_72_hours(returned, returned + timedelta(days=days)) is expected


def test_two_instants_decide_by_elapsed_hours_and_72_is_within() -> None:
    returned = datetime(2025, 6, 1, 22, 15, tzinfo=UTC)

    assert within_72_hours(returned, returned + timedelta(hours=72)) is Within.YES
    assert within_72_hours(returned, returned + timedelta(hours=72, microseconds=1)) is Within.NO
    assert within_72_hours(returned, returned - timedelta(hours=1)) is Within.NOT_COMPUTABLE


def test_the_hour_lost_in_spring_is_not_counted_as_elapsed() -> None:
    returned = datetime(2025, 3, 29, 12, tzinfo=London)

    completed = datetime(2025, 4, 1, 13, tzinfo=London)

    assert within_72_hours(returned, completed) is Within.YES


def test_the_same_instant_in_another_zone_changes_nothing() -> None:
    returned = datetime(2025, 6, 1, 12, tzinfo=timezone(timedelta(hours=5)))

    assert within_72_hours(returned, datetime(2025, 6, 4, 7, tzinfo=UTC)) is Within.YES
    assert within_72_hours(returned, datetime(2025, 6, 4, 8, tzinfo=UTC)) is Within.NO


@given(INSTANTS, st.integers(min_value=-2, max_value=6), INSTANTS)
def test_a_date_beside_an_instant_says_only_what_every_time_of_that_day_would(
    returned: datetime, days: int, clock: datetime
) -> None:
    completed_on = london_date(returned) + timedelta(days=days)
    first, after = day_bounds(completed_on)
    share = (clock.hour * 3600 + clock.minute * 60 + clock.second) / 86400
    completed = first + (after - first) * share

    known = within_72_hours(returned, completed_on)

    if known is not Within.NOT_COMPUTABLE and completed >= returned:
        assert within_72_hours(returned, completed) is known


@given(INSTANTS, st.integers(min_value=-2, max_value=6))
def test_a_return_known_by_date_only_bounds_the_wait(completed: datetime, days: int) -> None:
    returned_on = london_date(completed) - timedelta(days=days)
    first, after = day_bounds(returned_on)

    known = within_72_hours(returned_on, completed)

    assert (known is Within.NO) == (completed - after >= timedelta(hours=72))
    assert (known is Within.YES) == (timedelta(0) <= completed - first <= timedelta(hours=72))


def test_a_day_ends_just_before_the_next_midnight_when_it_bounds_the_wait() -> None:
    midnight = datetime(2025, 1, 11, tzinfo=UTC)
    three_days = timedelta(hours=72)

    assert within_72_hours(date(2025, 1, 10), midnight + three_days) is Within.NO
    assert (
        within_72_hours(date(2025, 1, 10), midnight + three_days - timedelta.resolution)
        is Within.NOT_COMPUTABLE
    )
    assert within_72_hours(midnight - three_days, date(2025, 1, 10)) is Within.YES


@given(DAYS, DAYS)
def test_an_age_grows_by_one_exactly_on_each_birthday(born_on: date, on: date) -> None:
    age = age_in_years(born_on, on)

    assert age - age_in_years(born_on, on - timedelta(days=1)) in {0, 1}
    assert (age < 0) == (on < born_on)
    assert (age >= 18) == (on >= eighteenth_birthday(born_on))


def test_a_child_born_on_a_leap_day_has_its_birthday_on_the_first_of_march() -> None:
    born_on = date(2008, 2, 29)

    assert age_in_years(born_on, date(2025, 2, 28)) == 16
    assert age_in_years(born_on, date(2025, 3, 1)) == 17
    assert age_in_years(born_on, date(2024, 2, 29)) == 16
    assert eighteenth_birthday(born_on) == date(2026, 3, 1)


def test_a_child_turns_eighteen_on_the_day_itself() -> None:
    assert eighteenth_birthday(date(2008, 5, 17)) == date(2026, 5, 17)
    assert age_in_years(date(2008, 5, 17), date(2026, 5, 16)) == 17
    assert age_in_years(date(2008, 5, 17), date(2026, 5, 17)) == 18


@pytest.mark.parametrize(
    ("ages", "band"),
    [
        ([0], "0"),
        ([1, 4], "1-4"),
        ([5, 9], "5-9"),
        ([10, 15], "10-15"),
        ([16, 17], "16-17"),
        ([18, 40], "18+"),
        ([None, -1], "unknown"),
    ],
)
def test_ages_fall_into_the_published_bands(ages: list[int | None], band: str) -> None:
    assert {age_band(age) for age in ages} == {band}


@given(st.none() | st.integers(min_value=-1, max_value=120))
def test_every_age_has_one_of_the_listed_bands(age: int | None) -> None:
    assert age_band(age) in AGE_BANDS
