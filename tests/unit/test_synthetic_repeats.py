"""How often children go missing: the recursion against the distribution's closed form."""

from itertools import pairwise
from math import exp, expm1, lgamma, log, log1p

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.synthetic.calibration import read_figures
from hub.synthetic.repeats import MOST, R, share_at_most


def closed_form(q: float) -> list[float]:
    """Return the shares of children with exactly 1 to 366 incidents, from gamma functions.

    P(k) = Γ(k + r) / (k! Γ(r)) · q^k / ((1 - q)^-r - 1); for r between -1 and 0, Γ(r) is negative,
    and so is the second factor.
    """
    scale = lgamma(1 + R) - log(-R)
    whole = -expm1(-R * log1p(-q))
    shares = [exp(lgamma(k + R) - lgamma(k + 1) - scale + k * log(q)) for k in range(1, MOST + 1)]
    below = sum(shares) / whole
    return [share / whole / below for share in shares]


def mean_of(shares: list[float]) -> float:
    return sum(count * share for count, share in enumerate(shares, 1))


def q_of(mean: float) -> float:
    """Return the parameter of a mean by halving, with nothing taken from the generator."""
    low, high = 1e-6, 1 - 1e-9
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if mean_of(closed_form(middle)) < mean else (low, middle)
    return low


# The means of DfE's authorities: 1.5 in Slough to 14.1 in Halton.
@given(st.floats(1.05, 14.1))
def test_repeats_of_any_mean_are_those_of_the_closed_form(mean: float) -> None:
    expected = closed_form(q_of(mean))

    below = share_at_most(mean)

    drawn = [below[0], *(after - before for before, after in pairwise(below))]
    assert mean_of(drawn) == pytest.approx(mean, rel=0.002)
    assert drawn == pytest.approx(expected, abs=0.002)


def test_the_nation_has_the_shares_that_were_computed_from_dfe() -> None:
    below = share_at_most(6.33)

    # What r = -0.134 and q = 0.9634 give; both of DfE's figures of 2022 are met.
    assert below[0] == pytest.approx(0.360, abs=0.001)
    assert 1 - below[1] == pytest.approx(0.489, abs=0.001)
    assert 1 - below[8] == pytest.approx(0.180, abs=0.001)
    assert 1 - below[18] == pytest.approx(0.076, abs=0.001)
    assert 1 - below[48] == pytest.approx(0.012, abs=0.001)
    assert 1 - below[98] == pytest.approx(0.001, abs=0.0005)
    assert len(below) == 366


def test_authorities_span_the_published_means() -> None:
    means = [area.incidents / area.children for area in read_figures() if area.children > 5]

    assert min(means) < 2
    assert max(means) == pytest.approx(14.1, abs=0.1)
