"""Views and histories over HTTP: the question, the form of the answer, and what cannot be asked."""

from datetime import date
from pathlib import Path

import pytest

from domain.errors import RebuildNeededError, UsageError
from domain.history import HistoryStep
from domain.measures import CountsQuery
from domain.views import ViewQuery
from tests.unit.api_gateways import POSITION
from tests.unit.api_services import Bench, problem

HISTORY = "/v1/counts/history?measure=missing_incidents&to=2026-03-31"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(feed_dir=tmp_path)


def test_the_views_name_everything_that_can_be_asked(bench: Bench) -> None:
    document = bench.get("/v1/views").json()

    assert [each["name"] for each in document["views"]] == [
        "compliance",
        "homes",
        "placements-hosted",
    ]
    assert document["views"][1]["restricted"]
    assert document["views"][0]["figures"][0]["source"] == "¶26"


def test_a_view_is_asked_as_on_the_command_line(bench: Bench) -> None:
    answer = bench.get(
        "/v1/views/homes?by=authority,ending&figures=done&from=2025-04-01&to=2026-03-31"
        "&as_of=1200&ending=found&definition_version=2026.3"
    )

    assert answer.status_code == 200
    assert answer.headers["hub-as-of-position"] == str(POSITION)
    assert bench.views.asked == [
        ViewQuery(
            view="homes",
            by=("authority", "ending"),
            figures=("done",),
            first_day=date(2025, 4, 1),
            last_day=date(2026, 3, 31),
            as_of=1200,
            where=(("ending", "found"),),
            definition_version="2026.3",
        )
    ]


@pytest.mark.parametrize(
    ("path", "view", "kind"),
    [
        ("/v1/views/homes", "homes", "application/json"),
        ("/v1/views/homes.csv", "homes", "text/csv; charset=utf-8"),
        ("/v1/views/homes.parquet", "homes", "application/vnd.apache.parquet"),
        ("/v1/views/homes.arrow", "homes", "application/vnd.apache.arrow.file"),
        ("/v1/compliance", "compliance", "application/json"),
        ("/v1/compliance.csv", "compliance", "text/csv; charset=utf-8"),
        ("/v1/cross-boundary", "placements-hosted", "application/json"),
        ("/v1/cross-boundary.csv", "placements-hosted", "text/csv; charset=utf-8"),
        ("/v1/cross-boundary?view=homes", "homes", "application/json"),
    ],
)
def test_every_path_answers_for_its_view_in_its_form(
    bench: Bench, path: str, view: str, kind: str
) -> None:
    answer = bench.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert [query.view for query in bench.views.asked] == [view]
    assert f'filename="{view}-national-' in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/v1/views/home", 404, "Did you mean homes?"),
        ("/v1/views/homes.xlsx", 404, "parquet"),
        ("/v1/cross-boundary?view=home", 422, "Did you mean homes?"),
        ("/v1/cross-boundary?view=compliance", 422, "Choices: homes, placements-hosted"),
        ("/v1/views/homes?by=authorty", 422, "Did you mean authority?"),
        ("/v1/views/homes?figures=rate", 422, "Choices: done, share"),
        ("/v1/views/homes?sex=F", 422, "authority, ending"),
        ("/v1/views/homes?authority=330&authority=331", 422, "once each"),
        ("/v1/views/homes?authority=Leeds", 422, "three-digit"),
        ("/v1/views/homes?from=2026-02-30", 422, "`from`"),
        ("/v1/views/homes?from=2026-04-01&to=2026-03-01", 422, "before"),
        ("/v1/counts?measure=missing_incidents&authority=Leeds", 422, "three-digit"),
        ("/v1/counts/history?measure=missing_kids", 422, "Did you mean missing_"),
        (HISTORY + "&by=week", 422, "day, position"),
        (HISTORY + "&since=soon", 422, "`since`"),
        (HISTORY + "&region=north", 422, "E12000005"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_choices(
    bench: Bench, path: str, status: int, said: str
) -> None:
    answer = bench.get(path)

    assert problem(answer)[0] == status
    assert said in answer.json()["detail"]
    assert (bench.views.asked, bench.history.asked, bench.counts.asked) == ([], [], [])


def test_what_a_view_cannot_answer_is_told_to_the_caller(bench: Bench) -> None:
    bench.views.error = UsageError("This breakdown has more than 100,000 cells.")
    too_many = bench.get("/v1/views/homes?by=authority")
    bench.views.error = RebuildNeededError("The views were built without homes_v1: run it.")
    not_built = bench.get("/v1/views/homes")
    bench.history.error = UsageError("Say where the history starts.")
    no_start = bench.get(HISTORY)

    assert (too_many.status_code, no_start.status_code) == (422, 422)
    assert "100,000 cells" in too_many.json()["detail"]
    assert problem(not_built) == (503, "rebuild-needed")
    assert "homes_v1" in not_built.json()["detail"]


def test_figures_are_closed_to_all_but_the_operator(bench: Bench) -> None:
    for path in ("/v1/views", "/v1/views/homes", "/v1/compliance", "/v1/cross-boundary", HISTORY):
        assert bench.get(path, token=None).status_code == 401, path
        assert bench.get(path, token="birmingham-token").status_code == 403, path


def test_counts_are_asked_for_one_value_of_a_dimension(bench: Bench) -> None:
    bench.get("/v1/counts?measure=missing_incidents&by=month&sex=F&authority=330")

    assert bench.counts.asked == [
        CountsQuery(
            measure="missing_incidents", by=("month",), where=(("authority", "330"), ("sex", "F"))
        )
    ]


def test_a_history_is_told_in_its_steps(bench: Bench) -> None:
    answer = bench.get(HISTORY + "&by=position&since=5&authority=330").json()
    by_csv = bench.get(HISTORY.replace("history?", "history.csv?")).text.splitlines()

    asked = bench.history.asked[0]
    assert (asked.since, asked.by, asked.counts.where) == (
        5,
        HistoryStep.POSITION,
        (("authority", "330"),),
    )
    assert (answer["start"], answer["end"]) == (10, 11)
    assert [row["change"] for row in answer["rows"]] == [3, -2]
    assert by_csv[1].startswith("2026-04-20,,late,3,3,13")
