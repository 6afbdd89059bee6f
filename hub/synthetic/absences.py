"""What truly happened in each absence: when it began, when the child was located and came back."""

from dataclasses import dataclass
from typing import Final

from hub.synthetic.clock import HOUR, MINUTE, whole_minutes
from hub.synthetic.departures import Departure, Kind, Outline
from hub.synthetic.nation import Nation
from hub.synthetic.randomness import Curve, chance

# Hours until located. DfE 2022: 90 % up to two days; police 2014/15: three quarters in a day.
_HOURS: Final = Curve(
    (0, 0.4),
    (0.05, 0.9),
    (0.1, 1.5),
    (0.25, 3.2),
    (0.5, 7.5),
    (0.65, 12.5),
    (0.77, 24),
    (0.9, 48),
    (0.955, 90),
    (0.98, 180),
    (0.992, 480),
    (0.997, 900),
    (0.9995, 3000),
    (1, 8000),
)
# Police 2016/17: 87 % of children's incidents within 48 hours, so those from home are longer.
_HOURS_FROM_HOME: Final = Curve(
    (0, 0.4),
    (0.05, 0.9),
    (0.1, 1.5),
    (0.25, 3.2),
    (0.5, 8),
    (0.65, 14),
    (0.74, 24),
    (0.852, 48),
    (0.95, 90),
    (0.98, 180),
    (0.993, 480),
    (0.998, 900),
    (0.9998, 3000),
    (1, 8000),
)
# Some unaccompanied children are gone for weeks or for good (ECPAT UK, Missing People).
_UNACCOMPANIED_LONG: Final = 0.12
_LONG_HOURS: Final = Curve((0, 200), (0.5, 1500), (1, 9000))

# From being located to being back.
_BACK_MINUTES: Final = Curve((0, 0), (0.3, 10), (0.6, 60), (0.9, 240), (1, 900))

_SHORTEST: Final = 20 * MINUTE
_LOCATED_BEFORE_NEXT: Final = 75 * MINUTE
_BACK_BEFORE_NEXT: Final = 15 * MINUTE


@dataclass(frozen=True, kw_only=True, slots=True)
class Absence:
    """One absence of one child; instants are seconds, UTC.

    number: its place among the child's absences of the year, from 1. next_start: of the child's
    next absence in the year; None: there is none. police_only: the authority never learns of it.
    key: siblings who left together share it.
    """

    number: int
    kind: Kind
    start: int
    located: int
    returned: int
    next_start: int | None
    police_only: bool
    key: int


def absences_in_period(nation: Nation, authority: str, outline: Outline) -> tuple[Absence, ...]:
    """Return the absences of a child that begin within the period."""
    departures = outline.departures
    following: list[int | None] = [each.at for each in departures[1:]]
    return tuple(
        _absence(nation, authority, number, departure, next_start, outline.unaccompanied)
        for number, (departure, next_start) in enumerate(
            zip(departures, [*following, None], strict=False), 1
        )
        if nation.in_period(departure.at)
    )


def _absence(
    nation: Nation,
    authority: str,
    number: int,
    departure: Departure,
    next_start: int | None,
    unaccompanied: bool,
) -> Absence:
    # Siblings who left together share the key, and so the length of the absence.
    random = nation.stream(authority, "absence", departure.key)
    hours = (_HOURS_FROM_HOME if departure.kind is Kind.HOME else _HOURS).draw(random)
    back = whole_minutes(_BACK_MINUTES.draw(random) * MINUTE)
    if unaccompanied and chance(random, _UNACCOMPANIED_LONG):
        hours = _LONG_HOURS.draw(random)
    located = departure.at + max(whole_minutes(hours * HOUR), _SHORTEST)
    returned = located + back
    if next_start is not None:
        located = min(located, next_start - _LOCATED_BEFORE_NEXT)
        returned = min(returned, next_start - _BACK_BEFORE_NEXT)
    return Absence(
        number=number,
        kind=departure.kind,
        start=departure.at,
        located=located,
        returned=max(returned, located),
        next_start=next_start,
        police_only=departure.police_only,
        key=departure.key,
    )
