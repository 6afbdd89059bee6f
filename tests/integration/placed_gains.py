"""The net gain of a day by hand: every child once for its authority, once more for its host."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from domain.views import ViewQuery
from tests.integration.placed_oracle import REGIONS, Known, Row, moments
from tests.integration.placed_story import AREAS
from tests.integration.placed_views import Figures


def gains(known: Known, query: ViewQuery) -> Iterator[Row]:
    """Every child of a day for its authority, once more for its host, and every authority."""
    cared = {row["person_id"] for row in known.care}
    for moment in moments(query, known.now):
        care = known.lasting(known.care, moment.ends)
        living = known.lasting(known.placements, moment.ends)
        for person in {*care, *living}:
            if person in care and _status(care[person], moment.ends) in ("V3", "V4"):
                continue
            if person not in care and person in cared:
                continue
            yield from _gain(care.get(person), living.get(person), moment.label)
        for area, region in AREAS.items():
            yield {"label": moment.label, "authority": area, "region": region, "as": "nobody"}


def _gain(care: Row | None, place: Row | None, label: str) -> Iterator[Row]:
    authority = place["authority"] if place else "unknown"
    if authority == "unknown" and care:
        authority = care["authority"]
    region = REGIONS.get(authority, "unknown")
    area = place["area"] if place else "unknown"
    yield {"label": label, "authority": authority, "region": region, "as": area}
    if place and area == "out_of_area" and place["host_authority"] in AREAS:
        host = place["host_authority"]
        yield {"label": label, "authority": host, "region": AREAS[host], "as": "hosted"}


def _status(care: Row, moment: datetime) -> str | None:
    status: str | None = care["legal_status"]
    for change in filter(None, care["status_changes"].split(",")):
        since, code = change.split(" ")
        if int(since) < moment.timestamp() * 1_000_000:
            status = code
    return status


def _as(*kinds: str) -> Callable[[Sequence[Row]], int]:
    return lambda rows: sum(row["as"] in kinds for row in rows)


_OUT = _as("out_of_area", "outside_england")
GAINS: Figures = {
    "placed_here": _as("hosted"),
    "placed_outside": _OUT,
    "net_gain": lambda rows: _as("hosted")(rows) - _OUT(rows),
    "placed_outside_england": _as("outside_england"),
    "placed_inside": _as("in_area"),
    "place_unknown": _as("unknown"),
    "place_restricted": _as("restricted"),
    "looked_after": lambda rows: len(rows) - _as("hosted", "nobody")(rows),
}
