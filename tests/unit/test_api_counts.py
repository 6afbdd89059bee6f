"""Counts over HTTP: the question, the form of the answer, and what cannot be asked."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import ipc, parquet

from domain.errors import UsageError
from domain.measures import MEASURES, CountsQuery, Source
from hub.api.media import preferred_media
from tests.unit.api_services import Bench

OFFERED = ("application/json", "text/csv", "application/vnd.apache.parquet")
COUNTS = "/v1/counts?measure=missing_incidents"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(feed_dir=tmp_path)


def test_counts_are_asked_for_as_on_the_command_line(bench: Bench) -> None:
    answer = bench.get(
        "/v1/counts?measure=away_children&by=month,region&from=2025-04-01&to=2026-03-31"
        "&as_of=1200&source=authority"
    )

    assert bench.counts.asked == [
        CountsQuery(
            measure="away_children",
            by=("month", "region"),
            first_day=date(2025, 4, 1),
            last_day=date(2026, 3, 31),
            as_of=1200,
            source=Source.AUTHORITY,
        )
    ]
    assert answer.json()["rows"][0] == {
        "month": "one",
        "region": "one",
        "value": 7,
        "low": 7,
        "high": 8,
    }


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        (COUNTS, "*/*", "application/json"),
        (COUNTS, "", "application/json"),
        (COUNTS, "text/csv", "text/csv; charset=utf-8"),
        (COUNTS, "text/*;q=0.5, application/json;q=0.4", "text/csv; charset=utf-8"),
        (COUNTS, "application/vnd.apache.parquet", "application/vnd.apache.parquet"),
        (COUNTS, "application/vnd.apache.arrow.file", "application/vnd.apache.arrow.file"),
        ("/v1/counts.json?measure=missing_incidents", "text/csv", "application/json"),
        ("/v1/counts.csv?measure=missing_incidents", "image/png", "text/csv; charset=utf-8"),
        (
            "/v1/counts.parquet?measure=missing_incidents",
            "*/*",
            "application/vnd.apache.parquet",
        ),
        (
            "/v1/counts.arrow?measure=missing_incidents",
            "*/*",
            "application/vnd.apache.arrow.file",
        ),
    ],
)
def test_counts_come_in_the_form_asked_for(bench: Bench, path: str, accept: str, kind: str) -> None:
    answer = bench.get(path, headers={"Accept": accept})

    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["vary"] == "Accept"


def test_every_form_of_counts_holds_the_same_values(bench: Bench) -> None:
    path = "?measure=missing_incidents&by=region"

    by_json = bench.get(f"/v1/counts.json{path}").json()
    by_csv = bench.get(f"/v1/counts.csv{path}").text.splitlines()
    by_parquet = parquet.read_table(BytesIO(bench.get(f"/v1/counts.parquet{path}").content))
    by_arrow = ipc.open_file(BytesIO(bench.get(f"/v1/counts.arrow{path}").content)).read_all()

    assert [row["value"] for row in by_json["rows"]] == [7, 11]
    assert [line.split(",")[:2] for line in by_csv[1:]] == [["one", "7"], ["two", "11"]]
    assert by_parquet["value"].to_pylist() == by_arrow["value"].to_pylist() == [7, 11]


def test_a_form_that_does_not_exist_is_refused_with_those_that_do(bench: Bench) -> None:
    by_accept = bench.get(COUNTS, headers={"Accept": "image/png"})
    by_suffix = bench.get("/v1/counts.xlsx?measure=missing_incidents")

    assert by_accept.status_code == 406
    assert "application/vnd.apache.parquet" in by_accept.json()["detail"]
    assert by_suffix.status_code == 404
    assert "parquet" in by_suffix.json()["detail"]


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", OFFERED[0]),
        ("*/*", OFFERED[0]),
        ("text/csv", OFFERED[1]),
        ("TEXT/CSV ; header=present", OFFERED[1]),
        ("application/*", OFFERED[0]),
        ("application/*, application/json;q=0", OFFERED[2]),
        ("text/csv;q=0.1, application/json;q=0.09", OFFERED[1]),
        ("text/csv;q=0, */*;q=0.1", OFFERED[0]),
        ("text/html, */*;q=0.8", OFFERED[0]),
        ("text/csv;q=nan", None),
        ("text/csv;q=2", None),
        ("text/html", None),
        (",;,", None),
    ],
)
def test_the_form_that_is_liked_best_is_chosen(accept: str, chosen: str | None) -> None:
    assert preferred_media(accept, OFFERED) == chosen


@given(accept=st.text("*/,;q=.01 textcsvapplicationjson", max_size=60))
def test_any_accept_header_chooses_a_form_or_none(accept: str) -> None:
    assert preferred_media(accept, OFFERED) in (None, *OFFERED)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("measure=missing_kids", "Did you mean missing_"),
        ("measure=missing_incidents&by=authoritys", "Did you mean authority?"),
        ("measure=missing_incidents&by=month,month", "twice"),
        ("measure=missing_incidents&source=both", "national, police, authority"),
        ("measure=missing_incidents&from=2026-04-01&to=2026-03-01", "before"),
        ("measure=missing_incidents&from=31/02/2018", "`from`"),
        ("measure=missing_incidents&as_of=now", "`as_of`"),
        ("measure=missing_incidents&group=region", "measure, by, from, to, as_of, source"),
        ("measure=missing_incidents&measure=away_incidents", "once each"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_the_choices(
    bench: Bench, query: str, said: str
) -> None:
    answer = bench.get(f"/v1/counts?{query}")

    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert bench.counts.asked == []


def test_a_question_without_a_measure_names_what_is_missing(bench: Bench) -> None:
    answer = bench.get("/v1/counts")

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"place": "query", "name": "measure", "detail": "Field required."}
    ]


def test_what_the_views_cannot_answer_is_told_to_the_caller(bench: Bench) -> None:
    bench.counts.error = UsageError("The ledger has not reached that position.")

    answer = bench.get(f"{COUNTS}&as_of=99999")

    assert answer.status_code == 422
    assert answer.json()["detail"] == "The ledger has not reached that position."


def test_the_measures_name_everything_that_can_be_asked(bench: Bench) -> None:
    document = bench.get("/v1/measures").json()

    assert [each["name"] for each in document["measures"]] == list(MEASURES)
    assert {"name", "title", "definition", "unit", "clock", "distinct", "source"} == set(
        document["measures"][0]
    )
