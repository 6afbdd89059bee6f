"""A release is whole or not there, whatever happens while it is written."""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from domain.errors import ReleaseRefusedError, StorageFullError, UsageError
from hub.release.build import refresh_feed
from hub.release.tree import UNFINISHED, replace_file
from tests.unit.release_examples import APRIL, MARCH, FakeCounts, contents, publish

ROOT = Path(__file__).parents[2]
FILES = 40

# Writes a release of many files, as a hub would, until it is killed.
VICTIM = f"""
import sys
from pathlib import Path
from hub.release.tree import add_directory, locked

feed = Path(sys.argv[1])
with locked(feed):
    files = {{f"{{n:02}}.bin": bytes(50_000) for n in range({FILES})}}
    add_directory(feed / "releases" / "2026-04-P", files)
"""


@contextmanager
def no_file_larger_than(size_bytes: int) -> Iterator[None]:
    """Let the system refuse every write beyond a size, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def kill_when_files_written(feed: Path, count: int) -> None:
    unfinished = feed / "releases" / f"{UNFINISHED}2026-04-P"
    with subprocess.Popen([sys.executable, "-c", VICTIM, str(feed)], cwd=ROOT) as victim:
        while victim.poll() is None:
            if files_in(unfinished) >= count:
                victim.kill()
                break
            time.sleep(0.0005)


def files_in(folder: Path) -> int:
    """How many files a folder holds; -1 while it is not there, or not any more."""
    try:
        return len(list(folder.iterdir()))
    except FileNotFoundError:
        return -1


def test_the_same_counts_give_the_same_bytes_in_another_tree(tmp_path: Path) -> None:
    for name in ("one", "other"):
        publish(tmp_path / name)
        publish(tmp_path / name, APRIL)

    assert contents(tmp_path / "one") == contents(tmp_path / "other")


def test_a_process_killed_while_it_writes_leaves_the_old_tree_as_it_was(tmp_path: Path) -> None:
    outcomes = []
    for number, count in enumerate((0, 1, FILES // 2)):
        feed = tmp_path / str(number)
        publish(feed, MARCH)
        before = contents(feed)
        kill_when_files_written(feed, count)
        after = contents(feed)
        added = {path for path in after if path.startswith("releases/2026-04-P/")}
        outcomes.append(len(added))
        public = {path: after[path] for path in after if UNFINISHED not in path}
        assert added or public == before

    # A kill that came too late finds the release whole; they must not all have come too late.
    assert set(outcomes) <= {0, FILES}
    assert 0 in outcomes


def test_what_a_killed_process_left_is_cleared_by_the_next_release(tmp_path: Path) -> None:
    publish(tmp_path, MARCH)
    left = tmp_path / "releases" / f"{UNFINISHED}2026-04-P"
    left.mkdir()
    (left / "index.html").write_bytes(b"half")
    (tmp_path / f"{UNFINISHED}atom.xml").write_bytes(b"half")

    publish(tmp_path, APRIL)

    assert not list(tmp_path.rglob(f"{UNFINISHED}*"))
    assert (tmp_path / "releases" / "2026-04-P" / "manifest.json").is_file()


@pytest.mark.parametrize("size_bytes", [100, 3_000, 14_000])
def test_a_full_disk_publishes_nothing_and_says_so(tmp_path: Path, size_bytes: int) -> None:
    publish(tmp_path, MARCH)
    before = contents(tmp_path)

    with no_file_larger_than(size_bytes), pytest.raises(StorageFullError, match="Free space"):
        publish(tmp_path, APRIL)

    assert contents(tmp_path) == before
    assert not publish(tmp_path, APRIL).already


def test_a_file_that_cannot_be_replaced_stays_as_it_was(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    replace_file(page, b"old")

    with no_file_larger_than(10), pytest.raises(StorageFullError):
        replace_file(page, b"new and longer")

    assert contents(tmp_path) == {"index.html": b"old"}


def test_a_release_whose_announcement_failed_is_announced_when_asked_again(tmp_path: Path) -> None:
    publish(tmp_path, MARCH)
    front = (tmp_path / "index.html").read_bytes()
    publish(tmp_path, APRIL)
    announced = contents(tmp_path)
    replace_file(tmp_path / "index.html", front)
    (tmp_path / "atom.xml").unlink()

    again = publish(tmp_path, APRIL)

    assert again.already
    assert contents(tmp_path) == announced


def test_two_at_once_make_one_release(tmp_path: Path) -> None:
    counts = FakeCounts()

    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(lambda _: publish(tmp_path, counts=counts), range(2)))

    assert sorted(result.already for result in results) == [False, True]
    assert len({result.manifest_sha256 for result in results}) == 1
    assert len(counts.queries) == 8


def test_a_tree_that_cannot_be_written_is_the_callers_to_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(UsageError, match="cannot be written"):
        publish(tmp_path / "file" / "feed")


def test_a_damaged_release_stops_the_next_one(tmp_path: Path) -> None:
    publish(tmp_path, MARCH)
    (tmp_path / "releases" / "2026-03-P" / "manifest.json").unlink()

    with pytest.raises(ReleaseRefusedError, match="damaged"):
        publish(tmp_path, APRIL)


def test_a_folder_that_is_no_release_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "releases" / "drafts").mkdir(parents=True)

    publish(tmp_path)

    assert (tmp_path / "releases" / "drafts").is_dir()


def test_a_new_tree_says_that_nothing_has_been_released(tmp_path: Path) -> None:
    refresh_feed(tmp_path / "feed")

    page = (tmp_path / "feed" / "index.html").read_text(encoding="utf-8")
    assert "Nothing has been released yet" in page
    assert not (tmp_path / "feed" / "atom.xml").exists()


def test_every_file_can_be_read_by_a_web_server(tmp_path: Path) -> None:
    publish(tmp_path / "feed")

    for path in (tmp_path / "feed").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)
