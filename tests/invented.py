"""Invented names and numbers of children who do not exist."""

from hashlib import sha256

from domain.identifiers import nhs_check_digit, upn_check_letter


def nhs_number(number: int) -> str:
    """Return one of the valid NHS numbers of the range that is kept for tests."""
    found = 0
    for digits in range(1_000_000):
        first_nine = f"999{digits:06d}"
        last = nhs_check_digit(first_nine)
        found += last is not None
        if found == number:
            return f"{first_nine}{last}"
    raise ValueError("there are not so many")


def upn(number: int) -> str:
    """Return a valid unique pupil number."""
    last_twelve = f"330{number:09d}"
    return upn_check_letter(last_twelve) + last_twelve


def word(seed: str) -> str:
    """Return an invented name that looks like no other's."""
    digits = sha256(seed.encode()).digest()
    parts = zip(digits[0:8:2], digits[1:8:2], strict=True)
    return "".join("bdfgklmnprstvz"[one % 14] + "aeiou"[two % 5] for one, two in parts).title()
