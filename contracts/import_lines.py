"""The answer to a file line by line: every row with its end and what is to be said of it."""

import csv
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from io import StringIO
from typing import Final

from msgspec import Struct

from contracts.imports import FindingEntry, ImportReport, RejectionEntry, RowRange
from domain.rules import ENTRY_RULES, NOT_CARRIED_ON, PERIOD_RULES

COLUMNS: Final = ("file", "row", "outcome", "remark", "code", "where", "message")
LOST_ROW: Final = (
    "This row was sent before and is there no longer. Say whether it shall be voided or kept;"
    " until then nothing is voided."
)
IN_FLIGHT: Final = "in-flight"

# What the published rules say, by code; other findings speak for themselves.
SAYS: Final = {each.code: each.says for each in (*ENTRY_RULES, *PERIOD_RULES, NOT_CARRIED_ON)}

# What a spreadsheet would run; a file's name is the sender's own text.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


class ReportLine(Struct, frozen=True, kw_only=True):
    """Rows of a file that ended alike; one row where there is something to say of it.

    remark: `rejection`, `finding`, `question`, or empty where there is nothing to say. A question
    is about a row of an earlier sending, which has no outcome in this one.
    """

    file: str
    first: int
    last: int
    outcome: str
    remark: str = ""
    code: str = ""
    where: str = ""
    message: str = ""


def report_lines(answer: ImportReport) -> Iterator[ReportLine]:
    """Yield what became of every row, in the order of files and rows; questions come last."""
    remarks: dict[tuple[str, int], list[RejectionEntry | FindingEntry]] = {}
    for rejection in answer.rejections:
        remarks.setdefault((rejection.file, rejection.row), []).append(rejection)
    for finding in answer.findings:
        remarks.setdefault((finding.file, finding.row), []).append(finding)
    rows: dict[str, list[int]] = {}
    for file, row in sorted(remarks):
        rows.setdefault(file, []).append(row)
    for span in answer.outcomes:
        begin = span.first
        marked = rows.get(span.file, [])
        for row in marked[bisect_left(marked, span.first) : bisect_right(marked, span.last)]:
            if begin < row:
                yield _plain(span, begin, row - 1)
            for entry in remarks[span.file, row]:
                yield _remark(span, row, entry)
            begin = row + 1
        if begin <= span.last:
            yield _plain(span, begin, span.last)
    for question in answer.questions:
        yield ReportLine(
            file=question.file,
            first=question.row,
            last=question.row,
            outcome="",
            remark="question",
            code=question.id,
            message=LOST_ROW,
        )


def report_csv(answer: ImportReport) -> str:
    """Return the same as CSV (RFC 4180), one line a row and remark."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for line in report_lines(answer):
        for row in range(line.first, line.last + 1):
            writer.writerow(
                (
                    as_text(line.file),
                    row,
                    line.outcome,
                    line.remark,
                    line.code,
                    as_text(line.where),
                    line.message,
                )
            )
    return text.getvalue()


def as_text(value: str) -> str:
    """Return a text so that no spreadsheet takes it for a formula."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def _plain(span: RowRange, first: int, last: int) -> ReportLine:
    return ReportLine(file=span.file, first=first, last=last, outcome=_end(span))


def _remark(span: RowRange, row: int, entry: RejectionEntry | FindingEntry) -> ReportLine:
    if isinstance(entry, RejectionEntry):
        remark, where, message = "rejection", entry.pointer, entry.message
    else:
        remark, where, message = "finding", entry.field, SAYS.get(entry.code, "")
    return ReportLine(
        file=span.file,
        first=row,
        last=row,
        outcome=_end(span),
        remark=remark,
        code=entry.code,
        where=where,
        message=message,
    )


def _end(span: RowRange) -> str:
    return IN_FLIGHT if span.outcome is None else span.outcome.value
