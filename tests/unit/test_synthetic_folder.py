"""What `generate` does with the folder it is given."""

import errno
from pathlib import Path

import pytest

from domain.errors import StorageFullError, UsageError
from hub.synthetic.folder import MARKER, storage_errors
from hub.synthetic.generation import generate
from hub.synthetic.options import Options

TINY = Options(year=2022, month=1, scale=0.002)


def contents(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"year": 2014}, "--year"),
        ({"year": 2051}, "--year"),
        ({"month": 0}, "--month"),
        ({"month": 13}, "--month"),
        ({"scale": 0.0}, "--scale"),
        ({"scale": -1.0}, "--scale"),
        ({"scale": 6.0}, "--scale"),
        ({"scale": float("nan")}, "--scale"),
        ({"seed": -1}, "--seed"),
    ],
)
def test_an_option_out_of_range_is_refused_by_its_name(
    changed: dict[str, int | float], named: str
) -> None:
    with pytest.raises(UsageError, match=named):
        Options(**{"year": 2022, **changed})  # type: ignore[arg-type]


def test_the_month_of_a_reporting_year_before_april_lies_in_its_second_half() -> None:
    january = Options(year=2022, month=1)
    may = Options(year=2022, month=5)

    # 1 January 2022 and 1 May 2021 in London.
    assert january.starts_at == 1_640_995_200
    assert may.starts_at == 1_619_823_600


def test_a_file_for_each_publisher_the_truth_and_the_marker_are_written(tmp_path: Path) -> None:
    summary = generate(TINY, tmp_path / "new" / "folder")

    files = set(contents(tmp_path / "new" / "folder"))
    publishers = {f"{publisher}.ndjson" for publisher in summary.by_publisher}
    assert files == publishers | {MARKER} | {
        f"truth/{name}.ndjson" for name in ("persons", "episodes", "faults")
    }


def test_the_same_nation_is_not_written_twice(tmp_path: Path) -> None:
    first = generate(TINY, tmp_path)
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}

    second = generate(TINY, tmp_path)

    assert second.reused
    assert not first.reused
    assert second == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == stamps


def test_another_nation_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    generate(Options(year=2022, month=1, scale=0.01), tmp_path / "out")
    generate(TINY, tmp_path / "out")
    generate(TINY, tmp_path / "fresh")

    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")


def test_files_that_are_not_ours_stay_beside_a_nation(tmp_path: Path) -> None:
    generate(TINY, tmp_path)
    note = tmp_path / "note.ndjson"
    note.write_text("mine", encoding="utf-8")

    assert generate(TINY, tmp_path).reused
    generate(Options(year=2023, scale=0.001), tmp_path)

    assert note.read_text(encoding="utf-8") == "mine"


def test_a_nation_with_a_lost_file_is_written_again(tmp_path: Path) -> None:
    generate(TINY, tmp_path)
    whole = contents(tmp_path)
    next(iter(sorted(tmp_path.glob("la-*.ndjson")))).unlink()

    again = generate(TINY, tmp_path)

    assert not again.reused
    assert contents(tmp_path) == whole


def test_a_nation_that_was_broken_off_is_written_again(tmp_path: Path) -> None:
    class BrokenOffError(Exception):
        """What a person at the keyboard does."""

    def break_off(done: int, total: int, publisher: str) -> None:
        if done > total // 2:
            raise BrokenOffError(publisher)

    with pytest.raises(BrokenOffError):
        generate(TINY, tmp_path / "out", break_off)
    again = generate(TINY, tmp_path / "out")
    generate(TINY, tmp_path / "fresh")

    assert not again.reused
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")


@pytest.mark.parametrize("marker", [None, "{}", "not json", '{"made_by": "hub generate"}'])
def test_a_folder_of_somebody_else_is_refused_and_left_alone(
    tmp_path: Path, marker: str | None
) -> None:
    (tmp_path / "la-330.ndjson").write_text("precious", encoding="utf-8")
    if marker is not None:
        (tmp_path / MARKER).write_text(marker, encoding="utf-8")
    before = contents(tmp_path)

    with pytest.raises(UsageError, match="not empty"):
        generate(TINY, tmp_path)

    assert contents(tmp_path) == before


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")

    with pytest.raises(UsageError, match="is a file"):
        generate(TINY, tmp_path / "out")
    with pytest.raises(UsageError, match="cannot be written"):
        generate(TINY, tmp_path / "out" / "below")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_named(tmp_path: Path, code: int) -> None:
    with pytest.raises(StorageFullError, match="full"), storage_errors(tmp_path):
        raise OSError(code, "no space")


def test_progress_runs_from_the_first_publisher_to_the_last(tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []

    generate(TINY, tmp_path, lambda done, total, publisher: seen.append((done, total, publisher)))

    # Each authority is drawn, then the file of each publisher is written.
    assert seen[0] == (1, 346, "la-201")
    assert [done for done, _, _ in seen] == sorted({done for done, _, _ in seen})
    assert seen[-1] == (346, 346, "pf-btp")
