"""The public tree over HTTP: its files and pages, and nothing outside of it."""

import asyncio
from pathlib import Path

import pytest
from starlette.types import Message

from hub.api.feed import TYPES, find_file
from tests.unit.api_services import Bench


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    feed = tmp_path / "feed"
    release = feed / "releases" / "2026-03"
    release.mkdir(parents=True)
    (feed / "index.html").write_text("<h1>front</h1>")
    (feed / "atom.xml").write_text("<feed/>")
    (release / "index.html").write_text("<h1>March</h1>")
    (release / "data.csv").write_text("a,b\n1,2\n")
    (release / "SHA256SUMS").write_text("00  data.csv\n")
    (feed / "assets").mkdir()
    (feed / "assets" / "style-1a2b.css").write_text("body{}")
    (feed / "empty").mkdir()
    (feed / ".unfinished-2026-04").mkdir()
    (feed / ".unfinished-2026-04" / "index.html").write_text("half")
    (tmp_path / "secret.txt").write_text("outside")
    (feed / "leak.txt").symlink_to(tmp_path / "secret.txt")
    (feed / "loop").symlink_to(feed / "loop")
    (feed / "latest").symlink_to(release)
    return feed


@pytest.fixture
def bench(tree: Path) -> Bench:
    return Bench(feed_dir=tree)


@pytest.mark.parametrize(
    ("path", "kind", "text"),
    [
        ("/feed/", "text/html; charset=utf-8", "<h1>front</h1>"),
        ("/feed/index.html", "text/html; charset=utf-8", "<h1>front</h1>"),
        ("/feed/atom.xml", "application/atom+xml; charset=utf-8", "<feed/>"),
        ("/feed/releases/2026-03/", "text/html; charset=utf-8", "<h1>March</h1>"),
        ("/feed/latest/", "text/html; charset=utf-8", "<h1>March</h1>"),
        ("/feed/releases/2026-03/data.csv", "text/csv; charset=utf-8", "a,b\n1,2\n"),
        ("/feed/releases/2026-03/SHA256SUMS", "text/plain; charset=utf-8", "00  data.csv\n"),
    ],
)
def test_anyone_reads_the_public_tree(bench: Bench, path: str, kind: str, text: str) -> None:
    answer = bench.get(path, token=None)

    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.text == text


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/", "/feed/"),
        ("/feed", "/feed/"),
        ("/feed/releases/2026-03", "/feed/releases/2026-03/"),
    ],
)
def test_a_path_to_a_directory_leads_to_its_page(bench: Bench, path: str, target: str) -> None:
    answer = bench.get(path, token=None)

    assert (answer.status_code, answer.headers["location"]) == (307, target)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "../secret.txt",
        "releases/../../secret.txt",
        "releases/../index.html",
        "./index.html",
        "/etc/passwd",
        "..\\secret.txt",
        "leak.txt",
        "loop",
        "loop/x",
        "index.html/",
        "index.html/x",
        "index.html\0.png",
        ".unfinished-2026-04/index.html",
        ".unfinished-2026-04/",
        "releases//2026-03/data.csv",
        "empty",
        "empty/",
        "no-such-file",
        "a" * 5000,
        "\ud800",
    ],
)
def test_nothing_hidden_and_nothing_outside_the_tree_is_found(tree: Path, path: str) -> None:
    found = find_file(tree, path)

    assert found is None or path == ""
    assert found is None or found == tree / "index.html"


@pytest.mark.parametrize(
    "path", ["/feed/../secret.txt", "/feed//etc/passwd", "/feed/..", "/feed/."]
)
def test_a_path_that_climbs_out_is_not_found_over_http(bench: Bench, path: str) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
    }
    asyncio.run(bench.app(scope, receive, send))

    assert sent[0]["status"] == 404
    assert b"outside" not in b"".join(message.get("body", b"") for message in sent)


def test_a_tree_that_does_not_exist_yet_has_no_files(tmp_path: Path) -> None:
    bench = Bench(feed_dir=tmp_path / "none")

    assert bench.get("/feed/", token=None).status_code == 404


def test_a_file_that_has_not_changed_is_not_sent_twice(bench: Bench, tree: Path) -> None:
    first = bench.get("/feed/", token=None)
    again = bench.get("/feed/", token=None, headers={"If-None-Match": first.headers["etag"]})
    (tree / "index.html").write_text("<h1>front, corrected</h1>")
    changed = bench.get("/feed/", token=None, headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert (changed.status_code, changed.text) == (200, "<h1>front, corrected</h1>")


def test_what_never_changes_under_its_name_may_be_kept_and_pages_only_for_a_minute(
    bench: Bench,
) -> None:
    asset = bench.get("/feed/assets/style-1a2b.css", token=None)
    page = bench.get("/feed/", token=None)

    assert "immutable" in asset.headers["cache-control"]
    assert page.headers["cache-control"] == "public, max-age=60"


def test_pages_run_no_scripts_and_data_may_be_read_by_other_sites(bench: Bench) -> None:
    answer = bench.get("/feed/", token=None)

    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "status", "text"),
    [
        ("bytes=0-2", 206, "a,b"),
        ("bytes=4-", 206, "1,2\n"),
        ("bytes=-2", 206, "2\n"),
        ("bytes=8-9", 416, None),
        ("bytes=2-1", 416, None),
        ("bytes=-", 416, None),
        ("lines=1-2", 416, None),
        ("bytes=0-1,3-4", 416, None),
    ],
)
def test_a_part_of_a_file_may_be_asked_for(
    bench: Bench, asked: str, status: int, text: str | None
) -> None:
    answer = bench.get("/feed/releases/2026-03/data.csv", token=None, headers={"Range": asked})

    assert answer.status_code == status
    if text is None:
        assert answer.json()["type"] == "/problems/range-wrong"
        assert answer.headers["content-range"] == "bytes */8"
    else:
        assert answer.text == text


def test_a_head_request_gives_the_headers_alone(bench: Bench) -> None:
    answer = bench.call("HEAD", "/feed/releases/2026-03/data.csv", token=None)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "8"


def test_every_type_of_text_names_its_encoding() -> None:
    texts = [kind for kind in TYPES.values() if kind.startswith("text/")]

    assert all(kind.endswith("; charset=utf-8") for kind in texts)
