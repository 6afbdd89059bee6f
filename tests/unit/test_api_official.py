"""The official table over HTTP: for the operator only, and marked as restricted."""

import csv
from datetime import date
from pathlib import Path

import pytest

from contracts.official import LABELS
from domain.errors import RebuildNeededError, ReleaseRefusedError, UsageError
from domain.official import Measure
from domain.periods import ReportingYear
from hub.api.official import MARKING_HEADER
from tests.unit.api_services import Bench, problem

YEAR = ReportingYear(ending=2025)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(feed_dir=tmp_path)


def test_the_table_names_its_marking_its_position_and_every_cell(bench: Bench) -> None:
    answer = bench.get("/v1/official/2025?as_of=2025-06-30")

    document = answer.json()
    (birmingham,) = [row for row in document["rows"] if row["code"] == "330"]
    figures = {cell["label"]: cell["number"] for cell in birmingham["cells"]}
    assert bench.official.asked == [(YEAR, date(2025, 6, 30), False)]
    assert document["marking"] == answer.headers[MARKING_HEADER]
    assert document["marking"].startswith("RESTRICTED")
    assert document["as_of_position"] == int(answer.headers["Hub-As-Of-Position"])
    assert list(figures) == list(LABELS.values())
    assert figures[LABELS[Measure.MISSING_AVERAGE]] == "3.3"
    assert figures[LABELS[Measure.MISSING_OPEN]] == "c"


@pytest.mark.parametrize(("file", "measures"), [("missing", 13), ("net-gain", 3)])
def test_each_file_is_dfe_s_and_its_name_says_that_it_is_restricted(
    bench: Bench, file: str, measures: int
) -> None:
    answer = bench.get(f"/v1/official/2025/{file}.csv")

    rows = list(csv.DictReader(answer.text.splitlines()))
    assert len({row["old_la_code"] for row in rows if row["la_name"] == "Birmingham"}) == 1
    assert len([row for row in rows if row["la_name"] == "Birmingham"]) == measures
    assert "_2025_restricted.csv" in answer.headers["Content-Disposition"]


def test_the_publishable_edition_is_not_marked_as_restricted(bench: Bench) -> None:
    answer = bench.get("/v1/official/2025/missing.csv?publishable=yes")

    assert bench.official.asked == [(YEAR, None, True)]
    assert answer.headers[MARKING_HEADER].startswith("publishable")
    assert "restricted" not in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("token", ["birmingham-token", "reviewer-token"])
@pytest.mark.parametrize("path", ["/v1/official/2025", "/v1/official/2025/missing.csv"])
def test_only_the_operator_is_let_in(bench: Bench, path: str, token: str) -> None:
    assert problem(bench.get(path, token=token))[0] == 403
    assert problem(bench.get(path, token=None))[0] == 401


@pytest.mark.parametrize(
    "path",
    [
        "/v1/official/25",
        "/v1/official/2025?as_of=yesterday",
        "/v1/official/2025?publishable=perhaps",
        "/v1/official/2025?year=2025",
        "/v1/official/2025/other.csv",
    ],
)
def test_a_wrong_question_is_refused_with_a_problem(bench: Bench, path: str) -> None:
    status, _ = problem(bench.get(path))

    assert 400 <= status < 500


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("as-of must be a position from 0 to 9, or a date."), 422),
        (RebuildNeededError("run `hub rebuild`"), 503),
        (ReleaseRefusedError("publish regions only"), 409),
    ],
)
def test_what_the_table_cannot_be_is_told(bench: Bench, error: Exception, status: int) -> None:
    bench.official.error = error

    assert problem(bench.get("/v1/official/2025"))[0] == status
