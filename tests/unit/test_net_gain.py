"""Where children are placed, and what their authorities gain: the rules, and DfE's own figures."""

import csv
from importlib.resources import files

import pytest

from domain.cross_boundary import Location, PlacedIn, location_of
from domain.net_gain import NetGain, net_gains, total
from domain.safeguarding import OutOfAreaReason

REFERENCE = files("contracts") / "reference"
HERE, OUTSIDE, NET = (
    "placed_in_by_other_las_31_march",
    "placed_out_of_area_31_march",
    "net_gain_31_march",
)


def published(name: str) -> dict[str, dict[str, str]]:
    """A table of DfE's figures, by the first column."""
    with (REFERENCE / name).open(encoding="utf-8") as file:
        return {next(iter(row.values())): row for row in csv.DictReader(file)}


def to_ten(number: int) -> int:
    """Round as DfE does: halves away from zero."""
    return (abs(number) + 5) // 10 * 10 * (1 if number >= 0 else -1)


@pytest.mark.parametrize(
    ("authority", "host", "reason", "shown", "placed_in"),
    [
        ("330", "330", None, "330", PlacedIn.IN_AREA),
        ("330", "331", None, "331", PlacedIn.OUT_OF_AREA),
        ("330", "WAL", OutOfAreaReason.PROTECTION, "WAL", PlacedIn.OUTSIDE_ENGLAND),
        ("unknown", "331", None, "331", PlacedIn.UNKNOWN),
        ("330", None, None, "unknown", PlacedIn.UNKNOWN),
        ("330", None, OutOfAreaReason.SPECIALIST, "unknown", PlacedIn.OUT_OF_AREA),
    ],
)
def test_a_placement_is_out_of_area_if_its_host_is_another_or_somebody_says_why(
    authority: str,
    host: str | None,
    reason: OutOfAreaReason | None,
    shown: str,
    placed_in: PlacedIn,
) -> None:
    told = location_of(authority, host, restricted=False, reason=reason)

    assert told == Location(host=shown, placed_in=placed_in)


@pytest.mark.parametrize("host", ["330", "331", "WAL", None])
def test_of_a_protected_placement_nothing_is_told_wherever_it_is(host: str | None) -> None:
    told = location_of("330", host, restricted=True, reason=OutOfAreaReason.PROTECTION)

    assert told == Location(host="restricted", placed_in=PlacedIn.RESTRICTED)


def test_a_child_placed_elsewhere_is_a_loss_of_one_area_and_a_gain_of_another() -> None:
    def placed(
        authority: str, host: str | None, *, restricted: bool = False
    ) -> tuple[str, Location]:
        return authority, location_of(authority, host, restricted=restricted, reason=None)

    children = [
        placed("330", "331"),
        placed("330", "331"),
        placed("331", "330"),
        placed("330", "WAL"),
        placed("330", "330"),
        placed("331", None),
        placed("331", "332", restricted=True),
    ]

    gains = net_gains(children)

    assert gains == {
        "330": NetGain(placed_here=1, placed_outside=3),
        "331": NetGain(placed_here=2, placed_outside=1),
    }
    assert [gains[area].net_gain for area in ("330", "331")] == [-2, 1]
    # Over England only those outside it remain.
    assert total(gains.values()).net_gain == -1


def test_the_sums_of_dfes_authorities_are_dfes_net_gain_of_england() -> None:
    areas = published("dfe_missing_2022.csv").values()
    gains = [
        NetGain(placed_here=int(row[HERE]), placed_outside=int(row[OUTSIDE]))
        for row in areas
        if row[HERE].isdigit() and row[OUTSIDE].isdigit()
    ]

    england = total(gains)

    told = published("dfe_missing_2022_regions.csv")["E92000001"]
    shown = [to_ten(each) for each in (england.placed_here, england.placed_outside)]
    assert shown == [int(told[HERE]), int(told[OUTSIDE])]
    assert to_ten(england.net_gain) == int(told[NET])
    assert all(
        int(row[NET]) == int(row[HERE]) - int(row[OUTSIDE])
        for row in areas
        if row[HERE].isdigit() and row[OUTSIDE].isdigit()
    )
