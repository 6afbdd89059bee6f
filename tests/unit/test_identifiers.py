"""Publisher ids, references, NHS numbers, UPNs and postcodes."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.errors import UsageError
from domain.identifiers import (
    REFERENCE_PATTERN,
    UPN_LETTERS,
    PublisherId,
    is_reference,
    is_temporary_upn,
    is_test_nhs_number,
    nhs_check_digit,
    nhs_number_problem,
    normalise_nhs_number,
    normalise_postcode,
    normalise_upn,
    parse_publisher_id,
    publisher_area,
    publisher_from_urn,
    publisher_kind,
    publisher_urn,
    upn_check_letter,
    upn_problem,
)

SIX_DIGITS = st.text(alphabet="0123456789", min_size=6, max_size=6)
TWELVE_DIGITS = st.text(alphabet="0123456789", min_size=12, max_size=12)
PUBLISHERS = st.from_regex(r"(la-[0-9]{3}|pf-E23[0-9]{6}|pf-btp)", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "kind", "area"),
    [
        ("la-330", "local-authority", "330"),
        ("pf-E23000014", "police-force", "E23000014"),
        ("pf-btp", "police-force", "btp"),
    ],
)
def test_a_publisher_id_tells_its_kind_and_area(text: str, kind: str, area: str) -> None:
    publisher = parse_publisher_id(text)

    assert publisher_kind(publisher) == kind
    assert publisher_area(publisher) == area


@pytest.mark.parametrize(
    "text",
    ["LA-330", "la-33", "la-3300", "pf-E22000014", "pf-BTP", "la-330\n", " la-330", "", "la-٣٣٠"],
)
def test_what_is_not_a_publisher_id_is_refused_and_names_no_urn(text: str) -> None:
    with pytest.raises(UsageError, match="la-330"):
        parse_publisher_id(text)

    assert publisher_from_urn(f"urn:missing-hub:publisher:{text}") is None


@given(PUBLISHERS)
def test_a_publisher_urn_is_read_as_it_is_written(text: str) -> None:
    publisher = parse_publisher_id(text)

    assert publisher_from_urn(publisher_urn(publisher)) == publisher


def test_the_urn_form_is_fixed_and_case_sensitive() -> None:
    assert publisher_urn(PublisherId("la-330")) == "urn:missing-hub:publisher:la-330"
    assert publisher_from_urn("URN:missing-hub:publisher:la-330") is None
    assert publisher_from_urn("la-330") is None


@pytest.mark.parametrize("text", ["102639", "CH-0001", "A/2025:7", "x" * 64])
def test_plain_references_are_taken(text: str) -> None:
    assert is_reference(text)


@pytest.mark.parametrize("text", ["", "x" * 65, "a b", "-1", "é1", "1\n", "a@b"])
def test_other_references_are_refused(text: str) -> None:
    assert not is_reference(text)


def test_the_reference_pattern_is_anchored_for_json_schema() -> None:
    assert REFERENCE_PATTERN.startswith("^")
    assert REFERENCE_PATTERN.endswith("$")


def test_the_check_digit_agrees_with_the_published_worked_example() -> None:
    # The example by which the method is commonly explained: the weighted sum of 943476591 is 299.
    assert nhs_check_digit("943476591") == 9


@given(SIX_DIGITS)
def test_a_number_of_the_test_range_has_exactly_one_right_check_digit(digits: str) -> None:
    first_nine = f"999{digits}"
    assume(digits != "999999")

    right = [d for d in "0123456789" if nhs_number_problem(first_nine + d) is None]

    check_digit = nhs_check_digit(first_nine)
    assert right == ([] if check_digit is None else [str(check_digit)])
    assert all(is_test_nhs_number(first_nine + digit) for digit in right)


@given(st.integers(min_value=0, max_value=998), SIX_DIGITS)
def test_only_issued_ranges_are_taken(prefix: int, digits: str) -> None:
    first_nine = f"{prefix:03d}{digits}"
    check_digit = nhs_check_digit(first_nine)
    assume(check_digit is not None)
    number = f"{first_nine}{check_digit}"
    assume(len(set(number)) > 1)

    problem = nhs_number_problem(number)

    issued = 10 <= prefix <= 311 or 320 <= prefix <= 499 or 600 <= prefix <= 799
    assert problem == (None if issued else "nhs-number-unissued")
    assert not is_test_nhs_number(number)


@pytest.mark.parametrize(
    ("last_issued", "first_unissued"), [(311, 312), (499, 500), (799, 800), (320, 319), (10, 9)]
)
def test_issued_ranges_end_where_they_are_said_to_end(
    last_issued: int, first_unissued: int
) -> None:
    def problem(prefix: int) -> str | None:
        nines = (f"{prefix:03d}{serial:06d}" for serial in range(20))
        digits = ((nine, nhs_check_digit(nine)) for nine in nines)
        return nhs_number_problem(next(f"{nine}{digit}" for nine, digit in digits if digit))

    assert problem(last_issued) is None
    assert problem(first_unissued) == "nhs-number-unissued"


@pytest.mark.parametrize("digit", "0123456789")
def test_a_repeated_digit_is_refused_although_its_check_digit_may_be_right(digit: str) -> None:
    assert nhs_number_problem(digit * 10) == "nhs-number-repeated"


@pytest.mark.parametrize("text", ["", "999000001", "99900000180", "99900O0018", "٩٩٩٠٠٠٠٠١٨"])
def test_what_is_not_ten_digits_is_refused(text: str) -> None:
    assert nhs_number_problem(text) == "nhs-number-shape"


def test_a_wrong_check_digit_is_named() -> None:
    assert nhs_number_problem("9990000018") is None
    assert nhs_number_problem("9990000019") == "nhs-number-check-digit"


def test_spaces_and_hyphens_do_not_belong_to_an_nhs_number() -> None:
    assert normalise_nhs_number(" 999 000-0018\u00a0") == "9990000018"


def test_known_pupil_numbers_are_well_formed() -> None:
    # Weighted sums worked by hand: 368 and 93, that is 0 and 1 modulo 23.
    assert upn_problem("A123456789012") is None
    assert upn_problem("B801200005001") is None


@given(TWELVE_DIGITS)
def test_one_check_letter_of_twenty_three_is_right(digits: str) -> None:
    right = [letter for letter in UPN_LETTERS if upn_problem(letter + digits) is None]

    assert right == [upn_check_letter(digits)]


@given(TWELVE_DIGITS, st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(digits: str, place: int, shift: int) -> None:
    letter = upn_check_letter(digits)
    wrong = str((int(digits[place]) + shift) % 10)

    altered = letter + digits[:place] + wrong + digits[place + 1 :]

    assert upn_problem(altered) == "upn-check-letter"


@given(st.text(alphabet="0123456789", min_size=11, max_size=11), st.sampled_from(UPN_LETTERS))
def test_a_temporary_pupil_number_ends_in_a_letter_that_counts(digits: str, last: str) -> None:
    upn = upn_check_letter(digits + last) + digits + last

    assert upn_problem(upn) is None
    assert is_temporary_upn(upn)
    assert not is_temporary_upn(upn[:-1] + "0")


@pytest.mark.parametrize(
    "text",
    ["", "UN2", "I123456789012", "A12345678901O", "a123456789012", "A12345678901", "1A23456789012"],
)
def test_what_does_not_look_like_a_pupil_number_is_refused(text: str) -> None:
    assert upn_problem(text) == "upn-shape"


def test_a_pupil_number_is_normalised_to_capitals_without_spaces() -> None:
    assert normalise_upn(" a1234 5678 9012 ") == "A123456789012"


def test_the_alphabet_leaves_out_what_is_taken_for_a_digit_and_has_a_prime_length() -> None:
    assert len(UPN_LETTERS) == 23
    assert set("IOS").isdisjoint(UPN_LETTERS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sw1a1aa", "SW1A 1AA"),
        ("M1 1AE", "M1 1AE"),
        (" eh14  8ec", "EH14 8EC"),
        ("CR26XH", "CR2 6XH"),
        ("not known", None),
        ("", None),
        ("SW1A 1A", None),
        ("SW1AA 1AA", None),
    ],
)
def test_a_postcode_is_normalised_by_its_shape(text: str, expected: str | None) -> None:
    assert normalise_postcode(text) == expected


@given(st.from_regex(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}", fullmatch=True))
def test_a_normal_postcode_stays_as_it_is(postcode: str) -> None:
    assert normalise_postcode(postcode) == postcode
    assert normalise_postcode(postcode.replace(" ", "").lower()) == postcode
