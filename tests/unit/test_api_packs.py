"""The route of the packs: its question, its forms, its refusals."""

from datetime import date
from pathlib import Path

import pytest

from domain.errors import NotFoundError
from domain.safeguarding import Board
from hub.packs.content import Edition
from tests.unit.api_services import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(feed_dir=tmp_path)


def test_a_pack_is_asked_for_and_answered_as_page_and_document(bench: Bench) -> None:
    page = bench.get("/v1/packs/886.html?period=2026-03&board=corporate-parenting-board&as_of=7")
    document = bench.get("/v1/packs/england.pdf?period=2026-Q1&edition=publishable")

    assert bench.packs.asked == [
        ("886", Board.CORPORATE_PARENTING, date(2026, 3, 1), Edition.RESTRICTED, 7),
        ("england", Board.SAFEGUARDING_PARTNERSHIP, date(2025, 4, 1), Edition.PUBLISHABLE, None),
    ]
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert "style-src 'unsafe-inline'" in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert document.headers["content-type"] == "application/pdf"
    assert document.headers["content-disposition"].endswith('-publishable.pdf"')
    assert document.content.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/v1/packs/886.docx?period=2026-03", 404, "html, pdf"),
        ("/v1/packs/886.html?period=2026-3", 422, "2026-Q1"),
        ("/v1/packs/886.html?period=2026-03&board=pub", 422, "corporate-parenting-board"),
        ("/v1/packs/886.html?period=2026-03&edition=leaked", 422, "publishable"),
        ("/v1/packs/886.html?period=2026-03&colour=red", 422, "period"),
    ],
)
def test_a_wrong_question_is_answered_with_the_choices(
    bench: Bench, path: str, status: int, says: str
) -> None:
    answer = bench.get(path)

    assert answer.status_code == status
    assert says in answer.json()["detail"]
    assert bench.packs.asked == []


def test_what_has_not_been_released_is_not_found(bench: Bench) -> None:
    bench.packs.error = NotFoundError("Nothing of March 2026 has been released yet.")

    answer = bench.get("/v1/packs/886.html?period=2026-03&edition=publishable")

    assert answer.status_code == 404
    assert "released" in answer.json()["detail"]
