"""Delimited text as rows of named fields: decoded, split, counted, nothing of it understood yet."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.errors import FileFormatError

DELIMITERS: Final = ",;\t|"
# A field may run over so many lines; a quotation mark that never closes costs its own line only.
LONGEST_FIELD: Final = 500

EXPORT_AGAIN: Final = "Export it again as CSV in UTF-8."


@dataclass(frozen=True, kw_only=True)
class TextRow:
    """A data row, counted from 1: its fields by column, without space around them."""

    number: int
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class UnreadRow:
    """A data row, counted from 1, that has no fields one could trust, and why."""

    number: int
    problem: str


@dataclass(frozen=True, kw_only=True)
class TextTable:
    """A file. Blank lines and lines of nothing but separators are no rows.

    columns: as written, in lower case and with single spaces. rows have the same names.
    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[TextRow, ...]
    broken: tuple[UnreadRow, ...]

    @property
    def row_count(self) -> int:
        """How many data rows the file has, the broken ones included."""
        return len(self.rows) + len(self.broken)


def column_key(name: str) -> str:
    """Return the form in which names of columns are compared."""
    return " ".join(name.replace("\ufeff", "").split()).casefold()


def read_delimited(
    name: str,
    content: bytes,
    *,
    expected: Sequence[str],
    encoding: str | None = None,
    delimiter: str | None = None,
) -> TextTable:
    """Read a file whose first line names the columns.

    expected: columns by which the separator is told, if `delimiter` is None. encoding: None: by
    the byte order mark, else UTF-8, else Windows-1252. Raises FileFormatError if the file is
    empty, is no such text, or names an expected column twice; a column that is absent is for the
    caller to judge.
    """
    lines = _lines(_text(name, content, encoding))
    if not lines:
        raise FileFormatError(name, problem="the file is empty.", remedy=EXPORT_AGAIN)
    # The first line by which Excel names the separator.
    stated = re.fullmatch(r"(?i)sep=(.)", lines[0])
    if stated and len(lines) > 1:
        lines = lines[1:]
        delimiter = delimiter or stated[1]
    wanted = [column_key(each) for each in expected]
    separator = delimiter or _delimiter(lines[0], wanted)
    columns = _columns(name, lines[0], separator, wanted)
    rows: list[TextRow] = []
    broken: list[UnreadRow] = []
    for number, cells in enumerate(_records(lines[1:], separator, columns), start=1):
        problem = _problem(cells, columns)
        if cells is None or problem:
            broken.append(UnreadRow(number=number, problem=problem))
        else:
            rows.append(TextRow(number=number, fields=dict(zip(columns, cells, strict=False))))
    return TextTable(file=name, columns=columns, rows=tuple(rows), broken=tuple(broken))


def peek_columns(name: str, content: bytes) -> tuple[str, ...]:
    """Return the columns that a file names, whatever separates them; none if it is no text."""
    try:
        lines = _lines(_text(name, content, None))
    except FileFormatError:
        return ()
    if not lines:
        return ()
    line = lines[1] if re.fullmatch(r"(?i)sep=.", lines[0]) and len(lines) > 1 else lines[0]
    return max((_names(line, each) for each in DELIMITERS), key=len)


def _text(name: str, content: bytes, encoding: str | None) -> str:
    found = encoding
    if found is None and content.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = "utf-16"
    for each in (found,) if found else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(each)
        except UnicodeError:
            continue
        if "\0" in text:
            break
        return text.removeprefix("\ufeff")
    raise FileFormatError(
        name,
        problem=f"this is not text in {found or 'UTF-8 or Windows-1252'}.",
        remedy=EXPORT_AGAIN,
    )


def _lines(text: str) -> list[str]:
    # Not splitlines: it also breaks at characters that may stand inside a field.
    lines = re.split(r"\r\n|\r|\n", text)
    while lines and not lines[0].strip():
        lines.pop(0)
    return lines


def _delimiter(line: str, wanted: Sequence[str]) -> str:
    return max(DELIMITERS, key=lambda each: len(set(_names(line, each)) & set(wanted)))


def _columns(name: str, line: str, delimiter: str, wanted: Sequence[str]) -> tuple[str, ...]:
    columns = _names(line, delimiter)
    while columns and not columns[-1]:
        columns = columns[:-1]
    times = Counter(columns)
    twice = [each for each in wanted if times[each] > 1]
    if twice:
        raise FileFormatError(
            name,
            problem=f"the header names a column twice: {', '.join(sorted(set(twice)))}.",
            remedy="Give every column a name of its own in the first line.",
        )
    return columns


def _names(line: str, delimiter: str) -> tuple[str, ...]:
    return tuple(column_key(each) for each in _cells(line, delimiter) or ())


def _records(
    lines: Sequence[str], delimiter: str, columns: Sequence[str]
) -> Iterator[list[str] | None]:
    """Yield the fields of each row; a field in quotation marks may run over several lines."""
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.replace(delimiter, "").replace('"', "").strip():
            at += 1
            continue
        length = _length(lines, at, delimiter)
        text = "\n".join(lines[at : at + (length or 0)])
        cells = _cells(text, delimiter, strict=length != 1) if length else None
        if length is not None and length > 1 and _problem(cells, columns):
            # A stray mark has found another one: the lines between are rows of their own.
            length, cells = None, None
        yield cells
        at += length or 1


def _length(lines: Sequence[str], at: int, delimiter: str) -> int | None:
    """Return how many lines a row has; None if a quotation mark in it never closes."""
    inside = False
    for length, line in enumerate(lines[at : at + LONGEST_FIELD], start=1):
        inside = _open_after(line, delimiter, inside)
        if not inside:
            return length
    return None


def _open_after(line: str, delimiter: str, inside: bool) -> bool:
    """Return whether a field in quotation marks is still open at the end of a line."""
    if '"' not in line:
        return inside
    begins = True
    at = 0
    while at < len(line):
        character = line[at]
        if inside and character == '"':
            if line[at + 1 : at + 2] == '"':
                at += 1
            else:
                inside, begins = False, False
        elif not inside:
            inside = begins and character == '"'
            begins = character == delimiter or (begins and character == " ")
        at += 1
    return inside


def _cells(text: str, delimiter: str, *, strict: bool = False) -> list[str] | None:
    """Return the fields of a row; None if one is longer than the reader takes.

    strict: a quotation mark that closes must end its field.
    """
    if '"' not in text:
        return [cell.strip() for cell in text.split(delimiter)]
    try:
        (cells,) = csv.reader([text], delimiter=delimiter, skipinitialspace=True, strict=strict)
    except (csv.Error, ValueError):
        return None
    return [cell.strip() for cell in cells]


def _problem(cells: Sequence[str] | None, columns: Sequence[str]) -> str:
    if cells is None:
        return "A quotation mark of the row does not close, or a field is too long."
    if len(cells) < len(columns) or any(cells[len(columns) :]):
        return f"The row has {len(cells)} fields; the header has {len(columns)}."
    return ""
