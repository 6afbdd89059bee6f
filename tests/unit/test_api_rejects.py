"""The list of rejects over HTTP: as JSON and CSV, by reason and time, page by page."""

import csv
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest

from contracts.outcomes import Rejection
from contracts.reasons import Reason
from contracts.receipts import REJECT_COLUMNS
from tests.unit.api_services import NOON, Bench, problem, rejected

REJECTS = "/v1/publishers/la-318/rejects"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Give a door before seven rejects, an hour apart, the odd ones for another reason."""
    bench = Bench(feed_dir=tmp_path)
    for number in range(1, 8):
        record = replace(rejected(number), received_at=NOON + timedelta(hours=number))
        if number % 2:
            reason = Rejection(reason=Reason.CODE_UNKNOWN, pointer="=/data/x", message="No, 1.")
            record = replace(record, rejection=reason)
        bench.submissions.records.append(record)
    return bench


def numbers(text: str) -> list[int]:
    """Return the numbers of the rejects that a CSV lists."""
    rows = csv.DictReader(StringIO(text, newline=""))
    return [int(row["id"].replace("-", ""), 16) for row in rows]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (f"{REJECTS}.csv", {}),
        (f"{REJECTS}.csv", {"Accept": "application/json"}),
        (REJECTS, {"Accept": "text/csv"}),
    ],
)
def test_rejects_come_as_csv_by_ending_or_by_accept(
    bench: Bench, path: str, headers: dict[str, str]
) -> None:
    answer = bench.get(path, headers=headers)

    first = next(csv.reader(StringIO(answer.text.splitlines()[1])))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.splitlines()[0].split(",") == list(REJECT_COLUMNS)
    assert first == [
        "00000000-0000-0000-0000-000000000007",
        "la-318",
        "2026-03-14T19:00:00+00:00",
        "1",
        "code-unknown",
        "'=/data/x",
        "No, 1.",
    ]


def test_the_pages_of_the_csv_are_linked_and_list_every_reject_once(bench: Bench) -> None:
    pages, path = [], f"{REJECTS}.csv?limit=3"
    while path:
        answer = bench.get(path)
        pages.append(numbers(answer.text))
        path = answer.headers.get("link", "").partition(">")[0].removeprefix("<")

    assert pages == [[7, 6, 5], [4, 3, 2], [1]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("reason=code-unknown", [7, 5, 3, 1]),
        ("reason=date-invalid", [6, 4, 2]),
        ("reason=too-large", []),
        (f"since={quote((NOON + timedelta(hours=5)).isoformat())}", [7, 6, 5]),
        (f"until={quote((NOON + timedelta(hours=3)).isoformat())}", [2, 1]),
        ("since=2026-03-14T14:00:00Z&until=2026-03-14T16:00:00Z&reason=code-unknown", [3]),
        ("since=2026-03-14T16:00:00%2B02:00&until=2026-03-14T15:00:00Z", [2]),
    ],
)
def test_rejects_are_narrowed_by_reason_and_time_over_all_pages(
    bench: Bench, query: str, expected: list[int]
) -> None:
    found: list[int] = []
    path = f"{REJECTS}?limit=2&{query}"
    while path:
        page = bench.get(path).json()
        found += [int(each["id"].replace("-", ""), 16) for each in page["rejects"]]
        path = page["next"]

    assert found == expected


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("reason=unheard-of", "reason"),
        ("since=yesterday", "since"),
        ("since=2026-03-14T14:00:00", "since"),
        ("until=2026-03-14", "until"),
        ("limit=501", "limit"),
    ],
)
def test_a_wrong_filter_is_refused_by_its_name(bench: Bench, query: str, name: str) -> None:
    answer = bench.get(f"{REJECTS}?{query}")

    assert problem(answer) == (422, "parameters-invalid")
    assert [each["name"] for each in answer.json()["errors"]] == [name]


def test_a_form_that_the_list_does_not_have_is_refused(bench: Bench) -> None:
    answer = bench.get(REJECTS, headers={"Accept": "application/pdf"})

    assert problem(answer) == (406, "not-acceptable")
