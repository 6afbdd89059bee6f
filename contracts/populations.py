"""Populations as a file: one row for each year, authority, age band and sex."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from contracts.delimited import read_delimited
from domain.errors import FileFormatError
from domain.geography import Register
from domain.populations import (
    POPULATION_BANDS,
    POPULATION_SEXES,
    Population,
    complete_areas,
)

COLUMNS: Final = ("year", "authority", "age_band", "sex", "children", "source")
REMEDY: Final = (
    "Give one row for each year, authority (three-digit number), age band"
    f" ({', '.join(POPULATION_BANDS)}) and sex (F, M), with the number of children and its source."
)
# The years for which anybody could give an estimate under these areas.
_FIRST_YEAR: Final = 2009
_LAST_YEAR: Final = 2100
# How many of what is missing or wrong an error names.
_NAMED: Final = 5


def parse_populations(name: str, content: bytes, register: Register) -> tuple[Population, ...]:
    """Return the populations of a file, ordered by year, authority, age band and sex.

    Raises FileFormatError if a row cannot be read or is given twice, or if a year lacks an
    authority, an age band or a sex: a sum over a part would be a wrong denominator.
    """
    table = read_delimited(name, content, expected=COLUMNS)
    absent = [column for column in COLUMNS if column not in table.columns]
    if absent or table.broken:
        problem = (
            f"the column {absent[0]} is missing."
            if absent
            else f"row {table.broken[0].number}: {table.broken[0].problem}"
        )
        raise FileFormatError(name, problem=problem, remedy=REMEDY)
    found = {}
    for row in table.rows:
        one = _population(name, row.number, {key: row.fields[key] for key in COLUMNS}, register)
        key = (one.year, one.authority, one.age_band, one.sex)
        if key in found:
            raise _refused(name, row.number, "the same year, authority, age band and sex as above")
        found[key] = one
    populations = tuple(found[key] for key in sorted(found))
    _check_complete(name, populations, register)
    return populations


def _population(name: str, row: int, given: dict[str, str], register: Register) -> Population:
    year, authority = given["year"], register.authority(given["authority"])
    if not (year.isascii() and year.isdigit() and _FIRST_YEAR <= int(year) <= _LAST_YEAR):
        raise _refused(name, row, "`year` is not the year of an estimate, such as 2024")
    if authority is None:
        raise _refused(name, row, "`authority` is not the number of an authority, such as 330")
    if given["age_band"] not in POPULATION_BANDS or given["sex"] not in POPULATION_SEXES:
        raise _refused(name, row, "`age_band` or `sex` is none of the known ones")
    children = given["children"]
    if not (children.isascii() and children.isdigit() and len(children) < 9):
        raise _refused(name, row, "`children` is not a whole number")
    if not given["source"]:
        raise _refused(name, row, "`source` is empty")
    return Population(
        year=int(year),
        authority=authority.number,
        region=authority.region_code,
        age_band=given["age_band"],
        sex=given["sex"],
        children=int(children),
        source=given["source"],
    )


def _check_complete(name: str, populations: Iterable[Population], register: Register) -> None:
    years: dict[int, set[tuple[str, str, str]]] = defaultdict(set)
    for one in populations:
        years[one.year].add((one.authority, one.age_band, one.sex))
    if not years:
        raise FileFormatError(name, problem="there is no row.", remedy=REMEDY)
    for year, given in sorted(years.items()):
        areas = {authority for authority, _, _ in given}
        then, today = complete_areas(register, year)
        wanted = then if areas == then else today
        odd = sorted(areas ^ wanted)
        if odd:
            problem = (
                f"{year} does not have the authorities of 30 June or today's:"
                f" {len(odd)} too few or too many, such as {', '.join(odd[:_NAMED])}."
            )
            raise FileFormatError(name, problem=problem, remedy=REMEDY)
        absent = len(areas) * len(POPULATION_BANDS) * len(POPULATION_SEXES) - len(given)
        if absent:
            problem = f"{year} lacks {absent} rows of an authority's age bands and sexes."
            raise FileFormatError(name, problem=problem, remedy=REMEDY)


def _refused(name: str, row: int, problem: str) -> FileFormatError:
    return FileFormatError(name, problem=f"row {row}: {problem}.", remedy=REMEDY)
