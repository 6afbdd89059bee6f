"""Names, postcodes and birth dates in the form in which they are compared."""

import re
from datetime import date
from typing import Final, Literal
from unicodedata import category, combining, name, normalize

from domain.identifiers import normalise_postcode
from domain.periods import age_in_years

# Nobody born before can be a child in any year that the hub counts.
FIRST_BIRTH_YEAR: Final = 1990
# Older than any care leaver whom a publisher might still call a child: the date is wrong.
TOO_OLD: Final = 20

BirthDateProblem = Literal["birth-date-missing", "birth-date-implausible"]

# Combining marks from this class on only decorate a letter; lower ones (class 0, nukta, virama)
# are part of it in Indic scripts.
_DECORATING: Final = 10
# Latin letters that do not decompose; the last has no dot.
_LETTERS: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h"}
    | {"\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NO_NAME: Final = _words(
    """
    unknown unk notknown unnamed noname none null nil anon anonymous tbc tba tbd fnu lnu nfn nln
    nosurname noforename notstated notgiven notrecorded notprovided refused withheld undisclosed
    nameunknown surnameunknown forenameunknown missing blank
    """
)
_NO_FORENAME: Final = _words(
    "baby infant newborn babyboy babygirl male female boy girl child mr miss master of"
)
_PARTICLES: Final = _words("al el de da di du la le van von der den bin ibn abu mc mac st")
_BREAKS: Final = re.compile(
    r"[\s\-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}_/.,;()]+"
)


def plain(text: str) -> str:
    """Return the letters of a name: no case, accents, hyphens, apostrophes, spaces or digits.

    Letters of every script stay.
    """
    letters = normalize("NFKD", text.casefold()).casefold()
    kept = (each for each in letters if category(each)[0] in "LM" and combining(each) < _DECORATING)
    return "".join(kept).translate(_LETTERS)


def forenames(text: str | None) -> tuple[str, ...]:
    """Return the forenames one by one, plain; none if there is no name to link by.

    The parts of a hyphenated forename follow it.
    """
    found: list[str] = []
    if plain(_given(text)) in _NO_NAME:
        return ()
    for word in re.split(r"[\s,;/]+", _given(text)):
        parts = [plain(each) for each in _BREAKS.split(word)]
        found.extend([plain(word), *(parts if len(parts) > 1 else ())])
    kept = [each for each in found if _is_name(each) and each not in _NO_FORENAME]
    return tuple(dict.fromkeys(kept))


def surname(text: str | None) -> str | None:
    """Return a surname as one plain word; None if there is no name to link by."""
    whole = plain(_given(text))
    return whole if _is_name(whole) else None


def surname_parts(text: str | None) -> tuple[str, ...]:
    """Return a surname and, if it is double, its parts; none if there is no name to link by."""
    whole = surname(text)
    if whole is None:
        return ()
    parts = [plain(each) for each in _BREAKS.split(_given(text))]
    names = [each for each in parts if _is_name(each) and each not in _PARTICLES]
    return tuple(dict.fromkeys([whole, *names]))


def sound(text: str) -> str:
    """Return roughly how a plain name sounds, so that respelt and misheard names meet.

    A name that is not all in Latin letters sounds only like itself.
    """
    if not re.fullmatch("[a-z]+", text):
        return text
    for pattern, letter in _SOUNDS:
        text = pattern.sub(letter, text)
    head = "a" if text[0] in "aeiouy" else text[0]
    rest = re.sub("[aeiouyhw]", "", text[1:])
    return re.sub(r"(.)\1+", r"\1", head + rest)[:5]


def birth_date_problem(born: date | None, reference: date | None) -> BirthDateProblem | None:
    """Return why a birth date cannot be linked by; None if it can.

    reference: the first day on which the child was missing, or else of its registration.
    """
    if born is None:
        return "birth-date-missing"
    if born.year < FIRST_BIRTH_YEAR:
        return "birth-date-implausible"
    if reference and (born > reference or age_in_years(born, reference) >= TOO_OLD):
        return "birth-date-implausible"
    return None


def day_month_swapped(born: date) -> date | None:
    """Return a birth date with day and month exchanged; None if that is no other date."""
    if born.day > 12 or born.day == born.month:
        return None
    return born.replace(month=born.day, day=born.month)


def is_heaped(born: date) -> bool:
    """Return whether a birthday may stand for an unknown one: 1 January, or a 15th."""
    return born.day == 15 or (born.month == 1 and born.day == 1)


def postcode_levels(text: str | None) -> tuple[str, str, str, str] | None:
    """Return unit, sector, district and area of a postcode; None if it has not the shape of one."""
    whole = normalise_postcode(text or "")
    if whole is None:
        return None
    district, _, inward = whole.partition(" ")
    area = re.match("[A-Z]+", district)
    return whole, f"{district} {inward[0]}", district, area[0] if area else district


_SOUNDS: Final = tuple(
    (re.compile(pattern), letter)
    for pattern, letter in (
        ("ph", "f"),
        ("^kn", "n"),
        ("^wr", "r"),
        ("t?ch|sh|zh|sch", "x"),
        ("[kg]h|ck|[qgk]", "k"),
        ("c(?=[eiy])|z", "s"),
        ("c", "k"),
        ("[dt]h?", "t"),
        ("b", "p"),
        ("v", "f"),
        ("m", "n"),
    )
)


def _given(text: str | None) -> str:
    return re.sub(r"\bn/[ak]\b", "", text or "", flags=re.IGNORECASE)


def _is_name(word: str) -> bool:
    """Tell whether a plain word can be a name: not empty, a placeholder, or one letter repeated."""
    if word in _NO_NAME or not word:
        return False
    return len(set(word)) > 1 or _is_ideograph(word[0])


def _is_ideograph(letter: str) -> bool:
    return name(letter, "").startswith("CJK")
