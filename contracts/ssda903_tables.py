"""The tables of an SSDA903 return, whichever form it came in: rows of named fields by module."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Module(StrEnum):
    """A part of the return that the hub takes, by the name that its file bears."""

    HEADER = "header"
    EPISODES = "episodes"
    MISSING = "missing"
    UASC = "uasc"


# The columns that are read; a file may have others, and in any order.
COLUMNS: Final[Mapping[Module, tuple[str, ...]]] = {
    Module.HEADER: ("CHILD", "SEX", "DOB", "ETHNIC", "UPN"),
    Module.EPISODES: (
        "CHILD",
        "DECOM",
        "RNE",
        "LS",
        "PLACE",
        "PLACE_PROVIDER",
        "DEC",
        "REC",
        "REASON_PLACE_CHANGE",
        "HOME_POST",
    ),
    Module.MISSING: ("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"),
    Module.UASC: ("CHILD",),
}
REQUIRED: Final = (Module.HEADER, Module.MISSING)

EXPORT_AGAIN: Final = "Export it again as CSV in UTF-8 and send the whole return again."
EXPORT_XML_AGAIN: Final = "Export the whole return again, as XML or as CSV files."


@dataclass(frozen=True, kw_only=True)
class Row:
    """A data row, counted from 1: its fields by column, without space around them."""

    number: int
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class BrokenRow:
    """A data row, counted from 1, that has no fields one could trust, and why."""

    number: int
    problem: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file of the return. Blank lines and lines of nothing but separators are no rows."""

    file: str
    module: Module
    rows: tuple[Row, ...]
    broken: tuple[BrokenRow, ...]

    @property
    def row_count(self) -> int:
        """How many data rows the file has, the broken ones included."""
        return len(self.rows) + len(self.broken)


@dataclass(frozen=True, kw_only=True)
class ReturnFiles:
    """The tables of a return by module, and the names of the files that were left unread."""

    tables: Mapping[Module, Table]
    ignored: tuple[str, ...]
