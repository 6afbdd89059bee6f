"""The values by which two registrations are certainly one child (linkage rules, 2.2)."""

from unicodedata import combining, normalize

from contracts.identity import Identity
from domain.identifiers import nhs_number_problem, normalise_postcode, upn_problem

NHS_AND_BIRTH = "nhs-number-and-birth-date"
UPN_AND_BIRTH = "upn-and-birth-date"
NAME_BIRTH_POSTCODE = "name-birth-date-and-postcode"

# In the order in which a linker prefers them.
RULES = (NHS_AND_BIRTH, UPN_AND_BIRTH, NAME_BIRTH_POSTCODE)


def link_values(identity: Identity) -> tuple[tuple[str, str], ...]:
    """Return (rule, value) for each deterministic rule that an identity block can satisfy.

    Numbers that fail their own check never link. Values are for keyed hashing at once.
    """
    born = identity.birth_date
    if born is None:
        return ()
    values: list[tuple[str, str]] = []
    if identity.nhs_number and nhs_number_problem(identity.nhs_number) is None:
        values.append((NHS_AND_BIRTH, f"{identity.nhs_number}|{born}"))
    if identity.upn and upn_problem(identity.upn) is None:
        values.append((UPN_AND_BIRTH, f"{identity.upn}|{born}"))
    postcode = normalise_postcode(identity.home_postcode or "")
    if identity.forenames and identity.surname and postcode:
        name = f"{_plain(identity.forenames)}|{_plain(identity.surname)}"
        if name.strip("|"):
            values.append((NAME_BIRTH_POSTCODE, f"{name}|{born}|{postcode}"))
    return tuple(values)


def _plain(name: str) -> str:
    """Return a name without case, accents, hyphens, apostrophes and spaces."""
    letters = (char for char in normalize("NFKD", name.casefold()) if not combining(char))
    return "".join(char for char in letters if char.isalnum())
