"""What of a pair is certain, and what stands against linking it without a person's eyes."""

from typing import Final

from domain.linkage import IDENTIFIER_CONFLICT, TWINS, WEAK
from hub.linkage.comparisons import NULL, OTHER, Levels

NHS_AND_BIRTH: Final = "nhs-number-and-birth-date"
UPN_AND_BIRTH: Final = "upn-and-birth-date"
NAME_BIRTH_POSTCODE: Final = "name-birth-date-and-postcode"

# In the order in which a linker prefers them.
RULES: Final = (NHS_AND_BIRTH, UPN_AND_BIRTH, NAME_BIRTH_POSTCODE)

NHS_DIFFERS: Final = "nhs-differs"
UPN_DIFFERS: Final = "upn-differs"

_SAME_BIRTH: Final = frozenset({"equal", "equal-heaped"})
_ONE_EDIT: Final = frozenset({"day-month-swapped", "one-digit-differs"})
_UNLIKE: Final = frozenset({OTHER, "somewhat-alike"})
_SAME_FAMILY: Final = frozenset({"equal", "part-equal", "alike", "sounds-alike"})
_ALIKE: Final = frozenset({"equal", "short-form", "alike"})
_NEAR: Final = frozenset({"equal", "same-sector"})
_COMMON_DAYS: Final = frozenset({"several", "one-of-few", "more-than-by-chance"})


def rule_of(levels: Levels) -> str | None:
    """Return the deterministic rule by which a pair is one child; None: it is up to the model.

    A birth date that is one edit off needs names that do not contradict it.
    """
    born = levels["birth-date"]
    same = born in _SAME_BIRTH or (born in _ONE_EDIT and not names_differ(levels))
    if levels["nhs-number"] == "equal" and same:
        return NHS_AND_BIRTH
    if levels["upn"] == "equal" and born in _SAME_BIRTH:
        return UPN_AND_BIRTH
    named = levels["forename"] == "equal" and levels["surname"] == "equal"
    if named and born == "equal" and levels["postcode"] == "equal":
        return NAME_BIRTH_POSTCODE
    return None


def conflict_of(levels: Levels) -> str | None:
    """Return why a pair must not be linked without a person's eyes, the gravest reason; or None."""
    if _contradicts_identifier(levels):
        return IDENTIFIER_CONFLICT
    if levels["nhs-number"] == OTHER:
        return NHS_DIFFERS
    # Numbers change from school to school; that one authority holds two is another matter.
    if levels["upn"] == OTHER and levels["publisher"] == "same":
        return UPN_DIFFERS
    if _could_be_twins(levels):
        return TWINS
    return WEAK if _is_weak(levels) else None


def names_differ(levels: Levels) -> bool:
    """Return whether names tell two children apart: forenames, or surnames where those lack."""
    if levels["forename"] != NULL:
        return levels["forename"] in _UNLIKE
    return levels["surname"] in _UNLIKE


def _contradicts_identifier(levels: Levels) -> bool:
    """Tell whether an equal number stands against a name and a birth date that both differ."""
    equal = "equal" in (levels["nhs-number"], levels["upn"])
    born = levels["birth-date"]
    return equal and born != NULL and born not in _SAME_BIRTH and names_differ(levels)


def _could_be_twins(levels: Levels) -> bool:
    same_birth = levels["birth-date"] in _SAME_BIRTH
    return same_birth and levels["forename"] in _UNLIKE and levels["surname"] in _SAME_FAMILY


def _is_weak(levels: Levels) -> bool:
    """Tell whether too little is known for certainty, however rare the coincidence looks.

    Without names and numbers twins are one: a real birth date must meet days in common, and a
    near place or several of them. With names, a heaped birth date must meet either. Brothers may
    have the same name: without a number, birth dates must be at most a slip of the pen apart, or
    at least of one year while the rest agrees; brothers of one name are never of one year.
    """
    if "equal" in (levels["nhs-number"], levels["upn"]):
        return levels["birth-date"] == NULL and levels["forename"] in (NULL, *_UNLIKE)
    born, place, days = levels["birth-date"], levels["postcode"], levels["days"]
    if NULL in (levels["forename"], levels["surname"]):
        met = (place in _NEAR and days in _COMMON_DAYS) or days == "several"
        return born != "equal" or OTHER in (levels["sex"], levels["upn"]) or not met
    if born == "equal-heaped":
        return not (place in _NEAR or days in _COMMON_DAYS)
    if born == "same-year" and {levels["forename"], levels["surname"]} <= _ALIKE:
        return not (place in _NEAR and days in _COMMON_DAYS)
    return born in (NULL, OTHER, "same-year")
