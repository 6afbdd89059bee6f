"""DfE's rules of presentation, against an oracle of exact fractions."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from contracts.register import read_register
from domain.geography import ENGLAND_CODE
from domain.official import Absences, Level, Measure, Tally, round_to_ten, shown, total
from domain.official_areas import INNER_LONDON, LONDON, official_areas
from tests.unit.official_examples import dfe_areas

counts = st.integers(0, 2_000)


@st.composite
def absences(draw: st.DrawFn, most: int) -> Absences:
    """Absences that children can have had."""
    children = draw(st.integers(0, most))
    repeat = draw(st.integers(0, children))
    further = repeat + draw(st.integers(0, 50)) if repeat else 0
    still_open = draw(st.integers(0, children))
    return Absences(
        children=children, incidents=children + further, repeat=repeat, still_open=still_open
    )


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    """The figures of some authority."""
    looked_after = draw(st.integers(0, 900))
    return Tally(
        looked_after=looked_after,
        missing=draw(absences(looked_after)),
        away=draw(absences(looked_after)),
        placed_in=draw(counts),
        placed_out=draw(counts),
    )


def half_up(number: Fraction, digits: str) -> str:
    """Round a number as one does by hand."""
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    text = str(exact.quantize(Decimal(digits), ROUND_HALF_UP))
    return text.removesuffix(".0")


@given(tallies())
def test_an_authority_s_counts_are_shown_exactly_unless_they_are_one_to_five(tally: Tally) -> None:
    cells = shown(tally, Level.AUTHORITY)

    assert tally.missing is not None
    for measure, count in (
        (Measure.LOOKED_AFTER, tally.looked_after),
        (Measure.MISSING_CHILDREN, tally.missing.children),
        (Measure.MISSING_INCIDENTS, tally.missing.incidents),
        (Measure.MISSING_REPEAT, tally.missing.repeat),
        (Measure.MISSING_OPEN, tally.missing.still_open),
        (Measure.PLACED_IN, tally.placed_in),
        (Measure.PLACED_OUT, tally.placed_out),
    ):
        assert cells[measure] == ("c" if count in {1, 2, 3, 4, 5} else str(count))


@given(tallies())
def test_ratios_are_rounded_by_hand_and_hidden_with_the_count_above_the_line(tally: Tally) -> None:
    cells = shown(tally, Level.AUTHORITY)

    assert tally.away is not None
    assert tally.looked_after is not None
    children, incidents = tally.away.children, tally.away.incidents
    average, percent = cells[Measure.AWAY_AVERAGE], cells[Measure.AWAY_PERCENT]
    if children == 0:
        assert average == "z"
    elif incidents <= 5:
        assert average == "c"
    else:
        assert average == half_up(Fraction(incidents, children), "0.1")
    if tally.looked_after == 0:
        assert percent == "z"
    elif 0 < children <= 5:
        assert percent == "c"
    elif children and Fraction(children, tally.looked_after) < Fraction(1, 200):
        assert percent == "k"
    else:
        assert percent == half_up(Fraction(100 * children, tally.looked_after), "1")


@given(st.integers(-20_000, 20_000))
def test_a_half_goes_away_from_zero(number: int) -> None:
    size = (Decimal(abs(number)) / 10).quantize(Decimal(1), ROUND_HALF_UP) * 10

    assert round_to_ten(number) == (size if number >= 0 else -size)


@given(st.lists(tallies(), min_size=1, max_size=5))
def test_a_region_is_the_rounded_sum_of_unrounded_authorities(members: list[Tally]) -> None:
    cells = shown(total(members), Level.REGIONAL)

    children = sum(each.looked_after or 0 for each in members)
    assert cells[Measure.LOOKED_AFTER] == (
        "c" if 0 < children <= 5 else str(round_to_ten(children))
    )
    gain = sum((each.placed_in or 0) - (each.placed_out or 0) for each in members)
    assert cells[Measure.NET_GAIN] == str(round_to_ten(gain))


def test_who_made_no_return_is_shown_so_and_left_out_of_the_sums() -> None:
    areas = dfe_areas()
    some = Tally(looked_after=20, missing=Absences(), away=Absences(), placed_in=0, placed_out=9)

    table = areas.table({"202": some})

    assert set(table["203"].values()) == {"x"}
    assert table["928"][Measure.LOOKED_AFTER] == "z"
    assert table[INNER_LONDON][Measure.PLACED_OUT] == "10"
    assert table[LONDON][Measure.LOOKED_AFTER] == table[ENGLAND_CODE][Measure.LOOKED_AFTER] == "20"


def test_an_authority_exists_in_the_years_in_which_it_had_a_day() -> None:
    register = read_register()

    def existing(year: int) -> set[str]:
        return {each.code for each in official_areas(register, year).areas if each.exists}

    assert "928" in existing(2021)
    assert not {"940", "941"} & existing(2021)
    assert "928" not in existing(2022)
    assert {"940", "941"} <= existing(2022)
    assert {"835", "836", "837"} <= existing(2019)
    assert not {"838", "839"} & existing(2019)
    assert "909" in existing(2023)
    assert {"942", "943"} <= existing(2024)


def test_a_release_has_a_row_for_everyone_of_its_five_years() -> None:
    register = read_register()

    def numbers(year: int, release: int) -> set[str]:
        return {each.code for each in official_areas(register, year, release=release).areas}

    assert "942" not in numbers(2022, 2022)
    assert {"835", "909"} <= numbers(2019, 2023)
    assert {"909", "942"} <= numbers(2022, 2024)
    assert "835" not in numbers(2024, 2024)
