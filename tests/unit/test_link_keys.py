"""Two registrations are certainly one child only by numbers that can exist, or by all of a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.identity import Identity
from domain.identifiers import nhs_check_digit
from hub.identity.link_keys import (
    NAME_BIRTH_POSTCODE,
    NHS_AND_BIRTH,
    RULES,
    UPN_AND_BIRTH,
    link_values,
)
from tests.examples import identity, nhs_number, upn

BORN = "2012-05-06"


def by_name(forenames: str, surname: str, postcode: str = "B1 1AA") -> Identity:
    """An identity without numbers."""
    return Identity(birth_date=BORN, forenames=forenames, surname=surname, home_postcode=postcode)


def test_a_whole_identity_links_by_every_rule_in_their_order() -> None:
    assert tuple(rule for rule, _ in link_values(identity(1))) == RULES


def test_nothing_links_without_a_birth_date() -> None:
    assert link_values(identity(1, birth_date=None)) == ()


def test_children_who_differ_in_everything_share_no_value() -> None:
    one, other = set(link_values(identity(1))), set(link_values(identity(2)))

    assert not one & other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Zoë", "O'Neill"), ("ZOE", "ONEILL")),
        (("Anne-Marie", "Smith"), ("anne marie", "smith")),
        (("José", "Núñez"), ("Jose\u0301", "Nun\u0303ez")),
        (("Lukas", "Strauß"), ("LUKAS", "STRAUSS")),
        (("ﬁona", "Clarke"), ("Fiona", "Clarke")),
        (("Jean  Paul", "de la Cruz"), ("Jean-Paul", "De-La-Cruz")),
    ],
)
def test_names_are_equal_whatever_their_case_accents_hyphens_and_spaces(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert link_values(by_name(*one)) == link_values(by_name(*other))
    assert link_values(by_name(*one)) != ()


def test_postcodes_are_equal_whatever_their_case_and_space() -> None:
    assert link_values(by_name("A", "B", "b11aa")) == link_values(by_name("A", "B", " B1 1AA "))


def test_other_names_or_postcodes_or_forenames_and_surnames_swapped_differ() -> None:
    own = link_values(by_name("Ada", "Beck"))

    assert link_values(by_name("Ida", "Beck")) != own
    assert link_values(by_name("Ada", "Beck", "B1 1AB")) != own
    assert link_values(by_name("Beck", "Ada")) != own
    assert link_values(by_name("Ad", "aBeck")) != own


@pytest.mark.parametrize(
    "who",
    [
        by_name("Ada", "Beck", "not one"),
        by_name("-", "'"),
        Identity(birth_date=BORN, forenames="Ada", home_postcode="B1 1AA"),
        Identity(birth_date=BORN, surname="Beck", home_postcode="B1 1AA"),
        Identity(birth_date=BORN, forenames="Ada", surname="Beck"),
        Identity(birth_date=BORN),
    ],
)
def test_part_of_a_name_and_address_links_nobody(who: Identity) -> None:
    assert link_values(who) == ()


@pytest.mark.parametrize("number", ["0000000000", "9999999999", "5000000000", "1234567890"])
def test_an_nhs_number_that_was_never_issued_links_nobody(number: str) -> None:
    assert link_values(Identity(birth_date=BORN, nhs_number=number)) == ()


@given(st.from_regex(r"999[0-9]{7}", fullmatch=True))
def test_an_nhs_number_links_only_with_its_check_digit(number: str) -> None:
    valid = nhs_check_digit(number[:9]) == int(number[9]) and len(set(number)) > 1

    values = link_values(Identity(birth_date=BORN, nhs_number=number))

    assert values == (((NHS_AND_BIRTH, f"{number}|{BORN}"),) if valid else ())


def test_a_upn_links_only_with_its_check_letter() -> None:
    wrong = ("A" if upn(1)[0] != "A" else "B") + upn(1)[1:]

    assert link_values(Identity(birth_date=BORN, upn=wrong)) == ()
    assert [rule for rule, _ in link_values(Identity(birth_date=BORN, upn=upn(1)))] == [
        UPN_AND_BIRTH
    ]


def test_one_number_with_another_birth_date_is_another_value() -> None:
    one = link_values(Identity(birth_date=BORN, nhs_number=nhs_number(1)))
    other = link_values(Identity(birth_date="2012-05-07", nhs_number=nhs_number(1)))

    assert one != other
    assert [rule for rule, _ in (*one, *other)] == [NHS_AND_BIRTH] * 2
    assert NAME_BIRTH_POSTCODE in RULES
