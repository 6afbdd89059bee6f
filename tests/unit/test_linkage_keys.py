"""Which registrations find each other, by the values that they share."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.linkage.link_keys import link_values
from hub.linkage.prepared import prepared
from hub.linkage.records import LinkRecord
from tests.unit.link_records import LEEDS, WEST_MIDLANDS, girl, nhs_number, upn

names = st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["Olivia", "Liv", "O'Brien"]))
any_records = st.builds(
    LinkRecord,
    subject_id=st.uuids(),
    publisher=st.sampled_from(["la-330", "pf-E23000014", "pf-btp"]),
    forenames=names,
    surname=names,
    birth_date=st.one_of(st.none(), st.dates()),
    sex=st.sampled_from(["F", "M", None]),
    nhs_number=st.one_of(st.none(), st.text(max_size=12), st.just(nhs_number(1))),
    upn=st.one_of(st.none(), st.text(max_size=14), st.just(upn(1))),
    postcode=st.one_of(st.none(), st.text(max_size=10), st.just("B1 1AA")),
    days=st.lists(st.dates(), max_size=3).map(lambda days: tuple(sorted(days))),
    forces=st.frozensets(st.sampled_from(["E23000014", "btp"])),
)


def meet(one: LinkRecord, other: LinkRecord) -> bool:
    return bool(set(link_values(one)) & set(link_values(other)))


@pytest.mark.parametrize(
    "differing",
    [
        {"surname": "OBryan"},
        {"surname": "Williams"},
        {"forenames": "Liv"},
        {"forenames": "Oliva"},
        {"forenames": "O'Brien", "surname": "Olivia"},
        {"postcode": "LS1 4AP"},
        {"postcode": None},
        {"birth_date": date(2010, 4, 3)},
        {"birth_date": date(2010, 3, 5)},
        {"birth_date": date(2011, 3, 4)},
        {"birth_date": date(2009, 3, 4)},
        {"birth_date": None},
        {"birth_date": date(2011, 3, 4), "postcode": "LS1 4AP"},
        {"birth_date": date(2009, 3, 5), "postcode": None},
        {"birth_date": date(2010, 4, 3), "postcode": "LS1 4AP"},
        {"forenames": None, "surname": None},
        {"forenames": None, "surname": None, "postcode": "LS1 4AP"},
        {"forenames": "Ophelia", "surname": "Williams", "postcode": "LS1 4AP"},
    ],
    ids=str,
)
def test_registrations_meet_though_one_thing_of_them_differs(
    differing: dict[str, Any],
) -> None:
    assert meet(girl(1), girl(2, WEST_MIDLANDS, **differing))


def test_registrations_meet_by_a_number_alone() -> None:
    nothing: dict[str, Any] = {
        "forenames": None,
        "surname": None,
        "birth_date": None,
        "postcode": None,
    }

    assert meet(girl(1, nhs_number=nhs_number(7)), girl(2, **nothing, nhs_number=nhs_number(7)))
    assert meet(girl(1, upn=upn(7)), girl(2, LEEDS, **nothing, upn=upn(7)))


def test_numbers_that_fail_their_check_and_pupil_numbers_of_police_find_nobody() -> None:
    odd: dict[str, Any] = {"forenames": None, "surname": None, "birth_date": None, "postcode": None}
    wrong = nhs_number(7)[:-1] + str((int(nhs_number(7)[-1]) + 1) % 10)

    assert link_values(girl(1, **odd, nhs_number=wrong, upn="A000000000000")) == ()
    assert link_values(girl(1, **odd, nhs_number="0000000000")) == ()
    assert link_values(girl(1, WEST_MIDLANDS, **odd, upn=upn(7))) == ()


def test_what_does_not_count_is_told_by_a_reason_code() -> None:
    record = girl(
        1,
        forenames="X",
        surname="Unknown",
        birth_date=date(1985, 1, 1),
        nhs_number="1111111111",
        upn="none",
        postcode="nowhere",
    )

    assert prepared(record).ignored == (
        "birth-date-implausible",
        "forename-missing",
        "surname-missing",
        "nhs-number-invalid",
        "upn-invalid",
        "postcode-invalid",
    )
    assert prepared(girl(1)).ignored == ()


def test_children_who_have_little_in_common_do_not_meet() -> None:
    other = girl(
        2,
        LEEDS,
        forenames="Jack",
        surname="Patel",
        birth_date=date(2012, 9, 9),
        postcode="LS1 4AP",
        forces=frozenset({"E23000010"}),
    )

    assert not meet(girl(1), other)


def test_a_child_has_few_values() -> None:
    busy = girl(
        1,
        forenames="Alex Ellie-Mae",
        surname="Smith-Jones",
        nhs_number=nhs_number(1),
        upn=upn(1),
        forces=frozenset({"E23000014", "E23000010"}),
    )

    assert len(link_values(girl(1))) <= 12
    assert len(link_values(busy)) <= 32


@given(any_records)
def test_any_registration_has_values_each_once_in_order_whoever_it_is(record: LinkRecord) -> None:
    values = link_values(record)

    assert list(values) == sorted(set(values))
    assert all(rule and value for rule, value in values)
    again = LinkRecord(
        **{
            name: getattr(record, name)
            for name in LinkRecord.__slots__
            if name not in ("subject_id", "sex")
        },
        subject_id=UUID(int=1),
    )
    assert link_values(again) == values
