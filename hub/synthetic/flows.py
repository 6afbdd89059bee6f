"""Where authorities place children outside their own area, so that DfE's table comes out."""

from functools import cache
from math import fsum
from typing import Final

from hub.synthetic.calibration import AreaFigures
from hub.synthetic.randomness import Weighted

# Net gain of England in DfE's table: 1,050 more placed out than in. The split is ours.
_OUTSIDE: Final[tuple[tuple[str | None, float], ...]] = (
    ("WAL", 420.0),
    ("SCO", 150.0),
    ("NIR", 15.0),
    (None, 465.0),
)

# Regions that touch, by the last digit of their E12 code.
_NEXT_TO: Final = {
    "1": "23",
    "2": "1345",
    "3": "124",
    "4": "235689",
    "5": "2489",
    "6": "478",
    "7": "68",
    "8": "456789",
    "9": "58",
}

# How much rather a place is chosen that is near (ours).
_SAME_FORCE: Final = 40.0
_SAME_REGION: Final = 14.0
_NEXT_REGION: Final = 3.0
_ANYWHERE: Final = 0.7
_ABROAD: Final = 1.0

_ROUNDS: Final = 12

Hosts = dict[str, Weighted[str | None]]
# Children by where they live; None: not known.
Quota = dict[str | None, int]


def read_hosts(areas: tuple[AreaFigures, ...]) -> Hosts:
    """Return, by authority, where a child placed out of area lives; None: not known.

    Rows and columns are fitted in turn to the children placed out and in.
    """
    names, table = _table(areas)
    return {
        area.number: Weighted(*zip(names, row, strict=True))
        for area, row in zip(areas, table, strict=True)
    }


def read_quotas(areas: tuple[AreaFigures, ...], scale: float) -> dict[str, Quota]:
    """Return, by authority, how many children it places where on the year's last day.

    What rounding takes from a host in one row it gives back in a later one.
    """
    names, table = _table(areas)
    owed = [0.0] * len(names)
    quotas = {}
    due = 0.0
    for area, row in zip(areas, table, strict=True):
        due += area.placed_out * scale
        size = int(due + 0.5)
        due -= size
        wished = [cell * scale + debt for cell, debt in zip(row, owed, strict=True)]
        counts = _rounded(wished, row, size)
        owed = [wish - count for wish, count in zip(wished, counts, strict=True)]
        quotas[area.number] = {
            name: count for name, count in zip(names, counts, strict=True) if count
        }
    return quotas


def _rounded(wished: list[float], row: list[float], size: int) -> list[int]:
    """Return whole numbers near the wished ones that add up to a size, none where a row has 0."""
    counts = [max(0, int(wish)) if cell else 0 for wish, cell in zip(wished, row, strict=True)]
    places = [place for place, cell in enumerate(row) if cell]
    while places and (short := size - sum(counts)):
        step = 1 if short > 0 else -1
        can = [place for place in places if counts[place] + step >= 0]
        gaps = sorted((step * (counts[place] - wished[place]), place) for place in can)
        for _, place in gaps[: abs(short)]:
            counts[place] += step
    return counts


@cache
def _table(areas: tuple[AreaFigures, ...]) -> tuple[list[str | None], list[list[float]]]:
    """Return the places, and for each authority how many of its children live in each of them."""
    wanted = [area.placed_in for area in areas] + [size for _, size in _OUTSIDE]
    table = [
        [_nearness(area, other) * other.placed_in for other in areas]
        + [_ABROAD * size for _, size in _OUTSIDE]
        for area in areas
    ]
    for _ in range(_ROUNDS):
        _fit_columns(table, wanted)
        table = [_fitted(row, area.placed_out) for row, area in zip(table, areas, strict=True)]
    names = [area.number for area in areas] + [name for name, _ in _OUTSIDE]
    return names, table


def _nearness(area: AreaFigures, other: AreaFigures) -> float:
    if area is other:
        return 0.0
    if area.force_code == other.force_code:
        return _SAME_FORCE
    here, there = area.region_code[-1], other.region_code[-1]
    if here == there:
        return _SAME_REGION
    return _NEXT_REGION if there in _NEXT_TO[here] else _ANYWHERE


def _fit_columns(table: list[list[float]], wanted: list[float]) -> None:
    sums = [fsum(column) for column in zip(*table, strict=True)]
    factors = [want / found if found else 0.0 for want, found in zip(wanted, sums, strict=True)]
    for row in table:
        row[:] = [cell * factor for cell, factor in zip(row, factors, strict=True)]


def _fitted(row: list[float], wanted: float) -> list[float]:
    # An authority that places nobody elsewhere keeps a row that is never drawn from.
    factor = wanted / fsum(row) if wanted else 1.0
    return [cell * factor for cell in row]
