"""Code lists by collection year, and the groups built on them."""

import json
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.code_lists import read_code_lists, read_ethnic_groups
from domain.codes import (
    PLACEMENT_GROUPS,
    Code,
    CodeList,
    PlacementGroup,
    codes_in,
    find_code,
    placement_group,
    valid_between,
    valid_in,
)
from domain.vocabulary import RiskLevel, Sex

DAYS = st.dates(date(2023, 1, 1), date(2023, 12, 31))


def codes_of(name: str, collection_year: int) -> set[str]:
    return set(codes_in(read_code_lists()[name], collection_year))


@given(DAYS, DAYS, st.none() | DAYS, st.none() | DAYS)
def test_a_code_is_valid_on_the_days_from_its_first_to_its_last(
    one: date, other: date, first: date | None, last: date | None
) -> None:
    if first is not None and last is not None:
        first, last = min(first, last), max(first, last)
    code = Code(code="K9", label=None, valid_from=first, valid_to=last)
    code_list = CodeList(name="example", source="ours", codes=(code,))
    begin, end = min(one, other), max(one, other)

    valid = any(
        (first is None or first <= day) and (last is None or day <= last)
        for day in (begin + timedelta(days=number) for number in range((end - begin).days + 1))
    )

    assert valid_between(code_list, "K9", begin, end) is valid


def test_a_year_has_the_codes_of_all_its_days() -> None:
    within = Code(code="K9", label=None, valid_from=date(2018, 3, 31), valid_to=date(2018, 4, 1))
    code_list = CodeList(name="example", source="ours", codes=(within,))

    assert [year for year in range(2015, 2022) if codes_in(code_list, year)] == [2018, 2019]


def test_an_unknown_code_is_found_nowhere_and_never_valid() -> None:
    code_list = read_code_lists()["placement_type"]

    assert find_code(code_list, "k3") is None
    assert not valid_in(code_list, "k3", 2025)
    assert find_code(code_list, "K3") is not None


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("missing_type", 2),
        ("rne", 6),
        ("legal_status", 13),
        ("category_of_need", 8),
        ("placement_type", 32),
        ("placement_provider", 6),
        ("reason_place_change", 12),
        ("reason_episode_ceased", 22),
        ("review_code", 8),
        ("ethnicity", 20),
    ],
)
def test_each_list_of_the_return_is_complete_and_unambiguous(name: str, count: int) -> None:
    code_list = read_code_lists()[name]

    codes = [entry.code for entry in code_list.codes]

    assert len(codes) == len(set(codes)) == count


def test_placement_codes_of_2024_25_and_2025_26_are_those_of_the_return() -> None:
    of_2025 = {"A3", "A4", "A5", "A6", "H5", "K1", "K2", "K3", "P1", "P3", "R1", "R2", "R3", "R5"}
    of_2025 |= {"S1", "T0", "T1", "T2", "T3", "T4", "U1", "U2", "U3", "U4", "U5", "U6", "Z1"}

    assert codes_of("placement_type", 2025) == of_2025
    assert codes_of("placement_type", 2026) == (of_2025 - {"H5", "Z1"}) | {
        "Z11",
        "Z12",
        "Z13",
        "Z14",
    }


def test_placement_codes_of_2017_18_know_neither_k3_nor_z11() -> None:
    codes = codes_of("placement_type", 2018)

    assert {"H5", "P2", "Z1"} <= codes
    assert codes.isdisjoint({"K3", "Z11", "Z12", "Z13", "Z14"})


def test_k3_and_p2_share_only_the_year_in_which_one_took_over() -> None:
    valid = {
        year: {code for code in ("K3", "P2") if code in codes_of("placement_type", year)}
        for year in (2023, 2024, 2025)
    }

    assert valid == {2023: {"P2"}, 2024: {"K3", "P2"}, 2025: {"K3"}}


def test_sex_is_a_number_until_2023_24_and_a_letter_after() -> None:
    assert codes_of("sex", 2024) == {"1", "2"}
    assert codes_of("sex", 2025) == {"M", "F", "U"}


def test_the_lists_agree_with_the_vocabulary_of_the_events() -> None:
    lists = read_code_lists()

    assert {entry.code for entry in lists["police_risk_level"].codes} == set(RiskLevel)
    assert codes_of("sex", 2026) == set(Sex)


@pytest.mark.parametrize(
    ("name", "code", "first", "last"),
    [
        ("placement_type", "K3", 2024, None),
        ("placement_type", "H5", None, 2025),
        ("placement_type", "P2", None, 2024),
        ("placement_type", "Z1", None, 2025),
        ("placement_type", "Z11", 2026, None),
        ("placement_type", "Z12", 2026, None),
        ("placement_type", "Z13", 2026, None),
        ("placement_type", "Z14", 2026, None),
        ("sex", "1", None, 2024),
        ("sex", "2", None, 2024),
        ("sex", "M", 2025, None),
        ("sex", "F", 2025, None),
        ("sex", "U", 2025, None),
        ("social_worker_change", "MANAGE", 2024, None),
        ("social_worker_change", "OTHERS", 2024, None),
        ("return_module", "SWEpisodes", 2024, None),
        ("return_module", "DoLo", 2027, None),
        ("police_risk_level", "absent", 2014, 2017),
        ("police_risk_level", "no-apparent-risk", 2017, None),
        ("police_risk_level", "very-low", 2018, None),
    ],
)
def test_a_list_changes_in_the_year_that_its_source_says(
    name: str, code: str, first: int | None, last: int | None
) -> None:
    having = [year for year in range(2010, 2031) if code in codes_of(name, year)]

    assert having == list(range(first or 2010, (last or 2030) + 1))


def test_every_change_of_a_list_has_a_test_above() -> None:
    changing = {
        entry.code
        for each in read_code_lists().values()
        for entry in each.codes
        if each.name not in ("social_worker_change", "push_pull_reason")
        and (entry.valid_from or entry.valid_to)
    }

    assert changing == {
        *("K3", "H5", "P2", "Z1", "Z11", "Z12", "Z13", "Z14", "1", "2", "M", "F", "U"),
        *("SWEpisodes", "DoLo", "absent", "no-apparent-risk", "very-low"),
    }


def test_a_return_before_2023_24_knows_no_change_of_social_worker() -> None:
    assert codes_of("social_worker_change", 2023) == set()
    assert len(codes_of("social_worker_change", 2024)) == 10


def test_p2_ends_within_a_year_on_27_october_2023() -> None:
    placements = read_code_lists()["placement_type"]

    last, next_day = date(2023, 10, 27), date(2023, 10, 28)

    assert valid_between(placements, "P2", last, last)
    assert not valid_between(placements, "P2", next_day, next_day)


def test_every_placement_code_of_any_year_has_a_group() -> None:
    listed = {entry.code for entry in read_code_lists()["placement_type"].codes}

    assert set(PLACEMENT_GROUPS) == listed
    assert PlacementGroup.UNKNOWN not in PLACEMENT_GROUPS.values()
    assert PlacementGroup.NOT_LOOKED_AFTER not in PLACEMENT_GROUPS.values()


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("U4", "foster_care"),
        ("K2", "childrens_home"),
        ("K1", "secure_home"),
        ("H5", "supported_accommodation"),
        ("K3", "supported_accommodation"),
        ("S1", "residential_school"),
        ("P1", "with_parents"),
        (None, "unknown"),
        ("", "unknown"),
        ("k3", "unknown"),
    ],
)
def test_a_placement_code_falls_into_its_group(code: str | None, group: str) -> None:
    assert placement_group(code) == group


def test_every_ethnicity_code_has_a_published_group() -> None:
    groups = read_ethnic_groups()

    assert set(groups) == {entry.code for entry in read_code_lists()["ethnicity"].codes}
    assert {group.major for group in groups.values()} == {
        "White",
        "Mixed/Multiple ethnic groups",
        "Asian/Asian British",
        "Black/African/Caribbean/Black British",
        "Other ethnic group",
        "Unknown",
    }
    assert groups["CHNE"].major == "Asian/Asian British"
    assert [code for code, group in groups.items() if group.minor is None] == ["WROM"]


def test_every_data_file_is_read_under_its_own_name() -> None:
    folder = files("contracts").joinpath("codes")

    names = {path.name.removesuffix(".json") for path in folder.iterdir()}

    assert names == set(read_code_lists())
    assert all(code_list.source for code_list in read_code_lists().values())
    assert all(
        json.loads(folder.joinpath(f"{name}.json").read_text("utf-8"))["name"] == name
        for name in names
    )


def test_no_code_ends_before_it_begins() -> None:
    entries = [entry for each in read_code_lists().values() for entry in each.codes]

    reversed_codes = [
        entry.code
        for entry in entries
        if entry.valid_from is not None
        and entry.valid_to is not None
        and entry.valid_to < entry.valid_from
    ]

    assert reversed_codes == []
