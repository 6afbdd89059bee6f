"""The register of areas and publishers, against facts known from elsewhere."""

import csv
import re
from collections import Counter
from datetime import date, timedelta
from importlib.resources import files

import pytest

from contracts.register import read_register
from domain.geography import AREAS_OUTSIDE_ENGLAND, Authority, GssCode
from domain.identifiers import parse_publisher_id, publisher_area, publisher_kind


def test_the_register_holds_every_authority_region_and_force() -> None:
    register = read_register()

    assert len(register.authorities) == 153
    assert len(register.regions) == 9
    assert len(register.forces) == 39 + 1
    assert register.forces[-1].code == "btp"


def test_numbers_and_gss_codes_are_unique_and_well_formed() -> None:
    register = read_register()
    everybody = [*register.authorities, *register.abolished]

    numbers = [authority.number for authority in everybody]
    codes = [entry.code for authority in everybody for entry in authority.gss]

    assert len(numbers) == len(set(numbers))
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[0-9]{3}", number) for number in numbers)
    assert all(re.fullmatch(r"E(06|08|09|10)[0-9]{6}", code) for code in codes)


def test_every_authority_has_a_region_and_a_territorial_force() -> None:
    register = read_register()

    for authority in (*register.authorities, *register.abolished):
        assert register.region(authority.region_code) is not None, authority.number
        force = register.force(authority.force_code)
        assert force is not None, authority.number
        assert force.code != "btp", authority.number


def test_authorities_by_region_and_by_force_cover_the_country_once() -> None:
    register = read_register()

    by_region = Counter(
        authority.number
        for region in register.regions
        for authority in register.authorities_in_region(region.code)
    )
    by_force = Counter(
        authority.number
        for force in register.forces
        for authority in register.authorities_in_force(force.code)
    )

    assert by_region == by_force == Counter(each.number for each in register.authorities)


def test_every_territorial_force_has_an_authority_and_the_transport_police_none() -> None:
    register = read_register()

    empty = [
        force.code for force in register.forces if not register.authorities_in_force(force.code)
    ]

    assert empty == ["btp"]


@pytest.mark.parametrize(
    ("number", "name", "region", "force"),
    [
        ("201", "City of London", "London", "London, City of"),
        ("202", "Camden", "London", "Metropolitan Police"),
        ("330", "Birmingham", "West Midlands", "West Midlands"),
        ("420", "Isles of Scilly", "South West", "Devon & Cornwall"),
        ("373", "Sheffield", "Yorkshire and The Humber", "South Yorkshire"),
        ("921", "Isle of Wight", "South East", "Hampshire"),
        ("943", "Westmorland and Furness", "North West", "Cumbria"),
    ],
)
def test_well_known_authorities_lie_where_they_lie(
    number: str, name: str, region: str, force: str
) -> None:
    register = read_register()

    authority = register.authority(number)

    assert authority is not None
    assert authority.name == name
    found_region = register.region(authority.region_code)
    found_force = register.force(authority.force_code)
    assert found_region is not None
    assert found_region.name == region
    assert found_force is not None
    assert found_force.name == force


def test_london_has_33_authorities_and_32_of_them_the_metropolitan_police() -> None:
    register = read_register()

    assert len(register.authorities_in_region("E12000007")) == 33
    assert len(register.authorities_in_force("E23000001")) == 32


@pytest.mark.parametrize(
    ("number", "before", "after", "first_day"),
    [
        ("370", "E08000016", "E08000038", date(2025, 5, 1)),
        ("373", "E08000019", "E08000039", date(2025, 5, 1)),
        ("815", "E10000023", "E06000065", date(2023, 4, 1)),
        ("825", "E10000002", "E06000060", date(2020, 4, 1)),
        ("933", "E10000027", "E06000066", date(2023, 4, 1)),
    ],
)
def test_a_number_outlives_a_change_of_gss_code(
    number: str, before: str, after: str, first_day: date
) -> None:
    register = read_register()
    last_day = first_day - timedelta(days=1)

    authority = register.authority(number)

    assert authority is not None
    assert authority.gss_on(last_day) == before
    assert authority.gss_on(first_day) == after
    assert authority.gss_code == after
    assert register.authority_by_gss(before) is authority
    assert register.authority_by_gss(before, last_day) is authority
    assert register.authority_by_gss(before, first_day) is None
    assert register.authority_by_gss(after, last_day) is None


def test_an_abolished_authority_still_resolves_and_names_its_successors() -> None:
    register = read_register()

    cumbria = register.authority("909")

    assert cumbria is not None
    assert cumbria.abolished_on == date(2023, 3, 31)
    assert cumbria.successors == ("942", "943")
    assert cumbria not in register.authorities
    assert register.authority_by_gss("E10000006", date(2018, 1, 1)) is cumbria
    assert cumbria.gss_on(date(2023, 4, 1)) is None


def test_successors_are_current_and_take_over_on_the_next_day() -> None:
    register = read_register()
    assert {each.number for each in register.abolished} == {
        "820",
        "835",
        "836",
        "837",
        "875",
        "909",
        "928",
    }

    for authority in register.abolished:
        assert authority.abolished_on is not None
        heirs = [register.authority(number) for number in authority.successors]
        assert heirs
        for heir in heirs:
            assert heir is not None
            assert heir.abolished_on is None
            assert heir.gss[0].valid_from == authority.abolished_on + timedelta(days=1)


def test_an_authority_never_has_two_gss_codes_on_one_day_nor_a_gap() -> None:
    register = read_register()

    for authority in (*register.authorities, *register.abolished):
        for earlier, later in zip(authority.gss, authority.gss[1:], strict=False):
            assert earlier.valid_until is not None
            assert later.valid_from == earlier.valid_until + timedelta(days=1)
        assert authority.gss[-1].valid_until == authority.abolished_on


def test_a_code_holds_on_its_first_and_its_last_day_only() -> None:
    code = GssCode(code="E06000099", valid_from=date(2024, 2, 29), valid_until=date(2024, 3, 1))

    held = [day for day in range(27, 32) if code.holds_on(date(2024, 2, 1) + timedelta(days=day))]

    assert held == [28, 29]


def test_publishers_are_all_authorities_and_forces() -> None:
    register = read_register()

    publishers = register.publishers()

    assert len(publishers) == 193
    assert len({publisher.id for publisher in publishers}) == 193
    kinds = Counter(publisher.kind for publisher in publishers)
    assert kinds == {"local-authority": 153, "police-force": 40}
    for publisher in publishers:
        assert parse_publisher_id(publisher.id) == publisher.id
        assert publisher_kind(publisher.id) == publisher.kind
        area = publisher_area(publisher.id)
        assert (register.authority(area) or register.force(area)) is not None


def test_a_publisher_is_found_by_its_exact_id() -> None:
    register = read_register()

    assert [
        publisher.name
        for name in ("la-330", "pf-E23000014", "pf-btp")
        if (publisher := register.publisher(name)) is not None
    ] == ["Birmingham", "West Midlands", "British Transport Police"]
    assert register.publisher("la-999") is None
    assert register.publisher("LA-330") is None
    assert register.publisher("la-909") is None


def test_unknown_codes_answer_none() -> None:
    register = read_register()

    assert register.authority("999") is None
    assert register.authority_by_gss("E06999999", date(2025, 1, 1)) is None
    assert register.region("E12000010") is None
    assert register.force("E23000040") is None


def test_children_may_be_placed_with_any_authority_or_elsewhere_in_the_kingdom() -> None:
    register = read_register()

    assert set(AREAS_OUTSIDE_ENGLAND) == {"SCO", "NIR", "WAL"}
    assert all(register.is_placement_area(code) for code in ("SCO", "NIR", "WAL", "330", "909"))
    assert not register.is_placement_area("unknown")


def test_the_register_is_read_once() -> None:
    assert read_register() is read_register()


def rows_of(name: str) -> list[dict[str, str]]:
    table = files("contracts").joinpath("reference", name).read_text("utf-8")
    return list(csv.DictReader(table.splitlines()))


def test_the_figures_of_2022_are_of_authorities_that_existed_then() -> None:
    register = read_register()
    day = date(2022, 3, 31)

    numbers = [row["number"] for row in rows_of("dfe_missing_2022.csv")]

    def existed(authority: Authority) -> bool:
        return authority.gss_on(day) is not None

    expected = filter(existed, (*register.authorities, *register.abolished))
    assert sorted(numbers) == sorted(authority.number for authority in expected)


def test_the_figures_of_2022_add_up_to_the_national_ones_but_for_what_is_suppressed() -> None:
    rows = rows_of("dfe_missing_2022.csv")

    incidents = [row["missing_incidents"] for row in rows]

    national = next(
        row for row in rows_of("dfe_missing_2022_regions.csv") if row["code"] == "E92000001"
    )
    published = sum(int(value) for value in incidents if value.isdigit())
    assert int(national["missing_incidents"]) == 76_890
    assert 0 <= 76_890 - published < 50


def test_the_readme_names_every_table() -> None:
    folder = files("contracts").joinpath("reference")

    readme = folder.joinpath("README.md").read_text("utf-8")

    tables = [path.name for path in folder.iterdir() if path.name.endswith(".csv")]
    assert tables
    assert all(f"`{name}`" in readme for name in tables)
