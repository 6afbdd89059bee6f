"""The sheet of list 8 in a workbook of Ofsted's Annex A, as rows of cells by column.

A workbook is a ZIP archive of XML from a stranger: its size is bounded before anything of it is
unpacked, and what only a program would need (macros, entities, a password) is refused.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final
from zipfile import ZipFile

from openpyxl import load_workbook

from contracts.annex_a_columns import Column, columns_in
from contracts.archives import UNREADABLE_ARCHIVE
from domain.errors import FileFormatError

# A list of every looked-after child of the largest authority takes a hundredth of this.
MAX_BYTES: Final = 32 * 1024 * 1024
MAX_UNPACKED: Final = 128 * 1024 * 1024
MAX_PARTS: Final = 2_000
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 200
HEADER_WITHIN: Final = 20

SAVE_AS: Final = "Save it in Excel as an .xlsx workbook, without macros and without a password."

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_DOCTYPE: Final = tuple("<!DOCTYPE".encode(each) for each in ("ascii", "utf-16-le", "utf-16-be"))

Cell = Any


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """A data row, counted from 1: the cells of the columns that are read, as the workbook has them.

    formulas: columns whose cell is a formula that was saved without its result.
    """

    number: int
    cells: Mapping[Column, Cell] = field(repr=False)
    formulas: frozenset[Column] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ListSheet:
    """The rows of list 8, and the names of the sheets that were left unread."""

    file: str
    rows: tuple[SheetRow, ...]
    columns: frozenset[Column]
    ignored: tuple[str, ...]


def read_sheet(name: str, content: bytes) -> ListSheet:
    """Find and read list 8. Raises FileFormatError if the file is no workbook that has it."""
    _check_archive(name, content)
    try:
        with warnings.catch_warnings():
            # The reader warns of what it leaves aside: styles, validation, drawings.
            warnings.simplefilter("ignore")
            return _read(name, content)
    except FileFormatError:
        raise
    except Exception as error:
        # A damaged workbook fails in the reader in any way.
        raise FileFormatError(
            name, problem="the workbook is damaged and cannot be read.", remedy=SAVE_AS
        ) from error


def _check_archive(name: str, content: bytes) -> None:
    problem = _archive_problem(name, content)
    if problem:
        raise FileFormatError(name, problem=problem, remedy=SAVE_AS)


def _archive_problem(name: str, content: bytes) -> str:
    if len(content) > MAX_BYTES:
        return f"the workbook is larger than {MAX_BYTES // 1024 // 1024} MiB."
    if content.startswith(_OLE):
        locked = _ENCRYPTED in content
        return "the workbook has a password." if locked else "this is a workbook of before 2007."
    if name.lower().endswith((".xls", ".xlsm", ".xlsb", ".xltm", ".ods")):
        return "this is another kind of workbook than .xlsx."
    try:
        with ZipFile(BytesIO(content)) as archive:
            return _part_problem(archive)
    except UNREADABLE_ARCHIVE:
        return "this is no workbook, or one that cannot be unpacked."


def _part_problem(archive: ZipFile) -> str:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        return "the workbook unpacks to more than a list of children can take."
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        return "the workbook has macros."
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")):
            text = archive.read(part)
            if any(mark in text for mark in _DOCTYPE):
                return "the workbook holds definitions that no spreadsheet writes."
    return ""


def _read(name: str, content: bytes) -> ListSheet:
    values = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    written = load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
    found: dict[str, tuple[int, dict[Column, int]]] = {}
    hidden: list[str] = []
    for sheet in values.worksheets:
        header = _header(sheet)
        if header is not None and sheet.sheet_state == "visible":
            found[sheet.title] = header
        elif header is not None:
            hidden.append(sheet.title)
    if len(found) != 1:
        raise _not_one(name, len(found), len(hidden))
    ((title, (header_row, columns)),) = found.items()
    rows = _rows(name, values[title], written[title], header_row, columns)
    ignored = tuple(f"{name}: {each}" for each in values.sheetnames if each != title)
    return ListSheet(file=name, rows=rows, columns=frozenset(columns), ignored=ignored)


def _not_one(name: str, visible: int, hidden: int) -> FileFormatError:
    if visible:
        return FileFormatError(
            name,
            problem=f"{visible} sheets have the columns of list 8.",
            remedy="Leave the one that holds the children, and delete or hide the others.",
        )
    where = " in sight; one is hidden" if hidden else f" in its first {HEADER_WITHIN} rows"
    return FileFormatError(
        name,
        problem=f"no sheet has the columns of list 8{where}.",
        remedy=(
            "It needs at least Child Unique ID and Number of Episodes the Child has been 'Missing' "
            "from their Placement in the last 12 months."
        ),
    )


def _header(sheet: Any) -> tuple[int, dict[Column, int]] | None:
    """Return the row of the header, and the place of each column in it."""
    best: tuple[int, dict[Column, int]] | None = None
    for number, cells in enumerate(_cells(sheet, HEADER_WITHIN), start=1):
        found = columns_in(cells)
        required = Column.CHILD in found and Column.MISSING in found
        if required and (best is None or len(found) > len(best[1])):
            best = number, found
    return best


def _cells(sheet: Any, rows: int) -> Iterator[Sequence[Cell]]:
    # What a workbook says of its own extent may be wrong.
    sheet.reset_dimensions()
    yield from sheet.iter_rows(max_row=rows, max_col=MAX_COLUMNS, values_only=True)


def _rows(
    name: str, values: Any, written: Any, header_row: int, columns: Mapping[Column, int]
) -> tuple[SheetRow, ...]:
    last = header_row + MAX_ROWS + 1
    rows: list[SheetRow] = []
    pairs = zip(_cells(values, last), _cells(written, last), strict=False)
    for at, (cells, formulas) in enumerate(pairs, start=1):
        if at <= header_row:
            continue
        if at == last:
            raise FileFormatError(
                name,
                problem=f"the sheet has more than {MAX_ROWS:,} rows.",
                remedy="Delete the empty rows below the last child.",
            )
        here = {column: cells[place] for column, place in columns.items() if place < len(cells)}
        lost = frozenset(
            column
            for column, place in columns.items()
            if place < len(formulas) and _is_formula(formulas[place]) and here.get(column) is None
        )
        if lost or any(_said(cell) for cell in here.values()):
            rows.append(SheetRow(number=len(rows) + 1, cells=here, formulas=lost))
    return tuple(rows)


def _is_formula(cell: Cell) -> bool:
    return (isinstance(cell, str) and cell.startswith("=")) or type(cell).__name__ == "ArrayFormula"


def _said(cell: Cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or cell.strip() != "")
