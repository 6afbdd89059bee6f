"""The rules about publishers, each found and not found; delays, medians, silence, coverage."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.periods import Month
from domain.quality_figures import Figures, Part, judgements, median_of, silent_from
from domain.quality_report import DeclaredPeriod, undeclared_months
from domain.quality_tallies import DELAY_BOUNDS, Delays, delays, optional_fields

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
LEFT, RISK = ("episode-reported", "left"), ("episode-reported", "risk")


def broken(code: str, publisher: str = "la-330", **given: Any) -> bool:
    (judged,) = (
        each for each in judgements(Figures(publisher=publisher, **given)) if each.code == code
    )
    return judged.found


def part(cases: int, of: int) -> Part:
    return Part(cases=cases, of=of)


@pytest.mark.parametrize(
    ("code", "poor", "good"),
    [
        ("DQ1", {"alike": 2}, {"alike": 0}),
        ("DQ3", {"matched": part(9, 20)}, {"matched": part(10, 20)}),
        ("DQ3", {"matched": part(1, 20)}, {"matched": part(0, 19)}),
        (
            "DQ4",
            {"outcomes": {"rejected": 2, "accepted": 18}},
            {"outcomes": {"rejected": 1, "accepted": 19}},
        ),
        (
            "DQ4",
            {"fields": {LEFT: part(9, 20)}},
            {"fields": {LEFT: part(10, 20), RISK: part(0, 20)}},
        ),
        ("DQ6", {"responded": part(0, 20)}, {"responded": part(1, 20)}),
        (
            "DQ13",
            {"first": part(20, 20), "later": part(9, 20)},
            {"first": part(20, 20), "later": part(10, 20)},
        ),
        (
            "DQ13",
            {"first": part(10, 20), "later": part(4, 20)},
            {"first": part(10, 20), "later": part(4, 19)},
        ),
        ("DQ14", {"away": part(30, 100)}, {"away": part(25, 100)}),
        ("DQ14", {"away": part(2, 100)}, {"away": part(3, 100)}),
        ("DQ9", {"found": {"DQ9": 1}}, {"found": {}}),
        ("567", {"found": {"567": 1}}, {"found": {"DQ9": 1}}),
    ],
)
def test_a_rule_about_a_publisher_is_found_on_one_side_of_its_limit(
    code: str, poor: dict[str, Any], good: dict[str, Any]
) -> None:
    assert broken(code, **poor)
    assert not broken(code, **good)


def test_only_authorities_record_children_as_away() -> None:
    assert broken("DQ14", away=part(0, 100))
    assert not broken("DQ14", publisher="pf-btp", away=part(0, 100))


def test_the_shares_of_a_judgement_are_of_what_the_rule_looks_at() -> None:
    whole = Figures(
        publisher="la-330", accounts=50, matched=part(30, 40), found={"DQ9": 5}, alike=4
    )

    parts = {each.code: each.part for each in judgements(whole)}

    assert (parts["DQ3"], parts["DQ9"]) == (part(10, 40), part(5, 50))
    assert parts["DQ9"].share == 0.1
    assert parts["DQ14"].share is None


def test_delays_give_bounds_that_hold_half_and_nine_tenths_of_the_events() -> None:
    late = delays({0: 1, 1: 4, 6: 3, 7: 1, len(DELAY_BOUNDS) + 1: 1})

    assert (late.events, late.early) == (10, 1)
    assert (late.within_hours(0.5), late.within_hours(0.9), late.within_hours(1.0)) == (1, 48, None)
    assert late.in_time == 0.8
    assert (Delays().in_time, Delays().within_hours(0.5)) == (None, None)


def test_a_median_rests_on_five_publishers_or_is_not_told() -> None:
    assert median_of([0.1, 0.2, None, 0.9, 0.3, 0.4]) == 0.3
    assert median_of([0.1, 0.2, None, 0.9, 0.3]) is None


def test_silence_is_three_usual_gaps_and_a_day_at_least() -> None:
    hourly = [NOON + timedelta(hours=hour) for hour in range(5)]
    weekly = [NOON + timedelta(weeks=week) for week in range(5)]

    assert silent_from(hourly, NOON) == NOON + timedelta(days=1)
    assert silent_from(weekly, NOON) == NOON + timedelta(weeks=3)
    assert silent_from([], NOON) == NOON + timedelta(days=1)


def declared(begin: date, end: date) -> DeclaredPeriod:
    return DeclaredPeriod(from_date=begin, to_date=end, rows_sent=0, received=0)


def test_a_month_is_undeclared_until_periods_cover_it_whole_and_once_it_is_closed() -> None:
    first = Month(year=2026, number=1)
    halves = (
        declared(date(2026, 2, 11), date(2026, 3, 30)),
        declared(date(2026, 1, 1), date(2026, 2, 10)),
    )

    assert list(map(str, undeclared_months(first, date(2026, 4, 15), halves))) == ["2026-03"]
    assert undeclared_months(first, date(2026, 2, 14), ()) == ()
    assert list(map(str, undeclared_months(first, date(2026, 2, 15), ()))) == ["2026-01"]


def test_what_may_stay_empty_is_known_for_every_type_but_corrections() -> None:
    fields = optional_fields()

    assert "left" in fields["episode-reported"]
    assert fields["return-interview-completed"] == ("reasons",)
    assert "episode-corrected" not in fields
    assert "location_restricted" not in fields["placement-started"]
