"""The formats beside SSDA903 from the command line: imported, checked, explained."""

import json
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from tests.e2e.program import run_hub
from tests.unit.adapter_files import SAMPLES, extract, list_row, workbook

SAMPLE = SAMPLES / "compact_like.csv"
FORCE = ("--publisher", "pf-E23000014")
AUTHORITY = ("--publisher", "la-330")


def imported(data_dir: Path, *arguments: str | Path, code: int) -> dict[str, Any]:
    done = run_hub("import", *arguments, "--json", data_dir=data_dir)
    assert (done.code, done.err) == (code, "")
    answer: dict[str, Any] = json.loads(done.out)
    return answer


def test_an_extract_is_imported_from_its_folder(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "extract"
    folder.mkdir()
    for name, content in extract("1,P1,2025-03-01 21:30:00,Missing,2025-03-02,,").items():
        (folder / name).write_bytes(content)

    first = imported(data_dir, "ssd", folder, *AUTHORITY, code=0)
    second = imported(data_dir, "ssd", folder, *AUTHORITY, code=0)

    assert (first["accepted"], first["rejected"]) == (4, 0)
    assert (second["accepted"], second["duplicate"]) == (0, 4)


def test_a_police_export_is_explained_and_imported(data_dir: Path) -> None:
    worked = files("contracts").joinpath("mappings", "compact_like.toml")
    with as_file(worked) as mapping:
        shape = ("police-csv", SAMPLE, "--mapping", mapping, *FORCE)
        explained = run_hub("import", *shape, "--check-mapping", data_dir=data_dir)
        answer = imported(data_dir, *shape, code=1)

    assert explained.code == 0
    assert "incident.last_seen" in explained.out
    assert "left unread" in explained.out
    assert "Example" not in explained.out
    assert (answer["rows"], answer["accepted"], answer["rejected"]) == (8, 5, 3)
    assert {each["code"] for each in answer["rejections"]} == {
        "time-never-was",
        "not-a-child",
        "code-unknown",
    }


def test_a_workbook_is_imported_for_the_year_that_is_said(data_dir: Path, tmp_path: Path) -> None:
    book = tmp_path / "annex.xlsx"
    book.write_bytes(workbook(list_row(), list_row(child="C2", missing="x")))

    told = ("annex-a", book, "--to", "2025-03-31", *AUTHORITY, "--dry-run")
    answer = imported(data_dir, *told, code=1)

    assert answer["dry_run"]
    assert (answer["accepted"], answer["rejected"]) == (1, 1)
    assert answer["rejections"][0]["row"] == 2
    assert answer["ignored"] == ["annex.xlsx: Cover"]


def test_what_cannot_be_read_ends_with_one_line_that_says_what_to_do(
    data_dir: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('format = 1\nname = "x"\n', encoding="utf-8")
    shapes: list[tuple[str | Path, ...]] = [
        ("ssd", tmp_path / "none", *AUTHORITY),
        ("police-csv", SAMPLE, "--mapping", tmp_path, *FORCE),
        ("annex-a", SAMPLE, "--to", "soon", *AUTHORITY),
    ]

    ends = [run_hub("import", *shape, data_dir=data_dir) for shape in shapes]
    shape = ("police-csv", SAMPLE, "--mapping", wrong, *FORCE, "--check-mapping")
    ends.append(run_hub("import", *shape, data_dir=data_dir))

    assert [each.code for each in ends] == [2] * len(ends)
    assert all(each.err and "Traceback" not in each.err for each in ends)
