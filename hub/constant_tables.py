"""The constant tables of the relational definition: areas with their regions, placement groups."""

from domain.codes import PLACEMENT_GROUPS
from domain.geography import AREAS_OUTSIDE_ENGLAND, Register

OUTSIDE = "outside"


def regions(register: Register) -> dict[str, str]:
    """Return the region of each authority that is or was, and of what lies outside England."""
    known = {each.number: each.region_code for each in (*register.authorities, *register.abolished)}
    return {**known, **dict.fromkeys(AREAS_OUTSIDE_ENGLAND, OUTSIDE)}


def placement_groups() -> dict[str, str]:
    """Return the group of each placement code."""
    return {code: group.value for code, group in PLACEMENT_GROUPS.items()}
