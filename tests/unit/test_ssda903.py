"""An SSDA903 return becomes messages, and every row of it is accounted for."""

import pytest
from msgspec.json import decode

from contracts.file_reading import RowFinding, RowRejection
from contracts.identity import Identity
from contracts.ssda903_reading import ReturnReading
from domain.errors import UsageError
from domain.identifiers import upn_check_letter
from tests.unit.ssda903_returns import (
    Sealer,
    codes_of,
    episode,
    files_of,
    header,
    missing,
    read,
)

UPN = upn_check_letter("000400015107") + "000400015107"


def data_of(reading: ReturnReading, kind: str) -> list[dict[str, object]]:
    """Return the bodies of the messages of a type, without its family and version."""
    return [
        decode(message.raw)["data"]
        for message in reading.messages
        if message.kind == f"missing.{kind}.v1"
    ]


def findings_of(reading: ReturnReading, file: str) -> list[tuple[int, str, str]]:
    """Return row, code and field of the findings about a file."""
    return [(each.row, each.code, each.field) for each in reading.findings if each.file == file]


def test_a_child_is_registered_with_sealed_identity_and_plain_attributes() -> None:
    sealer = Sealer()
    files = files_of(
        headers=[header(upn=UPN.lower())],
        episodes=[
            episode("01/05/2016", "01/06/2017", rec="X1", home="ZZ99 1AA"),
            episode("01/06/2017", rne="P", home="zz992aa"),
        ],
        alone=["C1,2,01/06/2010,01/06/2028"],
    )

    reading = read(files, sealer=sealer)

    (body,) = data_of(reading, "subject.registered")
    assert body == {
        "identity": "h.k.v.c.0",
        "sex": "F",
        "ethnicity": "WBRI",
        "unaccompanied": True,
    }
    assert sealer.sealed["h.k.v.c.0"] == Identity(
        birth_date="2010-06-01", upn=UPN, home_postcode="ZZ99 2AA"
    )
    assert reading.findings == ()


@pytest.mark.parametrize(
    ("code", "sex", "year"),
    [
        ("1", "M", 2018),
        ("2", "F", 2024),
        ("M", "M", 2025),
        ("f", "F", 2026),
        ("U", "U", 2025),
    ],
)
def test_sex_is_written_in_the_codes_of_its_year(code: str, sex: str, year: int) -> None:
    reading = read(files_of(headers=[header(sex=code)]), year=year)

    (body,) = data_of(reading, "subject.registered")
    assert body["sex"] == sex
    assert findings_of(reading, "header.csv") == []


@pytest.mark.parametrize(
    ("code", "sex", "year"),
    [("1", "M", 2025), ("2", "F", 2026), ("M", "M", 2024), ("U", "U", 2018), ("9", None, 2018)],
)
def test_a_code_for_sex_of_another_year_is_found_and_understood_all_the_same(
    code: str, sex: str | None, year: int
) -> None:
    reading = read(files_of(headers=[header(sex=code)]), year=year)

    (body,) = data_of(reading, "subject.registered")
    assert body.get("sex") == sex
    assert findings_of(reading, "header.csv") == [(1, "101", "SEX")]


def test_what_the_header_gets_wrong_is_left_out_and_found() -> None:
    sealer = Sealer()
    wrong = f"C1,2,31/02/2010,XXXX,{'B' if UPN[0] != 'B' else 'D'}{UPN[1:]},,"

    reading = read(files_of(headers=[wrong]), sealer=sealer)

    assert sealer.sealed["h.k.v.c.0"] == Identity(home_postcode="ZZ99 1AA")
    assert findings_of(reading, "header.csv") == [
        (1, "102", "DOB"),
        (1, "103", "ETHNIC"),
        (1, "168", "UPN"),
    ]


def test_a_missing_period_is_reported_on_its_london_day_and_located() -> None:
    reading = read(files_of(absences=[missing("13/05/2017", "14/11/2017")]))

    reported, located = (decode(message.raw) for message in reading.messages[-2:])
    assert (reported["subject"], reported["time"]) == ("C1/M/2017-05-13", "2017-05-12T23:00:00Z")
    assert reported["source"] == "urn:missing-hub:publisher:la-330"
    assert reported["data"] == {
        "child": "C1",
        "classification": "missing-from-care",
        "left": "2017-05-13",
        "looked_after": True,
        "responsible_authority": "330",
        "placement_type": "U4",
    }
    assert (located["subject"], located["time"]) == ("C1/M/2017-05-13", "2017-11-14T00:00:00Z")
    assert located["data"] == {"child": "C1", "located": "2017-11-14"}


def test_a_period_away_ends_with_a_return_and_an_open_one_does_not_end() -> None:
    absences = [missing("01/05/2017", "02/05/2017", kind="a"), missing("01/07/2017")]

    reading = read(files_of(absences=absences))

    assert [body["classification"] for body in data_of(reading, "episode.reported")] == [
        "away",
        "missing-from-care",
    ]
    assert data_of(reading, "episode.returned") == [{"child": "C1", "returned": "2017-05-02"}]
    assert data_of(reading, "episode.located") == []


def test_a_period_outside_care_is_not_reported_as_looked_after() -> None:
    episodes = [episode("01/05/2017", "01/08/2017", rec="E4A")]
    absences = [missing("30/04/2017", "01/05/2017"), missing("02/08/2017", "03/08/2017")]

    reading = read(files_of(episodes=episodes, absences=absences))

    assert codes_of(reading) == [("581",), ("577", "578")]
    assert [body["looked_after"] for body in data_of(reading, "episode.reported")] == [False, False]


def test_two_periods_of_one_start_are_two_episodes() -> None:
    absences = [missing("01/05/2017", "04/05/2017"), missing("01/05/2017", "01/05/2017")]

    reading = read(files_of(absences=absences))

    subjects = {
        message.row: decode(message.raw)["subject"]
        for message in reading.messages
        if message.file == "missing.csv"
    }
    assert subjects == {1: "C1/M/2017-05-01/2", 2: "C1/M/2017-05-01"}


@pytest.mark.parametrize(
    ("row", "code", "pointer"),
    [
        (missing("31/02/2018"), "1004", "/MIS_START"),
        (missing("2018-02-03"), "1004", "/MIS_START"),
        (missing("01/02/1899"), "1004", "/MIS_START"),
        (missing("01/02/2018", "31/02/2018"), "1005", "/MIS_END"),
        (missing("01/02/2018", kind="X"), "1006", "/MISSING"),
        (missing("", "01/02/2018"), "564", "/MIS_START"),
        (missing("01/02/2018", kind=""), "565", "/MISSING"),
        (missing("01/02/2018", "02/02/2018", kind=""), "565", "/MISSING"),
        (missing("01/02/2018", child=""), "row-invalid", "/CHILD"),
        (missing("01/02/2018", child="C 1"), "row-invalid", "/CHILD"),
        (missing("01/02/2018", child="C" * 41), "row-invalid", "/CHILD"),
    ],
)
def test_a_row_that_is_no_period_is_rejected_by_its_rule_without_its_values(
    row: str, code: str, pointer: str
) -> None:
    reading = read(files_of(absences=[row, missing("01/05/2017", "02/05/2017")]))

    (rejection,) = reading.rejections
    assert isinstance(rejection, RowRejection)
    assert (rejection.row, rejection.code, rejection.pointer) == (1, code, pointer)
    assert [account.accepted for account in reading.missing] == [False, True]
    assert not any(value in rejection.message for value in row.split(",") if len(value) > 1)


def test_a_rejected_row_also_tells_what_else_it_breaks() -> None:
    reading = read(files_of(absences=[missing("31/02/2018", "32/02/2018", kind="X")]))

    assert codes_of(reading) == [("1004", "1005", "1006")]
    assert [each.code for each in reading.rejections] == ["1004"]
    assert findings_of(reading, "missing.csv") == [(1, "1005", "MIS_END"), (1, "1006", "MISSING")]


def test_a_finding_names_its_row_and_the_row_of_the_child() -> None:
    files = files_of(
        headers=[header("C0"), header("C1")],
        episodes=None,
        absences=[missing("05/05/2017", "04/05/2017"), missing("01/06/2017", child="C9")],
    )

    reading = read(files)

    assert reading.findings == (
        RowFinding(file="missing.csv", row=1, code="567", field="MIS_END", subject_row=2),
        RowFinding(file="missing.csv", row=2, code="INT04", field="CHILD", subject_row=None),
    )


def test_a_birth_date_that_differs_or_is_none_is_found_and_the_row_counts() -> None:
    absences = [
        missing("01/05/2017", "02/05/2017", born="02/06/2010"),
        missing("03/05/2017", "04/05/2017", born="soon"),
        missing("05/05/2017", "06/05/2017", born=""),
    ]

    reading = read(files_of(absences=absences))

    assert codes_of(reading) == [("INT13",), ("date-invalid",), ()]
    assert all(account.accepted for account in reading.missing)


def test_turning_eighteen_while_missing_is_found_at_the_episode_to_put_right() -> None:
    files = files_of(
        headers=[header(born="01/06/1999")],
        episodes=[
            episode("01/05/2016", "01/12/2016", rec="X1"),
            episode("01/12/2016", "01/06/2017", rne="P", rec="E7"),
        ],
        absences=[missing("20/05/2017", "01/06/2017", born="01/06/1999")],
    )

    reading = read(files)

    assert findings_of(reading, "episodes.csv") == [(2, "580", "REC")]
    assert codes_of(reading) == [("580",)]


def test_a_row_that_says_the_same_again_is_found_and_told_once() -> None:
    row = missing("01/05/2017", "02/05/2017")
    files = files_of(
        headers=[header(), header()],
        episodes=[episode("01/05/2016")] * 2,
        absences=[row, row],
        alone=["C1,2,01/06/2010,"] * 2,
    )

    reading = read(files)

    assert [message.row for message in reading.messages] == [1] * 5
    assert [(each.file, each.row, each.code) for each in reading.findings] == [
        ("header.csv", 2, "duplicate-row"),
        ("episodes.csv", 2, "duplicate-row"),
        ("missing.csv", 2, "duplicate-row"),
        ("missing.csv", 2, "574"),
        ("uasc.csv", 2, "duplicate-row"),
    ]


def test_two_children_of_one_reference_are_both_rejected() -> None:
    headers = [header(), header(born="02/06/2010"), header()]

    reading = read(files_of(headers=headers, absences=[missing("01/05/2017", "02/05/2017")]))

    assert [(each.row, each.code) for each in reading.rejections] == [
        (1, "subject-mismatch"),
        (2, "subject-mismatch"),
        (3, "subject-mismatch"),
    ]
    assert data_of(reading, "subject.registered") == []
    assert codes_of(reading) == [()]


def test_children_that_the_header_lacks_are_found_in_every_module() -> None:
    files = files_of(episodes=[episode("01/05/2016", child="C8")], alone=["C9,1,01/06/2010,"])

    reading = read(files)

    assert findings_of(reading, "episodes.csv") == [(1, "INT03", "CHILD")]
    assert findings_of(reading, "uasc.csv") == [(1, "INT09", "CHILD")]


@pytest.mark.parametrize(
    ("publisher", "year"), [("pf-btp", 2018), ("330", 2018), ("la-330", 18), ("la-330", 2100)]
)
def test_a_return_is_an_authoritys_for_a_collection_year(publisher: str, year: int) -> None:
    with pytest.raises(UsageError):
        read(files_of(), publisher=publisher, year=year)
