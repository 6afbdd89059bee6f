"""The parts that a synthetic nation is drawn from."""

from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.register import read_register
from domain.identifiers import (
    is_reference,
    is_test_nhs_number,
    nhs_number_problem,
    normalise_postcode,
    upn_problem,
)
from domain.periods import ReportingYear, london_date
from domain.vocabulary import Category, Classification
from hub.synthetic.births import draw_birth
from hub.synthetic.clock import Clock, instant_text
from hub.synthetic.names import misspelt, respelt, short_form
from hub.synthetic.numbers import nhs_number, outward, postcode, pupil_number, reference
from hub.synthetic.placements import SUPPORTED, Placement
from hub.synthetic.randomness import Curve, Weighted, between, pick, pick_common, shuffle, stream
from hub.synthetic.repeats import MOST, counts
from hub.synthetic.truth import SourceTruth, category_of

seeds = st.integers(0, 2**32)
names = st.text("abcdefghijklmnopqrstuvwxyz'-é", min_size=1, max_size=20)


def source(classification: Classification, *, voided: bool = False) -> SourceTruth:
    return SourceTruth(
        publisher="la-330",
        ref="E1",
        subject="C1",
        role="report",
        classification=classification,
        voided=voided,
    )


@given(seeds, st.integers(1, 120), st.integers(0, 1500))
def test_children_and_incidents_of_an_authority_add_up(seed: int, children: int, more: int) -> None:
    total = min(children + more, children * 30)

    drawn = counts(Random(seed), children, total / children, total=total)

    assert len(drawn) == children
    assert sum(drawn) == total
    assert all(1 <= count <= MOST for count in drawn)


@given(seeds, st.integers(1, 50), st.floats(1, 15))
def test_a_small_part_of_an_authority_draws_freely(seed: int, children: int, mean: float) -> None:
    drawn = counts(Random(seed), children, mean, total=None)

    assert len(drawn) == children
    assert all(1 <= count <= MOST for count in drawn)


@given(seeds, st.lists(st.floats(0.1, 100), min_size=2, max_size=6))
def test_a_curve_stays_between_its_points(seed: int, values: list[float]) -> None:
    values = sorted(values)
    curve = Curve(*((place / (len(values) - 1), value) for place, value in enumerate(values)))

    assert values[0] <= curve.draw(Random(seed)) <= values[-1]


@given(seeds)
def test_a_choice_without_weight_is_never_drawn(seed: int) -> None:
    choices = Weighted(("never", 0), ("often", 3), ("nor this", 0), ("seldom", 1), ("last", 0))

    assert choices.draw(Random(seed)) in ("often", "seldom")


@given(seeds, st.lists(st.integers(), min_size=1))
def test_draws_stay_among_what_there_is(seed: int, items: list[int]) -> None:
    random = Random(seed)
    shuffled = list(items)
    shuffle(random, shuffled)

    assert sorted(shuffled) == sorted(items)
    assert pick(random, items) in items
    assert pick_common(random, items) in items
    assert 3 <= between(random, 3, 5) <= 5


def test_streams_of_other_purposes_are_other_streams() -> None:
    assert stream(1, "a").random() == stream(1, "a").random()
    assert (
        len({stream(*each).random() for each in ((1, "a"), (1, "b"), (2, "a"), (1, "a", 1))}) == 4
    )


@given(st.integers(2015, 2050), st.integers(0, 350_000))
def test_every_child_can_have_a_test_nhs_number(year: int, ordinal: int) -> None:
    number = nhs_number(year, ordinal)

    assert is_test_nhs_number(number)
    assert nhs_number_problem(number) is None


def test_children_of_neighbouring_years_do_not_share_nhs_numbers() -> None:
    first, second = (
        {nhs_number(year, ordinal) for ordinal in range(176_000)} for year in (2022, 2023)
    )

    assert len(first) == len(second) == 176_000
    assert not first & second


@given(st.integers(0, 50_000), st.integers(1998, 2040))
def test_pupil_numbers_are_well_formed_and_name_no_school(index: int, started: int) -> None:
    number = pupil_number("330", index, started)

    assert upn_problem(number) is None
    assert number[1:5] == "3300"


def test_each_authority_has_postcodes_of_its_own_that_do_not_exist() -> None:
    numbers = [each.number for each in read_register().authorities]
    random = Random(1)

    assert len({outward(number) for number in numbers}) == len(numbers)
    for number in numbers:
        invented = postcode(random, number)
        assert normalise_postcode(invented) == invented
        # No postcode area begins with these letters.
        assert invented[0] in "QVX"


def test_references_are_references() -> None:
    assert is_reference(reference("C", 1, "la-330"))
    assert reference("C", 1, "la-330") != reference("C", 1, "la-331")


@given(seeds, names)
def test_a_misspelt_name_is_one_letter_off(seed: int, name: str) -> None:
    wrong = misspelt(Random(seed), name)

    assert wrong
    assert abs(len(wrong) - len(name)) <= 1


@given(seeds, names)
def test_a_name_spelt_by_ear_is_another_spelling(seed: int, name: str) -> None:
    assert respelt(Random(seed), name) != name


def test_only_some_names_have_a_short_form() -> None:
    assert short_form("Joshua") == "Josh"
    assert short_form("Ava") == "Ava"


# From 1 April 2021 to 31 December 2022.
@given(st.integers(1_617_231_600, 1_672_444_800))
def test_instants_and_days_are_those_of_the_calendar(instant: int) -> None:
    clock = Clock(ReportingYear.parse("2022"))
    exact = datetime.fromtimestamp(instant, UTC)

    assert datetime.fromisoformat(instant_text(instant)) == exact
    assert clock.date_at(instant) == london_date(exact)


@given(seeds, st.booleans(), st.booleans(), st.integers(1, 365))
def test_a_child_stays_a_child_as_long_as_it_must(
    seed: int, looked_after: bool, unaccompanied: bool, needed: int
) -> None:
    random = Random(seed)
    clock = Clock(ReportingYear.parse("2024"))

    elder = draw_birth(
        random,
        clock,
        looked_after=looked_after,
        unaccompanied=unaccompanied,
        needed_days=1,
        sibling=None,
    )
    child = draw_birth(
        random,
        clock,
        looked_after=looked_after,
        unaccompanied=unaccompanied,
        needed_days=needed,
        sibling=elder,
    )

    assert elder.childhood_days >= 1
    assert child.childhood_days >= needed
    assert child.twin == (child.on == elder.on)
    assert child.twin or abs((child.on - elder.on).days) >= 330


@pytest.mark.parametrize(
    ("day", "code"), [(date(2023, 3, 31), "H5"), (date(2023, 4, 1), "K3"), (date(2030, 1, 1), "K3")]
)
def test_supported_accommodation_has_the_code_of_its_year(day: date, code: str) -> None:
    placement = Placement(
        number=1,
        kind=SUPPORTED,
        provider="PR4",
        host="330",
        restricted=False,
        started_on=date(2022, 5, 1),
        notified_on=None,
    )

    assert placement.code_on(day) == code


@pytest.mark.parametrize(
    ("sources", "category"),
    [
        ([], None),
        ([source(Classification.AWAY)], Category.AWAY),
        ([source(Classification.AWAY, voided=True)], None),
        ([source(Classification.NO_APPARENT_RISK)], Category.NO_APPARENT_RISK),
        ([source(Classification.MISSING), source(Classification.MISSING_FROM_CARE)], "missing"),
        ([source(Classification.AWAY), source(Classification.MISSING)], Category.MISSING),
        ([source(Classification.AWAY), source(Classification.NO_APPARENT_RISK)], "missing"),
    ],
)
def test_sources_that_disagree_make_an_absence_missing(
    sources: list[SourceTruth], category: str | None
) -> None:
    assert category_of(sources) == category
