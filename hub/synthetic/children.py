"""Who the children are: age, sex, ethnicity, names, numbers, home, and the siblings among them."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from domain.periods import age_in_years, eighteenth_birthday
from domain.vocabulary import Sex
from hub.synthetic.absences import Absence, absences_in_period
from hub.synthetic.calibration import AreaFigures
from hub.synthetic.departures import Outline
from hub.synthetic.names import forename, origin_of, surname
from hub.synthetic.nation import Nation
from hub.synthetic.numbers import nhs_number, postcode, pupil_number
from hub.synthetic.placements import Care, Placement, Setting, draw_care
from hub.synthetic.profile import (
    TWINS_IN_FAMILIES,
    UNACCOMPANIED,
    UNACCOMPANIED_BIRTH_DATE_HEAPED,
)
from hub.synthetic.randomness import Weighted, between, chance

LONDON_REGION: Final = "E12000007"

# Ages at the first departure of the year. DfE 2018 to 2025; police 2015/16 less those in care.
_CARE_AGES: Final = Weighted(
    (2, 3), (6, 9), (8, 12), (10, 40), (11, 120), (12, 350), (13, 800), (14, 1400), (15, 1900),
    (16, 2800), (17, 2500),
)  # fmt: skip
_HOME_AGES: Final = Weighted(
    (1, 30), (3, 50), (6, 100), (8, 150), (10, 200), (11, 420), (12, 900), (13, 1400), (14, 1800),
    (15, 2050), (16, 1700), (17, 1200),
)  # fmt: skip
_UNACCOMPANIED_AGES: Final = Weighted((14, 5), (15, 17), (16, 38), (17, 40))

_CARE_GIRLS: Final = 0.44
_HOME_GIRLS: Final = 0.49
_UNACCOMPANIED_GIRLS: Final = 0.07
_TWO_FORENAMES: Final = 0.1

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

# Siblings are born at least this far apart.
_SIBLINGS_APART: Final = timedelta(days=330)


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """A child as it truly is.

    key: unique in the nation, authority first. authority: responsible for it, or of its home.
    family: key of a sibling; None: no sibling goes missing. first_departure: of the whole year.
    absences: those that begin in the period. care: None unless looked after.
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

    def placement_on(self, day: date) -> Placement | None:
        """Return where the child was placed on a day; None unless looked after."""
        return self.care.placement_on(day) if self.care else None


def draw_child(nation: Nation, area: AreaFigures, outline: Outline, leader: Outline) -> Child:
    """Return the child of an outline; leader: the outline of its family's first child."""
    household = nation.stream(area.number, "family", leader.index)
    unaccompanied = outline.looked_after and chance(household, UNACCOMPANIED)
    follows = outline.index != leader.index
    ethnicity, origin = _background(household, area, unaccompanied)
    family_name = surname(household, origin)
    home = postcode(household, area.number)
    random = nation.stream(area.number, "who", outline.index)
    born_on = _born_on(nation, area, outline, unaccompanied)
    twin = False
    if follows:
        eldest = _born_on(nation, area, leader, unaccompanied)
        born_on = _beside(random, nation, outline, born_on, eldest)
        twin = born_on == eldest
    sex = _sex(random, outline, unaccompanied)
    care = _care(nation, area, outline, born_on, unaccompanied) if outline.looked_after else None
    return Child(
        key=f"{area.number}-{outline.index}",
        authority=area.number,
        family=f"{area.number}-{leader.index}" if follows else None,
        twin=twin,
        born_on=born_on,
        sex=sex,
        ethnicity=ethnicity,
        unaccompanied=unaccompanied,
        forenames=_forenames(random, origin, sex),
        surname=family_name,
        nhs_number=nhs_number(nation.options.year, nation.sizes[area.number].first + outline.index),
        upn=_upn(nation, area, outline, born_on, unaccompanied),
        postcode=home,
        first_departure=outline.departures[0].at,
        absences=absences_in_period(nation, area.number, outline, unaccompanied=unaccompanied),
        care=care,
    )


def _background(random: Random, area: AreaFigures, unaccompanied: bool) -> tuple[str, str]:
    """Return the ethnic group and where the family's names come from."""
    if unaccompanied:
        return _ABROAD.draw(random)
    ethnicity = (_LONDON if area.region_code == LONDON_REGION else _ENGLAND).draw(random)
    return ethnicity, origin_of(random, ethnicity)


def _born_on(nation: Nation, area: AreaFigures, outline: Outline, unaccompanied: bool) -> date:
    """Return a birth date that keeps the child under 18 at every departure of the year."""
    random = nation.stream(area.number, "birth", outline.index)
    first, last = _span(nation, outline)
    if unaccompanied:
        ages = _UNACCOMPANIED_AGES
    else:
        ages = _CARE_AGES if outline.looked_after else _HOME_AGES
    born_on = first - timedelta(days=ages.draw(random) * 1461 // 4 + between(random, 1, 364))
    late = (last - eighteenth_birthday(born_on)).days
    if late >= 0:
        born_on += timedelta(days=late + between(random, 1, 120))
    if unaccompanied and chance(random, UNACCOMPANIED_BIRTH_DATE_HEAPED):
        heaped = born_on.replace(day=15) if chance(random, 0.5) else born_on.replace(month=1, day=1)
        if eighteenth_birthday(heaped) > last:
            return heaped
    return born_on


def _beside(random: Random, nation: Nation, outline: Outline, born_on: date, other: date) -> date:
    """Return a birth date that a sibling can have: the same day, or most of a year away."""
    first, last = _span(nation, outline)
    possible = eighteenth_birthday(other) > last and other < first
    if possible and chance(random, TWINS_IN_FAMILIES):
        return other
    if abs(born_on - other) >= _SIBLINGS_APART:
        return born_on
    for apart in (_SIBLINGS_APART, -_SIBLINGS_APART):
        if eighteenth_birthday(other + apart) > last and other + apart < first:
            return other + apart
    return other


def _span(nation: Nation, outline: Outline) -> tuple[date, date]:
    clock = nation.clock
    return clock.date_at(outline.departures[0].at), clock.date_at(outline.departures[-1].at)


def _sex(random: Random, outline: Outline, unaccompanied: bool) -> Sex:
    girls = _CARE_GIRLS if outline.looked_after else _HOME_GIRLS
    if unaccompanied:
        girls = _UNACCOMPANIED_GIRLS
    return Sex.FEMALE if chance(random, girls) else Sex.MALE


def _forenames(random: Random, origin: str, sex: Sex) -> str:
    girl = sex is Sex.FEMALE
    first = forename(random, origin, girl=girl)
    second = forename(random, origin, girl=girl) if chance(random, _TWO_FORENAMES) else first
    return first if second == first else f"{first} {second}"


def _upn(
    nation: Nation, area: AreaFigures, outline: Outline, born_on: date, unaccompanied: bool
) -> str | None:
    school_age = age_in_years(born_on, nation.clock.starts_on) >= 4
    if unaccompanied or not school_age:
        return None
    return pupil_number(area.number, outline.index, born_on.year + 4)


def _care(
    nation: Nation, area: AreaFigures, outline: Outline, born_on: date, unaccompanied: bool
) -> Care:
    first, last = _span(nation, outline)
    setting = Setting(
        authority=area.number,
        out_of_area=area.out_of_area,
        hosts=nation.hosts[area.number],
        notified=nation.authorities[area.number].host_notified,
        born_on=born_on,
        unaccompanied=unaccompanied,
        first_on=first,
        last_on=last,
    )
    return draw_care(nation.stream(area.number, "care", outline.index), setting)
