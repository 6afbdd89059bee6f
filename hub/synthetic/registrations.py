"""How a publisher registers a child: the truth, or what it takes for the truth."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from contracts.identity import Identity
from domain.identifiers import PublisherId, publisher_kind
from domain.periods import eighteenth_birthday
from domain.vocabulary import Sex
from hub.synthetic.children import Child
from hub.synthetic.clock import DAY, noon
from hub.synthetic.messages import ClearAmendment, ClearRegistration, Draft
from hub.synthetic.names import misspelt, respelt, short_form, surname
from hub.synthetic.nation import Nation
from hub.synthetic.numbers import postcode
from hub.synthetic.placements import HOMES
from hub.synthetic.profile import (
    AMENDED,
    AUTHORITY_BIRTH_DATE_WRONG,
    AUTHORITY_NAME_MISSPELT,
    AUTHORITY_NHS_MISSING,
    AUTHORITY_POSTCODE_MISSING,
    AUTHORITY_POSTCODE_OLD,
    AUTHORITY_UPN_MISSING,
    POLICE_BIRTH_DATE_WRONG,
    POLICE_ETHNICITY_UNKNOWN,
    POLICE_NAME_MISSPELT,
    POLICE_NHS_PRESENT,
    POLICE_OTHER_SURNAME,
    POLICE_POSTCODE_MISSING,
    POLICE_POSTCODE_OF_PLACEMENT,
    POLICE_POSTCODE_OLD,
    POLICE_SECOND_FORENAME_DROPPED,
    POLICE_SHORT_FORENAME,
    SEX_UNKNOWN,
    UNACCOMPANIED_BIRTH_DATE_VARIES,
    UNACCOMPANIED_NAME_VARIES,
    UNACCOMPANIED_NHS_MISSING,
)
from hub.synthetic.randomness import between, chance, pick, stream
from hub.synthetic.records import subject_reference
from hub.synthetic.scene import lived_in

# Children's services know most children before they go missing (ours).
_KNOWN_DAYS: Final = 700


@dataclass(frozen=True, kw_only=True, slots=True)
class _Errors:
    """How often one kind of publisher errs."""

    misspelt: float
    birth_date: float
    postcode_old: float
    postcode_missing: float


_AUTHORITY: Final = _Errors(
    misspelt=AUTHORITY_NAME_MISSPELT,
    birth_date=AUTHORITY_BIRTH_DATE_WRONG,
    postcode_old=AUTHORITY_POSTCODE_OLD,
    postcode_missing=AUTHORITY_POSTCODE_MISSING,
)
_POLICE: Final = _Errors(
    misspelt=POLICE_NAME_MISSPELT,
    birth_date=POLICE_BIRTH_DATE_WRONG,
    postcode_old=POLICE_POSTCODE_OLD,
    postcode_missing=POLICE_POSTCODE_MISSING,
)


def registration(nation: Nation, publisher: PublisherId, child: Child) -> list[Draft]:
    """Return a child's registration with a publisher, and its amendment if that was wrong."""
    random = nation.stream(child.key, publisher, "registration")
    authority = publisher_kind(publisher) == "local-authority"
    at = _registered_at(nation, random, child, authority=authority)
    identity = (_by_authority if authority else _by_police)(nation, random, child)
    ethnicity: str | None = child.ethnicity
    if not authority and chance(random, POLICE_ETHNICITY_UNKNOWN):
        ethnicity = None
    sex = Sex.UNKNOWN if chance(random, SEX_UNKNOWN) else child.sex
    subject = subject_reference(nation, publisher, child)
    body = ClearRegistration(
        identity=identity,
        sex=sex,
        ethnicity=ethnicity,
        unaccompanied=child.unaccompanied if authority else None,
    )
    drafts = [Draft(at=at, subject=subject, number=1, body=body)]
    amended_at = nation.clock.starts_at + between(random, 1, nation.clock.days) * DAY
    if chance(random, AMENDED) and at < amended_at < nation.horizon:
        right = Identity(
            birth_date=child.born_on.isoformat(),
            forenames=child.forenames,
            surname=child.surname,
            nhs_number=identity.nhs_number,
            upn=identity.upn,
            home_postcode=child.postcode,
        )
        amendment = ClearAmendment(
            identity=right,
            sex=child.sex,
            ethnicity=ethnicity,
            unaccompanied=body.unaccompanied,
        )
        drafts.append(Draft(at=amended_at, subject=subject, number=2, body=amendment))
    return drafts


def _registered_at(nation: Nation, random: Random, child: Child, *, authority: bool) -> int:
    """Return when the publisher came to know the child: the same for a month and for its year."""
    if not authority:
        return child.first_departure
    if child.care:
        return noon(child.care.started_on)
    return nation.clock.starts_at - between(random, 1, _KNOWN_DAYS) * DAY


def _by_authority(nation: Nation, random: Random, child: Child) -> Identity:
    identity = _common(nation, random, child, _AUTHORITY)
    missing = UNACCOMPANIED_NHS_MISSING if child.unaccompanied else AUTHORITY_NHS_MISSING
    return Identity(
        birth_date=identity.birth_date.isoformat(),
        forenames=identity.forenames,
        surname=identity.surname,
        nhs_number=None if chance(random, missing) else child.nhs_number,
        upn=None if chance(random, AUTHORITY_UPN_MISSING) else child.upn,
        home_postcode=identity.home_postcode,
    )


def _by_police(nation: Nation, random: Random, child: Child) -> Identity:
    identity = _named_by_police(random, child, _common(nation, random, child, _POLICE))
    home = identity.home_postcode
    placement = child.placement_on(nation.clock.date_at(child.first_departure))
    host = lived_in(child, placement)
    if placement and host and host.isdigit() and chance(random, POLICE_POSTCODE_OF_PLACEMENT):
        # The children of one home share its postcode; carers' houses are as many.
        number = placement.home or between(random, HOMES + 1, 2 * HOMES)
        home = postcode(stream("home", host, number), host)
    nhs = not child.unaccompanied and chance(random, POLICE_NHS_PRESENT)
    return Identity(
        birth_date=identity.birth_date.isoformat(),
        forenames=identity.forenames,
        surname=identity.surname,
        nhs_number=child.nhs_number if nhs else None,
        home_postcode=home,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """What a publisher was told of a child."""

    birth_date: date
    forenames: str
    surname: str
    home_postcode: str | None


def _common(nation: Nation, random: Random, child: Child, errors: _Errors) -> _Told:
    """Return what was told, with the errors that every kind of publisher makes."""
    forenames, family_name = child.forenames, child.surname
    if chance(random, errors.misspelt):
        forenames = misspelt(random, forenames)
    if chance(random, errors.misspelt):
        family_name = misspelt(random, family_name)
    birth_date = child.born_on
    if chance(random, errors.birth_date):
        birth_date = _wrong(nation, random, child)
    home: str | None = child.postcode
    if chance(random, errors.postcode_old):
        home = postcode(random, child.authority)
    if chance(random, errors.postcode_missing):
        home = None
    return _Told(
        birth_date=birth_date, forenames=forenames, surname=family_name, home_postcode=home
    )


def _named_by_police(random: Random, child: Child, told: _Told) -> _Told:
    forenames, family_name, birth_date = told.forenames, told.surname, told.birth_date
    if chance(random, POLICE_SECOND_FORENAME_DROPPED):
        forenames = forenames.split()[0]
    if chance(random, POLICE_SHORT_FORENAME):
        forenames = short_form(forenames)
    if chance(random, POLICE_OTHER_SURNAME):
        family_name = surname(random, "british")
    if child.unaccompanied:
        if chance(random, UNACCOMPANIED_NAME_VARIES):
            forenames = respelt(random, forenames)
            family_name = respelt(random, family_name)
        if chance(random, UNACCOMPANIED_BIRTH_DATE_VARIES):
            birth_date = birth_date.replace(month=pick(random, (1, 6)), day=1)
    return replace(told, forenames=forenames, surname=family_name, birth_date=birth_date)


def _wrong(nation: Nation, random: Random, child: Child) -> date:
    """Return a wrong birth date that still makes the child a child."""
    born_on = child.born_on
    first = nation.clock.date_at(child.first_departure)
    exchanged = born_on
    if born_on.day <= 12:
        exchanged = born_on.replace(month=born_on.day, day=born_on.month)
    later = born_on + timedelta(days=365)
    choices = (exchanged, born_on + timedelta(days=1), later)
    wrong = pick(random, choices)
    return wrong if wrong < first < eighteenth_birthday(wrong) else born_on
