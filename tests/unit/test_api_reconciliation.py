"""The route of the reconciliation view: its question, its forms, its refusals."""

from csv import DictReader
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from pyarrow import ipc, parquet

from domain.errors import UsageError
from domain.reconciliation_terms import ReconciliationQuery
from domain.vocabulary import Category
from tests.unit.api_gateways import POSITION
from tests.unit.api_services import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(feed_dir=tmp_path)


def test_the_terms_are_asked_for_as_on_the_command_line(bench: Bench) -> None:
    bench.get(
        "/v1/reconciliation?by=authority,month&from=2026-01-01&to=2026-03-31&as_of=7&category=away"
    )

    assert bench.reconciliation.asked == [
        ReconciliationQuery(
            by=("authority", "month"),
            first_day=date(2026, 1, 1),
            last_day=date(2026, 3, 31),
            as_of=7,
            category=Category.AWAY,
        )
    ]


def test_every_form_holds_the_same_cells(bench: Bench) -> None:
    document = bench.get("/v1/reconciliation?by=region").json()
    by_csv = bench.get("/v1/reconciliation.csv?by=region").text
    by_parquet = bench.get("/v1/reconciliation.parquet?by=region").content
    by_arrow = bench.get("/v1/reconciliation.arrow?by=region").content

    shared = {"category", "as_of_position", "as_of_time", "definition_version"}
    tables = [
        parquet.read_table(BytesIO(by_parquet)).to_pylist(),
        ipc.open_file(BytesIO(by_arrow)).read_all().to_pylist(),
    ]
    for rows in tables:
        assert [{k: v for k, v in row.items() if k not in shared} for row in rows] == document[
            "rows"
        ]
    texts = list(DictReader(StringIO(by_csv)))
    assert [{k: v for k, v in row.items() if k not in shared} for row in texts] == [
        {name: str(value) for name, value in row.items()} for row in document["rows"]
    ]
    assert {row["as_of_position"] for row in tables[0]} == {POSITION}


def test_the_document_adds_its_rows_up_and_shows_every_bucket(bench: Bench) -> None:
    document = bench.get("/v1/reconciliation?by=region").json()

    total = document["total"]
    for name in total:
        assert total[name] == sum(row[name] for row in document["rows"])
    assert total["difference"] == 9
    assert (total["police_only"], total["within_matched"]) == (3, 6)
    buckets = document["source_episodes"]
    names = ("matched", "police_only", "authority_only", "in_review", "held", "void")
    assert sum(buckets[name] for name in names) == buckets["total"]
    assert buckets["balanced"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("by=sex", "Choices: month, reporting_year, authority, region, force"),
        ("category=missed", "Did you mean missing?"),
        ("from=2026-03-02&to=2026-03-01", "`to` lies before `from`"),
        ("as_of=yesterday", "neither a ledger position nor a date"),
    ],
)
def test_a_question_that_cannot_be_read_is_refused_with_the_choices(
    bench: Bench, query: str, told: str
) -> None:
    answer = bench.get(f"/v1/reconciliation?{query}")

    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    assert bench.reconciliation.asked == []


def test_a_form_that_is_not_there_is_refused(bench: Bench) -> None:
    unknown = bench.get("/v1/reconciliation.xlsx")
    picture = bench.get("/v1/reconciliation", headers={"Accept": "image/png"})

    assert (unknown.status_code, picture.status_code) == (404, 406)


def test_what_the_view_cannot_answer_is_shown(bench: Bench) -> None:
    bench.reconciliation.error = UsageError("as-of must be a position from 0 to 9, or a date.")

    answer = bench.get("/v1/reconciliation")

    assert answer.status_code == 422
    assert "from 0 to 9" in answer.json()["detail"]
