"""The page on which a publisher checks and sends files, and the answer row by row."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from contracts.import_lines import ReportLine, report_csv, report_lines
from contracts.imports import ImportReport
from hub.web.assets import Asset
from hub.web.rendering import render

# More would make a page that nobody scrolls through; the CSV has every row.
MOST_LINES: Final = 500

REMARKS: Final = {"rejection": "Not taken", "finding": "Finding", "question": "Question"}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Something to choose: its value, and how a person reads it."""

    value: str
    words: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class UploadForm:
    """What the form offers, and what was chosen before.

    asks_mapping, asks_day: whether one of the adapters needs a mapping, or the last day that the
    files are about. wrong: what to put right, by field. A token or a file is never shown again.
    """

    publishers: tuple[Choice, ...]
    adapters: tuple[Choice, ...]
    asks_mapping: bool
    asks_day: bool
    chosen: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of an upload, as the page shows it."""

    publisher: str
    adapter: str
    report: ImportReport

    @property
    def heading(self) -> str:
        """What happened, in one line."""
        taken = self.report.accepted + self.report.duplicate
        rows = f"{taken:,} of {self.report.rows:,} rows"
        if self.report.dry_run:
            return f"Checked, nothing stored: {rows} would be taken"
        return f"Sent: {rows} are taken"

    @property
    def lines(self) -> tuple[ReportLine, ...]:
        """What became of every row, rows with nothing to say together; cut where it is too long."""
        return tuple(islice(report_lines(self.report), MOST_LINES))

    @property
    def cut(self) -> bool:
        """Whether there are more lines than the page shows."""
        return sum(1 for _ in report_lines(self.report)) > MOST_LINES

    @property
    def csv_name(self) -> str:
        """How the file of the whole answer is called."""
        done = "check" if self.report.dry_run else "answer"
        return f"{done}-{self.publisher}-{self.adapter}.csv"

    @property
    def csv_address(self) -> str:
        """The whole answer as CSV, inside the page: nothing of it is kept for a second request."""
        content = b64encode(report_csv(self.report).encode()).decode()
        return f"data:text/csv;charset=utf-8;base64,{content}"


def upload_page(form: UploadForm, script: Asset, answer: Answer | None = None) -> bytes:
    """Return the page, with what became of the last upload."""
    return render(
        "upload.html",
        root="/publishers/",
        home="/",
        form=form,
        answer=answer,
        script=script,
        remarks=REMARKS,
    )
