"""The page: true to the figures, safe, and whole without scripts, style sheets or other sites."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from contracts.feed import Release
from contracts.manifest import NARROW_CHART_FILE
from hub.release.chart import NARROW, WIDE, Drawing, chart_svg
from hub.release.files import release_files
from hub.web.wording import chart_words, finding, size_text
from tests.unit.release_examples import (
    TRUE_COUNTS,
    FakeCounts,
    contents,
    example_release,
    publish,
)

BUDGET_BYTES = 150_000


class Tags(HTMLParser):
    """Every opening tag of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def values(self, *names: str) -> Iterator[str]:
        for _, attributes in self.found:
            yield from (attributes[name] or "" for name in names if name in attributes)


def page_of(release: Release) -> str:
    return release_files(release)["index.html"].decode()


def missing_episodes(*by_region: int) -> Release:
    counts = {
        **TRUE_COUNTS,
        "missing_incidents": (9999, by_region),
        "missing_children": (900, (0,) * 9),
    }
    return example_release(FakeCounts(true_counts=counts))


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    publish(tmp_path)
    return tmp_path


def pages(feed: Path) -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in feed.rglob("*.html")}


def test_the_page_gives_the_figures_of_england_with_commas() -> None:
    page = page_of(example_release())

    for figure in ("6,640", "2,570", "740", "340"):
        assert f'<span class="hub-headline__figure">{figure}</span>' in page


def test_the_page_says_in_words_what_a_small_figure_is() -> None:
    counts = {**TRUE_COUNTS, "away_children": (9, (0,) * 9)}

    page = page_of(example_release(FakeCounts(true_counts=counts)))

    assert '<span class="hub-headline__figure">Fewer than 10</span>' in page
    assert "c: confidential" in page


def test_the_page_writes_dates_and_coverage_as_people_do() -> None:
    page = page_of(example_release())

    assert "The month closed on 14 April 2026. Final figures are due in November 2026." in page
    assert "1 March 2026 to 31 March 2026" in page
    assert "190 of the 193 local authorities and" in page
    assert "20 April 2026" in page


def test_a_release_that_knows_no_last_record_says_nothing_of_it() -> None:
    page = page_of(replace(example_release(), records_until=None))

    assert "Last record received" not in page


def test_synthetic_figures_are_announced_at_the_top() -> None:
    announcement = "The figures on this page are synthetic."

    assert announcement in page_of(example_release(synthetic=True))
    assert announcement not in page_of(example_release())


@pytest.mark.parametrize(
    ("by_region", "title"),
    [
        ((10, 20, 30, 40, 50, 60, 1234, 5, 0), "London had the most missing episodes: 1,230"),
        (
            (12, 20, 40, 48, 47, 30, 54, 5, 0),
            "East Midlands, West Midlands and London had the most missing episodes: 50 each",
        ),
        ((9,) * 9, "No region had 10 or more missing episodes"),
    ],
)
def test_the_title_of_the_chart_is_its_finding(by_region: tuple[int, ...], title: str) -> None:
    release = missing_episodes(*by_region)

    assert finding(release) == title
    assert f">{title}</h2>" in page_of(release)


def test_the_chart_has_words_for_those_who_do_not_see_it() -> None:
    words = chart_words(missing_episodes(10, 20, 30, 40, 50, 60, 1234, 5, 0))

    assert words.startswith("Bar chart of missing episodes by region, March 2026")
    assert "from most to fewest: London 1,230, East of England 60," in words
    assert words.endswith("South East fewer than 10, South West fewer than 10.")


@pytest.mark.parametrize("drawing", [WIDE, NARROW])
def test_the_chart_is_text_and_bars_of_published_figures(drawing: Drawing) -> None:
    release = missing_episodes(10, 20, 30, 40, 50, 60, 1234, 5, 0)

    svg = ElementTree.fromstring(chart_svg(release, drawing))

    namespace = "{http://www.w3.org/2000/svg}"
    words = [element.text for element in svg.iter(f"{namespace}text")]
    assert svg.findtext(f"{namespace}title") == chart_words(release)
    assert sorted(word for word in words if word in {"1,230", "c"}) == ["1,230", "c", "c"]
    assert {area.name for area in release.regions} <= set(words)


def test_the_chart_can_be_drawn_when_no_region_has_a_number() -> None:
    svg = ElementTree.fromstring(chart_svg(missing_episodes(*(9,) * 9), WIDE))

    assert [text for text in svg.itertext() if text == "c"] == ["c"] * 9


def test_a_name_cannot_bring_markup_into_the_page() -> None:
    release = example_release()
    hostile = replace(release.areas[1], name='<script>alert("x")</script>')

    files = release_files(replace(release, areas=(release.england, hostile, *release.areas[2:])))

    assert b"<script" not in files["index.html"]
    assert b"&lt;script&gt;" in files["index.html"]
    assert b"<script" not in files["chart.svg"]


def test_pages_need_no_script_no_inline_style_and_no_other_site(feed: Path) -> None:
    for page in pages(feed).values():
        tags = Tags(page)

        assert not {tag for tag, _ in tags.found} & {"script", "style", "iframe", "form"}
        assert not list(tags.values("style"))
        assert not [name for _, each in tags.found for name in each if name.startswith("on")]
        assert "//" not in page.replace("<!DOCTYPE html>", "")


def test_every_link_is_relative_and_leads_to_a_file_of_the_tree(feed: Path) -> None:
    for path, page in pages(feed).items():
        tags = Tags(page)
        anchors = set(tags.values("id"))

        for link in tags.values("href", "src", "srcset"):
            target, _, anchor = link.partition("#")
            assert not target.startswith("/")
            assert not target or (path.parent / target).is_file(), link
            assert target or anchor in anchors, link


def test_a_page_with_its_style_sheets_stays_within_the_budget(feed: Path) -> None:
    tree = contents(feed)
    styles = sum(len(content) for path, content in tree.items() if path.endswith(".css"))

    for page in ("index.html", "releases/2026-03-P/index.html"):
        chart = len(tree[f"releases/2026-03-P/{NARROW_CHART_FILE}"])
        assert len(tree[page]) + styles + chart < BUDGET_BYTES


def test_every_row_of_the_table_is_headed_and_every_cell_is_filled(feed: Path) -> None:
    page = (feed / "index.html").read_text(encoding="utf-8")

    assert page.count('<th scope="row"') == 10
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", page)
    assert len(cells) == 40
    assert all(re.fullmatch(r"c|[0-9,]*0", cell) for cell in cells)


def test_the_style_sheet_has_neither_the_restricted_font_nor_the_crest() -> None:
    folder: Any = files("hub.web").joinpath("static", "govuk-frontend")
    sheet = folder.joinpath("govuk-frontend.min.css").read_text(encoding="utf-8")

    assert "--govuk-frontend-version:" in sheet
    for gone in ("GDS Transport", "@font-face", "url(", "sourceMappingURL"):
        assert gone not in sheet
    assert "Crown Copyright" in folder.joinpath("LICENSE.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("size_bytes", "text"), [(999, "999 bytes"), (1000, "1 KB"), (1_234_567, "1,235 KB")]
)
def test_sizes_are_written_as_people_do(size_bytes: int, text: str) -> None:
    assert size_text(size_bytes) == text
