"""A looked-after child's way through care: since when, in which placements, where, until when."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from domain.periods import ReportingYear, age_in_years
from domain.safeguarding import OutOfAreaReason
from hub.synthetic.profile import HOST_ACKNOWLEDGED, RESTRICTED_LOCATION
from hub.synthetic.randomness import Weighted, between, chance, pick

# Registered supported accommodation took over in the collection year 2024; this stands for both.
SUPPORTED: Final = "supported"
_REGISTERED_FROM: Final = 2024

# Half of the missing are in children's homes and hostels (DfE 2015); the rest of the mix is ours.
_UNDER_TWELVE: Final = Weighted(
    ("U4", 40), ("U6", 25), ("U1", 10), ("U3", 5), ("K2", 15), ("P1", 5)
)
_UNDER_SIXTEEN: Final = Weighted(
    ("K2", 45),
    ("U4", 25),
    ("U6", 17),
    ("U3", 4),
    ("U1", 3),
    ("R1", 2),
    ("S1", 1),
    ("P1", 2),
    ("K1", 1),
)
_OLDER: Final = Weighted(
    ("K2", 32), (SUPPORTED, 36), ("U4", 15), ("U6", 10), ("U3", 2), ("R1", 2), ("P1", 2), ("K1", 1)
)
_UNACCOMPANIED: Final = Weighted((SUPPORTED, 58), ("U6", 27), ("U4", 10), ("K2", 5))

_FOSTERING: Final = Weighted(("PR1", 58), ("PR4", 38), ("PR5", 4))
_PROVIDERS: Final = {
    "K1": Weighted(("PR2", 70), ("PR1", 20), ("PR4", 10)),
    "K2": Weighted(("PR4", 78), ("PR1", 15), ("PR5", 4), ("PR2", 3)),
    "P1": Weighted(("PR0", 1)),
    "R1": Weighted(("PR4", 80), ("PR5", 10), ("PR3", 10)),
    "S1": Weighted(("PR4", 60), ("PR5", 20), ("PR3", 20)),
    "U1": Weighted(("PR1", 1)),
    "U3": Weighted(("PR1", 1)),
    "U4": _FOSTERING,
    "U6": _FOSTERING,
    SUPPORTED: Weighted(("PR4", 82), ("PR5", 13), ("PR1", 5)),
}

# Children with one, two, three placements in the year: one in ten has three or more (DfE 2024).
_PLACEMENTS: Final = Weighted((1, 63), (2, 26), (3, 11))
# Why a placement ended, of 54,620 in 2022 (DfE).
_MOVED: Final = Weighted(
    ("CARPL", 35),
    ("OTHER", 23),
    ("CREQB", 10),
    ("CREQO", 6),
    ("CHILD", 4),
    ("STAND", 2),
    ("LAREQ", 2),
)
# Why elsewhere (¶72, 82-83; the shares are ours).
_ELSEWHERE: Final = Weighted(
    (OutOfAreaReason.LACK_OF_CHOICE, 50),
    (OutOfAreaReason.SPECIALIST, 18),
    (OutOfAreaReason.PROTECTION, 15),
    (OutOfAreaReason.NEAR_FAMILY, 13),
    (OutOfAreaReason.OTHER, 4),
)
# Homes of each area in which children are placed (ours), and the kinds that Ofsted registers.
HOMES: Final = 30
_IN_HOMES: Final = frozenset({"K1", "K2"})
_ACKNOWLEDGED_DAYS: Final = 21

_LEGAL: Final = Weighted(("C2", 45), ("V2", 38), ("C1", 12), ("J1", 3), ("L1", 1), ("E1", 1))
_CEASED: Final = Weighted(("E4A", 45), ("E4B", 25), ("E13", 12), ("E8", 18))

# Missing children who entered care within weeks of the first departure of the year (ours).
_NEW_TO_CARE: Final = 0.3
_LEAVES_CARE: Final = 0.04


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where an authority placed a child.

    kind: SSDA903 code, or SUPPORTED, which has another code from 2024. host: the authority, WAL,
    SCO or NIR; None: not recorded. notified_on: None: the host was not told, or is the
    responsible authority; acknowledged_on: None: the host did not answer. ended_for: reason; None
    while it lasts. home: which of the host's homes, from 1; None: it is not in a home. elsewhere:
    why it is out of the authority's area; None: it is in it.
    """

    number: int
    kind: str
    provider: str
    host: str | None
    restricted: bool
    started_on: date
    notified_on: date | None
    ended_on: date | None = None
    ended_for: str | None = None
    home: int | None = None
    elsewhere: OutOfAreaReason | None = None
    acknowledged_on: date | None = None

    @property
    def urn(self) -> str | None:
        """The home's number, of a range that Ofsted has not begun; None: it is not in a home."""
        if self.home is None or self.host is None or not self.host.isdigit():
            return None
        return f"9{self.host}{self.home:03d}"

    def code_on(self, day: date) -> str:
        """Return the SSDA903 code that a return of that day's year takes."""
        if self.kind != SUPPORTED:
            return self.kind
        registered = ReportingYear.of(day) >= ReportingYear.parse(str(_REGISTERED_FROM))
        return "K3" if registered else "H5"


@dataclass(frozen=True, kw_only=True, slots=True)
class Care:
    """A child's period of care, as it stands in the reporting year.

    placements: in the order of their start; never empty. ended_on: None: it goes on.
    """

    started_on: date
    legal_status: str
    placements: tuple[Placement, ...]
    ended_on: date | None
    ended_for: str | None

    def placement_on(self, day: date) -> Placement:
        """Return the placement that a child was in; the first for days before it."""
        begun = [each for each in self.placements if each.started_on <= day]
        return begun[-1] if begun else self.placements[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What a child's placements depend on.

    authority: the responsible one. hosts: where it places elsewhere. first_on, last_on: days of
    the year's first and last departure.
    """

    authority: str
    out_of_area: float
    hosts: Weighted[str | None]
    notified: float
    born_on: date
    unaccompanied: bool
    first_on: date
    last_on: date


def draw_care(random: Random, setting: Setting) -> Care:
    """Return a looked-after child's period of care and its placements in the year."""
    if setting.unaccompanied or chance(random, _NEW_TO_CARE):
        started_on = setting.first_on - timedelta(days=between(random, 1, 60))
    else:
        started_on = setting.first_on - timedelta(days=between(random, 60, 2000))
    started_on = max(started_on, setting.born_on)
    legal_status = "V2" if setting.unaccompanied else _LEGAL.draw(random)
    placements = _draw_placements(random, setting, started_on)
    ended_on = None
    if chance(random, _LEAVES_CARE):
        ended_on = setting.last_on + timedelta(days=between(random, 20, 90))
    return Care(
        started_on=started_on,
        legal_status=legal_status,
        placements=placements,
        ended_on=ended_on,
        ended_for=_CEASED.draw(random) if ended_on else None,
    )


def settled_care(random: Random, setting: Setting, kind: str, ended_on: date | None) -> Care:
    """Return the care of a child that stays where it is placed, until it leaves care if it does."""
    last = setting.last_on
    days = min((last - setting.born_on).days - 1, between(random, 10, 2500))
    started_on = last - timedelta(days=days)
    placed_on = last - timedelta(days=min(days, between(random, 5, 900)))
    placement = _draw_placement(random, setting, 1, (placed_on, None), kind)
    return Care(
        started_on=started_on,
        legal_status=_LEGAL.draw(random),
        placements=(placement,),
        ended_on=ended_on,
        ended_for=_CEASED.draw(random) if ended_on else None,
    )


def _draw_placements(random: Random, setting: Setting, care_on: date) -> tuple[Placement, ...]:
    before = (setting.first_on - care_on).days
    starts = [setting.first_on - timedelta(days=between(random, min(1, before), min(before, 500)))]
    year = (setting.last_on - setting.first_on).days
    starts.extend(
        setting.first_on + timedelta(days=between(random, 1, max(year, 1)))
        for _ in range(_PLACEMENTS.draw(random) - 1)
    )
    starts = sorted(set(starts))
    ends = [*starts[1:], None]
    return tuple(
        _draw_placement(random, setting, number, (start, end))
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
    )


def _draw_placement(
    random: Random,
    setting: Setting,
    number: int,
    span: tuple[date, date | None],
    kind: str | None = None,
) -> Placement:
    started_on, ended_on = span
    kind = kind or _kind(random, setting, started_on)
    host: str | None = setting.authority
    # A child at home with its parents lives where it came from.
    if kind != "P1" and chance(random, setting.out_of_area):
        host = setting.hosts.draw(random)
    notified = host not in (None, setting.authority) and chance(random, setting.notified)
    notified_on = started_on + timedelta(days=between(random, 0, 12))
    answered_on = notified_on + timedelta(days=between(random, 1, _ACKNOWLEDGED_DAYS))
    acknowledged = chance(random, HOST_ACKNOWLEDGED)
    reason = _ELSEWHERE.draw(random)
    return Placement(
        number=number,
        kind=kind,
        provider=_PROVIDERS[kind].draw(random),
        host=host,
        restricted=chance(random, RESTRICTED_LOCATION),
        started_on=started_on,
        notified_on=notified_on if notified else None,
        acknowledged_on=answered_on if notified and acknowledged else None,
        elsewhere=reason if host not in (None, setting.authority) else None,
        home=between(random, 1, HOMES) if kind in _IN_HOMES else None,
        ended_on=ended_on,
        ended_for=_MOVED.draw(random) if ended_on else None,
    )


def _kind(random: Random, setting: Setting, day: date) -> str:
    age = age_in_years(setting.born_on, day)
    if setting.unaccompanied:
        return pick(random, ("U6", "U4")) if age < 16 else _UNACCOMPANIED.draw(random)
    if age < 12:
        return _UNDER_TWELVE.draw(random)
    return _UNDER_SIXTEEN.draw(random) if age < 16 else _OLDER.draw(random)
