"""The page about the rules says what the rules are; returns made by hand show how they are read."""

import re
from importlib.resources import files

import pytest

from contracts.file_reading import RowFinding
from contracts.ssda903_carried import carried_on
from domain.rules import ENTRY_RULES, NOT_CARRIED_ON, PERIOD_RULES
from tests.unit.ssda903_returns import codes_of, episode, files_of, header, missing, read

PAGE = files("contracts").joinpath("SSDA903_RULES.md").read_text("utf-8")
BORN_2000 = "26/03/2000"


def test_the_page_has_every_rule_with_its_column_and_effect() -> None:
    rows = re.findall(r"^\| (\d+|INT\d+) \| [^|]+ \| ([^|]+) \| ([\w-]+) \|", PAGE, re.MULTILINE)

    listed = {code: (names, effect) for code, names, effect in rows}

    rules = {
        each.code: (each.field, each.effect.value)
        for each in (*ENTRY_RULES, *PERIOD_RULES, NOT_CARRIED_ON)
    }
    assert listed.keys() == rules.keys()
    for code, (field, effect) in rules.items():
        assert field in listed[code][0], code
        assert listed[code][1] == effect, code


def test_a_year_of_one_child_with_most_things_wrong() -> None:
    absences = [
        missing("01/04/2017", "31/03/2018"),
        missing("01/04/2017", "01/04/2017"),
        missing("31/03/2018", "01/04/2018"),
        missing("31/03/2018", "31/03/2018"),
        missing("01/04/2018"),
        missing("20/03/2017", "31/03/2017", kind="a"),
        missing("", "02/05/2017"),
        missing("", "", kind=""),
        missing("02/05/2017", "", kind=""),
        missing("2/5/2017", "1/5/2017"),
        missing("30/02/2017", "x", kind="MISSING"),
    ]

    reading = read(files_of(absences=absences))

    assert codes_of(reading) == [
        (),
        (),
        ("571",),
        (),
        ("570",),
        ("571",),
        ("564",),
        ("564",),
        ("565",),
        ("567", "574"),
        ("1004", "1005", "1006"),
    ]
    assert [row.accepted for row in reading.missing] == [True] * 6 + [False] * 3 + [True, False]


@pytest.mark.parametrize(
    ("rec", "end", "codes"),
    [
        ("E7", "26/03/2018", [("episodes.csv", 1, "580")]),
        ("", "26/03/2018", [("episodes.csv", 1, "580")]),
        ("X1", "26/03/2018", [("episodes.csv", 1, "580")]),
        ("E8", "26/03/2018", []),
        ("E7", "25/03/2018", []),
    ],
)
def test_a_child_who_turns_eighteen_while_missing_ceases_with_e8(
    rec: str, end: str, codes: list[tuple[str, int, str]]
) -> None:
    reading = read(
        files_of(
            headers=[header(born=BORN_2000)],
            episodes=[episode("01/05/2016", end, rec=rec)],
            absences=[missing("20/03/2018", end, born=BORN_2000)],
        )
    )

    assert [(each.file, each.row, each.code) for each in reading.findings] == codes


def test_a_change_of_nothing_but_the_legal_status_ends_no_placement() -> None:
    moved = [episode("01/05/2016", "01/06/2017", rec="X1"), episode("01/06/2017", rne="P")]
    renamed = [episode("01/05/2016", "01/06/2017", rec="X1"), episode("01/06/2017", rne="L")]
    open_row = [missing("20/05/2017")]

    of_move, of_name = (
        codes_of(read(files_of(episodes=each, absences=open_row))) for each in (moved, renamed)
    )

    assert of_move == [("575",)]
    assert of_name == [()]


def test_care_that_ended_between_two_stays_names_what_lies_in_between() -> None:
    care = [episode("01/05/2016", "01/06/2017", rec="E4A"), episode("01/09/2017")]
    absences = [
        missing("30/04/2016", "02/05/2017"),
        missing("01/06/2017", "01/06/2017"),
        missing("02/06/2017", "03/06/2017"),
        missing("31/08/2017", "01/09/2017"),
        missing("01/09/2017"),
    ]

    reading = read(files_of(episodes=care, absences=absences))

    assert codes_of(reading) == [("581",), (), ("577", "578", "581"), ("578", "581"), ()]


def test_two_rows_that_say_the_same_are_one_period_that_overlaps_itself() -> None:
    row = missing("01/05/2017", "03/05/2017")

    reading = read(files_of(absences=[row, row], headers=[header(), header()]))

    assert codes_of(reading) == [(), ("duplicate-row", "574")]
    assert [message.kind.split(".")[2] for message in reading.messages[-2:]] == [
        "reported",
        "located",
    ]


def test_a_child_whom_the_header_lacks_and_one_of_another_birth_date_are_named() -> None:
    absences = [
        missing("01/05/2017", "02/05/2017", child="C9"),
        missing("01/05/2017", "02/05/2017", born="02/06/2010"),
        missing("01/06/2017", "02/06/2017", born=""),
    ]

    reading = read(files_of(absences=absences))

    assert codes_of(reading) == [("INT04",), ("INT13",), ()]


@pytest.mark.parametrize(
    ("end", "year", "codes"),
    [
        ("28/10/2023", 2024, []),
        ("29/10/2023", 2024, ["217t"]),
        ("", 2024, ["217t"]),
        ("", 2023, []),
    ],
)
def test_p2_is_no_placement_from_28_october_2023(end: str, year: int, codes: list[str]) -> None:
    rows = [episode("01/05/2022", end, place="P2")]

    reading = read(files_of(episodes=rows), year=year)

    assert [each.code for each in reading.findings] == codes
    placed = [message for message in reading.messages if message.kind.startswith("missing.place")]
    assert placed


def test_a_period_left_open_last_year_and_not_gone_on_with_is_found_in_last_years_return() -> None:
    last_year = read(
        files_of(absences=[missing("01/03/2017"), missing("20/03/2017", child="C9")]), year=2017
    )
    this_year = read(files_of(absences=[missing("01/03/2017", "03/04/2017")]))

    found = carried_on(last_year.periods, this_year.periods)

    assert found == (
        RowFinding(
            file="previous/missing.csv", row=2, code="576", field="MIS_START", subject_row=None
        ),
    )
