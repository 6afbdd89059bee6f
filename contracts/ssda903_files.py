"""The files of an SSDA903 return, as rows of named fields; says which file is which module."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Final

from contracts.ssda903_tables import (
    COLUMNS,
    EXPORT_AGAIN,
    REQUIRED,
    BrokenRow,
    Module,
    ReturnFiles,
    Row,
    Table,
)
from contracts.ssda903_xml import is_xml, read_xml
from domain.errors import FileFormatError

DELIMITERS: Final = ",;\t|"


def read_tables(files: Mapping[str, bytes]) -> ReturnFiles:
    """Read the files of a return, given by name; others than the four modules are left unread.

    A file is XML by what it holds, and then it is the whole return.
    Raises FileFormatError if Header or Missing is not there, if a module comes twice, if a file
    is empty, is not text, or lacks a column, and for XML as `read_xml` does.
    """
    whole = sorted(name for name, content in files.items() if is_xml(content))
    if whole:
        return _read_whole(whole[0], files)
    named: dict[Module, str] = {}
    ignored = []
    for name in sorted(files):
        module = module_of(name)
        if module is None:
            ignored.append(name)
            continue
        if module in named:
            raise FileFormatError(
                name,
                problem=f"this is a second file for the module {module}, beside {named[module]}.",
                remedy="Leave the files of one return in the folder, one for each module.",
            )
        named[module] = name
    _check_present(named, ignored)
    tables = {
        module: read_table(named[module], files[named[module]], module)
        for module in Module
        if module in named
    }
    return ReturnFiles(tables=tables, ignored=tuple(ignored))


def _read_whole(name: str, files: Mapping[str, bytes]) -> ReturnFiles:
    others = sorted({*files} - {name})
    rival = next((each for each in others if is_xml(files[each]) or module_of(each)), None)
    if rival is not None:
        raise FileFormatError(
            name,
            problem=f"a return in XML is one file, and beside it stands {rival}.",
            remedy="Leave the files of one return in the folder, as CSV or as one XML file.",
        )
    tables, ignored = read_xml(name, files[name])
    return ReturnFiles(tables=tables, ignored=(*others, *ignored))


def module_of(name: str) -> Module | None:
    """Return the module that a file is by its name, in any case, with or without prefix and year.

    None: another module, or no CSV file.
    """
    path = PurePath(name.replace("\\", "/").lower())
    words = re.findall(r"[a-z]+", path.stem)
    # SW_Episodes: the social workers of a child, not the episodes.
    if path.suffix != ".csv" or any(re.fullmatch("sw|swepisodes?", word) for word in words):
        return None
    found = [module for word in words for module in Module if word.endswith(_forms(module))]
    return found[0] if found else None


def read_table(name: str, content: bytes, module: Module) -> Table:
    """Read one file. Raises FileFormatError as `read_tables` does."""
    lines = _lines(_text(name, content))
    if not lines:
        raise FileFormatError(name, problem="the file is empty.", remedy=EXPORT_AGAIN)
    # The first line by which Excel names the separator.
    stated = re.fullmatch(r"(?i)sep=(.)", lines[0])
    first, *rest = lines[1:] if stated and len(lines) > 1 else lines
    delimiter = stated[1] if stated else _delimiter(first, module)
    columns = _columns(name, first, delimiter, module)
    rows: list[Row] = []
    broken: list[BrokenRow] = []
    for number, line in _data_lines(rest, delimiter):
        cells = _cells(line, delimiter)
        problem = _problem(cells, columns)
        if cells is None or problem:
            broken.append(BrokenRow(number=number, problem=problem))
        else:
            rows.append(Row(number=number, fields=dict(zip(columns, cells, strict=False))))
    return Table(file=name, module=module, rows=tuple(rows), broken=tuple(broken))


def _check_present(named: Mapping[Module, str], ignored: list[str]) -> None:
    for module in REQUIRED:
        if module in named:
            continue
        found = ", ".join(sorted([*named.values(), *ignored])) or "no file"
        raise FileFormatError(
            f"{module}.csv",
            problem=f"the return has no file for the module {module.title()}; found {found}.",
            remedy=f"Put {module}.csv with the columns {', '.join(COLUMNS[module])} into it.",
        )


def _forms(module: Module) -> tuple[str, ...]:
    return (module, f"{module}s", module.removesuffix("s"))


def _text(name: str, content: bytes) -> str:
    if b"\0" in content or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileFormatError(
            name, problem="this is not text in UTF-8 or Windows-1252.", remedy=EXPORT_AGAIN
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise FileFormatError(
            name,
            problem=f"byte {error.start + 1} is neither UTF-8 nor Windows-1252.",
            remedy=EXPORT_AGAIN,
        ) from None


def _lines(text: str) -> list[str]:
    # Not splitlines: it also breaks at characters that may stand inside a field. No field of the
    # return may hold a line break, so a stray quotation mark costs its own line and no other.
    return [line for line in re.split(r"\r\n|\r|\n", text) if line.strip()]


def _delimiter(line: str, module: Module) -> str:
    def columns_found(delimiter: str) -> int:
        return len(set(_column_names(line, delimiter)) & set(COLUMNS[module]))

    return max(DELIMITERS, key=columns_found)


def _columns(name: str, line: str, delimiter: str, module: Module) -> tuple[str, ...]:
    columns = _column_names(line, delimiter)
    while columns and not columns[-1]:
        columns = columns[:-1]
    absent = [column for column in COLUMNS[module] if column not in columns]
    twice = [column for column, times in Counter(columns).items() if column and times > 1]
    if not absent and not twice:
        return columns
    what = f"lacks {', '.join(absent)}" if absent else f"names a column twice: {_shown(twice)}"
    raise FileFormatError(
        name,
        problem=(
            f"the header {what}; expected {', '.join(COLUMNS[module])}; found {_shown(columns)}."
        ),
        remedy="Put the names of the columns into the first line.",
    )


def _column_names(line: str, delimiter: str) -> tuple[str, ...]:
    return tuple(cell.upper() for cell in _cells(line, delimiter) or ())


def _shown(columns: tuple[str, ...] | list[str]) -> str:
    """Name columns, but not what may be a value: without a header, the first line is a child's."""
    named = [column for column in columns if re.fullmatch(r"[A-Z][A-Z_ ]{0,29}", column)]
    hidden = len(columns) - len(named)
    return ", ".join([*named, *([f"{hidden} not shown"] if hidden else [])])


def _data_lines(lines: list[str], delimiter: str) -> Iterator[tuple[int, str]]:
    kept = (line for line in lines if line.replace(delimiter, "").replace('"', "").strip())
    yield from enumerate(kept, start=1)


def _cells(line: str, delimiter: str) -> list[str] | None:
    """Return the fields of a line; None if one is longer than the reader takes."""
    if '"' not in line:
        return [cell.strip() for cell in line.split(delimiter)]
    try:
        (cells,) = csv.reader([line], delimiter=delimiter, skipinitialspace=True)
    except csv.Error:
        return None
    return [cell.strip() for cell in cells]


def _problem(cells: list[str] | None, columns: tuple[str, ...]) -> str:
    if cells is None:
        return "A field of the row is too long to be read."
    if len(cells) < len(columns) or any(cells[len(columns) :]):
        return f"The row has {len(cells)} fields; the header has {len(columns)}."
    return ""
