"""A return is sent again, put right and in another form, and its publisher is asked and answers."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from tests.e2e.program import run_hub
from tests.unit.ssda903_returns import files_of, header, missing
from tests.unit.ssda903_xml import xml_of

PUBLISHER = ("--publisher", "la-330")
KEPT, LOST = missing("01/05/2025", "03/05/2025"), missing("01/09/2025", "02/09/2025")
OPEN = missing("20/03/2025")


def files(*absences: str) -> dict[str, bytes]:
    return files_of(headers=[header(sex="F")], absences=absences)


def imported(data_dir: Path, path: Path, *more: str | Path) -> dict[str, Any]:
    year: tuple[str | Path, ...] = ("--year", "2026", *more)
    done = run_hub("import", "ssda903", path, *PUBLISHER, *year, "--json", data_dir=data_dir)
    assert (done.code, done.err) == (0, "")
    answer: dict[str, Any] = json.loads(done.out)
    return answer


def told(data_dir: Path, *arguments: str) -> Any:
    done = run_hub("import", *arguments, *PUBLISHER, "--json", data_dir=data_dir)
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


def test_a_return_comes_as_csv_as_xml_and_zipped_and_what_it_lost_is_asked_about(
    data_dir: Path, tmp_path: Path
) -> None:
    folder, xml, archive = tmp_path / "csv", tmp_path / "return.xml", tmp_path / "return.zip"
    last_year = tmp_path / "last-year"
    for path, rows in ((folder, files(KEPT, LOST)), (last_year, files(OPEN))):
        path.mkdir()
        for name, content in rows.items():
            path.joinpath(name).write_bytes(content)
    xml.write_bytes(xml_of(files(KEPT, LOST)))
    with ZipFile(archive, "w") as zipped:
        zipped.writestr("return.xml", xml_of(files(KEPT)))

    rehearsed = imported(data_dir, folder, "--dry-run")
    first = imported(data_dir, folder, "--previous", last_year)
    again = imported(data_dir, xml)
    third = imported(data_dir, archive)

    assert rehearsed["accepted"] == first["accepted"] == first["rows"] == again["duplicate"]
    assert [(each["file"], each["row"]) for each in first["findings"]] == [
        ("previous/missing.csv", 1)
    ]
    assert third["questions"] == told(data_dir, "questions")
    (question,) = third["questions"]
    assert (question["file"], question["row"]) == ("return.xml#missing", 2)

    answer = told(data_dir, "answer", question["id"], "--void")

    assert answer == {"events": {"accepted": 1}, "questions": []}
    shown = run_hub("import", "questions", *PUBLISHER, data_dir=data_dir)
    assert "Nothing is asked" in shown.out


def test_an_answer_must_be_one_and_to_a_question(data_dir: Path) -> None:
    both = run_hub("import", "answer", "x", *PUBLISHER, "--void", "--keep", data_dir=data_dir)
    unknown = run_hub("import", "answer", "x", *PUBLISHER, "--keep", data_dir=data_dir)

    assert (both.code, unknown.code) == (2, 2)
    assert "--void or --keep" in both.err
    assert "hub import questions" in unknown.err
