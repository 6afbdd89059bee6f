"""A board's pack: the page in a real browser, the document, and what the command writes."""

from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e.browser import DESKTOP, PHONE, open_page
from tests.e2e.conftest import NationalHub
from tests.e2e.program import run_hub
from tests.e2e.test_public_page import WIDTHS, keep, told

BIRMINGHAM = "330"


@pytest.fixture
def token(national_hub: NationalHub) -> dict[str, str]:
    """Give the header that opens the door."""
    return {"Authorization": f"Bearer {national_hub.serving.token}"}


@pytest.fixture
def page_url(national_hub: NationalHub) -> str:
    """Give the address of an authority's pack."""
    return f"{national_hub.serving.url}/v1/packs/{BIRMINGHAM}.html?period=2026-03"


def test_a_pack_says_what_the_answers_and_the_command_say(
    national_hub: NationalHub, page_url: str, token: dict[str, str], tmp_path: Path
) -> None:
    counts = national_hub.serving.ask(
        "/v1/counts?measure=missing_incidents&by=authority&from=2026-03-01&to=2026-03-31"
    ).json()
    cells = {row["authority"]: row for row in counts["rows"]}
    position = counts["as_of_position"]
    with open_page("about:blank", headers=token) as page:
        troubles = told(page)
        page.goto(f"{page_url}&as_of={position}", wait_until="networkidle")
        numbers = page.locator("table").first.locator("tbody tr").first.locator("td")
        shown = numbers.first.inner_text()
        charts = page.locator("img.chart").count()
        keep(page, "pack-desktop")
        said = list(troubles)
    asked = f"{page_url}&as_of={position}".replace(".html", ".pdf")
    document = httpx.get(asked, headers=token, timeout=60)
    command = ("pack", BIRMINGHAM, "--period", "2026-03", "--as-of", str(position))
    done = run_hub(*command, "--out", tmp_path, data_dir=national_hub.data_dir)
    unreleased = run_hub(*command[:4], "--edition", "publishable", data_dir=national_hub.data_dir)

    assert shown.split()[0].replace(",", "") == str(cells[BIRMINGHAM]["value"])
    assert charts > 1
    assert said == []
    assert done.code == 0, done.err
    written = {path.suffix: path for path in tmp_path.iterdir()}
    assert written[".pdf"].read_bytes() == document.content
    assert {path.stat().st_mode & 0o777 for path in written.values()} == {0o600}
    assert unreleased.code == 2
    assert "has been released yet" in unreleased.err


def test_the_pack_fits_a_phone(page_url: str, token: dict[str, str]) -> None:
    with open_page(page_url, size=PHONE, headers=token) as page:
        content, window = page.evaluate(WIDTHS)
        keep(page, "pack-phone")

    assert content <= window


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_pack_breaks_no_rule_of_accessibility(
    page_url: str, token: dict[str, str], size: tuple[int, int]
) -> None:
    with open_page(page_url, size=size, headers=token) as page:
        results = Axe().run(page)

    assert results.violations_count == 0, results.generate_report()


def test_the_pack_is_closed_without_a_token(page_url: str) -> None:
    assert httpx.get(page_url).status_code == httpx.codes.UNAUTHORIZED
