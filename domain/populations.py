"""How many children live in an area: the denominator of rates by population."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.geography import Authority, Register

# The bands and sexes in which a population must be given, so that each of them can be asked by.
POPULATION_BANDS: Final = ("0", "1-4", "5-9", "10-15", "16-17")
POPULATION_SEXES: Final = ("F", "M")


@dataclass(frozen=True, kw_only=True)
class Population:
    """Children of one age band and sex in one authority, at the estimate of 30 June of a year.

    source: where the number was published.
    """

    year: int
    authority: str
    region: str
    age_band: str
    sex: str
    children: int
    source: str


def complete_areas(register: Register, year: int) -> tuple[frozenset[str], frozenset[str]]:
    """Return the two sets of authorities that a complete year may have, by number.

    They are those of 30 June, and today's, to which estimates of earlier years are often restated.
    """
    day = date(year, 6, 30)
    then = frozenset(
        each.number for each in (*register.authorities, *register.abolished) if _existed(each, day)
    )
    return then, frozenset(each.number for each in register.authorities)


def _existed(authority: Authority, day: date) -> bool:
    ended = authority.abolished_on
    return authority.gss_on(day) is not None and (ended is None or day <= ended)
