"""A world behind published figures: what children did, and who placed whom where."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.official import Measure, Tally

# Where children live whom no authority in England received.
OUTSIDE_ENGLAND: Final = "WAL"


@dataclass(frozen=True, kw_only=True)
class HiddenCell:
    """A cell that DfE hides although its rules would show it.

    area: an authority's number, a region's code, or E92000001. reason: how that is known.
    """

    year: int
    area: str
    measure: Measure
    reason: str


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Children whom one authority placed in the area of another on 31 March."""

    responsible: str
    host: str
    children: int


@dataclass(frozen=True, kw_only=True)
class World:
    """True figures consistent with everything published of a year.

    tallies: of every authority that made a return, by number. flows: who placed whom where.
    hidden: cells that no world lets the rules hide. broken: published figures that contradict
    each other, of which this world keeps as many as can be kept.
    """

    year: int
    tallies: Mapping[str, Tally]
    flows: tuple[Flow, ...] = ()
    hidden: tuple[HiddenCell, ...] = ()
    broken: tuple[str, ...] = ()
