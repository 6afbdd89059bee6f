"""Code lists by collection year, and the groups in which placements and ethnicity are published."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Code:
    """One code of a list, and the collection years in which a return may carry it.

    label: our own short wording; None: no definition was found.
    valid_from_year, valid_to_year: first and last collection year, each named by the year in
        which it ends; None: open on that side.
    """

    code: str
    label: str | None
    valid_from_year: int | None = None
    valid_to_year: int | None = None


@dataclass(frozen=True, kw_only=True)
class CodeList:
    """A published list of codes, in the order of its source; each code stands in it once."""

    name: str
    source: str
    codes: tuple[Code, ...]


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
    return next((entry for entry in code_list.codes if entry.code == code), None)


def valid_in(code_list: CodeList, code: str, collection_year: int) -> bool:
    """Return whether a return of a collection year may carry a code; 2018 means 2017/18."""
    entry = find_code(code_list, code)
    if entry is None:
        return False
    begun = entry.valid_from_year is None or entry.valid_from_year <= collection_year
    ended = entry.valid_to_year is not None and entry.valid_to_year < collection_year
    return begun and not ended


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
