"""Populations as a file: complete or refused, since a sum over a part is a wrong denominator."""

import pytest

from contracts.populations import COLUMNS, parse_populations
from contracts.register import read_register
from domain.errors import FileFormatError
from domain.populations import POPULATION_BANDS, POPULATION_SEXES, complete_areas

REGISTER = read_register()
TODAY = [each.number for each in REGISTER.authorities]


def lines(year: int, areas: list[str]) -> list[str]:
    return [
        f"{year},{area},{band},{sex},{100 + place},ONS"
        for place, area in enumerate(areas)
        for band in POPULATION_BANDS
        for sex in POPULATION_SEXES
    ]


def file(rows: list[str]) -> bytes:
    return "\n".join([",".join(COLUMNS), *rows]).encode()


def refusal(rows: list[str]) -> str:
    with pytest.raises(FileFormatError) as refused:
        parse_populations("population.csv", file(rows), REGISTER)
    return str(refused.value)


def test_a_complete_year_is_read_with_the_region_of_each_authority() -> None:
    rows = lines(2024, TODAY)

    found = parse_populations("population.csv", file(rows[::-1]), REGISTER)

    assert len(found) == len(TODAY) * 10
    first = found[0]
    assert (first.year, first.authority, first.region) == (2024, "201", "E12000007")
    assert (first.age_band, first.sex, first.children, first.source) == ("0", "F", 100, "ONS")


def test_a_year_may_have_the_authorities_of_its_time_or_those_of_today() -> None:
    then, today = complete_areas(REGISTER, 2022)

    assert "909" in then
    assert "909" not in today
    assert {"942", "943"} <= today - then
    for areas in (then, today):
        assert parse_populations("population.csv", file(lines(2022, sorted(areas))), REGISTER)


def test_a_year_without_one_authority_or_one_band_is_refused() -> None:
    assert "2024 does not have the authorities" in refusal(lines(2024, TODAY[1:]))
    assert "2024 lacks 1 rows" in refusal(lines(2024, TODAY)[1:])
    assert "there is no row" in refusal([])


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("24,330,0,F,1,ONS", "`year` is not"),
        ("2024,999,0,F,1,ONS", "`authority` is not"),
        ("2024,330,0-17,F,1,ONS", "`age_band` or `sex` is none"),
        ("2024,330,0,X,1,ONS", "`age_band` or `sex` is none"),
        ("2024,330,0,F,1.5,ONS", "`children` is not a whole number"),
        ("2024,330,0,F,-1,ONS", "`children` is not a whole number"),
        ("2024,330,0,F,1,", "`source` is empty"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(row: str, problem: str) -> None:
    assert f"row 2: {problem}" in refusal(["2024,330,0,M,1,ONS", row])


def test_a_number_given_twice_is_refused() -> None:
    assert "row 2: the same year" in refusal(["2024,330,0,F,1,ONS", "2024,330,0,F,2,ONS"])


def test_a_file_without_a_column_is_refused() -> None:
    with pytest.raises(FileFormatError, match="the column source is missing"):
        parse_populations("population.csv", b"year,authority,age_band,sex,children\n", REGISTER)
