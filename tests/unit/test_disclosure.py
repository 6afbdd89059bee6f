"""What may be shown of a count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.disclosure import (
    ROUNDING_BASE,
    SMALLEST_SHOWN,
    Published,
    Symbol,
    publish_rounded,
)

COUNTS = st.integers(min_value=0, max_value=10_000_000)
CONFIDENTIAL = Published(symbol=Symbol.CONFIDENTIAL)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(10, 10), (14, 10), (15, 20), (24, 20), (25, 30), (1234, 1230), (1235, 1240), (1237, 1240)],
)
def test_a_count_is_shown_to_the_nearest_ten_and_a_five_goes_up(count: int, shown: int) -> None:
    assert publish_rounded(count) == Published(number=shown)


@pytest.mark.parametrize("count", range(10))
def test_a_count_below_ten_is_confidential_and_so_is_none_at_all(count: int) -> None:
    assert publish_rounded(count) == CONFIDENTIAL


@given(COUNTS)
def test_a_shown_number_is_a_multiple_of_ten_at_most_five_away(count: int) -> None:
    number = publish_rounded(count).number

    assert (number is None) == (count < SMALLEST_SHOWN)
    if number is not None:
        assert number % ROUNDING_BASE == 0
        assert -5 <= count - number < 5


@given(COUNTS, COUNTS)
def test_a_larger_count_is_never_shown_as_a_smaller_number(one: int, other: int) -> None:
    low, high = sorted((one, other))

    assert (publish_rounded(low).number or 0) <= (publish_rounded(high).number or 0)


@given(st.integers(min_value=1, max_value=100_000))
def test_a_shown_number_stands_for_ten_counts_that_look_alike(tens: int) -> None:
    alike = range(max(tens * 10 - 5, SMALLEST_SHOWN), tens * 10 + 5)

    assert {publish_rounded(count).number for count in alike} == {tens * 10}


def test_a_count_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        publish_rounded(-1)


@given(COUNTS.filter(lambda count: count % ROUNDING_BASE or count < SMALLEST_SHOWN))
def test_a_true_count_cannot_pass_for_a_published_one(count: int) -> None:
    with pytest.raises(ValueError, match="rule book"):
        Published(number=count)


def test_a_published_figure_is_either_a_number_or_a_symbol() -> None:
    with pytest.raises(ValueError, match="either"):
        Published()
    with pytest.raises(ValueError, match="either"):
        Published(number=20, symbol=Symbol.CONFIDENTIAL)
