"""Names, postcodes and birth dates as they are compared."""

from datetime import date
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.linkage.normalising import (
    birth_date_problem,
    day_month_swapped,
    forenames,
    is_heaped,
    plain,
    postcode_levels,
    sound,
    surname,
    surname_parts,
)
from hub.linkage.short_names import full_names

REGISTERED = date(2025, 6, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'BRIEN", "o\N{RIGHT SINGLE QUOTATION MARK}brien"),
        ("Zoë", "ZOE"),
        ("Ellie-Mae", "ellie mae"),
        ("Łukasz", "Lukasz"),
        ("Straße", "STRASSE"),
        ("Ångström", "angstrom"),
        ("ﬁona", "fiona"),
        ("İpek", "ipek"),
        ("أحمد", "احمد"),
    ],
)
def test_case_accents_hyphens_and_ligatures_make_no_difference(one: str, other: str) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize("name", ["محمد", "Мария", "प्रिया", "李雷", "ゆうき", "Ελένη", "ሰላም"])
def test_names_of_other_scripts_keep_their_letters(name: str) -> None:
    letters = plain(name)

    assert letters
    assert forenames(name) == (letters,)
    assert sound(surname(name) or "") == surname(name)


@pytest.mark.parametrize(
    "text", [None, "", " ", "-", "X", "x.", "É", "XX", "12", "Unknown", "UNNAMED", "not known",
             "N/A", "N/K", "Baby", "Baby Boy", "Infant Female", "tbc", "None"],
)  # fmt: skip
def test_placeholders_and_single_letters_are_no_forename(text: str | None) -> None:
    assert forenames(text) == ()


@pytest.mark.parametrize("text", [None, "", "S", "Unknown", "Not-Known", "n/k", "??", "LNU"])
def test_placeholders_and_single_letters_are_no_surname(text: str | None) -> None:
    assert surname(text) is None
    assert surname_parts(text) == ()


def test_a_name_of_one_ideograph_is_a_name() -> None:
    assert surname("李") == "李"


def test_several_forenames_come_one_by_one_and_hyphenated_ones_also_in_parts() -> None:
    assert forenames("Olivia Ellie-Mae") == ("olivia", "elliemae", "ellie", "mae")


def test_a_double_surname_has_parts_but_particles_are_none() -> None:
    assert surname_parts("Smith-Jones") == ("smithjones", "smith", "jones")
    assert surname_parts("Al-Hassan") == ("alhassan", "hassan")
    assert surname_parts("O'Brien") == ("obrien",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("smith", "smyth"),
        ("hussain", "hossein"),
        ("philips", "filips"),
        ("yusuf", "iusuf"),
        ("qaderi", "kaderi"),
        ("stephens", "stevens"),
        ("mohammed", "muhamad"),
    ],
)
def test_respelt_names_sound_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other)


def test_short_names_lead_to_the_names_they_stand_for() -> None:
    assert "elizabeth" in full_names("lizzie")
    assert set(full_names("alex")) >= {"alexander", "alexandra"}
    assert set(full_names("mo")) == set(full_names("muhammad"))
    assert full_names("quinn") == ("quinn",)


@pytest.mark.parametrize(
    ("born", "reference", "problem"),
    [
        (None, REGISTERED, "birth-date-missing"),
        (date(1989, 12, 31), REGISTERED, "birth-date-implausible"),
        (date(2025, 6, 2), REGISTERED, "birth-date-implausible"),
        (date(2005, 6, 1), REGISTERED, "birth-date-implausible"),
        (date(2005, 6, 2), REGISTERED, None),
        (date(2025, 6, 1), REGISTERED, None),
        (date(2010, 1, 1), None, None),
    ],
)
def test_birth_dates_that_cannot_be_a_childs_are_not_compared(
    born: date | None, reference: date | None, problem: str | None
) -> None:
    assert birth_date_problem(born, reference) == problem


def test_day_and_month_swap_only_where_that_is_another_date() -> None:
    assert day_month_swapped(date(2010, 3, 4)) == date(2010, 4, 3)
    assert day_month_swapped(date(2010, 4, 4)) is None
    assert day_month_swapped(date(2010, 4, 13)) is None


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)))
def test_swapping_twice_gives_the_same_birth_date(born: date) -> None:
    swapped = day_month_swapped(born)

    assert swapped is None or day_month_swapped(swapped) == born


def test_first_of_january_and_fifteenths_are_heaped() -> None:
    assert [is_heaped(date(2010, *each)) for each in ((1, 1), (7, 15), (2, 1), (1, 2))] == [
        True,
        True,
        False,
        False,
    ]


def test_a_postcode_has_four_levels_whatever_its_case_and_spaces() -> None:
    assert postcode_levels(" sw1a1 aa") == ("SW1A 1AA", "SW1A 1", "SW1A", "SW")
    assert postcode_levels("nowhere") is None
    assert postcode_levels(None) is None


@given(st.text(max_size=40))
def test_any_text_can_be_a_name_and_normalising_it_again_changes_nothing(text: str) -> None:
    letters = plain(text)

    assert plain(letters) == letters
    assert plain(normalize("NFC", text)) == plain(normalize("NFD", text))
    assert sound(letters or "x") == sound(letters or "x")
    assert all(forenames(each) == (each,) for each in forenames(text))
    assert set(surname_parts(text)) >= ({surname(text)} if surname(text) else set())
