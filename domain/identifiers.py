"""Publisher ids, publishers' own references, NHS numbers, pupil numbers and postcodes."""

import re
from functools import lru_cache
from typing import Final, Literal, NewType

from domain.errors import UsageError

# A submitting authority or force: la-330, pf-E23000014 or pf-btp. Only `parse_publisher_id` and
# the register make one, so a value of this type has the right form.
PublisherId = NewType("PublisherId", str)

PublisherKind = Literal["local-authority", "police-force"]

URN_PREFIX: Final = "urn:missing-hub:publisher:"

PUBLISHER_PATTERN: Final = r"^(la-[0-9]{3}|pf-E23[0-9]{6}|pf-btp)$"

# Publishers' own references to children, episodes and placements, for JSON Schema and for us.
REFERENCE_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$"

# NHS numbers by their first three digits. 010 to 311: Scotland (CHI), which begins with a
# birthday; 320 to 399: Northern Ireland; 400 to 499 and 600 to 799: England, Wales and Isle of
# Man; 312 to 319, 500 to 599 and 800 to 998 are not issued; 999 is for tests.
NHS_ISSUED: Final = ((10, 311), (320, 499), (600, 799))
NHS_TEST_PREFIX: Final = "999"

# The letters that are not taken for digits; their order gives their value.
UPN_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
UPN_PATTERN: Final = rf"[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]"

NhsNumberProblem = Literal[
    "nhs-number-shape", "nhs-number-repeated", "nhs-number-unissued", "nhs-number-check-digit"
]
UpnProblem = Literal["upn-shape", "upn-check-letter"]


def parse_publisher_id(text: str) -> PublisherId:
    """Return a publisher id, case-sensitive. Raises UsageError if it has not the form of one.

    Whether the publisher exists is for the register to say.
    """
    if not re.fullmatch(PUBLISHER_PATTERN, text):
        raise UsageError(
            f"{text!r} is not a publisher id; write la-330, pf-E23000014 or pf-btp, for example."
        )
    return PublisherId(text)


def publisher_kind(publisher: PublisherId) -> PublisherKind:
    """Return whether a publisher is a local authority or a police force."""
    return "local-authority" if publisher.startswith("la-") else "police-force"


def publisher_area(publisher: PublisherId) -> str:
    """Return a publisher's authority number or force code: 330, E23000014 or btp."""
    return publisher[3:]


def publisher_urn(publisher: PublisherId) -> str:
    """Return the URN that a publisher's CloudEvents carry as `source`."""
    return f"{URN_PREFIX}{publisher}"


@lru_cache(maxsize=1024)
def publisher_from_urn(urn: str) -> PublisherId | None:
    """Return the publisher that a `source` names, case-sensitive; None if it is no such URN."""
    text = urn.removeprefix(URN_PREFIX)
    if text == urn or not re.fullmatch(PUBLISHER_PATTERN, text):
        return None
    return PublisherId(text)


def is_reference(text: str) -> bool:
    """Return whether a text may serve as a publisher's own reference: 1 to 64 plain characters."""
    return re.fullmatch(REFERENCE_PATTERN, text) is not None


def normalise_nhs_number(text: str) -> str:
    """Return an NHS number without the spaces and hyphens that people write in it."""
    return re.sub(r"[\s-]", "", text)


def nhs_number_problem(text: str) -> NhsNumberProblem | None:
    """Return what is wrong with a normalised NHS number; None if it may have been issued.

    A number of the test range is no problem here: ask `is_test_nhs_number`.
    """
    if not re.fullmatch(r"[0-9]{10}", text):
        return "nhs-number-shape"
    if len(set(text)) == 1:
        return "nhs-number-repeated"
    prefix = int(text[:3])
    issued = any(first <= prefix <= last for first, last in NHS_ISSUED)
    if not issued and not is_test_nhs_number(text):
        return "nhs-number-unissued"
    return None if nhs_check_digit(text[:9]) == int(text[9]) else "nhs-number-check-digit"


def is_test_nhs_number(text: str) -> bool:
    """Return whether a normalised NHS number lies in the range kept for tests."""
    return text.startswith(NHS_TEST_PREFIX)


def nhs_check_digit(first_nine: str) -> int | None:
    """Return the tenth digit that belongs to nine (modulus 11); None if these nine have none."""
    total = sum(
        weight * int(digit) for weight, digit in zip(range(10, 1, -1), first_nine, strict=True)
    )
    digit = -total % 11
    return None if digit == 10 else digit


def normalise_upn(text: str) -> str:
    """Return a unique pupil number in capitals and without spaces."""
    return re.sub(r"\s", "", text).upper()


def upn_problem(text: str) -> UpnProblem | None:
    """Return what is wrong with a normalised UPN, permanent or temporary; None if nothing is.

    The authority in it is not looked up: it may have been abolished since the child's first school.
    """
    if not re.fullmatch(UPN_PATTERN, text):
        return "upn-shape"
    return None if upn_check_letter(text[1:]) == text[0] else "upn-check-letter"


def is_temporary_upn(text: str) -> bool:
    """Return whether a normalised UPN is temporary: its last character is a letter."""
    return text[-1:].isalpha()


def upn_check_letter(last_twelve: str) -> str:
    """Return the first letter that belongs to the other twelve characters (modulus 23)."""
    total = sum(
        weight * _upn_value(character)
        for weight, character in zip(range(2, 14), last_twelve, strict=True)
    )
    return UPN_LETTERS[total % 23]


def normalise_postcode(text: str) -> str | None:
    """Return a postcode as `SW1A 1AA`, by shape alone; None if it has not the shape of one."""
    packed = re.sub(r"\s", "", text).upper()
    match = re.fullmatch(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})", packed)
    return f"{match[1]} {match[2]}" if match else None


def _upn_value(character: str) -> int:
    return int(character) if character.isdigit() else UPN_LETTERS.index(character)
