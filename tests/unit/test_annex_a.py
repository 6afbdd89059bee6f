"""Ofsted's Annex A, list 8: the sheet that is found, the cells as they come, and what is told."""

from datetime import date, datetime
from typing import Any

import pytest

from contracts.annex_a import AnnexSource, read_annex_a, year_before
from contracts.annex_a_columns import Column, column_of
from domain.errors import UsageError
from tests.unit.adapter_files import (
    AUTHORITY,
    balanced,
    contract,
    ids,
    list_row,
    of_type,
    read_list,
    remarks,
    remembered,
    told,
    workbook,
)
from tests.unit.ssda903_returns import Sealer, event_key

NOT_READ = (
    "Age of Child (Years)",
    "Does the Child have a Disability",
    "Child's Category of Need",
    "Is this a second or subsequent period of being a Looked After Child within the last 12 months",
    "Start date of current legal status",
    "Date of Latest Statutory Review",
    "Number of Placements in the Last 12 months",
    "Placement postcode",
    "Placement Location",
    "Allocated Worker",
)


def one(**cells: Any) -> Any:
    return read_list(workbook(list_row(**cells)))


def test_a_row_tells_of_the_child_its_care_its_placement_and_its_numbers() -> None:
    sealer = Sealer()
    row = list_row(absent=1, offered="a) Yes", accepted="b) No", host="Kent", urn="SC012345")

    reading = read_list(workbook(row), sealer=sealer)

    assert [each["type"] for each in told(reading)] == [
        "subject.registered",
        "care.started",
        "placement.started",
        "episode-count.stated",
    ]
    assert of_type(reading, "episode-count.stated") == [
        {
            "from_date": "2024-01-01",
            "to_date": "2024-12-31",
            "missing_episodes": 2,
            "away_episodes": 1,
            "last_interview_offered": True,
            "last_interview_accepted": False,
        }
    ]
    assert of_type(reading, "placement.started")[0]["host_authority"] == "886"
    assert of_type(reading, "care.started")[0]["legal_status"] == "C2"
    assert [each.birth_date for each in sealer.sealed.values()] == ["2010-01-05"]
    assert reading.ignored == ("annex.xlsx: Cover",)
    assert not remarks(reading)


def test_the_headings_of_the_template_are_known_and_no_others() -> None:
    assert [column_of(column.value) for column in Column] == list(Column)
    assert [column_of(text) for text in NOT_READ] == [None] * len(NOT_READ)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("child id", Column.CHILD),
        ("No. of MISSING episodes in last 12 months", Column.MISSING),
        ("Number of episodes child has been \u2018Absent\u2019", Column.ABSENT),
        ("RHI offered?", Column.OFFERED),
        ("DOB", Column.BORN),
        ("Sex", Column.GENDER),
    ],
)
def test_other_spellings_of_headings_are_known(text: str, column: Column) -> None:
    assert column_of(text) is column


def test_the_same_workbook_says_nothing_new_and_another_number_is_told_again() -> None:
    first = one()
    again = read_list(workbook(list_row()), known=remembered(first))

    changed = read_list(workbook(list_row(missing=3)), known=remembered(first))

    assert ids(again) == ids(first)
    counts = [each for each in told(changed) if each["type"] == "episode-count.stated"]
    assert [each["missing_episodes"] for each in counts] == [2, 3]
    assert counts[0]["time"] < counts[1]["time"]


def test_a_later_list_with_another_placement_adds_it() -> None:
    first = one()

    later = read_list(
        workbook(list_row(placed=date(2024, 1, 4))),
        ends_on=date(2025, 3, 31),
        known=remembered(first),
    )

    assert [each["started"] for each in of_type(later, "placement.started")] == ["2024-01-04"]
    assert of_type(later, "episode-count.stated")[0]["from_date"] == "2024-04-01"


@pytest.mark.parametrize(
    "cell",
    [date(2020, 1, 1), datetime(2020, 1, 1), 43831, 43831.0, "43831", "01/01/2020", "2020-01-01"],  # noqa: DTZ001
)
def test_a_day_is_read_in_every_form_that_workbooks_have(cell: object) -> None:
    assert of_type(one(care_started=cell), "care.started")[0]["started"] == "2020-01-01"


@pytest.mark.parametrize(
    ("cell", "number"), [(2, 2), (2.0, 2), ("2", 2), (" 2 ", 2), (0, 0), ("366", 366)]
)
def test_a_number_is_read_from_numbers_and_text(cell: object, number: int) -> None:
    (count,) = of_type(one(missing=cell), "episode-count.stated")

    assert count["missing_episodes"] == number


@pytest.mark.parametrize("cell", [-1, 2.5, "two", 367, "1e1", True])
def test_what_is_no_number_of_episodes_refuses_the_row(cell: object) -> None:
    reading = one(missing=cell)

    assert remarks(reading) == [(1, "row-invalid", Column.MISSING.value)]
    assert not reading.messages


@pytest.mark.parametrize("cell", [None, "n/a", "#N/A", " "])
def test_a_blank_number_is_no_zero(cell: object) -> None:
    reading = one(missing=cell)

    assert not of_type(reading, "episode-count.stated")
    assert remarks(reading) == [(1, "count-blank", Column.MISSING.value)]


def test_a_formula_without_its_result_is_named() -> None:
    reading = one(missing="=1+1")

    assert (1, "formula-without-result", Column.MISSING.value) in remarks(reading)
    assert not of_type(reading, "episode-count.stated")


def test_a_finding_costs_its_cell_only() -> None:
    reading = one(
        born="unknown",
        ethnicity="x",
        offered="perhaps",
        urn="7",
        host="Narnia",
        provider="PR9",
        legal_status="Q1",
        placement_type="Z9",
        care_ended=date(2024, 5, 5),
        care_end_reason="d) E3: Care taken by another LA",
        unaccompanied="Yes",
        gender="d) Neither",
    )

    found = {column for _, _, column in remarks(reading)}
    assert found == {
        each.value
        for each in (
            Column.BORN,
            Column.ETHNICITY,
            Column.OFFERED,
            Column.URN,
            Column.HOST,
            Column.PROVIDER,
            Column.LEGAL_STATUS,
            Column.PLACEMENT_TYPE,
        )
    }
    assert of_type(reading, "care.ended")[0]["reason"] == "E3"
    assert of_type(reading, "subject.registered")[0]["unaccompanied"] is True
    assert not of_type(reading, "placement.started")


def test_two_rows_of_a_child_that_differ_are_both_refused() -> None:
    same = [list_row(child=1042), list_row(child=1042), list_row(child="1042", missing="2")]
    rows = [list_row(), list_row(missing=3), *same]

    reading = read_list(workbook(*rows))

    assert [(each.row, each.code) for each in reading.rejections] == [
        (1, "subject-mismatch"),
        (2, "subject-mismatch"),
    ]
    assert (4, "duplicate-row", "") in remarks(reading)
    assert balanced(reading, AUTHORITY)


def test_care_without_a_start_is_not_told() -> None:
    reading = one(care_started=None, care_ended=date(2024, 5, 5))

    assert not of_type(reading, "care.started")
    assert not of_type(reading, "care.ended")


@pytest.mark.parametrize("cell", [10**12, 1e300, True, "45,000"])
def test_a_number_that_is_no_day_is_noted(cell: object) -> None:
    assert remarks(one(born=cell)) == [(1, "date-invalid", Column.BORN.value)]


@pytest.mark.parametrize("child", [None, "a b", "x" * 41])
def test_a_row_needs_a_child(child: object) -> None:
    reading = read_list(workbook(list_row(child=child)))

    assert remarks(reading) == [(1, "row-invalid", Column.CHILD.value)]


def test_a_force_sends_no_annex_a() -> None:
    source = AnnexSource(
        publisher="pf-btp",
        ends_on=date(2024, 12, 31),
        contract=contract(),
        seal=Sealer(),
        event_key=event_key,
    )

    with pytest.raises(UsageError, match="authority"):
        read_annex_a("a.xlsx", workbook(list_row()), source)


@pytest.mark.parametrize(
    ("to", "start"),
    [
        (date(2024, 12, 31), date(2024, 1, 1)),
        (date(2024, 2, 28), date(2023, 3, 1)),
        (date(2024, 2, 29), date(2023, 3, 1)),
        (date(2025, 3, 31), date(2024, 4, 1)),
    ],
)
def test_twelve_months_end_on_the_day_given(to: date, start: date) -> None:
    assert year_before(to) == start
