"""Cell by cell: what the hub makes of a year beside what DfE published, and why they differ."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from domain.official import CONFIDENTIAL, SYMBOLS, Cells, Measure
from domain.official_worlds import HiddenCell

# DfE hides so many cells by hand at most; more would mean that a rule is not understood.
MOST_HIDDEN_BY_HAND: Final = Fraction(5, 1000)


class Verdict(StrEnum):
    """How a published cell and the hub's compare."""

    EQUAL = "equal"
    LISTED = "hidden by hand, and listed with the reason"
    DIFFERENT = "different"


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One cell: the text that DfE published, the hub's, and why they differ."""

    area: str
    measure: Measure
    published: str
    ours: str
    verdict: Verdict
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Cells of a published year; whole: all of them, so that shares mean something."""

    year: int
    cells: tuple[Compared, ...]
    whole: bool = True

    @property
    def counted(self) -> Counter[Verdict]:
        """How many cells have each verdict."""
        return Counter(each.verdict for each in self.cells)

    @property
    def suppressed(self) -> int:
        """How many cells DfE hides."""
        return sum(each.published == CONFIDENTIAL for each in self.cells)

    @property
    def differences(self) -> tuple[Compared, ...]:
        """The cells that are not equal, listed or not."""
        return tuple(each for each in self.cells if each.verdict is not Verdict.EQUAL)

    @property
    def explained(self) -> bool:
        """Whether every cell is equal or listed, and not too many are listed."""
        counted = self.counted
        most = MOST_HIDDEN_BY_HAND * len(self.cells)
        few = not self.whole or counted[Verdict.LISTED] <= most
        return few and not counted[Verdict.DIFFERENT]


def compare(
    year: int,
    published: Iterable[tuple[str, Measure, str]],
    table: Mapping[str, Cells],
    listed: Collection[HiddenCell],
    *,
    whole: bool = True,
) -> Comparison:
    """Return how published cells (area, measure, text) compare with the hub's table of a year.

    table: by the rules alone. listed: what DfE hides by hand. whole: False: some cells were picked.
    """
    reasons = {(each.area, each.measure): each.reason for each in listed if each.year == year}
    return Comparison(
        year=year,
        whole=whole,
        cells=tuple(
            _compared(area, measure, text, table.get(area), reasons.get((area, measure)))
            for area, measure, text in published
        ),
    )


def _compared(
    area: str, measure: Measure, published: str, cells: Cells | None, reason: str | None
) -> Compared:
    ours = "" if cells is None else cells[measure]
    verdict, why = Verdict.DIFFERENT, ""
    if same_figure(published, ours):
        verdict = Verdict.EQUAL
    elif cells is None:
        why = "the register does not know the area in the years of the release"
    elif reason is not None and published == CONFIDENTIAL:
        verdict, why = Verdict.LISTED, reason
    else:
        why = _why(published, ours)
    return Compared(
        area=area, measure=measure, published=published, ours=ours, verdict=verdict, why=why
    )


def same_figure(one: str, other: str) -> bool:
    """Return whether two cells show the same: 6 and 6.0 are one figure."""
    if one in SYMBOLS or other in SYMBOLS or not one or not other:
        return one == other
    return Fraction(one) == Fraction(other)


def _why(published: str, ours: str) -> str:
    if published == CONFIDENTIAL and ours not in SYMBOLS:
        return "DfE hides it, and no rule does: by hand, perhaps, but it is not listed"
    if ours == CONFIDENTIAL and published not in SYMBOLS:
        return "the rules hide it, and DfE shows it"
    if published not in SYMBOLS and ours not in SYMBOLS:
        return f"off by {float(Fraction(ours) - Fraction(published)):+g}"
    return "another symbol"
