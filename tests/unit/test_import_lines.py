"""The answer to a file row by row: every row once or more, in order, with what is to be said."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.import_lines import COLUMNS, LOST_ROW, SAYS, as_text, report_csv, report_lines
from contracts.imports import (
    FindingEntry,
    ImportReport,
    QuestionEntry,
    RejectionEntry,
    RowRange,
    Totals,
    ranges_of,
    report,
)
from contracts.outcomes import Outcome

ENDS = st.sampled_from([*Outcome, None])
FILES = ("header.csv", "missing.csv")


def finding(file: str, row: int, code: str = "575") -> FindingEntry:
    return FindingEntry(file=file, row=row, code=code, field="MIS_END", subject_row=None)


def rejection(file: str, row: int) -> RejectionEntry:
    return RejectionEntry(file=file, row=row, code="1004", pointer="/MIS_START", message="No day.")


def made(
    ends: dict[str, list[Outcome | None]],
    findings: tuple[FindingEntry, ...] = (),
    rejections: tuple[RejectionEntry, ...] = (),
) -> ImportReport:
    return report(
        {},
        events=Totals(),
        findings=findings,
        rejections=rejections,
        outcomes=tuple(each for file in ends for each in ranges_of(file, ends[file])),
    )


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def test_equal_neighbours_stand_together() -> None:
    found = ranges_of("a.csv", [Outcome.ACCEPTED, Outcome.ACCEPTED, None, Outcome.ACCEPTED])

    assert [(each.first, each.last, each.outcome) for each in found] == [
        (1, 2, Outcome.ACCEPTED),
        (3, 3, None),
        (4, 4, Outcome.ACCEPTED),
    ]
    assert found[0] == RowRange(file="a.csv", first=1, last=2, outcome=Outcome.ACCEPTED)


def test_a_row_with_a_remark_stands_alone_between_those_with_none() -> None:
    answer = made({"a.csv": [Outcome.ACCEPTED] * 5}, findings=(finding("a.csv", 3),))

    lines = [(each.first, each.last, each.remark) for each in report_lines(answer)]

    assert lines == [(1, 2, ""), (3, 3, "finding"), (4, 5, "")]


def test_a_rejection_says_where_and_why_and_a_finding_what_its_rule_says() -> None:
    answer = made(
        {"a.csv": [Outcome.REJECTED, Outcome.ACCEPTED]},
        findings=(finding("a.csv", 2), finding("a.csv", 2, "our-own")),
        rejections=(rejection("a.csv", 1),),
    )

    rows = read(report_csv(answer))

    assert [tuple(row.values())[2:] for row in rows] == [
        ("rejected", "rejection", "1004", "/MIS_START", "No day."),
        ("accepted", "finding", "575", "MIS_END", SAYS["575"]),
        ("accepted", "finding", "our-own", "MIS_END", ""),
    ]


@given(st.data())
def test_every_row_has_as_many_lines_as_remarks_and_at_least_one_in_order(
    data: st.DataObject,
) -> None:
    ends = {name: data.draw(st.lists(ENDS, max_size=12)) for name in FILES}
    places = [(name, row + 1) for name in FILES for row in range(len(ends[name]))]
    some = st.lists(st.sampled_from(places), max_size=9) if places else st.just([])
    found, refused = data.draw(some), data.draw(some)

    rows = read(
        report_csv(
            made(
                ends,
                findings=tuple(finding(*place) for place in found),
                rejections=tuple(rejection(*place) for place in refused),
            )
        )
    )

    assert [(row["file"], int(row["row"])) for row in rows] == [
        place for place in places for _ in range(max(1, (found + refused).count(place)))
    ]
    assert [row["outcome"] for row in rows] == [
        end.value if (end := ends[row["file"]][int(row["row"]) - 1]) else "in-flight"
        for row in rows
    ]
    assert sum(row["remark"] == "finding" for row in rows) == len(found)
    assert sum(row["remark"] == "rejection" for row in rows) == len(refused)


def test_a_row_that_is_there_no_longer_is_asked_about_last() -> None:
    question = QuestionEntry(id="q-1", adapter="ssda903", scope="2026", file="a.csv", row=7)
    answer = replace(made({"a.csv": [Outcome.ACCEPTED]}), questions=(question,))

    rows = read(report_csv(answer))

    assert [tuple(row.values()) for row in rows] == [
        ("a.csv", "1", "accepted", "", "", "", ""),
        ("a.csv", "7", "", "question", "q-1", "", LOST_ROW),
    ]


def test_the_columns_are_named() -> None:
    assert report_csv(made({})).strip().split(",") == list(COLUMNS)


@pytest.mark.parametrize("name", ["=1+1.csv", "+a", "-a", "@a", "\ta"])
def test_no_spreadsheet_takes_the_name_of_a_file_for_a_formula(name: str) -> None:
    (row,) = read(report_csv(made({name: [Outcome.ACCEPTED]})))

    assert row["file"] == as_text(name) == f"'{name}"
    assert as_text("a=1") == "a=1"
