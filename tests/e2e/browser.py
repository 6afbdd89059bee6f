"""A real Chromium for tests: Debian's own package, driven through Playwright."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

# From the packages `chromium` and `fonts-liberation`. Where a system has Chromium as a snap only,
# which no test can drive, set-up lets Playwright bring one.
CHROMIUM: Final = Path("/usr/bin/chromium")

# Root runs it in containers, where there is neither a sandbox nor a graphics card; nothing but the
# page under test is asked for over the network.
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    # A container may have little shared memory, or none.
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

DESKTOP: Final = (1280, 900)
PHONE: Final = (375, 812)


@contextmanager
def open_page(
    url: str,
    *,
    size: tuple[int, int] = DESKTOP,
    javascript: bool = True,
    style_sheets: bool = True,
    headers: Mapping[str, str] | None = None,
) -> Iterator[Page]:
    """Open an address in a fresh browser and yield the page once all of it has loaded.

    size: width and height of the window in CSS pixels. headers: sent along, a token for example.
    The browser ends with the block. Raises
    Playwright's Error if the address does not answer.
    """
    width, height = size
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM if CHROMIUM.exists() else None,
            headless=True,
            args=list(ARGUMENTS),
        )
        try:
            page = browser.new_page(
                viewport={"width": width, "height": height},
                java_script_enabled=javascript,
                extra_http_headers=dict(headers or {}),
            )
            if not style_sheets:
                page.route("**/*.css", lambda route: route.abort())
            page.goto(url, wait_until="load")
            yield page
        finally:
            browser.close()
