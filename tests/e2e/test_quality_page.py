"""How good a publisher's data are: the page in a real browser, the answer, and the command."""

import csv
import json
from io import StringIO

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e.browser import DESKTOP, PHONE, open_page
from tests.e2e.conftest import NationalHub
from tests.e2e.program import run_hub
from tests.e2e.test_public_page import WIDTHS, keep, told

BIRMINGHAM = "la-330"


@pytest.fixture
def token(national_hub: NationalHub) -> dict[str, str]:
    """Give the header that opens the door."""
    return {"Authorization": f"Bearer {national_hub.serving.token}"}


@pytest.fixture
def page_url(national_hub: NationalHub) -> str:
    """Give the address of an authority's page."""
    return f"{national_hub.serving.url}/publishers/{BIRMINGHAM}/quality"


def test_the_page_shows_what_the_answer_and_the_command_say(
    national_hub: NationalHub, page_url: str, token: dict[str, str]
) -> None:
    asked = f"{national_hub.serving.url}/v1/publishers/{BIRMINGHAM}/quality"
    answer = httpx.get(asked, headers=token, timeout=60).json()
    table = httpx.get(asked + ".csv", headers=token, timeout=60).text
    run = ("quality", "--publisher", BIRMINGHAM, "--url", national_hub.serving.url, "--json")
    done = run_hub(*run, data_dir=national_hub.data_dir)
    with open_page("about:blank", headers=token) as page:
        troubles = told(page)
        page.goto(page_url, wait_until="networkidle")
        rows = page.locator("table", has_text="Findings by rule").locator("tbody tr")
        shown = {
            row.locator("th").inner_text().split()[0]: row.locator("td").first.inner_text()
            for row in rows.all()
        }
        styled = page.evaluate("() => document.styleSheets.length")
        keep(page, "quality-page-desktop")
        said = list(troubles)

    cases = {each["rule"]["code"]: f"{each['cases']:,}" for each in answer["findings"]}
    assert shown == cases
    assert any(each["found"] for each in answer["findings"])
    assert answer["publishers_compared"] > 100
    assert json.loads(done.out)["findings"] == answer["findings"]
    found = [row for row in csv.DictReader(StringIO(table)) if row["section"] == "finding"]
    assert {row["name"]: f"{int(row['cases']):,}" for row in found} == cases
    assert styled == 2
    assert said == []


def test_the_page_fits_a_phone(page_url: str, token: dict[str, str]) -> None:
    with open_page(page_url, size=PHONE, headers=token) as page:
        content, window = page.evaluate(WIDTHS)
        keep(page, "quality-page-phone")

    assert content <= window


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_page_breaks_no_rule_of_accessibility(
    page_url: str, token: dict[str, str], size: tuple[int, int]
) -> None:
    with open_page(page_url, size=size, headers=token) as page:
        results = Axe().run(page)

    assert results.violations_count == 0, results.generate_report()


def test_the_page_is_closed_without_a_token(page_url: str) -> None:
    assert httpx.get(page_url).status_code == httpx.codes.UNAUTHORIZED


def test_the_rules_are_listed_by_the_command(national_hub: NationalHub) -> None:
    done = run_hub("quality", "rules", data_dir=national_hub.data_dir)

    assert done.code == 0, done.err
    assert "DQ16" in done.out
    assert "count-without-duration" in done.out


def test_the_command_beside_the_hub_answers_and_points_to_receipts(
    national_hub: NationalHub,
) -> None:
    run = ("quality", "--publisher", BIRMINGHAM)
    table = run_hub(*run, "--format", "csv", data_dir=national_hub.data_dir)
    listed = run_hub(*run, "--code", "DQ10", data_dir=national_hub.data_dir)
    wrong = run_hub(*run, "--code", "DQ3", data_dir=national_hub.data_dir)

    (found,) = (row for row in csv.DictReader(StringIO(table.out)) if row["name"] == "DQ10")
    assert f"DQ10 of {BIRMINGHAM}: {found['cases']}" in listed.out
    assert listed.code == 0
    assert (wrong.code, "`--code` is one of" in wrong.err) == (2, True)
