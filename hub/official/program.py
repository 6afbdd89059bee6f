"""An integer programme whose statements may be broken at a price, solved by HiGHS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from domain.errors import UsageError
from projections.libraries import library

# What one unit beyond a statement costs, beside 1 for a hidden cell outside its rule.
_BREACH: Final = 100.0
# No hidden figure is larger than its rule's limit by more.
_LARGEST: Final = 5000
_INFINITY: Final = float("inf")

Terms = Mapping[int, int]


@dataclass(frozen=True, kw_only=True)
class Solution:
    """Values of the variables; broken: statements that do not hold; flagged: their cells."""

    values: tuple[int, ...]
    broken: tuple[str, ...]
    flagged: tuple[str, ...]


@dataclass(kw_only=True)
class Program:
    """Whole-number variables from zero on, what must hold of them, and what should.

    strict: no statement may be broken, and no hidden cell lies outside its rule.
    """

    strict: bool = False
    _upper: list[float] = field(default_factory=list)
    _cost: list[float] = field(default_factory=list)
    _whole: list[int] = field(default_factory=list)
    _rows: list[tuple[Terms, float, float]] = field(default_factory=list)
    _slacks: list[tuple[str, tuple[int, int]]] = field(default_factory=list)
    _flags: list[tuple[str, int]] = field(default_factory=list)

    def variable(self, upper: float = _INFINITY) -> int:
        """Return a new whole-number variable."""
        return self._add(upper, cost=0.0, whole=1)

    def must(self, terms: Terms, low: float = -_INFINITY, high: float = _INFINITY) -> None:
        """Demand that a sum lies between two bounds."""
        self._rows.append((terms, low, high))

    def should(
        self, terms: Terms, low: float = -_INFINITY, high: float = _INFINITY, *, said: str
    ) -> None:
        """State that a sum lies between two bounds; said: the statement, if it is broken."""
        if self.strict:
            self.must(terms, low, high)
            return
        scale = _BREACH / max(map(abs, terms.values()), default=1)
        more = self._add(_INFINITY, cost=scale, whole=0)
        less = self._add(_INFINITY, cost=scale, whole=0)
        self._slacks.append((said, (more, less)))
        self._rows.append(({**terms, more: 1, less: -1}, low, high))

    def hidden(self, terms: Terms, low: int, high: int, *, cell: str) -> None:
        """State that a hidden sum lies where its rule hides it, or flag its cell."""
        if self.strict:
            self.must(terms, low, high)
            return
        flag = self._add(1, cost=1.0, whole=1)
        self._flags.append((cell, flag))
        self._rows.append(({**terms, flag: -_LARGEST}, -_INFINITY, high))
        self._rows.append(({**terms, flag: low}, low, _INFINITY))

    def solve(self, towards: Mapping[int, float] | None = None) -> Solution:
        """Return a solution that breaks least. Raises UsageError if there is none at all.

        towards: further weights of what is made as small as possible.
        """
        cost = np.array(self._cost)
        for index, weight in (towards or {}).items():
            cost[index] += weight
        solver = library("scipy.optimize")
        result = solver.milp(
            cost,
            integrality=np.array(self._whole),
            bounds=solver.Bounds(np.zeros(len(self._upper)), np.array(self._upper)),
            constraints=self._constraint(),
            options={"mip_rel_gap": 0.0, "time_limit": 120.0},
        )
        if result.x is None:
            raise UsageError(
                "No children can be found behind these figures: the solver ended with"
                f" status {result.status}. Give one year at a time, whole files."
            )
        values = tuple(round(each) for each in result.x)
        broken = [said for said, pair in self._slacks if max(result.x[i] for i in pair) > 1e-4]
        flagged = [cell for cell, index in self._flags if values[index]]
        return Solution(values=values, broken=tuple(broken), flagged=tuple(flagged))

    def _add(self, upper: float, *, cost: float, whole: int) -> int:
        self._upper.append(upper)
        self._cost.append(cost)
        self._whole.append(whole)
        return len(self._upper) - 1

    def _constraint(self) -> Any:
        entries = [
            (row, index, weight)
            for row, (terms, _, _) in enumerate(self._rows)
            for index, weight in terms.items()
        ]
        rows, columns, weights = zip(*entries, strict=True)
        shape = (len(self._rows), len(self._upper))
        matrix = library("scipy.sparse").coo_array((weights, (rows, columns)), shape=shape).tocsr()
        lows = [low for _, low, _ in self._rows]
        highs = [high for _, _, high in self._rows]
        return library("scipy.optimize").LinearConstraint(matrix, lows, highs)
