"""Police exports: two worked ones in full, and what becomes of rows that are wrong."""

import json

import pytest

from contracts.police_csv import Export, read_police_export
from contracts.police_mapping_words import read_mapping
from domain.errors import FileFormatError, UsageError
from tests.unit.adapter_files import (
    FORCE,
    SAMPLES,
    TOLD_ON,
    balanced,
    contract,
    mapping_text,
    of_type,
    read_police,
    remarks,
    told,
    worked_mapping,
)
from tests.unit.police_exports import FIRST, changed, export, niche, read
from tests.unit.ssda903_returns import Sealer, event_key


@pytest.mark.parametrize("name", ["compact_like", "niche_like"])
def test_a_worked_export_gives_exactly_these_messages_and_remarks(name: str) -> None:
    expected = json.loads((SAMPLES / f"{name}.expected.json").read_text(encoding="utf-8"))
    sealer = Sealer()

    content = (SAMPLES / f"{name}.csv").read_bytes()
    reading = read_police(content, worked_mapping(name), sealer=sealer)

    assert told(reading, sealer) == expected["messages"]
    assert [list(each) for each in remarks(reading)] == expected["remarks"]
    assert balanced(reading, FORCE)


def test_of_two_incidents_of_a_child_the_later_says_who_it_is() -> None:
    later = changed({}, Misper_Ref="M2", Last_Seen="10/03/2024 20:00", Surname="New")
    sealer = Sealer()

    reading = read_police(export({}, later), worked_mapping("compact_like"), sealer=sealer)

    assert [each.surname for each in sealer.sealed.values()] == ["New"]
    assert remarks(reading) == [(1, "person-differs", "Person URN")]


def test_two_rows_that_say_different_things_of_one_incident_are_both_refused() -> None:
    reading = read({}, {"Risk": "H"}, {"Misper Ref": "M2", "Person URN": "U2"})

    assert [(row, code) for row, code, _ in remarks(reading)] == [
        (1, "reference-repeated"),
        (2, "reference-repeated"),
    ]
    assert balanced(reading, FORCE)


def test_a_later_level_without_its_time_is_noted_and_left_out() -> None:
    reading = read_police(niche(FIRST, ("High Risk", "")), worked_mapping("niche_like"))

    assert (1, "risk-undated", "Risk 2") in remarks(reading)
    assert not of_type(reading, "episode.classified")


@pytest.mark.parametrize(("day", "time"), [("", "10:00"), ("soon", "10:00"), ("2024-10-27", "x")])
def test_a_time_beside_no_day_refuses_the_row(day: str, time: str) -> None:
    content = niche(FIRST, more={22: day, 23: time})

    reading = read_police(content, worked_mapping("niche_like"))

    assert (1, "date-invalid", "Located Date") in remarks(reading)


def test_a_kind_of_placement_of_another_time_is_left_out() -> None:
    words = 'placement_type = { column = "Officer", values = { H = "H5" } }'
    text = mapping_text("compact_like").decode().replace("[check]", f"{words}\n[check]")
    mapping = read_mapping("m.toml", text.encode(), contract())
    later = {"Misper Ref": "M2", "Person URN": "U2", "Last Seen": "", "Reported": "08/05/2025"}

    reading = read_police(export({"Officer": "H"}, {**later, "Officer": "H"}), mapping)

    kinds = [each.get("placement_type") for each in of_type(reading, "episode.reported")]
    assert kinds == ["H5", None]
    assert remarks(reading) == [(2, "code-unknown", "Officer")]


def test_a_person_of_eighteen_when_it_began_is_no_child() -> None:
    birthday = {"DOB": "08/03/2006"}
    day_before = {"DOB": "09/03/2006", "Misper Ref": "M2"}
    by_age = {"DOB": "", "Age": "18", "Misper Ref": "M3"}

    reading = read(birthday, day_before, by_age)

    assert [each.row for each in reading.rejections] == [1, 3]
    assert {each.code for each in reading.rejections} == {"not-a-child"}


@pytest.mark.parametrize(
    ("fields", "code", "column"),
    [
        ({"Misper Ref": ""}, "row-invalid", "Misper Ref"),
        ({"Misper Ref": "*" * 70}, "row-invalid", "Misper Ref"),
        ({"Person URN": ""}, "row-invalid", "Person URN"),
        ({"Last Seen": "", "Reported": ""}, "row-invalid", "Last Seen"),
        ({"Last Seen": "yesterday"}, "date-invalid", "Last Seen"),
        ({"Category": "gone"}, "code-unknown", "Category"),
        ({"Found": "31/03/2024 01:15"}, "time-never-was", "Found"),
    ],
)
def test_a_row_that_cannot_be_taken_names_code_and_column(
    fields: dict[str, str], code: str, column: str
) -> None:
    reading = read(fields)

    assert remarks(reading) == [(1, code, column)]
    assert "yesterday" not in reading.rejections[0].message


def test_a_finding_costs_its_field_only() -> None:
    reading = read(
        {
            "NHS No": "9990000011",
            "Home Postcode": "x",
            "Looked After By": "Wales",
            "DOB": "01/01/2030",
            "Age": "",
        },
        {"Misper Ref": "M2", "Person URN": "U2", "Looked After By": "WAL"},
    )

    assert [code for row, code, _ in remarks(reading) if row == 1] == [
        "586",
        "code-unknown",
        "nhs-number-invalid",
        "postcode-invalid",
    ]
    assert [code for row, code, _ in remarks(reading) if row == 2] == ["code-unknown"]


def test_a_file_without_a_mapped_column_is_refused_with_the_key() -> None:
    content = export({}).replace(b"Person URN", b"Nominal")

    with pytest.raises(FileFormatError, match=r"'Person URN' \(person\.reference\)"):
        read_police(content, worked_mapping("compact_like"))


def test_an_authority_sends_no_police_export() -> None:
    wanted = Export(
        publisher="la-330",
        mapping=worked_mapping("compact_like"),
        contract=contract(),
        told_on=TOLD_ON,
        seal=Sealer(),
        event_key=event_key,
    )

    with pytest.raises(UsageError, match="force"):
        read_police_export("a.csv", export({}), wanted)


def test_a_shared_incident_needs_the_person_in_its_reference() -> None:
    text = (SAMPLES.parent / "police_samples" / "niche_like.csv").read_bytes()

    reading = read_police(text, worked_mapping("niche_like"))

    references = {each["about"] for each in told(reading) if each["type"] == "episode.reported"}
    assert {"43240012345/N-501", "43240012345/N-502"} <= references


def test_another_word_for_a_column_needs_no_program() -> None:
    mapping = read_mapping(
        "m.toml",
        b"""format = 1
name = "small"
[file]
formats = ["%d %b %Y %I:%M %p"]
complete = false
[person]
reference = "who"
[incident]
reference = "no"
left = "gone"
""",
        contract(),
    )

    reading = read_police(b"who|no|gone\nA|1|9 Mar 2024 9:30 PM\n", mapping)

    assert of_type(reading, "episode.reported") == [{"left": "2024-03-09T21:30:00Z"}]
    assert remarks(reading) == [(1, "age-unknown", "")]
