"""Which workbooks are read for Annex A, which sheet of them, and which are refused."""

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from contracts.annex_a_workbook import MAX_BYTES, MAX_UNPACKED
from domain.errors import FileFormatError
from tests.unit.adapter_files import (
    list_row,
    read_list,
    workbook,
)


def edited(content: bytes, change: Any) -> bytes:
    book = load_workbook(BytesIO(content))
    change(book)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def with_part(content: bytes, name: str, text: bytes) -> bytes:
    written = BytesIO(content)
    with ZipFile(written, "a", ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return written.getvalue()


def test_empty_rows_are_no_rows() -> None:
    reading = read_list(workbook({}, list_row(), {}, list_row(child="C2")))

    assert reading.rows == {"annex.xlsx": 2}


def test_the_header_may_stand_anywhere_in_the_first_twenty_rows() -> None:
    assert len(read_list(workbook(list_row(), before=19)).messages) == 4
    with pytest.raises(FileFormatError, match="no sheet has the columns"):
        read_list(workbook(list_row(), before=20))


def test_merged_cells_and_other_sheets_do_no_harm() -> None:
    content = edited(workbook(list_row()), lambda book: book["List 8"].merge_cells("A1:F1"))

    assert len(read_list(content).messages) == 4


def test_a_hidden_sheet_is_not_read() -> None:
    with pytest.raises(FileFormatError, match="one is hidden"):
        read_list(workbook(list_row(), state="hidden"))


def test_two_sheets_with_the_list_are_one_too_many() -> None:
    def copy(book: Any) -> None:
        book.copy_worksheet(book["List 8"])

    with pytest.raises(FileFormatError, match="2 sheets"):
        read_list(edited(workbook(list_row()), copy))


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.xlsx", b"", "no workbook"),
        ("a.xlsx", b"PK\x03\x04 and so on", "no workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "before 2007"),
        (
            "a.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        ("a.xlsx", b"PK" + b"\0" * (MAX_BYTES + 1), "larger than 32 MiB"),
        ("a.xlsm", workbook(list_row()), "another kind"),
        ("a.xlsx", with_part(workbook(list_row()), "xl/vbaProject.bin", b"x"), "macros"),
        ("a.xlsx", with_part(workbook(list_row()), "xl/x.xml", b"<!DOCTYPE a>"), "definitions"),
        ("a.xlsx", with_part(workbook(list_row()), "x", b"\0" * (MAX_UNPACKED + 1)), "unpacks to"),
        ("a.xlsx", with_part(b"", "a.txt", b"x"), "damaged"),
    ],
)
def test_what_is_no_plain_workbook_is_refused(name: str, content: bytes, problem: str) -> None:
    with pytest.raises(FileFormatError, match=problem) as raised:
        read_list(content, name=name)

    assert raised.value.remedy


def test_a_sheet_of_one_cell_far_out_is_read_in_no_time() -> None:
    def far(book: Any) -> None:
        book["List 8"]["XFD99000"] = "x"

    assert read_list(edited(workbook(list_row()), far)).rows == {"annex.xlsx": 1}


def test_a_sheet_with_rows_without_end_is_refused() -> None:
    def low(book: Any) -> None:
        book["List 8"]["A1048576"] = "x"

    with pytest.raises(FileFormatError, match="more than 100,000 rows"):
        read_list(edited(workbook(list_row()), low))


def test_a_workbook_without_sheets_of_rows_is_refused() -> None:
    written = BytesIO()
    Workbook().save(written)

    with pytest.raises(FileFormatError, match="no sheet has the columns"):
        read_list(written.getvalue())
