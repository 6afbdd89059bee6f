"""Which files are taken for a return, and what is said of those that cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.ssda903_files import module_of, read_table, read_tables
from contracts.ssda903_tables import COLUMNS, Module
from domain.errors import FileFormatError
from tests.unit.ssda903_returns import HEADER, MISSING, files_of, missing, read

ROW = "C1,01/06/2010,M,01/05/2017,02/05/2017"


def table(text: str | bytes) -> list[tuple[int, list[str]]]:
    """Return the numbers and the fields of the rows of a missing.csv."""
    content = text if isinstance(text, bytes) else text.encode()
    found = read_table("missing.csv", content, Module.MISSING)
    return [
        (row.number, [row.fields[name] for name in COLUMNS[Module.MISSING]]) for row in found.rows
    ]


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("header.csv", Module.HEADER),
        ("HEADER.CSV", Module.HEADER),
        ("SSDA903_Header.csv", Module.HEADER),
        ("SSDA903_2018_episodes.csv", Module.EPISODES),
        ("ssda903Missing2018.csv", Module.MISSING),
        ("returns/2018/Missing 2017-18.csv", Module.MISSING),
        ("missing_episodes.csv", Module.MISSING),
        ("swindon_header.csv", Module.HEADER),
        ("UASC.csv", Module.UASC),
        ("reviews.csv", None),
        ("SW_Episodes.csv", None),
        ("SWEpisodes.csv", None),
        ("missing.xml", None),
        ("LICENSE.txt", None),
    ],
)
def test_a_file_is_known_by_its_name_in_any_case_with_prefix_or_year(
    name: str, module: Module | None
) -> None:
    assert module_of(name) == module


def test_other_modules_are_left_unread_and_listed() -> None:
    files = {**files_of(), "reviews.csv": b"\0\0", "notes.txt": b""}

    reading = read(files)

    assert reading.ignored == ("notes.txt", "reviews.csv")


@pytest.mark.parametrize("absent", ["header.csv", "missing.csv"])
def test_a_return_without_header_or_missing_is_refused_by_name(absent: str) -> None:
    files = {name: content for name, content in files_of().items() if name != absent}

    with pytest.raises(FileFormatError) as raised:
        read(files)

    assert raised.value.file == absent
    assert "episodes.csv" in raised.value.problem
    assert "CHILD" in raised.value.remedy


def test_an_empty_folder_is_refused() -> None:
    with pytest.raises(FileFormatError, match="found no file"):
        read({})


def test_two_files_for_one_module_are_refused() -> None:
    files = {**files_of(), "Header_2017.csv": b""}

    with pytest.raises(FileFormatError, match=r"second file.*Header_2017\.csv"):
        read(files)


def test_episodes_and_uasc_may_be_absent() -> None:
    reading = read(files_of(episodes=None, absences=[missing("01/05/2017")]))

    assert [row.accepted for row in reading.missing] == [True]
    assert reading.rows == {"header.csv": 1, "missing.csv": 1}


@pytest.mark.parametrize(
    "content",
    [
        f"{MISSING}\n{ROW}\n".encode(),
        f"\ufeff{MISSING}\n{ROW}\n".encode(),
        f"{MISSING}\r\n{ROW}\r\n".encode(),
        f"{MISSING}\r{ROW}".encode(),
        f"\n\n{MISSING}\n\n{ROW}\n,,,,\n   \n".encode(),
        f"{MISSING.lower()}\n{ROW}\n".encode(),
        f"{MISSING},NOTE\n{ROW},caf\xe9\n".encode("cp1252"),
        f"{MISSING},NOTE\n{ROW},caf\xe9\n".encode(),
        f"{MISSING},,\n{ROW},,\n{''}".encode(),
        f"{MISSING}\n{ROW},,\n".encode(),
        f"{MISSING}\n{ROW}\n".replace(",", ";").encode(),
        f"{MISSING}\n{ROW}\n".replace(",", "\t").encode(),
        f"sep=;\n{MISSING}\n{ROW}\n".replace(",", ";").encode(),
        f"{MISSING}\n{ROW}\n".replace(",", " , ").encode(),
        b'"CHILD","DOB",MISSING,MIS_START,MIS_END\n"C1", "01/06/2010","M" ,"01/05/2017",02/05/2017',
        b"MIS_END,MIS_START,MISSING,DOB,CHILD\n02/05/2017,01/05/2017,M,01/06/2010,C1\n",
    ],
)
def test_the_same_row_is_read_from_every_form_that_spreadsheets_write(content: bytes) -> None:
    assert table(content) == [(1, ROW.split(","))]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xef\xbb\xbf",
        b" \r\n\n",
        f"{MISSING}\n".encode("utf-16"),
        f"{MISSING}\n".encode("utf-16-be"),
        f"{MISSING}\nC1\0".encode(),
        b"PK\x03\x04\x14\x00\x06\x00",
        f"{MISSING}\n".encode() + b"\xe9\x81",
        b"CHILD,DOB\nC1,01/06/2010\n",
        f"{MISSING},DOB\n".encode(),
        b"sep=;",
        b"not a table",
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_file_problem_and_remedy(
    content: bytes,
) -> None:
    with pytest.raises(FileFormatError) as raised:
        table(content)

    assert raised.value.code == "file-invalid"
    assert raised.value.file == "missing.csv"
    assert raised.value.problem.endswith(".")
    assert raised.value.remedy.endswith(".")


def test_a_wrong_header_names_the_columns_expected_and_found() -> None:
    with pytest.raises(FileFormatError) as raised:
        table("CHILD,DOB,KIND,MIS_START\n")

    assert "lacks MISSING, MIS_END" in raised.value.problem
    assert "expected CHILD, DOB, MISSING, MIS_START, MIS_END" in raised.value.problem
    assert "found CHILD, DOB, KIND, MIS_START" in raised.value.problem


def test_a_file_without_a_header_does_not_tell_its_first_child() -> None:
    with pytest.raises(FileFormatError) as raised:
        table("CANARY-77,19/09/2011,M,01/05/2017,02/05/2017\n")

    assert "CANARY" not in str(raised.value)
    assert "19/09" not in str(raised.value)
    assert "4 not shown" in raised.value.problem


@pytest.mark.parametrize(
    "line",
    [
        "C2,01/06/2010,M,01/05/2017",
        "C2,01/06/2010,M,01/05/2017,,extra",
        'C2,"01/06/2010,M,01/05/2017,',
        f'C2,"{"x" * 200_000}",M,01/05/2017,',
    ],
)
def test_a_row_with_the_wrong_number_of_fields_is_rejected_and_its_neighbours_are_not(
    line: str,
) -> None:
    absences = [missing("01/05/2017", "02/05/2017"), line, missing("03/05/2017", "04/05/2017")]

    reading = read(files_of(absences=absences))

    assert [row.accepted for row in reading.missing] == [True, False, True]
    assert [(each.row, each.code, each.pointer) for each in reading.rejections] == [
        (2, "row-invalid", "")
    ]


@given(content=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        found = read_tables({"header.csv": f"{HEADER}\n".encode(), "missing.csv": content})
    except FileFormatError:
        return

    assert found.tables[Module.MISSING].row_count >= 0


@given(lines=st.lists(st.text(max_size=60), max_size=8))
def test_under_a_right_header_every_line_with_content_is_one_row(lines: list[str]) -> None:
    text = "\n".join([MISSING, *lines]).encode("utf-8", "replace").replace(b"\0", b"")

    found = read_table("missing.csv", text, Module.MISSING)

    written = text.decode().replace("\r", "\n").split("\n")[1:]
    with_content = [line for line in written if line.replace(",", "").replace('"', "").strip()]
    numbers = sorted([*(row.number for row in found.rows), *(row.number for row in found.broken)])
    assert numbers == list(range(1, len(with_content) + 1))
