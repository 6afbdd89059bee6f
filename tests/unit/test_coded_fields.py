"""A code that a message carries must have been in its list between the fact and its arrival."""

from datetime import date
from typing import Any

import pytest

from contracts.coded_fields import unlisted_code
from contracts.outcomes import Rejection
from contracts.reasons import Reason
from contracts.submissions import Submission, read_submission
from tests.examples import BIRMINGHAM, message
from tests.unit.records import contract

TODAY = date(2026, 11, 2)
PLACED = "missing.placement.started.v1"


def read(raw: bytes, on: date | None = TODAY) -> Submission | Rejection:
    return read_submission(raw, sent_by=None, contract=contract(), on=on)


def placed(place: str, began: str) -> bytes:
    return message(
        PLACED,
        subject="C-1",
        time=f"{began}T12:00:00Z",
        data={"placement": "P-1", "started": began, "placement_type": place},
    )


def reported(time: str, **fields: Any) -> bytes:
    return message(time=f"{time}T12:00:00Z", data={"child": "C-1", **fields})


@pytest.mark.parametrize(
    ("place", "began"),
    [
        ("H5", "2018-05-01"),
        ("Z1", "2025-03-31"),
        ("P2", "2023-10-27"),
        ("K3", "2023-04-01"),
        # Begun before the code was there, and told when it was.
        ("K3", "2022-05-01"),
        ("Z11", "2022-05-01"),
    ],
)
def test_a_placement_may_carry_a_code_of_its_time_or_of_the_time_it_is_told(
    place: str, began: str
) -> None:
    assert isinstance(read(placed(place, began)), Submission)


@pytest.mark.parametrize(
    ("place", "began", "arrived"),
    [
        ("H5", "2025-04-01", TODAY),
        ("Z1", "2025-04-01", TODAY),
        ("P2", "2023-10-28", TODAY),
        ("K3", "2022-05-01", date(2023, 3, 31)),
        ("Z11", "2025-03-31", date(2025, 3, 31)),
        ("K3", "2022-05-01", None),
    ],
)
def test_a_code_that_was_gone_before_or_not_there_yet_is_refused(
    place: str, began: str, arrived: date | None
) -> None:
    answer = read(placed(place, began), arrived)

    assert isinstance(answer, Rejection)
    assert (answer.reason, answer.pointer) == (Reason.CODE_UNKNOWN, "/data/placement_type")


@pytest.mark.parametrize(
    ("risk", "time", "taken"),
    [
        ("absent", "2015-05-01", True),
        ("absent", "2017-04-01", False),
        ("absent", "2026-05-01", False),
        ("no-apparent-risk", "2026-05-01", True),
        ("very-low", "2026-05-01", True),
        ("medium", "2012-05-01", True),
    ],
)
def test_a_risk_level_belongs_to_the_guidance_of_its_years(
    risk: str, time: str, taken: bool
) -> None:
    answer = read(reported(time, risk=risk))

    assert isinstance(answer, Submission) is taken
    if isinstance(answer, Rejection):
        assert answer.pointer == "/data/risk"


def test_a_clock_that_runs_ahead_does_not_make_a_code_unknown() -> None:
    assert isinstance(read(placed("Z11", "2026-12-01")), Submission)


def test_the_refusal_names_the_list_and_the_years() -> None:
    answer = read(placed("Z1", "2025-04-01"))
    body = read(placed("K2", "2025-04-01"))

    assert isinstance(answer, Rejection)
    assert "placement_type" in answer.message
    assert "March 2026 or any later one" in answer.message
    assert isinstance(body, Submission)
    assert body.publisher == BIRMINGHAM
    assert unlisted_code(body.body, TODAY, None, contract().code_lists) is None
