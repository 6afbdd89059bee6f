"""The open data file against the standard of the platform that it is to be dropped into."""

import csv
import re
from dataclasses import replace

import pytest

from contracts.ees import META_COLUMNS, data_csv, meta_csv
from contracts.feed import Indicator, Level, ReleaseId, Stage
from domain.disclosure import Symbol
from domain.geography import ENGLAND_CODE
from domain.periods import Month
from tests.unit.release_examples import REGISTER, example_release

REQUIRED = [
    *("time_period", "time_identifier", "geographic_level", "country_code", "country_name"),
    *("region_code", "region_name"),
]


def data_rows() -> list[dict[str, str]]:
    return read(data_csv(example_release()))


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(content.decode("utf-8").splitlines()))


def test_the_columns_are_those_of_the_standard_then_the_indicators() -> None:
    header = data_csv(example_release()).decode().splitlines()[0].split(",")

    assert header == [*REQUIRED, *Indicator]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,49}", name) for name in header)


def test_england_comes_first_without_a_region_then_every_region_once() -> None:
    england, *regions = data_rows()

    assert england["geographic_level"] == Level.NATIONAL
    assert (england["region_code"], england["region_name"]) == ("", "")
    assert [(row["region_code"], row["region_name"]) for row in regions] == [
        (region.code, region.name) for region in REGISTER.regions
    ]
    assert {row["geographic_level"] for row in regions} == {Level.REGIONAL}


def test_every_row_names_the_country_and_the_month() -> None:
    for row in data_rows():
        assert (row["country_code"], row["country_name"]) == (ENGLAND_CODE, "England")
        assert (row["time_period"], row["time_identifier"]) == ("2026", "March")


@pytest.mark.parametrize(("number", "name"), [(1, "January"), (9, "September"), (12, "December")])
def test_a_month_is_named_as_the_platform_names_it(number: int, name: str) -> None:
    month = Month(year=2027, number=number)
    release = replace(example_release(), id=ReleaseId(month=month, stage=Stage.PROVISIONAL))

    row = read(data_csv(release))[0]

    assert (row["time_period"], row["time_identifier"]) == ("2027", name)


def test_every_figure_is_a_multiple_of_ten_or_a_symbol() -> None:
    figures = [row[indicator] for row in data_rows() for indicator in Indicator]

    shown = [figure for figure in figures if figure != Symbol.CONFIDENTIAL]
    assert len(figures) == 40
    assert figures.count("c") == 4
    assert all(re.fullmatch(r"[1-9][0-9]*0", figure) for figure in shown)


def test_the_second_file_describes_every_indicator_and_nothing_else() -> None:
    rows = read(meta_csv())

    assert list(rows[0]) == list(META_COLUMNS)
    assert [row["col_name"] for row in rows] == list(Indicator)
    assert {row["col_type"] for row in rows} == {"Indicator"}
    assert {row["indicator_dp"] for row in rows} == {"0"}


def test_labels_are_unlike_each_other_and_short_enough() -> None:
    labels = [row["label"] for row in read(meta_csv())]

    assert len(set(labels)) == len(labels)
    assert all(label and label == label.strip() and len(label) <= 80 for label in labels)
