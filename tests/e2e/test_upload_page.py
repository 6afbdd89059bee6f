"""The upload page in a real browser: check, then send, by keyboard, on a phone, without scripts."""

import csv
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.browser import DESKTOP, PHONE, open_page
from tests.e2e.program import Serving
from tests.e2e.test_public_page import WIDTHS, keep, told

ROWS: Final = 206
ANSWER: Final = "#answer h2"


@pytest.fixture
def page_url(trial_hub: Serving) -> str:
    """Give the address of the page."""
    return f"{trial_hub.url}/publishers/upload"


def fill(page: Page, publisher: str, token: str) -> None:
    """Choose everything that the form asks for."""
    with as_file(files("hub.synthetic").joinpath("ssda903_sample")) as folder:
        chosen = sorted(Path(folder).glob("*.csv"))
        page.get_by_label("Files", exact=True).set_input_files(chosen)
    page.get_by_label("Whose files are these?").select_option(publisher)
    page.get_by_label("SSDA903 return").check()
    page.get_by_label("In which year").fill("2026")
    page.get_by_label("Your token").fill(token)


def test_files_are_checked_then_sent_without_being_chosen_twice(
    page_url: str, trial_hub: Serving
) -> None:
    with open_page(page_url) as page:
        said = told(page)
        fill(page, "la-331", trial_hub.token)
        page.get_by_role("button", name="Check the files").click()
        page.wait_for_selector(ANSWER)
        checked = page.locator(ANSWER).inner_text()
        focused = page.evaluate("document.activeElement.tagName")
        stored = trial_hub.ask("/v1/publishers/la-331/rejects").json()["rejects"]
        page.get_by_role("button", name="Send the files").click()
        expect(page.locator(ANSWER)).to_contain_text("Sent")
        sent = page.locator(ANSWER).inner_text()
        rejection = page.locator("tr", has_text="1004").all_inner_texts()
        keep(page, "upload-page-desktop")
        troubles = list(said)

    assert checked == "Checked, nothing stored: 205 of 206 rows would be taken"
    assert focused == "H2"
    assert stored == []
    assert sent == "Sent: 205 of 206 rows are taken"
    assert rejection[0].split("\t")[:3] == ["missing.csv", "6", "rejected"]
    assert len(trial_hub.ask("/v1/publishers/la-331/rejects").json()["rejects"]) == 1
    assert troubles == []


def test_the_answer_is_downloaded_row_by_row(page_url: str, trial_hub: Serving) -> None:
    with open_page(page_url) as page:
        fill(page, "la-332", trial_hub.token)
        page.get_by_role("button", name="Check the files").click()
        page.wait_for_selector(ANSWER)
        with page.expect_download() as begun:
            page.get_by_role("link", name="Download the answer").click()
        text = Path(begun.value.path()).read_text(encoding="utf-8")
        name = begun.value.suggested_filename

    lines = list(csv.DictReader(text.splitlines()))
    assert name == "check-la-332-ssda903.csv"
    assert len({(line["file"], line["row"]) for line in lines}) == ROWS
    assert [line["row"] for line in lines if line["remark"] == "rejection"] == ["6"]


def test_the_page_works_without_javascript(page_url: str, trial_hub: Serving) -> None:
    with open_page(page_url, javascript=False) as page:
        fill(page, "la-333", trial_hub.token)
        page.get_by_role("button", name="Check the files").click()
        page.wait_for_selector(ANSWER)
        checked = page.locator(ANSWER).inner_text()
        publisher = page.get_by_label("Whose files are these?").input_value()
        token = page.get_by_label("Your token").input_value()

    assert checked.startswith("Checked, nothing stored: 205 of 206")
    assert (publisher, token) == ("la-333", "")


def test_the_form_is_sent_by_keyboard_alone(page_url: str, trial_hub: Serving) -> None:
    with open_page(page_url) as page:
        fill(page, "la-334", trial_hub.token)
        page.get_by_label("Your token").focus()
        page.keyboard.press("Tab")
        button = page.evaluate("document.activeElement.textContent.trim()")
        page.keyboard.press("Enter")
        page.wait_for_selector(ANSWER)
        page.keyboard.press("Tab")
        region = page.evaluate("document.activeElement.getAttribute('aria-label')")

    assert button == "Check the files"
    assert region == "Rows by file"


def test_what_is_wrong_is_told_where_the_keyboard_goes(page_url: str) -> None:
    with open_page(page_url) as page:
        page.get_by_role("button", name="Check the files").click()
        page.wait_for_selector(".govuk-error-summary")
        focused = page.evaluate("document.activeElement.className")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        field = page.evaluate("document.activeElement.id")
        title = page.title()

    assert "govuk-error-summary" in focused
    assert field == "token"
    assert title.startswith("Error: ")


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_form_answer_and_error_fit_and_break_no_rule_of_accessibility(
    page_url: str, trial_hub: Serving, size: tuple[int, int]
) -> None:
    results, widths = [], []
    with open_page(page_url, size=size) as page:
        for state in ("form", "error", "answer"):
            if state == "error":
                page.get_by_role("button", name="Check the files").click()
                page.wait_for_selector(".govuk-error-summary")
            elif state == "answer":
                fill(page, "la-335", trial_hub.token)
                page.get_by_role("button", name="Check the files").click()
                page.wait_for_selector(ANSWER + "[tabindex]")
                expect(page.locator(ANSWER)).to_contain_text("Checked")
            results.append(Axe().run(page))
            widths.append(page.evaluate(WIDTHS))
        keep(page, f"upload-page-{size[0]}")

    assert [each.violations_count for each in results] == [0, 0, 0], results
    assert all(content <= window for content, window in widths)
