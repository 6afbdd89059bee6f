"""How many times each child of an authority goes missing in a year.

The extended zero-truncated negative binomial: P(k) = P(k-1) * (k-1+r)/k * q. With r = -0.134 and
q = 0.9634 it meets both of DfE's national figures of 2022: 36.0 % once, 6.33 times on average.
"""

from bisect import bisect_left, bisect_right
from functools import cache
from itertools import accumulate
from math import fsum
from random import Random
from typing import Final

from hub.synthetic.randomness import shuffle

R: Final = -0.134

# Two absences that begin on one day are possible, but no return holds more (DfE's CLA schema).
MOST: Final = 366

_GRID: Final = tuple(
    [number / 50 for number in range(50)] + [0.98 + number / 2000 for number in range(1, 40)]
)

# Each step takes most of what is left of the error.
_STEPS: Final = 5


def counts(random: Random, children: int, mean: float, *, total: int | None) -> list[int]:
    """Return how often each child goes missing, in random order.

    total: what they must add up to, from `children` upwards; None: whatever comes.
    """
    below = share_at_most(mean)
    # One draw from each of equal slices: few children still have the shape of the whole.
    drawn = [
        bisect_right(below, (number + random.random()) / children) + 1 for number in range(children)
    ]
    if total is not None and drawn:
        _adjust(random, drawn, total)
    shuffle(random, drawn)
    return drawn


def share_at_most(mean: float) -> list[float]:
    """Return, for a mean, the share of missing children with at most 1, 2, 3 … incidents."""
    return _distribution(_q_of(mean))


def _adjust(random: Random, drawn: list[int], total: int) -> None:
    """Add or take single incidents, most from those who have most, until the total is met."""
    step = 1 if total > sum(drawn) else -1
    while sum(drawn) != total:
        # Who went missing once stays so, as long as anybody else can change.
        can = [place for place, count in enumerate(drawn) if count + min(step, 0) > 1]
        can = [place for place in can if drawn[place] + step <= MOST] or list(range(len(drawn)))
        weights = list(accumulate(drawn[place] for place in can))
        place = can[bisect_right(weights, random.random() * weights[-1])]
        drawn[place] += step


@cache
def _means() -> tuple[float, ...]:
    return tuple(_mean(q) for q in _GRID)


def _q_of(mean: float) -> float:
    """Return the parameter that gives a mean, from between two points of the grid."""
    means = _means()
    right = min(max(bisect_left(means, mean), 1), len(means) - 1)
    low, high = (_GRID[right - 1], means[right - 1]), (_GRID[right], means[right])
    q = low[0]
    for _ in range(_STEPS):
        q = low[0] + (mean - low[1]) / (high[1] - low[1]) * (high[0] - low[0])
        q = min(max(q, 0.0), _GRID[-1])
        found = (q, _mean(q))
        if found[1] in (low[1], high[1]):
            break
        low, high = (found, high) if found[1] < mean else (low, found)
    return q


def _mean(q: float) -> float:
    masses = _masses(q)
    weighted = fsum(count * mass for count, mass in enumerate(masses, 1))
    return weighted / fsum(masses)


def _masses(q: float) -> list[float]:
    masses = [1.0]
    for count in range(2, MOST + 1):
        masses.append(masses[-1] * (count - 1 + R) / count * q)
    return masses


def _distribution(q: float) -> list[float]:
    """Return the share of children with at most 1, 2, 3 … incidents."""
    masses = _masses(q)
    whole = fsum(masses)
    below = list(accumulate(mass / whole for mass in masses))
    below[-1] = 1.0
    return below
