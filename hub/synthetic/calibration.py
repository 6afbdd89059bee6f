"""How many children of each authority go missing in a year, from DfE's figures for 2022."""

import csv
from dataclasses import dataclass
from importlib.resources import files
from math import fsum
from typing import Final

from contracts.register import read_register
from domain.geography import ENGLAND_CODE, Authority
from hub.synthetic.randomness import stream

# Police child incidents in England, about 186,000 a year, less those of looked-after children.
HOME_INCIDENTS: Final = 114_000
HOME_CHILDREN: Final = 52_000

# Children looked after in a year for each on its last day: DfE 2022, 111,360 and 82,090.
CARE_TURNOVER: Final = 1.357

# A force area of one small authority still needs a child every month (ours).
FEWEST_HOME_CHILDREN: Final = 24

# Successors whose parts of the former authority are not equal; ours, by population.
_PARTS: Final = {"942": 0.55, "943": 0.45}

_ZERO_CHILDREN: Final = 3

Row = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class AreaFigures:
    """What a year holds for one authority, before scaling.

    children, incidents: looked-after children missing, as the authority records them.
    placed_in, placed_out: children placed here by others, and elsewhere by this authority.
    out_of_area: share of its looked-after children placed elsewhere. in_care: looked after at some
    time in the year; in_care_at_end: on its last day.
    alone: small, and the only authority of its force.
    """

    number: str
    region_code: str
    force_code: str
    children: int
    incidents: int
    away_children: int
    away_incidents: int
    home_children: int
    home_incidents: int
    placed_in: float
    placed_out: float
    out_of_area: float
    in_care: int
    in_care_at_end: int
    alone: bool


def read_figures() -> tuple[AreaFigures, ...]:
    """Return the year of every current authority, by number, without gaps."""
    rows = {row["number"]: row for row in _table("dfe_missing_2022.csv")}
    nation = next(
        row for row in _table("dfe_missing_2022_regions.csv") if row["code"] == ENGLAND_CODE
    )
    missing = _filled(rows, nation, "missing")
    away = _filled(rows, nation, "away")
    register = read_register()
    shares = _home_shares(register.authorities, rows)
    return tuple(
        _figures(
            authority,
            rows[_published(authority)],
            (*missing[_published(authority)], *away[_published(authority)]),
            share,
            alone=len(register.authorities_in_force(authority.force_code)) == 1,
        )
        for authority, share in zip(register.authorities, shares, strict=True)
    )


def _table(name: str) -> list[Row]:
    text = files("contracts").joinpath("reference", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _published(authority: Authority) -> str:
    """Return the number under which an authority, or what it came from, stands in the table."""
    former = (each for each in read_register().abolished if authority.number in each.successors)
    return next((each.number for each in former if authority.number in _PARTS), authority.number)


def _filled(rows: dict[str, Row], nation: Row, kind: str) -> dict[str, tuple[int, int]]:
    """Return (children, incidents) for each row; suppressed ones share what the nation has left."""
    known = {number: _shown(row, kind) for number, row in rows.items()}
    hidden = [number for number, pair in known.items() if pair is None]
    left_children = int(nation[f"{kind}_children"])
    left_incidents = int(nation[f"{kind}_incidents"])
    filled = {}
    for number, pair in known.items():
        if pair is not None:
            filled[number] = pair
            left_children -= pair[0]
            left_incidents -= pair[1]
    for done, number in enumerate(hidden):
        children = max(1, left_children // (len(hidden) - done))
        incidents = max(children, left_incidents // (len(hidden) - done))
        filled[number] = (children, incidents)
        left_children -= children
        left_incidents -= incidents
    return filled


def _shown(row: Row, kind: str) -> tuple[int, int] | None:
    """Return (children, incidents) as far as they are shown or follow; None: suppressed."""
    children, incidents = row[f"{kind}_children"], row[f"{kind}_incidents"]
    average = row[f"{kind}_incidents_per_child"]
    if children.isdigit() and incidents.isdigit():
        return int(children), int(incidents)
    if not average.replace(".", "", 1).isdigit():
        return None
    if incidents.isdigit():
        return max(1, round(int(incidents) / float(average))), int(incidents)
    return int(children), round(int(children) * float(average))


def _home_shares(authorities: tuple[Authority, ...], rows: dict[str, Row]) -> list[float]:
    weights = []
    for authority in authorities:
        children = int(rows[_published(authority)]["cla_during_year"])
        spread = 0.75 + 0.5 * stream("home-share", authority.number).random()
        weights.append(max(children, _ZERO_CHILDREN) * spread * _PARTS.get(authority.number, 1.0))
    total = fsum(weights)
    return [weight / total for weight in weights]


def _figures(
    authority: Authority,
    row: Row,
    counts: tuple[int, int, int, int],
    home_share: float,
    *,
    alone: bool,
) -> AreaFigures:
    part = _PARTS.get(authority.number, 1.0)
    children, incidents, away_children, away_incidents = (round(each * part) for each in counts)
    home_children = max(1, round(HOME_CHILDREN * home_share))
    alone = alone and home_children < FEWEST_HOME_CHILDREN
    if alone:
        home_children = FEWEST_HOME_CHILDREN
    placed_out = int(row["placed_out_of_area_31_march"])
    in_year = int(row["cla_during_year"])
    in_care = in_year / CARE_TURNOVER
    return AreaFigures(
        number=authority.number,
        region_code=authority.region_code,
        force_code=authority.force_code,
        children=children,
        incidents=incidents,
        away_children=away_children,
        away_incidents=away_incidents,
        home_children=home_children,
        home_incidents=max(home_children, round(HOME_INCIDENTS * home_share)),
        placed_in=_count(row["placed_in_by_other_las_31_march"]) * part,
        placed_out=placed_out * part,
        out_of_area=min(0.95, placed_out / in_care) if in_care else 0.0,
        in_care=round(in_year * part),
        in_care_at_end=round(in_care * part),
        alone=alone,
    )


def _count(text: str) -> int:
    # The only suppressed cell stands for one child: DfE shows the net gain of the Isles of Scilly.
    return int(text) if text.isdigit() else 1
