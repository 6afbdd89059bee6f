"""The routes about the quality of data: forms, months, refusals, the page."""

from pathlib import Path

import pytest

from domain.errors import UsageError
from tests.unit.api_services import Bench, problem
from tests.unit.quality_examples import POSITION

PATH = "/v1/publishers/la-318/quality"
PAGE = "/publishers/la-318/quality"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(feed_dir=tmp_path)


def test_the_answer_is_for_the_months_asked_and_names_its_position(bench: Bench) -> None:
    answer = bench.get(PATH + "?from=2026-03&to=2026-04", token="richmond-token")

    assert answer.json()["from"] == "2026-03"
    assert answer.headers["hub-as-of-position"] == str(POSITION)
    assert [(str(each.first), str(each.last)) for each in bench.quality.asked] == [
        ("2026-03", "2026-04")
    ]


def test_the_same_answer_comes_once(bench: Bench) -> None:
    etag = bench.get(PATH).headers["etag"]

    again = bench.get(PATH, headers={"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")


def test_the_table_comes_by_accept_or_by_its_suffix(bench: Bench) -> None:
    asked = bench.get(PATH, headers={"Accept": "text/csv"})
    named = bench.get(PATH + ".csv")

    assert asked.content == named.content
    assert named.headers["content-type"].startswith("text/csv")
    assert problem(bench.get(PATH, headers={"Accept": "image/png"})) == (406, "not-acceptable")


@pytest.mark.parametrize("query", ["?from=March", "?from=2026-04&to=2026-03", "?month=2026-03"])
@pytest.mark.parametrize("path", [PATH, PATH + ".csv", PAGE])
def test_what_is_no_question_is_refused(bench: Bench, path: str, query: str) -> None:
    assert bench.get(path + query).status_code == 422


def test_a_publisher_that_is_not_registered_is_not_found(bench: Bench) -> None:
    assert problem(bench.get("/v1/publishers/la-999/quality"))[0] == 404


def test_before_anything_was_counted_the_caller_is_told_what_to_do(bench: Bench) -> None:
    bench.quality.error = UsageError("Nothing has been counted yet: start the hub.")

    answer = bench.get(PATH)

    assert problem(answer)[0] == 422
    assert "Nothing has been counted yet" in answer.json()["detail"]


def test_the_page_shows_what_the_answer_says_and_runs_nothing(bench: Bench) -> None:
    page = bench.get(PAGE, token="richmond-token")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1" in page.text
    assert "Richmond upon Thames (la-318)" in page.text
    assert "DQ9 Not done, without a decision" in page.text
    assert "Most often found: not done, without a decision, 22%" in page.text
    assert "<script" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert page.text.count("<svg") == 1
