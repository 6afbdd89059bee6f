"""Where a child is placed, as seen by the authority that is responsible for the child."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.geography import AREAS_OUTSIDE_ENGLAND, UNKNOWN_AREA
from domain.safeguarding import OutOfAreaReason

# Shown instead of the host of a protected placement (¶82).
RESTRICTED_AREA: Final = "restricted"


class PlacedIn(StrEnum):
    """Where a placement is; RESTRICTED: not told, because the place is protected."""

    IN_AREA = "in_area"
    OUT_OF_AREA = "out_of_area"
    OUTSIDE_ENGLAND = "outside_england"
    UNKNOWN = "unknown"
    RESTRICTED = "restricted"


@dataclass(frozen=True, kw_only=True)
class Location:
    """What may be told of a placement's location: the host as shown, and where that is."""

    host: str
    placed_in: PlacedIn


def location_of(
    authority: str, host: str | None, *, restricted: bool, reason: OutOfAreaReason | None
) -> Location:
    """Return where a placement is, for an authority's number, or `unknown`.

    host: as recorded; None: nobody recorded it. reason: why the placement is out of the area; who
    gives one says that it is, even without saying where.
    """
    if restricted:
        return Location(host=RESTRICTED_AREA, placed_in=PlacedIn.RESTRICTED)
    if host is None:
        elsewhere = PlacedIn.UNKNOWN if reason is None else PlacedIn.OUT_OF_AREA
        return Location(host=UNKNOWN_AREA, placed_in=elsewhere)
    if host in AREAS_OUTSIDE_ENGLAND:
        return Location(host=host, placed_in=PlacedIn.OUTSIDE_ENGLAND)
    if authority == UNKNOWN_AREA:
        return Location(host=host, placed_in=PlacedIn.UNKNOWN)
    inside = PlacedIn.IN_AREA if host == authority else PlacedIn.OUT_OF_AREA
    return Location(host=host, placed_in=inside)
