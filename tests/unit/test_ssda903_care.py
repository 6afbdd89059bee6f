"""Episodes become periods of care and placements."""

import pytest
from msgspec.json import decode

from contracts.ssda903_reading import ReturnReading
from tests.unit.ssda903_returns import episode, files_of, header, missing, read


def told(reading: ReturnReading) -> list[tuple[str, str, str, int]]:
    """Return what the messages about care and placements say: fact, reference, day, row."""
    facts = []
    for message in reading.messages:
        family, fact = message.kind.split(".")[1:3]
        data = decode(message.raw)["data"]
        if family in ("care", "placement"):
            facts.append((f"{family} {fact}", data[family], data[fact], message.row))
    return facts


def test_a_first_episode_starts_care_and_a_placement_by_the_publisher() -> None:
    reading = read(files_of(episodes=[episode("01/05/2016", ls="V2", place="K2")]))

    started, placed = (decode(message.raw) for message in reading.messages[1:])
    assert started["data"] == {
        "care": "C1/2016-05-01",
        "started": "2016-05-01",
        "responsible_authority": "330",
        "legal_status": "V2",
    }
    assert placed["data"] == {
        "placement": "C1/P/2016-05-01",
        "started": "2016-05-01",
        "placement_type": "K2",
        "provider": "PR1",
        "placing_authority": "330",
    }
    assert started["subject"] == placed["subject"] == "C1"


@pytest.mark.parametrize("rne", ["P", "T", "B", "U"])
def test_a_move_ends_one_placement_and_starts_another_in_the_same_care(rne: str) -> None:
    episodes = [
        episode("01/05/2016", "01/06/2017", rec="X1", why="CARPL"),
        episode("01/06/2017", rne=rne),
    ]

    reading = read(files_of(episodes=episodes))

    assert told(reading) == [
        ("care started", "C1/2016-05-01", "2016-05-01", 1),
        ("placement started", "C1/P/2016-05-01", "2016-05-01", 1),
        ("placement ended", "C1/P/2016-05-01", "2017-06-01", 1),
        ("placement started", "C1/P/2017-06-01", "2017-06-01", 2),
    ]
    assert b'"reason":"CARPL"' in reading.messages[3].raw


def test_a_change_of_legal_status_leaves_the_placement_and_the_care() -> None:
    episodes = [
        episode("01/05/2016", "01/06/2017", rec="X1"),
        episode("01/06/2017", "01/08/2017", rne="L", ls="E1", rec="E4A"),
    ]

    reading = read(files_of(episodes=episodes))

    assert told(reading) == [
        ("care started", "C1/2016-05-01", "2016-05-01", 1),
        ("placement started", "C1/P/2016-05-01", "2016-05-01", 1),
        ("care ended", "C1/2016-05-01", "2017-08-01", 2),
        ("placement ended", "C1/P/2016-05-01", "2017-08-01", 2),
    ]


def test_a_period_open_when_only_the_legal_status_changed_is_in_its_placement_still() -> None:
    episodes = [
        episode("01/05/2016", "01/06/2017", rec="X1"),
        episode("01/06/2017", rne="L", ls="E1"),
    ]

    reading = read(files_of(episodes=episodes, absences=[missing("20/05/2017")]))

    assert reading.findings == ()


@pytest.mark.parametrize(
    ("rec", "second"),
    [
        ("X1", episode("01/06/2017", rne="L", place="K2")),
        ("X1", episode("02/06/2017", rne="L")),
        ("E4A", episode("01/06/2017", rne="L")),
    ],
)
def test_another_kind_of_placement_a_gap_or_an_end_of_care_is_another_placement_whatever_is_said(
    rec: str, second: str
) -> None:
    episodes = [episode("01/05/2016", "01/06/2017", rec=rec), second]

    reading = read(files_of(episodes=episodes))

    starts = [fact for fact in told(reading) if fact[0] == "placement started"]
    assert len(starts) == 2


def test_care_that_ended_and_started_again_is_two_periods_also_on_one_day() -> None:
    episodes = [
        episode("01/05/2016", "01/06/2017", rec="E4A"),
        episode("01/06/2017", "09/06/2017", rec="E4B"),
        episode("01/09/2017"),
    ]

    reading = read(files_of(episodes=episodes))

    assert [fact[:3] for fact in told(reading) if fact[0].startswith("care")] == [
        ("care started", "C1/2016-05-01", "2016-05-01"),
        ("care ended", "C1/2016-05-01", "2017-06-01"),
        ("care started", "C1/2017-06-01", "2017-06-01"),
        ("care ended", "C1/2017-06-01", "2017-06-09"),
        ("care started", "C1/2017-09-01", "2017-09-01"),
    ]


def test_an_end_without_a_reason_ends_care_unless_the_next_episode_takes_over() -> None:
    episodes = [
        episode("01/05/2016", "01/06/2017"),
        episode("01/06/2017", "09/06/2017", rne="P"),
    ]

    reading = read(files_of(episodes=episodes))

    assert [fact[:3] for fact in told(reading) if fact[0].startswith("care")] == [
        ("care started", "C1/2016-05-01", "2016-05-01"),
        ("care ended", "C1/2016-05-01", "2017-06-09"),
    ]


def test_an_episode_that_continues_does_not_end_care_though_none_follows() -> None:
    reading = read(files_of(episodes=[episode("01/05/2016", "01/06/2017", rec="X1")]))

    assert "care ended" not in {fact[0] for fact in told(reading)}


def test_a_continuing_episode_and_a_gap_are_two_periods_of_care() -> None:
    episodes = [
        episode("01/05/2016", "01/06/2017", rec="X1"),
        episode("05/06/2017", rne="P"),
    ]

    reading = read(files_of(episodes=episodes))

    assert [fact[1] for fact in told(reading) if fact[0] == "care started"] == [
        "C1/2016-05-01",
        "C1/2017-06-05",
    ]


def test_two_placements_begun_on_one_day_have_two_references() -> None:
    episodes = [
        episode("01/05/2016", rne="P", place="K2"),
        episode("01/05/2016", "01/05/2016", place="T4", rec="X1"),
    ]

    reading = read(files_of(episodes=episodes))

    assert [fact[1:] for fact in told(reading) if fact[0] == "placement started"] == [
        ("C1/P/2016-05-01/2", "2016-05-01", 1),
        ("C1/P/2016-05-01", "2016-05-01", 2),
    ]


def test_a_missing_period_is_from_the_placement_of_its_first_day_and_of_a_move_the_new_one() -> (
    None
):
    episodes = [
        episode("01/05/2016", "01/06/2017", place="K2", rec="X1"),
        episode("01/06/2017", "01/08/2017", rne="P", place="U6", rec="E4A"),
    ]
    days = ["30/04/2016", "31/05/2017", "01/06/2017", "01/08/2017", "02/08/2017"]

    reading = read(files_of(episodes=episodes, absences=[missing(day, day) for day in days]))

    reported = [
        decode(message.raw)["data"].get("placement_type")
        for message in reading.messages
        if message.kind == "missing.episode.reported.v1"
    ]
    assert reported == [None, "K2", "U6", "U6", None]


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        (episode("01/05/2016", rne="X"), "143", "RNE"),
        (episode("01/05/2016", ls="X"), "144", "LS"),
        (episode("01/05/2016", place="X9"), "146", "PLACE"),
        (episode("01/05/2016", "01/05/2017", rec="E99"), "149", "REC"),
        (episode("01/05/2016", why="BORED"), "1009", "REASON_PLACE_CHANGE"),
        (episode("01/05/2016").replace("PR1", "PR9"), "178", "PLACE_PROVIDER"),
        (episode("01/05/2016", "30/04/2016", rec="E4A"), "356", "DECOM"),
    ],
)
def test_a_code_that_is_not_in_its_list_is_left_out_and_found(
    row: str, code: str, field: str
) -> None:
    reading = read(files_of(episodes=[row]))

    (finding,) = reading.findings
    assert (finding.file, finding.row, finding.code, finding.field) == (
        "episodes.csv",
        1,
        code,
        field,
    )
    assert reading.rejections == ()


def test_a_code_of_the_year_of_the_return_or_of_the_episode_is_valid() -> None:
    episodes = [
        episode("01/05/2016", "01/12/2025", place="H5", rec="X1"),
        episode("01/12/2025", rne="P", place="Z11"),
    ]

    reading = read(files_of(headers=[header(sex="F")], episodes=episodes), year=2026)

    assert reading.findings == ()


@pytest.mark.parametrize(
    ("row", "code", "pointer"),
    [
        (episode("31/02/2016"), "141", "/DECOM"),
        (episode(""), "row-invalid", "/DECOM"),
        (episode("01/05/2016", "31/02/2017"), "147", "/DEC"),
        (episode("01/05/2016", child="?"), "row-invalid", "/CHILD"),
    ],
)
def test_an_episode_without_its_dates_or_child_is_rejected(
    row: str, code: str, pointer: str
) -> None:
    reading = read(files_of(episodes=[row]))

    (rejection,) = reading.rejections
    assert (rejection.file, rejection.row) == ("episodes.csv", 1)
    assert (rejection.code, rejection.pointer) == (code, pointer)
    assert told(reading) == []
