"""Random draws that are the same on every machine and every Python.

Only `Random.random` is used: its sequence is promised never to change, unlike that of the other
methods. No logarithm or power is taken either, because mathematics libraries differ in the last
digit; distributions are tables of quantiles, drawn between the lines. For the same reason sums
of fractions are taken with `fsum`: what `sum` does with them changed in Python 3.12.
"""

from bisect import bisect_right
from collections.abc import MutableSequence, Sequence
from hashlib import sha256
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")

_SEPARATOR = "\x1f"


def stream(*purpose: object) -> Random:
    """Return the random stream of a purpose, independent of every other purpose."""
    digest = sha256(_SEPARATOR.join(map(str, purpose)).encode()).digest()
    return Random(int.from_bytes(digest[:16], "big"))  # noqa: S311 -- invented data, no secret


def chance(random: Random, probability: float) -> bool:
    """Return True with a probability."""
    return random.random() < probability


def between(random: Random, lowest: int, highest: int) -> int:
    """Return a whole number from the lowest to the highest, both included."""
    return lowest + int(random.random() * (highest - lowest + 1))


def pick(random: Random, items: Sequence[T]) -> T:
    """Return one of the items, each equally likely."""
    return items[int(random.random() * len(items))]


def pick_common(random: Random, items: Sequence[T]) -> T:
    """Return one of the items, the first ones more often, as with names."""
    return items[int(random.random() * random.random() * len(items))]


def shuffle(random: Random, items: MutableSequence[T]) -> None:
    """Put the items into a random order, in place."""
    for last in range(len(items) - 1, 0, -1):
        other = int(random.random() * (last + 1))
        items[last], items[other] = items[other], items[last]


class Weighted(Generic[T]):
    """Choices with weights; weights need not add up to one."""

    def __init__(self, *choices: tuple[T, float]) -> None:
        """Keep the choices; at least one weight must be above zero."""
        self._items = tuple(item for item, _ in choices)
        self._totals = tuple(accumulate(weight for _, weight in choices))

    def draw(self, random: Random) -> T:
        """Return one of the choices, as often as its weight says."""
        return self._items[bisect_right(self._totals, random.random() * self._totals[-1])]


class Curve:
    """A distribution given by points (share below, value), straight lines between them."""

    def __init__(self, *points: tuple[float, float]) -> None:
        """Keep the points; shares must rise from 0 to 1."""
        self._shares = tuple(share for share, _ in points)
        self._values = tuple(value for _, value in points)

    def draw(self, random: Random) -> float:
        """Return a value of the distribution."""
        share = random.random()
        right = bisect_right(self._shares, share)
        left = right - 1
        reach = (share - self._shares[left]) / (self._shares[right] - self._shares[left])
        return self._values[left] + reach * (self._values[right] - self._values[left])
