"""The commands of the official table, as a person uses them."""

import gzip
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contracts.official import MISSING_FILE, official_csv
from contracts.official_hidden import read_hidden
from domain.errors import UsageError
from hub.cli import cli
from hub.commands.official import published_cells
from tests.unit.official_examples import FOLDER, YEAR, dfe_areas, dfe_cells, dfe_table


def cut(tmp_path: Path, region: str) -> Path:
    """Write a file of DfE's that is cut to one region."""
    text = gzip.decompress((FOLDER / f"{MISSING_FILE.name}_{YEAR}.csv.gz").read_bytes()).decode()
    header, *rows = text.splitlines()
    path = tmp_path / "part.csv"
    kept = [row for row in rows if region in row]
    path.write_text("\n".join((header, *kept)), encoding="utf-8")
    return path


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """Give a file of DfE's that is cut to the North East."""
    return cut(tmp_path, "E12000001")


def test_the_quick_check_prints_how_many_cells_are_compared_and_equal(tmp_path: Path) -> None:
    part = cut(tmp_path, "E12000005")

    answer = CliRunner().invoke(cli, ["official-check", str(part), "--quick"])

    assert answer.exit_code == 0
    assert answer.stdout.split().count("195") == 2


def test_too_many_cells_hidden_by_hand_are_told_with_their_reasons(part: Path) -> None:
    answer = CliRunner().invoke(cli, ["official-check", str(part), "--quick"])

    assert answer.exit_code == 1
    assert {"169", "167", "2"} <= set(answer.stdout.split())
    assert "12 incidents" in answer.stdout
    assert "2022: more than 0.5 % of the cells are hidden by hand" in answer.stdout


def test_figures_that_contradict_each_other_are_said_and_end_with_1(part: Path) -> None:
    text = part.read_text(encoding="utf-8")
    row = next(row for row in text.splitlines() if "390" in row and "Percentage" in row)
    part.write_text(text.replace(row, row.rpartition(",")[0] + ",77"), encoding="utf-8")

    answer = CliRunner().invoke(cli, ["official-check", str(part), "--quick"])

    assert answer.exit_code == 1
    assert "published figures contradict each other: 2022 390" in answer.stdout


def test_events_are_written_with_the_list_of_what_is_hidden_by_hand(
    part: Path, tmp_path: Path
) -> None:
    out = tmp_path / "events"

    answer = CliRunner().invoke(
        cli, ["official-check", str(part), "--events", str(out), "--authority", "393"]
    )

    assert answer.exit_code == 0
    assert [path.name for path in (out / "2022").iterdir()] == ["la-393.ndjson"]
    listed = read_hidden((out / "hidden-by-hand.csv").read_text(encoding="utf-8"), "list")
    assert {(each.area, each.measure.value) for each in listed} == {
        ("392", "away_incidents"),
        ("841", "away_children"),
    }


def test_packed_and_unpacked_files_are_read_alike(tmp_path: Path) -> None:
    plain = tmp_path / "file.csv"
    plain.write_bytes(official_csv(MISSING_FILE, YEAR, dfe_areas().areas, dfe_table()))
    packed = tmp_path / "file.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))

    assert published_cells([plain]) == published_cells([packed])
    assert len(dfe_cells()) == 2_688


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a,b\n1,2\n"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)

    with pytest.raises(UsageError, match=r"other\.csv"):
        published_cells([path])
    with pytest.raises(UsageError, match="cannot be read"):
        published_cells([tmp_path / "none.csv"])
