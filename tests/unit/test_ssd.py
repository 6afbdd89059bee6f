"""Standard Safeguarding Dataset extracts: what each table gives, and snapshots after each other."""

from datetime import date
from typing import Any

import pytest

from tests.unit.adapter_files import (
    ADA,
    extract,
    ids,
    of_type,
    read_extract,
    remarks,
    remembered,
    told,
)
from tests.unit.ssda903_returns import Sealer

NIGHT = "1,P1,2025-03-01 21:30:00.000,Missing,2025-03-02 08:00:00.000,,"


def read(*missing: str, after: Any = None, **tables: Any) -> Any:
    return read_extract(extract(*missing, **tables), known=remembered(after) if after else ())


def test_every_table_gives_its_messages() -> None:
    sealer = Sealer()
    plans = ["1,P1,2018-03-01,2018-09-01,NEG"]

    reading = read_extract(extract(NIGHT, plans=plans), sealer=sealer)

    assert [(each["type"], each["about"]) for each in told(reading)] == [
        ("subject.registered", "P1"),
        ("care.started", "P1"),
        ("placement.started", "P1"),
        ("protection-plan.started", "P1"),
        ("protection-plan.ended", "P1"),
        ("episode.reported", "P1/M/2025-03-01"),
        ("episode.located", "P1/M/2025-03-01"),
    ]
    assert of_type(reading, "episode.reported") == [
        {
            "classification": "missing",
            "left": "2025-03-01T21:30:00+00:00",
            "looked_after": True,
            "responsible_authority": "330",
            "placement_type": "K2",
        }
    ]
    assert of_type(reading, "care.started")[0]["started"] == "2019-03-01"
    assert of_type(reading, "placement.started")[0]["provider_urn"] == "SC012345"
    assert of_type(reading, "protection-plan.started")[0]["category"] == "neglect"
    (identity,) = sealer.sealed.values()
    assert (identity.surname, identity.birth_date) == ("Example", "2010-05-15")
    assert identity.nhs_number == "9990000018"
    assert not remarks(reading)


def test_ssd_missing_is_enough() -> None:
    reading = read(NIGHT, persons=None, care=None, placements=None)

    assert of_type(reading, "episode.reported") == [
        {"classification": "missing", "left": "2025-03-01T21:30:00+00:00"}
    ]
    assert not remarks(reading)


def test_row_ids_and_the_order_of_rows_say_nothing() -> None:
    other = "2,P1,2025-04-01,Absent,2025-04-02,,"

    first = read(NIGHT, other)
    second = read(f"77{other[1:]}", f"99{NIGHT[1:]}", after=first)

    assert ids(second) == ids(first)


def test_the_same_row_twice_is_one_absence() -> None:
    reading = read(NIGHT, f"2{NIGHT[1:]}")

    assert len(of_type(reading, "episode.reported")) == 1
    assert (2, "duplicate-row", "") in remarks(reading)


def test_a_corrected_row_is_a_correction_and_a_late_end_is_an_end() -> None:
    first = read(NIGHT, "2,P1,2025-04-01 10:00:00,Away,NULL,,")

    second = read(
        "1,P1,2025-03-01 22:30:00,Missing from care,2025-03-02 08:00:00,,",
        "2,P1,2025-04-01 10:00:00,Away,2025-04-03 10:00:00,,",
        after=first,
    )

    assert of_type(second, "episode.corrected") == [
        {
            "reason": "recording-error",
            "left": "2025-03-01T22:30:00+00:00",
            "classification": "missing-from-care",
        }
    ]
    assert of_type(second, "episode.returned") == [{"returned": "2025-04-03T10:00:00+01:00"}]


def test_a_vanished_absence_is_asked_about_unless_it_left_the_window() -> None:
    old = "1,P1,2020-01-01 10:00:00,M,2020-01-02 10:00:00,,"
    lost = "2,P1,2024-06-01 10:00:00,M,2024-06-02 10:00:00,,"
    kept = "3,P1,2023-01-01 10:00:00,M,2023-01-03 11:00:00,,"
    first = read(old, lost, kept)

    second = read(kept, after=first)

    assert [row.reference for row in remembered(second) if row.asked] == ["P1/M/2024-06-01"]


def test_a_child_who_left_the_extract_is_not_asked_about() -> None:
    first = read(NIGHT)

    second = read(
        "1,P2,2025-03-01 10:00:00,M,2025-03-02 08:00:00,,",
        persons=[],
        care=[],
        placements=[],
        after=first,
    )

    assert not [row for row in remembered(second) if row.asked]


def test_a_changed_person_is_amended_on_the_day_and_no_more_after() -> None:
    first = read(NIGHT)
    new = ADA.replace("Example", "Newname")
    second = read(NIGHT, persons=[new], after=first)

    third = read_extract(
        extract(NIGHT, persons=[new]), known=remembered(second), told_on=date(2025, 6, 9)
    )

    assert len(of_type(second, "subject.amended")) == 1
    assert ids(third) == ids(second)


def test_midnight_is_what_a_database_makes_of_a_day() -> None:
    reading = read("1,P1,2025-03-01 00:00:00,M,2025-03-02 00:00:00.000,,")

    assert of_type(reading, "episode.reported")[0]["left"] == "2025-03-01"
    assert of_type(reading, "episode.located") == [{"located": "2025-03-02"}]
    assert [code for _, code, _ in remarks(reading)] == ["days-only", "days-only"]


def test_the_night_of_the_clocks_has_its_own_rules() -> None:
    reading = read(
        "1,P1,2024-10-27 00:30:00,M,2024-10-27 01:15:00,,",
        "2,P1,2025-03-30 01:15:00,M,,,",
        "3,P1,2024-10-28 10:00:00,M,2024-10-28 09:00:00,,",
    )

    assert of_type(reading, "episode.located")[0]["located"] == "2024-10-27T01:15:00+01:00"
    assert (1, "time-ambiguous", "miss_missing_episode_end_date") in remarks(reading)
    assert (2, "time-never-was", "miss_missing_episode_start_date") in remarks(reading)


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (",,,,,,", "row-invalid", ""),
        ("1,,2025-03-01,M,,,", "row-invalid", "miss_person_id"),
        ("1,P 1,2025-03-01,M,,,", "row-invalid", "miss_person_id"),
        ("1,P1,,M,,,", "564", "miss_missing_episode_start_date"),
        ("1,P1,2025-03-01,,,,", "565", "miss_missing_episode_type"),
        ("1,P1,32/01/2025,M,,,", "1004", "miss_missing_episode_start_date"),
        ("1,P1,2025-03-01,M,soon,,", "1005", "miss_missing_episode_end_date"),
        ("1,P1,2025-03-01,gone fishing,,,", "1006", "miss_missing_episode_type"),
    ],
)
def test_a_row_that_cannot_be_taken_names_code_and_column(row: str, code: str, column: str) -> None:
    reading = read(row)

    found = [each for each in reading.rejections if each.file == "ssd_missing.csv"]
    if row == ",,,,,,":
        assert reading.rows["ssd_missing.csv"] == 0
        return
    assert [(each.code, each.pointer) for each in found] == [(code, f"/{column}")]
    assert "fishing" not in found[0].message


def test_dfes_rules_are_checked_against_the_snapshot() -> None:
    care = ["1,P1,2024-01-01,S,2025-01-31,E4A,2024-01-01"]
    placements = ["9,P1,2024-01-01,2025-01-31,K2,,,"]
    rows = (
        "1,P1,2024-05-02 10:00:00,M,2024-05-01 10:00:00,,",
        "2,P1,2024-06-01 10:00:00,M,2024-06-09 10:00:00,,",
        "3,P1,2024-06-05 10:00:00,A,2024-06-06 10:00:00,,",
        "4,P1,2025-01-20 10:00:00,M,,,",
        "5,P1,2025-02-20 10:00:00,M,2025-02-21 10:00:00,,",
        "6,P1,2023-02-20 10:00:00,M,2023-02-21 10:00:00,,",
        "7,P9,2009-01-01 10:00:00,M,2009-01-02 10:00:00,,",
        "8,P1,2009-01-01 10:00:00,M,2009-01-02 10:00:00,,",
    )

    reading = read(*rows, care=care, placements=placements)

    found: dict[int, set[str]] = {}
    for row, code, _ in remarks(reading):
        found.setdefault(row, set()).add(code)
    assert found == {
        1: {"567"},
        3: {"574"},
        4: {"575", "577"},
        5: {"574", "577", "578"},
        6: {"581"},
        7: {"INT04"},
        8: {"581", "586"},
    }
    assert of_type(reading, "care.ended") == [
        {"care": "P1/2024-01-01", "ended": "2025-01-31", "reason": "E4A"}
    ]


@pytest.mark.parametrize(
    ("offered", "accepted", "types"),
    [
        ("Y", "NA", ["interview.offered"]),
        ("Y", "Y", ["interview.offered"]),
        ("yes", "n", ["interview.offered", "interview.declined"]),
        ("N", "N", []),
        ("NA", "NULL", []),
        ("", "N", []),
        ("x", "N", []),
    ],
)
def test_an_interview_is_told_as_far_as_the_extract_says_and_without_a_made_up_day(
    offered: str, accepted: str, types: list[str]
) -> None:
    row = f"1,P1,2025-03-01 21:30:00,M,2025-03-02 08:00:00,{offered},{accepted}"

    reading = read(row)

    messages = [each for each in told(reading) if "interview" in each["type"]]
    assert [each["type"] for each in messages] == types
    assert all(set(each) == {"row", "type", "time", "about", "child"} for each in messages)
    undated = (1, "interview-undated", "miss_missing_rhi_offered")
    assert (undated in remarks(reading)) == (offered.upper() in ("Y", "YES"))
    unknown = (1, "code-unknown", "miss_missing_rhi_offered")
    assert (unknown in remarks(reading)) == (offered == "x")
