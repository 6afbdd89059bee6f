"""The London month of an instant, for millions of instants."""

from bisect import bisect_right
from collections.abc import Mapping

from domain.periods import Month
from hub.synthetic.nation import Nation
from hub.synthetic.statements import months_of


class MonthOf:
    """Numbers the months of the period from 1; 0 is what comes before, and what follows is last."""

    def __init__(self, nation: Nation) -> None:
        """Look up the first second of every month once."""
        self._months = months_of(nation)
        self._bounds = [int(month.starts_at.timestamp()) for month in self._months]
        self._bounds.append(int(self._months[-1].ends_at.timestamp()))

    def number(self, instant: int) -> int:
        """Return the number of the month at an instant."""
        return bisect_right(self._bounds, instant)

    def by_month(self, rows: Mapping[int, int]) -> dict[Month, int]:
        """Return rows by month of the period from those by its number."""
        return {month: rows.get(number, 0) for number, month in enumerate(self._months, 1)}
