"""Which areas DfE's official table of a reporting year has rows for, and what belongs to what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Final

from domain.geography import ENGLAND_CODE, Authority, Register
from domain.official import Cells, Level, Tally, shown, total
from domain.periods import ReportingYear

LONDON: Final = "E12000007"
INNER_LONDON: Final = "E13000001"
OUTER_LONDON: Final = "E13000002"
LONDON_HALVES: Final[Mapping[str, str]] = MappingProxyType(
    {INNER_LONDON: "Inner London", OUTER_LONDON: "Outer London"}
)
# As DfE's file of 2022 has them. Source: DfE, Children looked after in England, OGL v3.
_INNER_LONDON: Final = frozenset(
    ("201", "202", *(str(number) for number in range(204, 214)), "309", "316")
)
# A release shows five years, and has a row for every authority that existed in one of them.
RELEASE_YEARS: Final = 5


@dataclass(frozen=True, kw_only=True)
class OfficialArea:
    """One area of the table.

    code: E92000001, a region's code, or an authority's three-digit number. region_code and
    region_name: blank for England; for authorities in London those of Inner or Outer London.
    gss_code: blank unless an authority. exists: False: its cells are not applicable.
    """

    level: Level
    code: str
    region_code: str = ""
    region_name: str = ""
    name: str = ""
    gss_code: str = ""
    exists: bool = True


@dataclass(frozen=True, kw_only=True)
class OfficialAreas:
    """The areas of a reporting year's table, in the order of its rows.

    England comes first, then the regions, then authorities by number.
    """

    year: int
    areas: tuple[OfficialArea, ...]

    def members(self, code: str) -> frozenset[str]:
        """Return the numbers of the existing authorities of England or a region."""
        return self._members.get(code, frozenset())

    def table(self, tallies: Mapping[str, Tally]) -> dict[str, Cells]:
        """Return every area's cells from the tallies of authorities, by number.

        An authority that existed and has no tally made no return.
        """
        return {area.code: self._cells(area, tallies) for area in self.areas}

    def tally(self, area: OfficialArea, tallies: Mapping[str, Tally]) -> Tally | None:
        """Return an area's true figures; None: it did not exist that year."""
        if not area.exists:
            return None
        if area.level is Level.AUTHORITY:
            return tallies.get(area.code, Tally())
        return total(tallies.get(each, Tally()) for each in sorted(self.members(area.code)))

    def _cells(self, area: OfficialArea, tallies: Mapping[str, Tally]) -> Cells:
        return shown(self.tally(area, tallies), area.level)

    @cached_property
    def _members(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for area in self.areas:
            if area.level is Level.AUTHORITY and area.exists:
                above = {ENGLAND_CODE, area.region_code}
                if area.region_code in LONDON_HALVES:
                    above.add(LONDON)
                for code in above:
                    found.setdefault(code, set()).add(area.code)
        return {code: frozenset(numbers) for code, numbers in found.items()}


def official_areas(register: Register, year: int, *, release: int | None = None) -> OfficialAreas:
    """Return the areas of a reporting year, named by its end, as a release of five years has them.

    release: the last year of the release; None: the year itself.
    """
    last = year if release is None else max(release, year)
    return OfficialAreas(year=year, areas=tuple(_areas(register, year, last)))


def exists_in(authority: Authority, year: int) -> bool:
    """Return whether an authority existed on a day of a reporting year."""
    period = ReportingYear(ending=year)
    first, last = period.starts_on, period.ends_on
    begun = authority.gss[0].valid_from
    gone = authority.abolished_on
    return (begun is None or begun <= last) and (gone is None or gone >= first)


def _areas(register: Register, year: int, release: int) -> Iterator[OfficialArea]:
    yield OfficialArea(level=Level.NATIONAL, code=ENGLAND_CODE)
    for region in register.regions:
        yield _region(region.code, region.name)
        if region.code == LONDON:
            yield from (_region(code, name) for code, name in LONDON_HALVES.items())
    names = {region.code: region.name for region in register.regions}
    years = range(min(year, release - RELEASE_YEARS + 1), release + 1)
    everyone = (*register.authorities, *register.abolished)
    for authority in sorted(everyone, key=lambda each: each.number):
        if any(exists_in(authority, each) for each in years):
            region_code, region_name = _region_of(authority, names)
            yield OfficialArea(
                level=Level.AUTHORITY,
                code=authority.number,
                region_code=region_code,
                region_name=region_name,
                name=authority.name,
                gss_code=_gss_in(authority, ReportingYear(ending=year).ends_on),
                exists=exists_in(authority, year),
            )


def _region(code: str, name: str) -> OfficialArea:
    return OfficialArea(level=Level.REGIONAL, code=code, region_code=code, region_name=name)


def _region_of(authority: Authority, names: Mapping[str, str]) -> tuple[str, str]:
    code = authority.region_code
    if code == LONDON:
        code = INNER_LONDON if authority.number in _INNER_LONDON else OUTER_LONDON
        return code, LONDON_HALVES[code]
    return code, names[code]


def _gss_in(authority: Authority, day: date) -> str:
    """Return the code on a day; of an authority that was no more or not yet, the nearest one."""
    return authority.gss_on(day) or (
        authority.gss[-1].code if authority.abolished_on else authority.gss[0].code
    )
