"""The upload page: what it offers, what it refuses, and how it answers."""

import re
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from contracts.import_lines import report_csv
from contracts.imports import ranges_of
from contracts.outcomes import Outcome
from domain.errors import FileFormatError
from hub.adapters import ADAPTERS
from hub.web.assets import read_upload_script
from hub.web.upload_page import MOST_LINES, Answer, UploadForm, upload_page
from tests.unit.api_services import OPERATOR, RICHMOND, Bench
from tests.unit.upload_forms import form

PAGE = "/publishers/upload"
CHOSEN = {"token": "richmond-token", "publisher": "la-318", "adapter": "ssda903", "year": "2026"}
FILES = {"missing.csv": b"CHILD\n"}


class Tags(HTMLParser):
    """Every opening tag of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(feed_dir=tmp_path)


def sent(bench: Bench, **fields: str) -> httpx.Response:
    """Return the page after the form was sent."""
    content, kind = form({**CHOSEN, **fields}, FILES)
    return bench.post(content, kind, path=PAGE, token=None)


def test_the_form_offers_every_publisher_and_every_adapter(bench: Bench) -> None:
    answer = bench.get(PAGE, token=None)

    tags = Tags(answer.text).found
    options = {attributes["value"] for tag, attributes in tags if tag == "option"}
    radios = {attributes["value"] for tag, attributes in tags if attributes.get("type") == "radio"}
    assert answer.status_code == 200
    assert options - {""} == {each.id for each in bench.register.publishers()}
    assert radios == {each.name for each in ADAPTERS}


def test_the_page_loads_nothing_but_its_own_files_and_runs_nothing_that_is_inside_it(
    bench: Bench,
) -> None:
    answer = bench.get(PAGE, token=None)

    tags = Tags(answer.text).found
    linked = [attributes.get("href") for tag, attributes in tags if tag == "link"]
    scripts = [attributes.get("src") for tag, attributes in tags if tag == "script"]
    assert len(scripts) == 1
    for path in (*linked, *scripts):
        asset = bench.get(str(path), token=None)
        assert asset.status_code == 200
        assert "immutable" in asset.headers["cache-control"]
    assert not any(name.startswith("on") for _, attributes in tags for name in attributes)
    assert not any("style" in attributes for _, attributes in tags)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert bench.get("/publishers/assets/other.css", token=None).status_code == 404


def test_to_check_is_a_dry_run_and_to_send_is_not(bench: Bench) -> None:
    checked, real, unsaid = sent(bench, do="check"), sent(bench, do="send"), sent(bench)

    assert [request.dry_run for _, request in bench.files.taken] == [True, False, True]
    assert "Checked, nothing stored: 1 of 1 rows would be taken" in checked.text
    assert "Sent: 1 of 1 rows are taken" in real.text
    assert unsaid.status_code == 200
    files, request = bench.files.taken[0]
    assert files == FILES
    assert (request.sent_by, request.adapter, request.year) == (RICHMOND, "ssda903", 2026)


def test_the_answer_can_be_taken_home_as_csv(bench: Bench) -> None:
    answer = sent(bench)

    (link,) = [each for _, each in Tags(answer.text).found if "download" in each]
    content = b64decode(str(link["href"]).partition("base64,")[2]).decode()
    assert link["download"] == "check-la-318-ssda903.csv"
    assert content.splitlines()[1].startswith("missing.csv,1,accepted,finding,575,MIS_END,")


def test_what_was_chosen_stays_chosen_and_the_token_never_comes_back(bench: Bench) -> None:
    answer = sent(bench)

    tags = Tags(answer.text).found
    (selected,) = [each for tag, each in tags if tag == "option" and "selected" in each]
    (year,) = [each for _, each in tags if each.get("name") == "year"]
    assert (selected["value"], year["value"]) == ("la-318", "2026")
    assert "richmond-token" not in answer.text


@pytest.mark.parametrize(
    ("fields", "field", "status"),
    [
        ({"token": ""}, "token", 401),
        ({"token": "unknown"}, "token", 401),
        ({"publisher": ""}, "publisher", 422),
        ({"publisher": "la-999"}, "publisher", 422),
        ({"publisher": "<script>"}, "publisher", 422),
        ({"publisher": "la-330"}, "publisher", 403),
        ({"adapter": ""}, "adapter", 422),
        ({"adapter": "other"}, "adapter", 422),
        ({"year": ""}, "year", 422),
        ({"year": "26"}, "year", 422),
        ({"adapter": "police-csv"}, "mapping", 422),
        ({"adapter": "annex-a"}, "to", 422),
        ({"adapter": "annex-a", "to": "31/03/2026"}, "to", 422),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_at_the_top(
    bench: Bench, fields: dict[str, str], field: str, status: int
) -> None:
    answer = sent(bench, **fields)

    tags = Tags(answer.text).found
    assert answer.status_code == status
    assert [each["href"] for tag, each in tags if tag == "a" and each.get("href") == f"#{field}"]
    assert any(each.get("id") == f"{field}-error" for _, each in tags)
    assert any(each.get("id") == field for _, each in tags)
    assert "<script>" not in answer.text
    assert bench.files.taken == []


def test_without_a_file_nothing_is_sent(bench: Bench) -> None:
    content, kind = form(CHOSEN, {"": b""})

    answer = bench.post(content, kind, path=PAGE, token=None)

    assert answer.status_code == 422
    assert "Choose the files" in answer.text


def test_a_file_that_cannot_be_read_is_explained_on_the_page(bench: Bench) -> None:
    bench.files.error = FileFormatError("missing.csv", problem="<b>Bad</b>.", remedy="Mend it.")

    answer = sent(bench)

    assert answer.status_code == 422
    assert "missing.csv: &lt;b&gt;Bad&lt;/b&gt;. Mend it." in answer.text


def test_a_form_that_is_cut_off_is_explained_on_the_page(bench: Bench) -> None:
    content, kind = form(CHOSEN, FILES)

    answer = bench.post(content[:-9], kind, path=PAGE, token=None)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "The form does not come to its end." in answer.text


def test_an_operator_sends_for_whom_it_chooses(bench: Bench) -> None:
    answer = sent(bench, token=OPERATOR, publisher="la-330")

    assert answer.status_code == 200
    assert bench.files.taken[0][1].sent_by == "la-330"


def test_a_long_answer_is_cut_on_the_page_and_whole_in_the_csv(bench: Bench) -> None:
    ends = [Outcome.ACCEPTED, Outcome.DUPLICATE] * MOST_LINES
    whole = bench.files.report({"a.csv": ranges_of("a.csv", ends)})
    answer = Answer(publisher="la-318", adapter="ssda903", report=whole)
    empty = UploadForm(publishers=(), adapters=(), asks_mapping=False, asks_day=False)

    page = upload_page(empty, read_upload_script(), answer).decode()

    assert page.count("hub-row") == MOST_LINES
    assert "The table is cut here." in page
    assert len(report_csv(whole).splitlines()) == 1 + len(ends)
    assert not re.search(r"cut here", upload_page(empty, read_upload_script()).decode())
