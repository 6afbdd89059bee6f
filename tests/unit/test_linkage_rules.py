"""What is certain of a pair by rule, and what keeps it from being linked unseen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.linkage import IDENTIFIER_CONFLICT, TWINS, WEAK
from hub.linkage.comparisons import COMPARISONS, NULL, OTHER, level_names
from hub.linkage.rules import (
    NAME_BIRTH_POSTCODE,
    NHS_AND_BIRTH,
    NHS_DIFFERS,
    UPN_AND_BIRTH,
    UPN_DIFFERS,
    conflict_of,
    rule_of,
)

SAME = {
    "forename": "equal",
    "surname": "equal",
    "birth-date": "equal",
    "sex": "equal",
    "postcode": "equal",
    "nhs-number": NULL,
    "upn": NULL,
    "days": "one-of-few",
    "forces": "shared",
    "publisher": OTHER,
}
NAMELESS = {"forename": NULL, "surname": NULL}
any_levels = st.fixed_dictionaries(
    {each.name: st.sampled_from([NULL, *level_names(each)]) for each in COMPARISONS}
)


def levels(**differing: str) -> dict[str, str]:
    return SAME | {name.replace("_", "-"): level for name, level in differing.items()}


@pytest.mark.parametrize(
    ("differing", "rule"),
    [
        ({}, NAME_BIRTH_POSTCODE),
        ({"nhs_number": "equal"}, NHS_AND_BIRTH),
        ({"nhs_number": "equal", "forename": OTHER, "surname": OTHER}, NHS_AND_BIRTH),
        ({"nhs_number": "equal", "birth_date": "day-month-swapped"}, NHS_AND_BIRTH),
        ({"nhs_number": "equal", "birth_date": "one-digit-differs"}, NHS_AND_BIRTH),
        ({"nhs_number": "equal", "birth_date": "one-digit-differs", **NAMELESS}, NHS_AND_BIRTH),
        ({"nhs_number": "equal", "birth_date": "one-digit-differs", "forename": OTHER}, None),
        ({"nhs_number": "equal", "birth_date": "same-year"}, None),
        ({"nhs_number": "equal", "birth_date": NULL}, None),
        ({"upn": "equal", "postcode": OTHER}, UPN_AND_BIRTH),
        ({"upn": "equal", "birth_date": "one-digit-differs"}, None),
        ({"birth_date": "equal-heaped"}, None),
        ({"forename": "short-form"}, None),
        ({"surname": NULL}, None),
        ({"postcode": "same-sector"}, None),
    ],
)
def test_rules_hold_where_a_number_or_everything_is_equal(
    differing: dict[str, str], rule: str | None
) -> None:
    assert rule_of(levels(**differing)) == rule


@pytest.mark.parametrize(
    ("differing", "conflict"),
    [
        ({}, None),
        ({"nhs_number": "equal", "forename": OTHER, "birth_date": OTHER}, IDENTIFIER_CONFLICT),
        ({"upn": "equal", "forename": OTHER, "birth_date": "same-year"}, IDENTIFIER_CONFLICT),
        ({"nhs_number": "equal", "birth_date": OTHER}, None),
        ({"nhs_number": OTHER}, NHS_DIFFERS),
        ({"nhs_number": OTHER, "forename": OTHER}, NHS_DIFFERS),
        ({"upn": OTHER}, None),
        ({"upn": OTHER, "publisher": "same"}, UPN_DIFFERS),
        ({"forename": OTHER}, TWINS),
        ({"forename": OTHER, "nhs_number": "equal"}, TWINS),
        ({"forename": "somewhat-alike", "surname": "alike"}, TWINS),
        ({"forename": "short-form"}, None),
        ({"forename": OTHER, "surname": OTHER}, None),
        ({"birth_date": OTHER}, WEAK),
        ({"birth_date": NULL}, WEAK),
        ({"birth_date": "same-year"}, None),
        ({"birth_date": "same-year", "forename": "sounds-alike"}, WEAK),
        ({"birth_date": "same-year", "days": OTHER}, WEAK),
        ({"birth_date": "same-year", "postcode": "same-district"}, WEAK),
        ({"birth_date": "a-day-or-a-year-off"}, None),
        ({"birth_date": "equal-heaped"}, None),
        ({"birth_date": "equal-heaped", "postcode": "same-district", "days": OTHER}, WEAK),
        ({"birth_date": NULL, "nhs_number": "equal"}, None),
        ({"birth_date": NULL, "nhs_number": "equal", **NAMELESS}, WEAK),
        (NAMELESS, None),
        (NAMELESS | {"postcode": "same-sector"}, None),
        (NAMELESS | {"days": OTHER}, WEAK),
        (NAMELESS | {"days": "as-by-chance"}, WEAK),
        (NAMELESS | {"postcode": "same-district"}, WEAK),
        (NAMELESS | {"postcode": OTHER, "days": "several"}, None),
        (NAMELESS | {"birth_date": "equal-heaped"}, WEAK),
        (NAMELESS | {"sex": OTHER}, WEAK),
        (NAMELESS | {"upn": OTHER}, WEAK),
        ({"surname": NULL, "days": NULL}, WEAK),
    ],
)
def test_conflicts_name_what_a_reviewer_must_see(
    differing: dict[str, str], conflict: str | None
) -> None:
    assert conflict_of(levels(**differing)) == conflict


@given(any_levels)
def test_nothing_is_certain_without_birth_dates_that_agree_and_two_numbers_are_never(
    found: dict[str, str],
) -> None:
    rule, conflict = rule_of(found), conflict_of(found)

    if found["birth-date"] in (NULL, OTHER, "same-year", "a-day-or-a-year-off"):
        assert rule is None
    if found["nhs-number"] == OTHER:
        assert conflict is not None
    if rule is None and conflict is None:
        named = NULL not in (found["forename"], found["surname"])
        numbered = "equal" in (found["nhs-number"], found["upn"])
        assert numbered or found["birth-date"] not in (NULL, OTHER)
        assert numbered or named or found["days"] not in (NULL, OTHER)
