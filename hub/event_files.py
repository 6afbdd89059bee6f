"""Reads files of CloudEvents: one event a line, one JSON array, or one event over several lines."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from contracts.batches import split_array
from domain.errors import FileFormatError, UsageError

STANDARD_INPUT = "-"
# Some editors begin a file in UTF-8 with it; it is no part of the first event.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, kw_only=True)
class EventLine:
    """One message of a file, as it was written; row counts from 1."""

    row: int
    raw: bytes


def refuse_unreadable(paths: Sequence[str]) -> None:
    """Find out before anything is sent that a file is not there, is empty, or is half an array.

    Standard input and pipes can be read once only, so they are not looked at here.
    Raises UsageError or FileFormatError.
    """
    for each in paths:
        if each == STANDARD_INPUT or Path(each).is_fifo():
            continue
        if not Path(each).is_file():
            raise UsageError(f"{each} is not a file that can be read.")
        next(event_lines(each))


def event_lines(path: str) -> Iterator[EventLine]:
    """Give the messages of a file (`-`: standard input), whatever is in them.

    Raises UsageError if it cannot be read, FileFormatError if it holds nothing, or begins as an
    array and is not one.
    """
    try:
        with sys.stdin.buffer if path == STANDARD_INPUT else Path(path).open("rb") as file:
            first = next((line for line in file if _content(line)), b"")
            if not first:
                raise FileFormatError(
                    name_of(path),
                    problem="There is no event in it.",
                    remedy="Send one CloudEvent a line.",
                )
            begin = _content(first)
            if begin.startswith(b"["):
                yield from _elements(begin + file.read(), path)
            elif begin == b"{":
                yield EventLine(row=1, raw=begin + file.read())
            else:
                lines = filter(None, map(_content, chain((first,), file)))
                for row, raw in enumerate(lines, start=1):
                    yield EventLine(row=row, raw=raw)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def name_of(path: str) -> str:
    """Return how a report names a file."""
    return "standard input" if path == STANDARD_INPUT else Path(path).name


def _content(line: bytes) -> bytes:
    return line.removeprefix(BYTE_ORDER_MARK).strip()


def _elements(text: bytes, path: str) -> Iterator[EventLine]:
    try:
        elements = split_array(text)
    except ValueError as error:
        raise FileFormatError(
            name_of(path),
            problem="It begins as a JSON array and is not one.",
            remedy="Check how it was written; nothing of it was taken.",
        ) from error
    if not elements:
        raise FileFormatError(
            name_of(path), problem="The array is empty.", remedy="Send at least one CloudEvent."
        )
    for row, raw in enumerate(elements, start=1):
        yield EventLine(row=row, raw=raw)
