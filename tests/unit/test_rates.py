"""Rates, changes, and the days that are compared."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.periods import ReportingYear
from domain.rates import (
    change_percent,
    day_a_month_later,
    day_a_year_later,
    per_thousand,
    percent,
    population_year,
)

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_rate_is_the_nearest_hundredth(number: int, denominator: int) -> None:
    rate = per_thousand(number, denominator)

    assert rate is not None
    exact = Fraction(1000 * number, denominator)
    assert abs(Fraction(rate) - exact) <= Fraction(1, 200)


@pytest.mark.parametrize("denominator", [None, 0])
def test_without_a_denominator_there_is_no_rate(denominator: int | None) -> None:
    assert per_thousand(3, denominator) is None


def test_a_change_is_in_percent_of_what_was_before_and_none_of_nothing() -> None:
    assert change_percent(30, 40) == Decimal("-25.0")
    assert change_percent(3, 2) == Decimal("50.0")
    assert change_percent(3, 0) is None
    assert percent(1, 16) == Decimal("6.3")


def test_the_leap_day_is_compared_with_the_28th() -> None:
    assert day_a_year_later(date(2024, 2, 29)) == date(2025, 2, 28)
    assert day_a_year_later(date(2024, 2, 28)) == date(2025, 2, 28)
    assert day_a_year_later(date(2023, 2, 28)) == date(2024, 2, 28)


@given(DAYS)
def test_days_of_a_month_are_compared_within_the_same_month_of_another_year(day: date) -> None:
    later = day_a_year_later(day)

    assert (later.year, later.month) == (day.year + 1, day.month)
    assert later <= day_a_year_later(day + timedelta(days=1))


@given(DAYS)
def test_days_of_a_month_are_compared_within_the_next_month(day: date) -> None:
    later = day_a_month_later(day)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == 1
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_a_reporting_year_is_divided_by_the_estimate_of_the_june_in_it() -> None:
    year = ReportingYear(ending=2026)

    assert population_year(year) == 2025
    assert year.starts_on < date(population_year(year), 6, 30) < year.ends_on
