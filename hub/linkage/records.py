"""What the linkage engine gets to know of one registration of a child."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from contracts.identity import Identity


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkRecord:
    """One publisher's registration of a child, in clear: for memory only.

    Nothing in it has been checked or normalised. birth_date: None also if it is no date at all.
    sex: F or M; None: not known. days: London days on which its episodes began, in order.
    forces: codes of the force areas in which the child lives or was reported. registered_on: when
    the publisher registered it; counts only as long as no episode is known.
    """

    subject_id: UUID
    publisher: str
    forenames: str | None = None
    surname: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    nhs_number: str | None = None
    upn: str | None = None
    postcode: str | None = None
    days: tuple[date, ...] = ()
    forces: frozenset[str] = frozenset()
    registered_on: date | None = None


def link_record(
    subject_id: UUID,
    publisher: str,
    identity: Identity,
    *,
    sex: str | None = None,
    days: Iterable[date] = (),
    forces: Iterable[str] = (),
    registered_on: date | None = None,
) -> LinkRecord:
    """Return an identity block with what the ledger knows of the same registration.

    sex: as events state it; anything but F and M is not known.
    """
    return LinkRecord(
        subject_id=subject_id,
        publisher=publisher,
        forenames=identity.forenames,
        surname=identity.surname,
        birth_date=_day(identity.birth_date),
        sex=sex if sex in ("F", "M") else None,
        nhs_number=identity.nhs_number,
        upn=identity.upn,
        postcode=identity.home_postcode,
        days=tuple(sorted(set(days))),
        forces=frozenset(forces),
        registered_on=registered_on,
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
