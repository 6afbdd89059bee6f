"""Local times become instants; the two nights on which clocks change have rules of their own."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.local_times import Moment, TimeProblem, join_time, read_day, read_moment, when_text
from domain.periods import London

FORMATS = ("%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S%z", "%d/%m/%Y")


def at(text: str) -> Moment | TimeProblem:
    return read_moment(text, FORMATS, London)


def test_a_time_in_summer_is_an_hour_earlier_in_utc() -> None:
    assert at("01/07/2024 12:00") == Moment(when=datetime(2024, 7, 1, 11, tzinfo=UTC))


def test_a_format_without_hours_gives_a_day() -> None:
    assert at("01/07/2024") == Moment(when=date(2024, 7, 1))


def test_an_offset_counts_before_the_zone() -> None:
    assert at("2024-10-27T01:30:00+00:00") == Moment(when=datetime(2024, 10, 27, 1, 30, tzinfo=UTC))


def test_a_time_that_the_clock_showed_twice_has_two_instants() -> None:
    found = at("27/10/2024 01:30")

    assert found == Moment(
        when=datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
        second=datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
    )


def test_a_time_that_the_clock_leapt_over_never_was() -> None:
    assert at("31/03/2024 01:30") is TimeProblem.NEVER_WAS
    apart = join_time(date(2024, 3, 31), "01:00", ("%H:%M",), London)
    assert apart is TimeProblem.NEVER_WAS


@pytest.mark.parametrize(
    "text", ["", "x", "32/01/2024", "01/01/1899", "01/01/2100 00:00", "2099-12-31T23:59:59-14:00"]
)
def test_what_is_no_time_of_our_years_is_unreadable(text: str) -> None:
    assert at(text) is TimeProblem.UNREADABLE


def test_a_day_is_read_from_a_text_with_hours() -> None:
    assert read_day("01/07/2024 23:59", FORMATS) == date(2024, 7, 1)
    assert read_day("01/07/1800", FORMATS) is None
    assert read_day("x", FORMATS) is None
    assert join_time(date(2024, 7, 1), "x", ("%H:%M",), London) is TimeProblem.UNREADABLE


@given(st.datetimes(min_value=datetime(1972, 1, 1), max_value=datetime(2037, 12, 31)))  # noqa: DTZ001
def test_reading_back_what_a_clock_in_london_shows_gives_the_instant(naive: datetime) -> None:
    instant = naive.replace(second=0, microsecond=0, tzinfo=UTC)
    shown = instant.astimezone(London).strftime("%d/%m/%Y %H:%M")

    found = at(shown)

    assert isinstance(found, Moment)
    assert instant in (found.when, found.second)
    assert found.second is None or found.second - timedelta(hours=1) == found.when
    assert when_text(instant).endswith(":00Z")
