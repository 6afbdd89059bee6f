"""Reviewing in a real browser and at a terminal: the same pair, one decision after the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from hub.identity.keys import load_keys
from tests.e2e.browser import DESKTOP, PHONE, open_page
from tests.e2e.conftest import new_directory, send
from tests.e2e.program import Serving, run_hub, serving, wait_until_followed
from tests.e2e.test_public_page import WIDTHS, keep, told
from tests.examples import BIRMINGHAM, COVENTRY, identity, message, registration

# 400 % zoom of a window of 1,280 pixels.
ZOOMED = (320, 256)
SHARED = identity(7)
OTHERS = (
    identity(8, nhs_number=SHARED.nhs_number, forenames="Zebedee"),
    identity(9, nhs_number=SHARED.nhs_number, forenames="Marigold"),
)

SECRETS = (str(SHARED.nhs_number), str(SHARED.surname), "Zebedee")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A hub with three registrations that name one NHS number, and a reviewer's token."""

    hub: Serving
    data_dir: Path
    token: str

    @property
    def page(self) -> str:
        """The address of the review."""
        return f"{self.hub.url}/review"


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """Give a hub in which pairs wait for a reviewer."""
    for directory in new_directory():
        with serving(directory) as running:
            sealing = load_keys(directory / "keys", create=False).sealing
            events = [
                registration(SHARED, sealing, child="C-1", publisher=BIRMINGHAM),
                registration(OTHERS[0], sealing, child="C-2", publisher=COVENTRY),
                registration(OTHERS[1], sealing, child="C-3", publisher=COVENTRY),
                message(subject="E-1", child="C-1", publisher=BIRMINGHAM, left="2026-03-10"),
                message(subject="E-2", child="C-2", publisher=COVENTRY, left="2026-03-10"),
            ]
            send(running, events)
            wait_until_followed(running)
            added = run_hub("review", "add-reviewer", "r-one", data_dir=directory)
            assert added.code == 0, added.err
            yield Desk(hub=running, data_dir=directory, token=added.out.strip())


def sign_in(page: Page, desk: Desk) -> None:
    """Sign in with the keyboard alone."""
    page.goto(f"{desk.page}/sign-in")
    page.locator("#token").focus()
    page.keyboard.type(desk.token)
    page.keyboard.press("Enter")
    page.wait_for_url(desk.page)


def test_a_reviewer_signs_in_looks_and_decides_with_the_keyboard_and_without_scripts(
    desk: Desk,
) -> None:
    with open_page("about:blank", javascript=False) as page:
        troubles = told(page)
        sign_in(page, desk)
        waiting = page.locator("h1").inner_text()
        keep(page, "review-queue-desktop")
        page.get_by_role("button", name="Review the first pair").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/review/pairs/**")
        address = page.url
        shown = page.locator("table.hub-pair").inner_text()
        marks = page.locator("table.hub-pair .govuk-tag").all_inner_texts()
        keep(page, "review-pair-desktop")
        page.locator("#reason-refuse").focus()
        page.keyboard.type("Different birth")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: url != address)
        said = list(troubles)

    assert waiting.endswith("wait for you")
    assert str(SHARED.nhs_number) in shown
    assert "same" in [each.lower() for each in marks]
    assert "differs" in [each.lower() for each in marks]
    for value in SECRETS:
        assert value not in address
    assert said == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_pages_break_no_rule_of_accessibility(desk: Desk, size: tuple[int, int]) -> None:
    found = []
    with open_page(desk.page, size=size) as page:
        found.append(Axe().run(page))
        sign_in(page, desk)
        found.append(Axe().run(page))
        page.goto(f"{desk.page}/next")
        found.append(Axe().run(page))
        page.locator("#reason-accept").focus()
        page.get_by_role("button", name="Same child").click()
        page.wait_for_load_state()
        problem = page.locator(".govuk-error-summary").inner_text()
        found.append(Axe().run(page))

    assert "Choose a reason" in problem
    for each in found:
        assert each.violations_count == 0, each.generate_report()


@pytest.mark.parametrize(("size", "name"), [(PHONE, "phone"), (ZOOMED, "zoomed")])
def test_the_pages_fit_a_phone_and_400_percent(
    desk: Desk, size: tuple[int, int], name: str
) -> None:
    widths = []
    with open_page(desk.page, size=size) as page:
        sign_in(page, desk)
        widths.append(page.evaluate(WIDTHS))
        page.goto(f"{desk.page}/next")
        widths.append(page.evaluate(WIDTHS))
        keep(page, f"review-pair-{name}")

    assert all(content <= window for content, window in widths)


def test_the_queue_for_machines_is_the_one_of_the_page(desk: Desk) -> None:
    asked = f"{desk.hub.url}/v1/review/queue"
    answer = httpx.get(asked, headers={"Authorization": f"Bearer {desk.token}"})
    operator = httpx.get(asked, headers={"Authorization": f"Bearer {desk.hub.token}"})
    with open_page(desk.page) as page:
        sign_in(page, desk)
        links = page.get_by_role("link", name="Pair ").all()
        shown = [str(each.get_attribute("href")).rpartition("/")[2] for each in links]

    assert operator.status_code == 403
    assert shown
    assert [each["pair"] for each in answer.json()["pairs"]] == shown
    for value in SECRETS:
        assert value not in answer.text


def test_a_pair_is_decided_at_a_terminal(desk: Desk) -> None:
    by = ("--reviewer", "r-two")
    sat = run_hub("review", *by, data_dir=desk.data_dir, standard_input="x\nr\n1\nq\n")
    unnamed = run_hub("review", data_dir=desk.data_dir)

    assert str(SHARED.nhs_number) in sat.out
    assert "# differs" in sat.out
    assert "Together" in sat.out
    assert "refuse is on record" in sat.out
    assert (sat.code, unnamed.code) == (0, 2)
