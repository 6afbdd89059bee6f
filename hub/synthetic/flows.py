"""Where authorities place children outside their own area, so that DfE's table comes out."""

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


def read_hosts(areas: tuple[AreaFigures, ...]) -> Hosts:
    """Return, by authority, where a child placed out of area lives; None: not known.

    Rows and columns are fitted in turn to the children placed out and in.
    """
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
    return {
        area.number: Weighted(*zip(names, row, strict=True))
        for area, row in zip(areas, table, strict=True)
    }


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
