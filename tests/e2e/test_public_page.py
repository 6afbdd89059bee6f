"""A released month, served by `hub serve`, in a real browser."""

import csv
from io import StringIO
from pathlib import Path
from typing import Final

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.browser import DESKTOP, PHONE, open_page
from tests.e2e.conftest import MONTH, NationalHub
from tests.e2e.program import run_hub

ARTIFACTS: Final = Path(__file__).parents[1] / "artifacts"
INDICATORS: Final = (
    "missing_episode_count",
    "missing_child_count",
    "away_episode_count",
    "away_child_count",
)
WIDTHS: Final = "() => [document.documentElement.scrollWidth, window.innerWidth]"
PICTURES: Final = "() => [...document.images].map(each => each.complete && each.naturalWidth > 0)"


@pytest.fixture(scope="module")
def page_url(national_hub: NationalHub) -> str:
    """Give the address of the front page after a month was released."""
    done = run_hub("release", MONTH, "--synthetic", data_dir=national_hub.data_dir)
    assert done.code == 0, done.err
    return f"{national_hub.serving.url}/"


def test_the_page_shows_its_month_its_chart_and_the_figures_of_its_csv(page_url: str) -> None:
    with open_page("about:blank") as page:
        said = told(page)
        # Not a reload: that would break off what the first load still asks for, such as the icon.
        page.goto(page_url, wait_until="networkidle")
        heading = page.locator("h1").inner_text()
        pictures = page.evaluate(PICTURES)
        words = page.locator("img.hub-chart").get_attribute("alt")
        shown = table(page)
        source = csv_of(page, page_url)
        keep(page, "public-page-desktop")
        troubles = list(said)

    assert heading == "Missing children in England, March 2026"
    assert pictures
    assert all(pictures)
    assert words
    assert shown == source
    assert shown["England"][0].isdecimal()
    assert troubles == []


def test_the_page_is_whole_without_javascript(page_url: str) -> None:
    with open_page(page_url) as page:
        with_script = page.locator("main").inner_text()

    with open_page(page_url, javascript=False) as page:
        without = page.locator("main").inner_text()
        links = page.get_by_role("link", name="Open data file, CSV").count()

    assert without == with_script
    assert links == 1


def test_the_page_fits_a_phone(page_url: str) -> None:
    with open_page(page_url, size=PHONE) as page:
        content, window = page.evaluate(WIDTHS)
        keep(page, "public-page-phone")

    assert content <= window


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_page_breaks_no_rule_of_accessibility(page_url: str, size: tuple[int, int]) -> None:
    with open_page(page_url, size=size) as page:
        results = Axe().run(page)

    assert results.violations_count == 0, results.generate_report()


def told(page: Page) -> list[str]:
    """Return a list that fills with what goes wrong in a page from now on."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(request.url))
    return said


def table(page: Page) -> dict[str, list[str]]:
    """Return the figures of the page's table by area, as numbers without their commas."""
    rows = page.locator("table.hub-table tbody tr")
    return {
        row.locator("th").inner_text(): [
            cell.replace(",", "") for cell in row.locator("td").all_inner_texts()
        ]
        for row in rows.all()
    }


def csv_of(page: Page, page_url: str) -> dict[str, list[str]]:
    """Return the figures of the file that the page links to, by area."""
    link = page.get_by_role("link", name="Open data file, CSV").get_attribute("href")
    answer = httpx.get(httpx.URL(page.url).join(str(link)))
    assert answer.status_code == 200, page_url
    return {
        row["region_name"] or row["country_name"]: [row[name] for name in INDICATORS]
        for row in csv.DictReader(StringIO(answer.text))
    }


def keep(page: Page, name: str) -> None:
    """Keep a picture of the whole page for a person to look at."""
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)
