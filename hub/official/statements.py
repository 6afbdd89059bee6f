"""What a published cell says of the true figures behind it, as statements of a programme."""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from contracts.official import LABELS, PublishedCell
from domain.official import (
    CONFIDENTIAL,
    LARGEST_HIDDEN,
    NO_RETURN,
    NOT_APPLICABLE,
    ROUNDING_BASE,
    ROUNDS_TO_ZERO,
    Level,
    Measure,
)
from hub.official.program import Program


class Quantity(StrEnum):
    """The true figures of an authority from which all others follow."""

    LOOKED_AFTER = "looked_after"
    MISSING_CHILDREN = "missing_children"
    MISSING_INCIDENTS = "missing_incidents"
    MISSING_REPEAT = "missing_repeat"
    MISSING_OPEN = "missing_open"
    AWAY_CHILDREN = "away_children"
    AWAY_INCIDENTS = "away_incidents"
    AWAY_REPEAT = "away_repeat"
    AWAY_OPEN = "away_open"
    PLACED_IN = "placed_in"
    PLACED_OUT = "placed_out"


# The variable of each quantity of an authority; who made no return has none.
Variables = dict[Quantity, int]
Sum = dict[int, int]

_PERCENTS: Final[Mapping[Measure, Quantity]] = MappingProxyType(
    {
        Measure.MISSING_PERCENT: Quantity.MISSING_CHILDREN,
        Measure.AWAY_PERCENT: Quantity.AWAY_CHILDREN,
    }
)
_AVERAGES: Final[Mapping[Measure, tuple[Quantity, Quantity]]] = MappingProxyType(
    {
        Measure.MISSING_AVERAGE: (Quantity.MISSING_INCIDENTS, Quantity.MISSING_CHILDREN),
        Measure.AWAY_AVERAGE: (Quantity.AWAY_INCIDENTS, Quantity.AWAY_CHILDREN),
    }
)


def cell_name(cell: PublishedCell) -> str:
    """Return the name under which a hidden cell is flagged."""
    return f"{cell.area}/{cell.measure}"


def state(program: Program, cell: PublishedCell, members: Sequence[Variables]) -> None:
    """Add what a cell says of the sums over the authorities of its area."""
    if cell.text == NO_RETURN:
        return
    if cell.measure is Measure.NET_GAIN:
        _net_gain(program, cell, members)
    elif cell.measure in _PERCENTS:
        part = _sum(members, _PERCENTS[cell.measure])
        _percent(program, cell, part, _sum(members, Quantity.LOOKED_AFTER))
    elif cell.measure in _AVERAGES:
        above, below = _AVERAGES[cell.measure]
        _average(program, cell, _sum(members, above), _sum(members, below))
    else:
        _count(program, cell, _sum(members, Quantity(cell.measure)))


def _sum(members: Sequence[Variables], quantity: Quantity) -> Sum:
    return {each[quantity]: 1 for each in members if quantity in each}


def _count(program: Program, cell: PublishedCell, terms: Sum) -> None:
    if not terms or cell.text == NOT_APPLICABLE:
        return
    if cell.text == CONFIDENTIAL:
        program.hidden(terms, 1, LARGEST_HIDDEN, cell=cell_name(cell))
    elif _is_symbol(cell):
        program.should(terms, low=1, high=LARGEST_HIDDEN, said=_said(cell))
    else:
        low, high = _span(cell)
        program.should(terms, low=low, high=high, said=_said(cell))


def _span(cell: PublishedCell) -> tuple[int, int]:
    """Return the numbers that are shown so: an authority's as it is, others rounded to 10."""
    number = int(cell.text)
    if cell.level is Level.AUTHORITY or number % ROUNDING_BASE:
        return number, number
    if number == 0:
        half = ROUNDING_BASE // 2 - 1 if cell.measure is Measure.NET_GAIN else 0
        return -half, half
    near, far = ROUNDING_BASE // 2, ROUNDING_BASE // 2 - 1
    if number < 0:
        return number - far, number + near
    low = number - near
    return (low if cell.measure is Measure.NET_GAIN else max(low, LARGEST_HIDDEN + 1)), number + far


def _net_gain(program: Program, cell: PublishedCell, members: Sequence[Variables]) -> None:
    terms = _sum(members, Quantity.PLACED_IN)
    terms |= dict.fromkeys(_sum(members, Quantity.PLACED_OUT), -1)
    if not terms or _is_symbol(cell):
        return
    low, high = _span(cell)
    program.should(terms, low=low, high=high, said=_said(cell))


def _percent(program: Program, cell: PublishedCell, part: Sum, whole: Sum) -> None:
    if not part:
        return
    if cell.text == CONFIDENTIAL:
        program.hidden(part, 1, LARGEST_HIDDEN, cell=cell_name(cell))
    elif cell.text == NOT_APPLICABLE:
        program.should(whole, high=0, said=_said(cell))
    elif cell.text == "0":
        program.should(part, high=0, said=_said(cell))
    elif not whole:
        return
    elif _is_symbol(cell):
        program.should(part, low=LARGEST_HIDDEN + 1, said=_said(cell))
        program.should(_less(part, 200, whole, 1), high=-1, said=_said(cell))
    else:
        twice = 2 * int(cell.text)
        program.should(_less(part, 200, whole, twice - 1), low=0, said=_said(cell))
        program.should(_less(part, 200, whole, twice + 1), high=-1, said=_said(cell))


def _average(program: Program, cell: PublishedCell, above: Sum, below: Sum) -> None:
    if not above:
        return
    if cell.text == CONFIDENTIAL:
        program.hidden(above, 1, LARGEST_HIDDEN, cell=cell_name(cell))
    elif cell.text == NOT_APPLICABLE:
        program.should(below, high=0, said=_said(cell))
    elif not _is_symbol(cell):
        twice = 2 * round(float(cell.text) * 10)
        program.should(_less(above, 20, below, twice - 1), low=0, said=_said(cell))
        program.should(_less(above, 20, below, twice + 1), high=-1, said=_said(cell))
        program.should(above, low=LARGEST_HIDDEN + 1, said=_said(cell))


def _less(one: Sum, times: int, other: Sum, other_times: int) -> Sum:
    terms = Counter({index: times * weight for index, weight in one.items()})
    terms.subtract({index: other_times * weight for index, weight in other.items()})
    return dict(terms)


def _is_symbol(cell: PublishedCell) -> bool:
    return cell.text in {ROUNDS_TO_ZERO, "low", "u", CONFIDENTIAL, NO_RETURN, NOT_APPLICABLE}


def _said(cell: PublishedCell) -> str:
    return f"{cell.year} {cell.area}: {LABELS[cell.measure]} = {cell.text}"
