"""How well two reviewers agree who judged the same pairs without seeing each other's verdicts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Of `pairs` judged twice, how many were judged alike.

    raw: their share; kappa: Cohen's, the share beyond what chance alone would give, 1 at best;
    None: there are no pairs, or all verdicts are the same, so that chance explains everything.
    """

    pairs: int
    alike: int
    raw: float | None
    kappa: float | None


def agreement(judged: Iterable[tuple[bool, bool]]) -> Agreement:
    """Return how well first and second verdicts agree; True: accepted."""
    counted = Counter(judged)
    pairs = sum(counted.values())
    if not pairs:
        return Agreement(pairs=0, alike=0, raw=None, kappa=None)
    alike = counted[True, True] + counted[False, False]
    first = counted[True, True] + counted[True, False]
    second = counted[True, True] + counted[False, True]
    # In whole numbers as far as possible: what chance would give, times the square of `pairs`.
    chance = first * second + (pairs - first) * (pairs - second)
    rest = pairs * pairs - chance
    kappa = (alike * pairs - chance) / rest if rest else None
    return Agreement(pairs=pairs, alike=alike, raw=alike / pairs, kappa=kappa)
