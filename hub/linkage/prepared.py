"""A registration in the form in which pairs are found and compared."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, Literal
from uuid import UUID

from domain.identifiers import nhs_number_problem, normalise_nhs_number, normalise_upn, upn_problem
from hub.linkage.normalising import (
    BirthDateProblem,
    birth_date_problem,
    forenames,
    postcode_levels,
    sound,
    surname_parts,
)
from hub.linkage.records import LinkRecord
from hub.linkage.short_names import full_names

Ignored = (
    BirthDateProblem
    | Literal[
        "forename-missing",
        "surname-missing",
        "nhs-number-invalid",
        "upn-invalid",
        "postcode-invalid",
    ]
)

_AUTHORITY: Final = "la-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """What of a registration can be compared; what cannot is None or empty.

    full_names: what the first forename may be short for. ignored: why parts of it do not count.
    """

    subject_id: UUID
    publisher: str
    forenames: tuple[str, ...]
    full_names: tuple[str, ...]
    surname: str | None
    surname_parts: tuple[str, ...]
    born: date | None
    sex: str | None
    nhs_number: str | None
    upn: str | None
    postcode: str | None
    sector: str | None
    district: str | None
    area: str | None
    days: tuple[date, ...]
    forces: tuple[str, ...]
    ignored: tuple[Ignored, ...]


def prepared(record: LinkRecord) -> Prepared:
    """Return a registration as it is compared; identifiers that fail their check are left out."""
    given = _forenames(record.forenames)
    family = _surname_parts(record.surname)
    reference = record.days[0] if record.days else record.registered_on
    problem = birth_date_problem(record.birth_date, reference)
    nhs = _valid_nhs_number(record.nhs_number)
    upn = _valid_upn(record)
    place = postcode_levels(record.postcode)
    unit, sector, district, area = place or (None, None, None, None)
    reasons: tuple[tuple[bool, Ignored], ...] = (
        (not given, "forename-missing"),
        (not family, "surname-missing"),
        (bool(record.nhs_number) and nhs is None, "nhs-number-invalid"),
        (bool(record.upn) and upn is None, "upn-invalid"),
        (bool(record.postcode) and place is None, "postcode-invalid"),
    )
    ignored = tuple(reason for holds, reason in reasons if holds)
    return Prepared(
        subject_id=record.subject_id,
        publisher=record.publisher,
        forenames=given,
        full_names=full_names(given[0]) if given else (),
        surname=family[0] if family else None,
        surname_parts=family,
        born=record.birth_date if problem is None else None,
        sex=record.sex if record.sex in ("F", "M") else None,
        nhs_number=nhs,
        upn=upn,
        postcode=unit,
        sector=sector,
        district=district,
        area=area,
        days=record.days,
        forces=tuple(sorted(record.forces)),
        ignored=ignored if problem is None else (problem, *ignored),
    )


# Names repeat: most children share theirs with many others.
_forenames = lru_cache(maxsize=20_000)(forenames)
_surname_parts = lru_cache(maxsize=20_000)(surname_parts)
sound_of = lru_cache(maxsize=50_000)(sound)


def forget_names() -> None:
    """Let go of every name: what is remembered for longer than a comparison outlives an erasure."""
    for each in (_forenames, _surname_parts, sound_of):
        each.cache_clear()


def _valid_nhs_number(text: str | None) -> str | None:
    number = normalise_nhs_number(text or "")
    return number if number and nhs_number_problem(number) is None else None


def _valid_upn(record: LinkRecord) -> str | None:
    """Return a valid pupil number; only authorities may state one.

    Twelve zeros have a check letter, too, but are nobody's number.
    """
    upn = normalise_upn(record.upn or "")
    if len(set(upn[1:])) < 2 or not record.publisher.startswith(_AUTHORITY):
        return None
    return upn if upn_problem(upn) is None else None
