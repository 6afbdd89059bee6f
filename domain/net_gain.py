"""The net gain of children of an authority, as DfE defines it (children looked after, 31 March)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from domain.cross_boundary import Location, PlacedIn
from domain.geography import UNKNOWN_AREA

# Series of short breaks; such children are not in the statistics of the day.
SHORT_BREAKS: Final = frozenset({"V3", "V4"})

_OUTSIDE: Final = (PlacedIn.OUT_OF_AREA, PlacedIn.OUTSIDE_ENGLAND)


@dataclass(frozen=True, kw_only=True)
class NetGain:
    """What an authority, a region or the country gains.

    placed_here: children for whom other authorities are responsible, placed inside the boundary.
    placed_outside: children for whom it is responsible, placed outside its boundary, in England or
    not. Of a region or the country, both are the sums of its authorities'.
    """

    placed_here: int = 0
    placed_outside: int = 0

    @property
    def net_gain(self) -> int:
        """The children placed here, less those placed outside."""
        return self.placed_here - self.placed_outside


def net_gains(children: Iterable[tuple[str, Location]]) -> Mapping[str, NetGain]:
    """Return the net gain of each authority, from each child's authority and location.

    A child whose place is not known, or must not be told, is neither here nor outside.
    """
    here: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    for authority, location in children:
        if location.placed_in in _OUTSIDE:
            outside[authority] += 1
        if location.placed_in is PlacedIn.OUT_OF_AREA and location.host != UNKNOWN_AREA:
            here[location.host] += 1
    return {
        area: NetGain(placed_here=here[area], placed_outside=outside[area])
        for area in sorted({*here, *outside})
    }


def total(areas: Iterable[NetGain]) -> NetGain:
    """Return the net gain of a region or the country; children who stay inside it cancel out."""
    gains = tuple(areas)
    return NetGain(
        placed_here=sum(each.placed_here for each in gains),
        placed_outside=sum(each.placed_outside for each in gains),
    )
