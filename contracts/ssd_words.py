"""What the raw texts of case systems mean, from the committed table of spellings and its kin."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from domain.safeguarding import ProtectionCategory
from domain.vocabulary import Classification, Sex

SEXES: Final[Mapping[str, Sex]] = MappingProxyType(
    {
        "f": Sex.FEMALE,
        "female": Sex.FEMALE,
        "m": Sex.MALE,
        "male": Sex.MALE,
        "u": Sex.UNKNOWN,
        "unknown": Sex.UNKNOWN,
        "i": Sex.UNKNOWN,
        "indeterminate": Sex.UNKNOWN,
        "not known": Sex.UNKNOWN,
    }
)

# The categories of the children in need census, by code and by the words in their labels.
_CATEGORIES: Final = (
    (r"mul|multiple", ProtectionCategory.MULTIPLE),
    (r"neg|neglect", ProtectionCategory.NEGLECT),
    (r"phy|physical", ProtectionCategory.PHYSICAL),
    (r"sab|sexual", ProtectionCategory.SEXUAL),
    (r"emo|emotional", ProtectionCategory.EMOTIONAL),
)


def plain(text: str) -> str:
    """Return a text in the form in which the tables are compared."""
    return " ".join(re.sub(r"[^a-z0-9 ]", " ", re.sub(r"['\u2019]", "", text.casefold())).split())


@cache
def absence_words() -> Mapping[str, Classification]:
    """Return what each recognised spelling of the kind of an absence means."""
    path = files("contracts").joinpath("mappings", "ssd_absence_words.toml")
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return MappingProxyType(
        {plain(word): Classification(kind) for kind, words in document.items() for word in words}
    )


def leading_code(text: str) -> str:
    """Return the code at the beginning of a text, as `U4` of `U4 - Foster placement`."""
    found = re.match(r"[A-Za-z0-9]+", text.strip())
    return found[0].upper() if found else ""


def protection_category(text: str) -> ProtectionCategory | None:
    """Return the category of a protection plan; None if the text names none or several."""
    words = plain(text)
    found = {category for pattern, category in _CATEGORIES if re.search(rf"\b({pattern})", words)}
    if ProtectionCategory.MULTIPLE in found:
        return ProtectionCategory.MULTIPLE
    return found.pop() if len(found) == 1 else None
