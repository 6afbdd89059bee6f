"""Who the children are: age, sex, ethnicity, names, numbers, home, and the siblings among them."""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final

from domain.periods import age_in_years, eighteenth_birthday
from domain.vocabulary import Sex
from hub.synthetic.absences import Absence, absences_in_period
from hub.synthetic.calibration import AreaFigures
from hub.synthetic.departures import Departure, Outline
from hub.synthetic.names import forename, origin_of, surname
from hub.synthetic.nation import Nation
from hub.synthetic.numbers import nhs_number, postcode, pupil_number
from hub.synthetic.placements import Care, Placement, Setting, draw_care
from hub.synthetic.profile import PROTECTION_PLAN_CARE, PROTECTION_PLAN_HOME
from hub.synthetic.randomness import Weighted, chance

LONDON_REGION: Final = "E12000007"

_CARE_GIRLS: Final = 0.44
_HOME_GIRLS: Final = 0.49
_UNACCOMPANIED_GIRLS: Final = 0.07
_TWO_FORENAMES: Final = 0.1
_SCHOOL_AGE: Final = 4

# DfE 2024: White 71 %, Mixed 11 %, Black 7 %, Asian 5 %, other 5 %; London apart is ours.
_ENGLAND: Final = Weighted(
    ("WBRI", 735), ("WIRI", 5), ("WIRT", 8), ("WROM", 12), ("WOTH", 40), ("MWBC", 40),
    ("MWBA", 18), ("MWAS", 22), ("MOTH", 20), ("AIND", 8), ("APKN", 22), ("ABAN", 6),
    ("AOTH", 10), ("BCRB", 10), ("BAFR", 25), ("BOTH", 8), ("CHNE", 1), ("OOTH", 8), ("NOBT", 2),
)  # fmt: skip
_LONDON: Final = Weighted(
    ("WBRI", 300), ("WIRI", 8), ("WIRT", 5), ("WROM", 8), ("WOTH", 85), ("MWBC", 75),
    ("MWBA", 35), ("MWAS", 25), ("MOTH", 50), ("AIND", 15), ("APKN", 20), ("ABAN", 30),
    ("AOTH", 35), ("BCRB", 85), ("BAFR", 140), ("BOTH", 45), ("CHNE", 2), ("OOTH", 32), ("NOBT", 5),
)  # fmt: skip
_ABROAD: Final = Weighted(
    (("WOTH", "albanian"), 15),
    (("AOTH", "middle-eastern"), 25),
    (("OOTH", "middle-eastern"), 18),
    (("BAFR", "horn-of-africa"), 35),
    (("AOTH", "east-asian"), 7),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """A child as it truly is.

    key: unique in the nation, authority first. authority: responsible for it, or of its home.
    family: key of a sibling; None: no sibling goes missing. first_departure: of the whole year;
    departures: of the whole year, too. absences: those that begin in the period. care: None unless
    looked after. protection_plan: it is, or comes to be, the subject of one in the year.
    """

    key: str
    authority: str
    family: str | None
    twin: bool
    born_on: date
    sex: Sex
    ethnicity: str
    unaccompanied: bool
    forenames: str
    surname: str
    nhs_number: str
    upn: str | None
    postcode: str
    first_departure: int
    absences: tuple[Absence, ...]
    care: Care | None
    departures: tuple[Departure, ...]
    protection_plan: bool

    def placement_on(self, day: date) -> Placement | None:
        """Return where the child was placed on a day; None unless looked after."""
        return self.care.placement_on(day) if self.care else None

    def placed_at_end(self, day: date) -> Placement | None:
        """Return where the child is placed when a day ends; None: it is not looked after then."""
        if self.care is None or eighteenth_birthday(self.born_on) <= day:
            return None
        over = self.care.ended_on is not None and self.care.ended_on <= day
        return None if over else self.care.placement_on(day)


def draw_child(
    nation: Nation, area: AreaFigures, outline: Outline, *, care: Care | None = None
) -> Child:
    """Return the child of an outline; care: as it is known already."""
    follows = outline.index != outline.family
    # What siblings share comes from one stream.
    household = nation.stream(area.number, "family", outline.family)
    ethnicity, origin = _background(household, area, outline.unaccompanied)
    family_name = surname(household, origin)
    home = postcode(household, area.number)
    random = nation.stream(area.number, "who", outline.index)
    sex = _sex(random, outline)
    planned = PROTECTION_PLAN_CARE if outline.looked_after else PROTECTION_PLAN_HOME
    if outline.looked_after and care is None:
        care = _care(nation, area, outline)
    ordinal = nation.sizes[area.number].first + outline.index
    return Child(
        key=f"{area.number}-{outline.index}",
        authority=area.number,
        family=f"{area.number}-{outline.family}" if follows else None,
        twin=outline.birth.twin,
        born_on=outline.birth.on,
        sex=sex,
        ethnicity=ethnicity,
        unaccompanied=outline.unaccompanied,
        forenames=_forenames(random, origin, sex),
        surname=family_name,
        nhs_number=nhs_number(nation.options.year, ordinal),
        upn=_upn(nation, area, outline),
        postcode=home,
        first_departure=outline.departures[0].at if outline.departures else nation.clock.starts_at,
        absences=absences_in_period(nation, area.number, outline),
        care=care,
        departures=outline.departures,
        protection_plan=chance(random, planned),
    )


def _background(random: Random, area: AreaFigures, unaccompanied: bool) -> tuple[str, str]:
    """Return the ethnic group and where the family's names come from."""
    if unaccompanied:
        return _ABROAD.draw(random)
    ethnicity = (_LONDON if area.region_code == LONDON_REGION else _ENGLAND).draw(random)
    return ethnicity, origin_of(random, ethnicity)


def _sex(random: Random, outline: Outline) -> Sex:
    girls = _CARE_GIRLS if outline.looked_after else _HOME_GIRLS
    if outline.unaccompanied:
        girls = _UNACCOMPANIED_GIRLS
    return Sex.FEMALE if chance(random, girls) else Sex.MALE


def _forenames(random: Random, origin: str, sex: Sex) -> str:
    girl = sex is Sex.FEMALE
    first = forename(random, origin, girl=girl)
    second = forename(random, origin, girl=girl) if chance(random, _TWO_FORENAMES) else first
    return first if second == first else f"{first} {second}"


def _upn(nation: Nation, area: AreaFigures, outline: Outline) -> str | None:
    born_on = outline.birth.on
    if outline.unaccompanied or age_in_years(born_on, nation.clock.starts_on) < _SCHOOL_AGE:
        return None
    return pupil_number(area.number, outline.index, born_on.year + _SCHOOL_AGE)


def _care(nation: Nation, area: AreaFigures, outline: Outline) -> Care:
    setting = Setting(
        authority=area.number,
        out_of_area=area.out_of_area,
        hosts=nation.hosts[area.number],
        notified=nation.authorities[area.number].host_notified,
        born_on=outline.birth.on,
        unaccompanied=outline.unaccompanied,
        first_on=nation.clock.date_at(outline.departures[0].at),
        last_on=nation.clock.date_at(outline.departures[-1].at),
    )
    return draw_care(nation.stream(area.number, "care", outline.index), setting)
