"""The values by which registrations that may be one child find each other."""

from typing import Final

from hub.linkage.prepared import Prepared, prepared, sound_of
from hub.linkage.records import LinkRecord

# A value that more subjects share than this says nothing: an address of thousands, a day of
# birth made up for many. Pairs that only such a value would bring together are not compared.
MOST_PER_KEY: Final = 200

NHS_NUMBER: Final = "nhs"
UPN: Final = "upn"
BORN_AND_NAME: Final = "born-name"
BORN_AND_SECTOR: Final = "born-sector"
BORN_AND_FORCE: Final = "born-force"
NAMES_AND_YEARS: Final = "names-years"
NAMES_AND_DISTRICT: Final = "names-district"
FORENAME_AND_POSTCODE: Final = "forename-postcode"


def link_values(record: LinkRecord) -> tuple[tuple[str, str], ...]:
    """Return (rule, value) pairs, sorted, each once: subjects that share one are compared.

    Values hold identity: they are for keyed hashing at once. Who satisfies a deterministic rule
    with another shares the rule's number, or the birth date with a name.
    """
    return key_values(prepared(record))


def key_values(known: Prepared) -> tuple[tuple[str, str], ...]:
    """Return the link values of a registration that is prepared already."""
    found: set[tuple[str, str]] = set()
    if known.nhs_number:
        found.add((NHS_NUMBER, known.nhs_number))
    if known.upn:
        found.add((UPN, known.upn))
    given = sorted({sound_of(each) for each in known.full_names})
    family = sorted({sound_of(each) for each in known.surname_parts})
    _add_by_birth(found, known, {*given, *family})
    pairs = [(one, other) for one in given for other in family]
    for one, other in pairs:
        _add_by_names(found, known, f"{one}|{other}")
    if known.postcode:
        found.update((FORENAME_AND_POSTCODE, f"{one}|{known.postcode}") for one in given)
    return tuple(sorted(found))


def _add_by_birth(found: set[tuple[str, str]], known: Prepared, sounds: set[str]) -> None:
    """Add what an equal birth date needs beside it: a name of either kind, or a place."""
    if known.born is None:
        return
    born = known.born.isoformat()
    found.update((BORN_AND_NAME, f"{born}|{each}") for each in sounds)
    found.update((BORN_AND_FORCE, f"{born}|{each}") for each in known.forces)
    if known.sector:
        found.add((BORN_AND_SECTOR, f"{born}|{known.sector}"))


def _add_by_names(found: set[tuple[str, str]], known: Prepared, names: str) -> None:
    """Add what equal names need beside them: a birth year not more than one off, or a district."""
    if known.born is not None:
        year = known.born.year
        # Years next to each other share one of their two pairs of years.
        found.add((NAMES_AND_YEARS, f"{names}|{year - 1}-{year}"))
        found.add((NAMES_AND_YEARS, f"{names}|{year}-{year + 1}"))
    if known.district:
        found.add((NAMES_AND_DISTRICT, f"{names}|{known.district}"))
