"""How long an episode lasted, and what a date without a time leaves open."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.durations import WITHOUT_DURATION, Length, band, bounds, is_midnight, length
from domain.periods import day_bounds

LONDON = ZoneInfo("Europe/London")
START = datetime(2024, 6, 3, 14, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
NONE: frozenset[str] = frozenset()


def lasted(elapsed: timedelta) -> Length:
    return length(START, START + elapsed, birthday=False, findings=NONE)


@pytest.mark.parametrize(
    ("edge", "until", "after"),
    [
        (6 * HOUR - SECOND, Length.UNDER_6_HOURS, Length.UNDER_24_HOURS),
        (24 * HOUR - SECOND, Length.UNDER_24_HOURS, Length.UP_TO_2_DAYS),
        (48 * HOUR, Length.UP_TO_2_DAYS, Length.UP_TO_7_DAYS),
        (168 * HOUR, Length.UP_TO_7_DAYS, Length.UP_TO_30_DAYS),
        (720 * HOUR, Length.UP_TO_30_DAYS, Length.OVER_30_DAYS),
    ],
)
def test_a_band_ends_where_it_says(edge: timedelta, until: Length, after: Length) -> None:
    assert lasted(edge) is until
    assert lasted(edge + SECOND) is after


def test_two_days_over_a_change_of_the_clocks_are_48_hours() -> None:
    for day in (date(2024, 3, 30), date(2024, 10, 26)):
        start = datetime(day.year, day.month, day.day, 12, tzinfo=LONDON).astimezone(UTC)

        exactly = length(start, start + 48 * HOUR, birthday=False, findings=NONE)
        longer = length(start, start + 48 * HOUR + SECOND, birthday=False, findings=NONE)

        assert (exactly, longer) == (Length.UP_TO_2_DAYS, Length.UP_TO_7_DAYS)


def test_dates_alone_give_a_band_only_if_every_time_of_day_lies_in_it() -> None:
    first = day_bounds(date(2024, 6, 3))[0]

    same_day = length(first, first + 24 * HOUR, birthday=False, findings=NONE)
    five_days_on = length(first, first + 6 * 24 * HOUR, birthday=False, findings=NONE)

    assert same_day is Length.NOT_COMPUTABLE
    assert five_days_on is Length.UP_TO_7_DAYS


def test_an_eighteenth_birthday_begins_at_midnight_exactly() -> None:
    birthday = day_bounds(date(2024, 6, 4))[0]

    as_birthday = bounds(START, birthday, birthday=True)
    as_date = bounds(START, birthday, birthday=False)

    assert as_birthday is not None
    assert as_date is not None
    assert as_birthday.exact
    assert not as_date.exact


def test_an_episode_that_is_open_or_ended_before_it_started_has_no_band() -> None:
    still_open = length(START, None, birthday=False, findings=NONE)
    reversed_ = length(START, START - HOUR, birthday=False, findings=NONE)

    assert (still_open, reversed_) == (Length.STILL_OPEN, Length.NOT_COMPUTABLE)


def test_a_finding_that_leaves_no_duration_leaves_none() -> None:
    assert WITHOUT_DURATION == ("567", "586")
    for code in WITHOUT_DURATION:
        found = length(START, START + HOUR, birthday=False, findings=frozenset({code, "other"}))

        assert found is Length.NOT_COMPUTABLE


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2024, 12, 31)),  # noqa: DTZ001
    st.integers(0, 60_000),
    st.booleans(),
    st.booleans(),
)
def test_the_bounds_enclose_every_duration_that_dates_may_hide(
    naive: datetime, minutes: int, start_dated: bool, end_dated: bool
) -> None:
    start = naive.replace(tzinfo=UTC)
    end = start + timedelta(minutes=minutes)
    stored_start = day_bounds(start.astimezone(LONDON).date())[0] if start_dated else start
    stored_end = day_bounds(end.astimezone(LONDON).date())[1] if end_dated else end

    possible = bounds(stored_start, stored_end, birthday=False)

    assert possible is not None
    assert possible.shortest <= end - start <= possible.longest
    if not is_midnight(stored_start) and not is_midnight(stored_end):
        assert possible.exact
        assert length(start, end, birthday=False, findings=NONE) is band(end - start)
