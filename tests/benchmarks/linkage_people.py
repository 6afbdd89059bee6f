"""Any table of people in CSV as records to link: for data sets that we have never seen.

Every row is a registration of its own, by its own publisher unless a column says whose it is.
Columns are known by their usual names, and others can be named; the truth is a column.
The linker believes no birth before 1990: dates are moved by 400 years, after which the calendar
repeats itself, so that adults are compared as children are, with nothing switched off. Postcodes
and numbers of other countries are written in the shape of ours, equal ones alike. A number without
a check digit that only one row has is left out: a slip in it would look like another person.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from domain.identifiers import nhs_number_problem, normalise_nhs_number, normalise_postcode
from hub.linkage.records import LinkRecord
from hub.synthetic.numbers import nhs_number

# What a column may be called, in lower case, for each thing that linking compares.
_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "forenames": ("forenames", "forename", "first_name", "firstname", "given_name", "givenname",
                  "first_name_std", "fname", "name"),
    "surname": ("surname", "last_name", "lastname", "family_name", "lname"),
    "birth_date": ("birth_date", "date_of_birth", "dob", "birthdate"),
    "sex": ("sex", "gender"),
    "postcode": ("postcode", "postcode_fake", "post_code", "zip", "zip_code"),
    "nhs_number": ("nhs_number", "nhs", "soc_sec_id", "ssn"),
    "upn": ("upn",),
}  # fmt: skip
_SEXES: Final = {"f": "F", "female": "F", "2": "F", "m": "M", "male": "M", "1": "M"}
_DIGITS: Final = re.compile(r"\d+")
# The Gregorian calendar repeats itself, weekdays and leap days included.
CALENDAR_YEARS: Final = 400
_LETTERS: Final = "ABDEFGHJLN"


@dataclass(frozen=True, kw_only=True)
class People:
    """Records, and who each really is."""

    records: Sequence[LinkRecord]
    truth: Mapping[UUID, str]


def read_people(
    path: Path,
    *,
    truth: str,
    named: Mapping[str, str] | None = None,
    publisher: str | None = None,
) -> People:
    """Read a CSV; named: the column of a thing where that is not called as usual.

    Raises SystemExit if a column is not there, or the file holds no row.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [
            {
                (name or "").strip().lower(): (value or "").strip()
                for name, value in row.items()
                if isinstance(value, str)
            }
            for row in csv.DictReader(file, skipinitialspace=True)
        ]
    if not rows:
        raise SystemExit(f"{path} holds no rows")
    columns = _columns(rows[0], named or {})
    for wanted in filter(None, (truth, publisher)):
        if wanted.lower() not in rows[0]:
            raise SystemExit(f"{path} has no column {wanted}; it has {', '.join(rows[0])}")
    records = [
        _record(number, row, columns, row[publisher.lower()] if publisher else f"la-{number}")
        for number, row in enumerate(rows)
    ]
    numbers = _numbers([each.nhs_number for each in records])
    records = [replace(each, nhs_number=numbers.get(each.nhs_number or "")) for each in records]
    persons = [_person(truth.lower(), row) for row in rows]
    return People(
        records=records,
        truth={each.subject_id: name for each, name in zip(records, persons, strict=True)},
    )


def parse_birth_date(text: str) -> date | None:
    """Return a date of any usual form, or None; the day comes first where both could be."""
    parts = _DIGITS.findall(text)
    if len(parts) == 1 and len(parts[0]) == 8:
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    if len(parts) < 3:
        return None
    if len(parts[0]) == 4:
        year, month, day = parts[:3]
    else:
        day, month, year = parts[:3]
    for order in ((int(month), int(day)), (int(day), int(month))):
        with suppress(ValueError):
            return date(_century(int(year)), *order)
    return None


def _columns(row: Mapping[str, str], named: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for thing, names in _CALLED.items():
        own = named.get(thing)
        if own is not None and own.lower() not in row:
            raise SystemExit(f"there is no column {own} for {thing}; there are {', '.join(row)}")
        column = own.lower() if own else next((each for each in names if each in row), None)
        if column is not None:
            found[thing] = column
    return found


def _record(
    number: int, row: Mapping[str, str], columns: Mapping[str, str], publisher: str
) -> LinkRecord:
    def value(thing: str) -> str | None:
        return row.get(columns[thing]) or None if thing in columns else None

    return LinkRecord(
        subject_id=UUID(int=number + 1),
        publisher=publisher,
        forenames=value("forenames"),
        surname=value("surname"),
        birth_date=_moved(parse_birth_date(value("birth_date") or "")),
        sex=_SEXES.get((value("sex") or "").lower()),
        nhs_number=value("nhs_number"),
        upn=value("upn"),
        postcode=_postcode(value("postcode")),
    )


def _century(year: int) -> int:
    """Return a year of two digits in full; nobody here was born before 1930 then."""
    return year if year > 99 else year + (1900 if year >= 30 else 2000)


def _moved(born: date | None) -> date | None:
    return None if born is None else born.replace(year=born.year + CALENDAR_YEARS)


def _postcode(text: str | None) -> str | None:
    """Return a postcode of ours, or digits in its shape: what begins alike still does."""
    if not text or normalise_postcode(text) or not text.isdigit() or not 3 <= len(text) <= 6:
        return text
    digits = text.ljust(6, "0")
    letters = "".join(_LETTERS[int(each)] for each in digits[:2] + digits[4:])
    return f"{letters[:2]}{digits[2:3]} {digits[3:4]}{letters[2:]}"


def _numbers(given: Iterable[str | None]) -> dict[str, str]:
    """Return numbers as the linker takes them: other than ours as one of the test range."""
    counts = Counter(each for each in given if each)
    found = {}
    for ordinal, (number, rows) in enumerate(sorted(counts.items())):
        if nhs_number_problem(normalise_nhs_number(number)) is None:
            found[number] = number
        elif rows > 1:
            found[number] = nhs_number(0, ordinal)
    return found


def _person(truth: str, row: Mapping[str, str]) -> str:
    """Return the truth; of FEBRL's record names (`rec-12-dup-3`) the part that is the person."""
    name = row[truth]
    return re.sub(r"^(rec-\d+)-(org|dup-\d+)$", r"\1", name)


def share_of_blank(records: Iterable[LinkRecord]) -> dict[str, float]:
    """Return how many of the records lack each thing, so that a wrong column is seen."""
    every = list(records)
    return {
        name: sum(getattr(each, name) is None for each in every) / len(every) for name in _CALLED
    }
