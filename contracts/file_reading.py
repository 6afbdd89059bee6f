"""What an adapter reads a publisher's file into: messages, and what was wrong with which row."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.returned_rows import RowMemory

# A file and a row of it, from 1.
Place = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class RowMessage:
    """One CloudEvent made from a row, or first made possible by it.

    row: counts data rows from 1. kind: the event type. raw: the message, JSON in UTF-8. about:
    `KnownRow.about` of what it tells of; empty: the format is not compared with earlier files.
    """

    file: str
    row: int
    kind: str
    raw: bytes = field(repr=False)
    about: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class RowFinding:
    """What looks wrong about a row, by a published rule.

    code: the source's own rule number where there is one. field: the column to put right.
    subject_row: the row of the child in the file that lists children; None if it is not there,
    or there is no such file.
    """

    file: str
    row: int
    code: str
    field: str
    subject_row: int | None = None


@dataclass(frozen=True, kw_only=True)
class RowRejection:
    """Why no event can be made of a row; it repeats no value of the row.

    code: the source's own rule number where there is one, else one of `Reason`. pointer: `/` and
    the column; empty: the whole row. content: a keyed digest of what the row says, so that it is
    known again in another place; empty: it has no content that could be read.
    """

    file: str
    row: int
    code: str
    pointer: str
    message: str
    content: str = ""


@dataclass(frozen=True, kw_only=True)
class FileReading:
    """One file, or the files that belong together, read.

    messages, findings, rejections: in the order of the files and their rows; a row is rejected
    once at most. rows: data rows by file. ignored: files that are no part of what the hub takes.
    carried: the row whose messages also tell what another row says, for rows that give no event
    of their own. memory: what the next reading of this return must know; None: the format is not
    compared with what was sent before.
    """

    messages: tuple[RowMessage, ...]
    findings: tuple[RowFinding, ...]
    rejections: tuple[RowRejection, ...]
    rows: Mapping[str, int]
    ignored: tuple[str, ...] = ()
    carried: Mapping[Place, Place] = field(default_factory=dict, repr=False)
    memory: RowMemory | None = field(default=None, repr=False)
