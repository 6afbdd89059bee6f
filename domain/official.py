"""DfE's official table of one reporting year: its measures, and how DfE shows a figure.

The rules were found on DfE's own files for the year to March 2022 (2,688 cells): a half rounds
away from zero, and a regional figure is the rounded sum of its authorities' unrounded ones.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# A change of any rule below changes this version.
OFFICIAL_VERSION: Final = "2026.1"

# A positive count below 6 is never shown.
LARGEST_HIDDEN: Final = 5
ROUNDING_BASE: Final = 10

CONFIDENTIAL: Final = "c"
NO_RETURN: Final = "x"
NOT_APPLICABLE: Final = "z"
ROUNDS_TO_ZERO: Final = "k"
SYMBOLS: Final = frozenset({CONFIDENTIAL, NO_RETURN, NOT_APPLICABLE, ROUNDS_TO_ZERO, "low", "u"})


class Level(StrEnum):
    """Levels of area as DfE names them."""

    NATIONAL = "National"
    REGIONAL = "Regional"
    AUTHORITY = "Local authority"


class Absence(StrEnum):
    """The two kinds of absence that DfE counts apart."""

    MISSING = "missing"
    AWAY = "away"


class Measure(StrEnum):
    """The 13 measures of DfE's table on missing children, and the three of its net-gain table."""

    LOOKED_AFTER = "looked_after"
    MISSING_CHILDREN = "missing_children"
    MISSING_PERCENT = "missing_percent"
    MISSING_INCIDENTS = "missing_incidents"
    MISSING_AVERAGE = "missing_average"
    MISSING_REPEAT = "missing_repeat"
    MISSING_OPEN = "missing_open"
    AWAY_CHILDREN = "away_children"
    AWAY_PERCENT = "away_percent"
    AWAY_INCIDENTS = "away_incidents"
    AWAY_AVERAGE = "away_average"
    AWAY_REPEAT = "away_repeat"
    AWAY_OPEN = "away_open"
    PLACED_IN = "placed_in"
    PLACED_OUT = "placed_out"
    NET_GAIN = "net_gain"


NET_GAIN_MEASURES: Final = (Measure.PLACED_IN, Measure.PLACED_OUT, Measure.NET_GAIN)
MISSING_MEASURES: Final = tuple(each for each in Measure if each not in NET_GAIN_MEASURES)


@dataclass(frozen=True, kw_only=True)
class Absences:
    """Absences of one kind in a reporting year.

    repeat: children with more than one. still_open: children absent at the end of 31 March.
    """

    children: int = 0
    incidents: int = 0
    repeat: int = 0
    still_open: int = 0

    def __add__(self, other: "Absences") -> "Absences":
        """Return both together: an authority's children are its own, as in its return."""
        return Absences(
            children=self.children + other.children,
            incidents=self.incidents + other.incidents,
            repeat=self.repeat + other.repeat,
            still_open=self.still_open + other.still_open,
        )


@dataclass(frozen=True, kw_only=True)
class Tally:
    """True figures of an area. None: no return was made, or the area has no such figure."""

    looked_after: int | None = None
    missing: Absences | None = None
    away: Absences | None = None
    placed_in: int | None = None
    placed_out: int | None = None


Cells = Mapping[Measure, str]


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of authorities' figures; who made no return is left out, as DfE does."""
    every = list(tallies)
    return Tally(
        looked_after=_sum(each.looked_after for each in every),
        missing=_together(each.missing for each in every),
        away=_together(each.away for each in every),
        placed_in=_sum(each.placed_in for each in every),
        placed_out=_sum(each.placed_out for each in every),
    )


def shown(tally: Tally | None, level: Level) -> Cells:
    """Return every cell of an area as DfE shows it; tally None: it did not exist that year."""
    if tally is None:
        return dict.fromkeys(Measure, NOT_APPLICABLE)
    rounded = level is not Level.AUTHORITY
    return {
        Measure.LOOKED_AFTER: _count(tally.looked_after, rounded=rounded),
        **_absence_cells("missing", tally.missing, tally.looked_after, rounded=rounded),
        **_absence_cells("away", tally.away, tally.looked_after, rounded=rounded),
        Measure.PLACED_IN: _count(tally.placed_in, rounded=rounded),
        Measure.PLACED_OUT: _count(tally.placed_out, rounded=rounded),
        Measure.NET_GAIN: _net_gain(tally.placed_in, tally.placed_out, rounded=rounded),
    }


def round_to_ten(number: int) -> int:
    """Return the nearest multiple of 10; a 5 goes away from zero."""
    size = (abs(number) + ROUNDING_BASE // 2) // ROUNDING_BASE * ROUNDING_BASE
    return size if number >= 0 else -size


def _absence_cells(
    kind: str, absences: Absences | None, looked_after: int | None, *, rounded: bool
) -> dict[Measure, str]:
    if absences is None:
        names = ("children", "percent", "incidents", "average", "repeat", "open")
        return {Measure(f"{kind}_{name}"): NO_RETURN for name in names}
    return {
        Measure(f"{kind}_children"): _count(absences.children, rounded=rounded),
        Measure(f"{kind}_percent"): _percent(absences.children, looked_after),
        Measure(f"{kind}_incidents"): _count(absences.incidents, rounded=rounded),
        Measure(f"{kind}_average"): _average(absences.incidents, absences.children),
        Measure(f"{kind}_repeat"): _count(absences.repeat, rounded=rounded),
        Measure(f"{kind}_open"): _count(absences.still_open, rounded=rounded),
    }


def _count(number: int | None, *, rounded: bool) -> str:
    if number is None:
        return NO_RETURN
    if 0 < number <= LARGEST_HIDDEN:
        return CONFIDENTIAL
    return str(round_to_ten(number) if rounded else number)


def _percent(part: int, whole: int | None) -> str:
    """Return a whole percentage; hidden where the children behind it are."""
    if whole is None:
        return NO_RETURN
    if whole == 0:
        return NOT_APPLICABLE
    if 0 < part <= LARGEST_HIDDEN:
        return CONFIDENTIAL
    nearest = (200 * part + whole) // (2 * whole)
    return ROUNDS_TO_ZERO if part and not nearest else str(nearest)


def _average(incidents: int, children: int) -> str:
    """Return incidents per child to one decimal; hidden where the incidents behind it are."""
    if children == 0:
        return NOT_APPLICABLE
    if 0 < incidents <= LARGEST_HIDDEN:
        return CONFIDENTIAL
    tenths = (20 * incidents + children) // (2 * children)
    return f"{tenths // 10}.{tenths % 10}".removesuffix(".0")


def _net_gain(placed_in: int | None, placed_out: int | None, *, rounded: bool) -> str:
    """Return the difference, which DfE never hides (Isles of Scilly 2022: `c` less 0 is 1)."""
    if placed_in is None or placed_out is None:
        return NO_RETURN
    net = placed_in - placed_out
    return str(round_to_ten(net) if rounded else net)


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _together(absences: Iterable[Absences | None]) -> Absences | None:
    known = [each for each in absences if each is not None]
    return sum(known, start=Absences()) if known else None
