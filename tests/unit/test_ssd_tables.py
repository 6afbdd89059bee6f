"""Standard Safeguarding Dataset extracts: their tables, persons, care and placements."""

from typing import Any

import pytest

from contracts.ssd import SsdSource, read_ssd
from contracts.ssd_tables import SsdTable, table_of
from contracts.ssd_words import absence_words, plain, protection_category
from domain.errors import FileFormatError, UsageError
from domain.safeguarding import ProtectionCategory
from domain.vocabulary import Classification
from tests.unit.adapter_files import (
    ADA,
    AUTHORITY,
    IN_CARE,
    MISSING_HEADER,
    PLACED,
    TOLD_ON,
    balanced,
    extract,
    ids,
    of_type,
    read_extract,
    remarks,
    remembered,
    told,
)
from tests.unit.ssda903_returns import Sealer, event_key

NIGHT = "1,P1,2025-03-01 21:30:00.000,Missing,2025-03-02 08:00:00.000,,"


def read(*missing: str, after: Any = None, **tables: Any) -> Any:
    return read_extract(extract(*missing, **tables), known=remembered(after) if after else ())


def test_two_persons_under_one_id_are_both_refused() -> None:
    reading = read(NIGHT, persons=[ADA, ADA.replace("Ada", "Bea"), ADA.replace("P1", "P2")])

    refused = [(each.row, each.code) for each in reading.rejections]
    assert refused == [(1, "subject-mismatch"), (2, "subject-mismatch")]
    assert [each["about"] for each in told(reading) if each["type"] == "subject.registered"] == [
        "P2"
    ]
    assert not [code for _, code, _ in remarks(reading) if code == "INT04"]


def test_what_is_wrong_with_a_person_costs_its_field_only() -> None:
    row = "P1,Ada,Example,X,White British,NULL,123,NULL"

    reading = read(NIGHT, persons=[row])

    assert [(code, column) for _, code, column in remarks(reading)] == [
        ("date-invalid", "pers_dob"),
        ("code-unknown", "pers_sex"),
        ("code-unknown", "pers_ethnicity"),
        ("nhs-number-invalid", "pers_common_child_id"),
    ]


def test_rows_of_care_placements_and_plans_are_refused_or_noted() -> None:
    reading = read(
        NIGHT,
        care=[IN_CARE, "2,P1,soon,,,,", "3,P1,2024-01-01,,soon,,", "4,,2024-01-01,,,,"],
        placements=[PLACED, "1,P1,2024-01-01,,Z9,,,", "2,P1,2024-02-02,2024-01-01,U4,y,PR9,WHY"],
        plans=["1,P1,2018-03-01,2018-02-01,Other", "2,P1,,,NEG"],
    )

    assert [(each.file, each.row, each.code) for each in reading.rejections] == [
        ("ssd_cla_episodes.csv", 2, "date-invalid"),
        ("ssd_cla_episodes.csv", 3, "date-invalid"),
        ("ssd_cla_episodes.csv", 4, "row-invalid"),
        ("ssd_cla_placement.csv", 2, "146"),
        ("ssd_cp_plans.csv", 2, "date-invalid"),
    ]
    found = {(each.file, each.row, each.code, each.field) for each in reading.findings}
    placement = "ssd_cla_placement.csv"
    assert {
        (placement, 3, "code-unknown", "clap_cla_placement_urn"),
        (placement, 3, "code-unknown", "clap_cla_placement_provider"),
        (placement, 3, "code-unknown", "clap_cla_placement_change_reason"),
        (placement, 3, "356", "clap_cla_placement_end_date"),
        ("ssd_cp_plans.csv", 1, "code-unknown", "cppl_cp_plan_initial_category"),
        ("ssd_cp_plans.csv", 1, "356", "cppl_cp_plan_end_date"),
    } <= found
    assert balanced(reading, AUTHORITY)


def test_episodes_that_follow_each_other_are_one_period_of_care() -> None:
    care = [
        "1,P1,2024-01-01,S,2024-03-01,X1,2024-01-01",
        "2,P1,2024-03-01,P,NULL,X1 - episode ceased and new one began,2024-01-01",
    ]

    reading = read(NIGHT, care=care)

    assert [each["started"] for each in of_type(reading, "care.started")] == ["2024-01-01"]
    assert not of_type(reading, "care.ended")


def test_a_change_of_placement_or_end_of_care_is_told_again() -> None:
    first = read(NIGHT)
    moved = "9,P1,2024-01-01,2025-05-01,K2,SC012345,PR5,CARPL"
    ended = "1,P1,2024-01-01,P,2025-05-20,E3,2019-03-01"

    second = read(NIGHT, placements=[moved], care=[ended], after=first)

    assert [each["provider"] for each in of_type(second, "placement.started")] == ["PR4", "PR5"]
    assert [each["reason"] for each in of_type(second, "placement.ended")] == ["CARPL"]
    assert [each["reason"] for each in of_type(second, "care.ended")] == ["E3"]
    assert ids(first) < ids(second)


def test_files_are_known_by_header_or_by_name() -> None:
    assert table_of("x.csv", MISSING_HEADER.encode()) is SsdTable.MISSING
    assert table_of("LA_ssd_missing_2025.csv", b"") is SsdTable.MISSING
    assert table_of("ssd_missing.xlsx", MISSING_HEADER.encode()) is None
    assert table_of("other.csv", b"a,b\n") is None


def test_older_names_of_columns_are_understood() -> None:
    header = MISSING_HEADER.replace("_start_date", "_start").replace("_end_date", "_end")

    reading = read_extract({"m.csv": f"{header}\n{NIGHT}\n".encode(), "readme.txt": b"x"})

    assert len(reading.messages) == 2
    assert reading.ignored == ("readme.txt",)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"persons.csv": b"pers_person_id,pers_dob\n"},
        {"a.csv": MISSING_HEADER.encode(), "b.csv": MISSING_HEADER.encode()},
        {"ssd_missing.csv": b"miss_person_id,b\n1,2\n"},
        {"ssd_missing.csv": b""},
        {"ssd_missing.csv": b"\0"},
    ],
)
def test_an_extract_without_its_tables_is_refused(files: dict[str, bytes]) -> None:
    with pytest.raises(FileFormatError):
        read_extract(files)


def test_a_force_sends_no_extract() -> None:
    source = SsdSource(
        publisher="pf-btp", told_on=TOLD_ON, code_lists={}, seal=Sealer(), event_key=event_key
    )

    with pytest.raises(UsageError, match="authority"):
        read_ssd(extract(NIGHT), source)


def test_the_table_of_spellings_says_each_once() -> None:
    words = absence_words()

    assert words[plain("  Away from placement, WITHOUT authorisation ")] is Classification.AWAY
    assert words[plain("Missing - from Care.")] is Classification.MISSING_FROM_CARE
    assert plain("Missing from children\u2019s home") in words
    assert set(words.values()) == {
        Classification.AWAY,
        Classification.MISSING,
        Classification.MISSING_FROM_CARE,
        Classification.MISSING_FROM_HOME,
    }


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("NEG", ProtectionCategory.NEGLECT),
        ("Emotional Abuse", ProtectionCategory.EMOTIONAL),
        ("Multiple (neglect and physical)", ProtectionCategory.MULTIPLE),
        ("Neglect and sexual abuse", None),
        ("", None),
    ],
)
def test_a_category_of_a_plan_is_known_by_code_or_words(
    text: str, category: ProtectionCategory | None
) -> None:
    assert protection_category(text) is category
