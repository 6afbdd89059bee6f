"""Registrations for tests of linking: one girl, and what differs from her."""

from datetime import date
from typing import Any
from uuid import UUID

from domain.identifiers import nhs_check_digit, upn_check_letter
from hub.linkage.records import LinkRecord

BIRMINGHAM = "la-330"
WEST_MIDLANDS = "pf-E23000014"
LEEDS = "la-383"

_BORN = date(2010, 3, 4)


def girl(number: int, publisher: str = BIRMINGHAM, **differing: Any) -> LinkRecord:
    """Return a registration of Olivia O'Brien; number: makes its subject."""
    fields: dict[str, Any] = {
        "forenames": "Olivia",
        "surname": "O'Brien",
        "birth_date": _BORN,
        "sex": "F",
        "postcode": "B1 1AA",
        "days": (date(2025, 6, 1),),
        "forces": frozenset({"E23000014"}),
    }
    return LinkRecord(subject_id=UUID(int=number), publisher=publisher, **(fields | differing))


def nhs_number(serial: int) -> str:
    """Return a valid NHS number of the range that is for tests."""
    for candidate in range(serial * 11, serial * 11 + 11):
        nine = f"999{candidate:06d}"
        digit = nhs_check_digit(nine)
        if digit is not None:
            return f"{nine}{digit}"
    raise AssertionError("eleven numbers in a row without a check digit")


def upn(serial: int) -> str:
    """Return a valid permanent pupil number."""
    twelve = f"330{serial:09d}"
    return f"{upn_check_letter(twelve)}{twelve}"
