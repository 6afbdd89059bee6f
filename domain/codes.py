"""Code lists with the days of their codes, and the published groups of some of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Final

from domain.periods import ReportingYear


@dataclass(frozen=True, kw_only=True)
class Code:
    """One code of a list, and the London days on which it may be used.

    label: our own short wording; None: no definition was found.
    valid_from, valid_to: first and last day; None: open on that side. A list that changes with
        the collection year changes on 1 April.
    """

    code: str
    label: str | None
    valid_from: date | None = None
    valid_to: date | None = None

    def valid_between(self, first: date, last: date) -> bool:
        """Return whether the code is valid on some day of a span; both its days belong to it."""
        begun = self.valid_from is None or self.valid_from <= last
        return begun and (self.valid_to is None or self.valid_to >= first)


@dataclass(frozen=True, kw_only=True)
class CodeList:
    """A published list of codes, in the order of its source; each code stands in it once."""

    name: str
    source: str
    codes: tuple[Code, ...]

    @cached_property
    def by_code(self) -> Mapping[str, Code]:
        """The codes, by themselves."""
        return {entry.code: entry for entry in self.codes}


@dataclass(frozen=True, kw_only=True)
class EthnicGroup:
    """The published ethnic group of an SSDA903 ethnicity code.

    minor: None where the harmonised list has no single category for the code.
    """

    code: str
    major: str
    minor: str | None


class PlacementGroup(StrEnum):
    """The values of the `placement_type` dimension.

    NOT_LOOKED_AFTER has no placement code: it comes from the episode, not from this file.
    """

    FOSTER_CARE = "foster_care"
    CHILDRENS_HOME = "childrens_home"
    SECURE_HOME = "secure_home"
    SUPPORTED_ACCOMMODATION = "supported_accommodation"
    RESIDENTIAL_SCHOOL = "residential_school"
    OTHER_RESIDENTIAL = "other_residential"
    WITH_PARENTS = "with_parents"
    INDEPENDENT_LIVING = "independent_living"
    ADOPTION = "adoption"
    TEMPORARY = "temporary"
    OTHER = "other"
    NOT_LOOKED_AFTER = "not_looked_after"
    UNKNOWN = "unknown"


# Ours, to be confirmed with the departments. K3 is what H5 became when it had to be registered,
# so one group holds both and its series does not break.
PLACEMENT_GROUPS: Final[Mapping[str, PlacementGroup]] = MappingProxyType(
    {
        "A3": PlacementGroup.ADOPTION,
        "A4": PlacementGroup.ADOPTION,
        "A5": PlacementGroup.ADOPTION,
        "A6": PlacementGroup.ADOPTION,
        "H5": PlacementGroup.SUPPORTED_ACCOMMODATION,
        "K1": PlacementGroup.SECURE_HOME,
        "K2": PlacementGroup.CHILDRENS_HOME,
        "K3": PlacementGroup.SUPPORTED_ACCOMMODATION,
        "P1": PlacementGroup.WITH_PARENTS,
        "P2": PlacementGroup.INDEPENDENT_LIVING,
        "P3": PlacementGroup.OTHER,
        "R1": PlacementGroup.OTHER_RESIDENTIAL,
        "R2": PlacementGroup.OTHER_RESIDENTIAL,
        "R3": PlacementGroup.OTHER_RESIDENTIAL,
        "R5": PlacementGroup.OTHER_RESIDENTIAL,
        "S1": PlacementGroup.RESIDENTIAL_SCHOOL,
        "T0": PlacementGroup.TEMPORARY,
        "T1": PlacementGroup.TEMPORARY,
        "T2": PlacementGroup.TEMPORARY,
        "T3": PlacementGroup.TEMPORARY,
        "T4": PlacementGroup.TEMPORARY,
        "U1": PlacementGroup.FOSTER_CARE,
        "U2": PlacementGroup.FOSTER_CARE,
        "U3": PlacementGroup.FOSTER_CARE,
        "U4": PlacementGroup.FOSTER_CARE,
        "U5": PlacementGroup.FOSTER_CARE,
        "U6": PlacementGroup.FOSTER_CARE,
        "Z1": PlacementGroup.OTHER,
        "Z11": PlacementGroup.OTHER,
        "Z12": PlacementGroup.OTHER,
        "Z13": PlacementGroup.OTHER,
        "Z14": PlacementGroup.OTHER,
    }
)


def find_code(code_list: CodeList, code: str) -> Code | None:
    """Return a code of a list, in any year; None if the list never had it. Case matters."""
    return code_list.by_code.get(code)


def valid_between(code_list: CodeList, code: str, first: date, last: date) -> bool:
    """Return whether a list has a code on some day of a span.

    What was recorded under a code stays right after the list has dropped it, and is told in the
    words of a later list if it is told later: so a fact may carry any code that was valid
    between the day it began and the day it was told.
    """
    entry = find_code(code_list, code)
    return entry is not None and entry.valid_between(first, last)


def valid_in(code_list: CodeList, code: str, collection_year: int) -> bool:
    """Return whether a return of a collection year may carry a code; 2018 means 2017/18."""
    year = ReportingYear(ending=collection_year)
    return valid_between(code_list, code, year.starts_on, year.ends_on)


def codes_in(code_list: CodeList, collection_year: int) -> tuple[str, ...]:
    """Return the codes that a return of a collection year may carry, in the order of the list."""
    return tuple(
        entry.code for entry in code_list.codes if valid_in(code_list, entry.code, collection_year)
    )


def placement_group(code: str | None) -> PlacementGroup:
    """Return the published group of a placement code; UNKNOWN if it is None or no such code."""
    if code is None:
        return PlacementGroup.UNKNOWN
    return PLACEMENT_GROUPS.get(code, PlacementGroup.UNKNOWN)
