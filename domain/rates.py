"""Rates with their denominators, and changes against an earlier period."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from domain.periods import Month, ReportingYear

PER: Final = 1000
_TENTH: Final = Decimal("0.1")
_HUNDREDTH: Final = Decimal("0.01")


def per_thousand(number: int, denominator: int | None) -> Decimal | None:
    """Return how many there are for every thousand, to two decimals; no denominator, no rate."""
    if not denominator:
        return None
    return (Decimal(PER * number) / denominator).quantize(_HUNDREDTH, ROUND_HALF_UP)


def percent(part: int, whole: int) -> Decimal | None:
    """Return what part of the whole this is, in percent to one decimal; None: there is no whole."""
    if not whole:
        return None
    return (Decimal(100 * part) / whole).quantize(_TENTH, ROUND_HALF_UP)


def change_percent(now: int, before: int) -> Decimal | None:
    """Return by what part a figure changed, in percent; None if there was nothing before."""
    return percent(now - before, before)


def day_a_year_later(day: date) -> date:
    """Return the day of the next year with which a day is compared: of 29 February, the 28th."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 2, 28)
    return day.replace(year=day.year + 1)


def day_a_month_later(day: date) -> date:
    """Return the day of the next month with which a day is compared: its last, if it is shorter."""
    last = Month.of(day).next().ends_on
    return last.replace(day=min(day.day, last.day))


def population_year(year: ReportingYear) -> int:
    """Return which mid-year estimate a reporting year is divided by: its 30 June lies in it."""
    return year.ending - 1
