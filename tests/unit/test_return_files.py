"""A return is read from a folder, from one file, or from a ZIP of either."""

from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from domain.errors import FileFormatError, UsageError
from hub.return_files import MOST_FILES, read_return_files
from tests.unit.ssda903_returns import files_of
from tests.unit.ssda903_xml import xml_of

FILES = files_of()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_folder_gives_its_csv_and_xml_files_and_nothing_else(tmp_path: Path) -> None:
    for name, content in {**FILES, "README.md": b"-", "copy.XML": b"<a/>"}.items():
        tmp_path.joinpath(name).write_bytes(content)
    tmp_path.joinpath("older.csv").mkdir()

    assert read_return_files(tmp_path) == {**FILES, "copy.XML": b"<a/>"}


def test_a_file_is_given_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "return.xml"
    path.write_bytes(xml_of(FILES))

    assert read_return_files(path) == {"return.xml": xml_of(FILES)}


def test_a_zip_gives_the_files_in_it_without_their_folders(tmp_path: Path) -> None:
    path = tmp_path / "return.ZIP"
    path.write_bytes(zipped({f"2018/{name}": content for name, content in FILES.items()}))

    assert read_return_files(path) == FILES


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"PK\x03\x04 and no more", "damaged"),
        (zipped({"a/missing.csv": b"", "b/missing.csv": b""}), "several files of one name"),
        (zipped({f"{n}.csv": b"" for n in range(MOST_FILES + 1)}), "far too many"),
        (zipped(FILES)[:-40], "damaged"),
    ],
)
def test_an_archive_that_is_no_return_is_refused(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    path = tmp_path / "return.zip"
    path.write_bytes(content)

    with pytest.raises(FileFormatError, match=problem):
        read_return_files(path)


def test_a_member_that_says_to_be_larger_than_any_return_is_not_unpacked(tmp_path: Path) -> None:
    content = bytearray(zipped({"missing.csv": b"x"}))
    # The size in the directory at the archive's end.
    at = content.rindex(b"PK\x01\x02") + 24
    content[at : at + 4] = (2**31).to_bytes(4, "little")
    path = tmp_path / "return.zip"
    path.write_bytes(content)

    with pytest.raises(UsageError, match="no return is larger"):
        read_return_files(path)


def test_what_is_not_there_is_said_with_the_choices(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="folder of the return's CSV files"):
        read_return_files(tmp_path / "gone")


def test_a_zip_whose_parts_cannot_be_unpacked_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "return.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("header.csv", "CHILD,SEX,DOB\n" * 200)
    content = bytearray(path.read_bytes())
    content[45:60] = b"\xff" * 15
    path.write_bytes(content)

    with pytest.raises(FileFormatError, match=r"return\.zip"):
        read_return_files(path)
