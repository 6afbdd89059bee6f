"""What `hub publish` and `hub import` answer: a balanced sum, and every row that needs a look."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from msgspec import Struct

from contracts.outcomes import Outcome


class FindingEntry(Struct, frozen=True, kw_only=True):
    """A row that was taken and looks wrong; row counts data rows from 1."""

    file: str
    row: int
    code: str
    field: str
    subject_row: int | None


class RejectionEntry(Struct, frozen=True, kw_only=True):
    """A row that was not taken, why, and where in it."""

    file: str
    row: int
    code: str
    pointer: str
    message: str


class RowRange(Struct, frozen=True, kw_only=True):
    """How every row from first to last ended; null: in flight when the report was made."""

    file: str
    first: int
    last: int
    outcome: Outcome | None


class HeldRow(Struct, frozen=True, kw_only=True):
    """A row that waits for an answer."""

    file: str
    row: int


class QuestionEntry(Struct, frozen=True, kw_only=True):
    """A row that the publisher's return had and has no longer: void it, or keep it?

    id: to answer under. adapter, scope: of the return, the collection year, say. file, row: where
    it stood when it was last there. held: rows of this return that could be the same one, put
    right, in more ways than one; nothing of them is counted before the answer.
    """

    id: str
    adapter: str
    scope: str
    file: str
    row: int
    held: tuple[HeldRow, ...] = ()


class Totals(Struct, frozen=True, kw_only=True):
    """How many of something ended in which way; the five add up to `rows`.

    in_flight: durable at the brokers, or held until the publisher answers a question, and not
    settled when the report was made.
    """

    rows: int = 0
    accepted: int = 0
    duplicate: int = 0
    conflict: int = 0
    rejected: int = 0
    in_flight: int = 0

    def plus(self, other: "Totals") -> "Totals":
        """Return the sums of two totals."""
        return Totals(
            rows=self.rows + other.rows,
            accepted=self.accepted + other.accepted,
            duplicate=self.duplicate + other.duplicate,
            conflict=self.conflict + other.conflict,
            rejected=self.rejected + other.rejected,
            in_flight=self.in_flight + other.in_flight,
        )


class ImportReport(Struct, frozen=True, kw_only=True):
    """The answer to a whole file or folder.

    rows and the ends count rows. events: the same for the messages that the rows gave.
    files: rows by file. ignored: files that are no part of what the hub takes. outcomes: how
    each row ended, in the order of files and rows, equal neighbours together. dry_run: nothing
    was stored; every end is the one that there would have been. questions: what the publisher
    must answer before some rows can be settled.
    """

    rows: int
    accepted: int
    duplicate: int
    conflict: int
    rejected: int
    in_flight: int
    findings: tuple[FindingEntry, ...]
    rejections: tuple[RejectionEntry, ...]
    events: Totals
    files: Mapping[str, Totals]
    ignored: tuple[str, ...] = ()
    outcomes: tuple[RowRange, ...] = ()
    dry_run: bool = False
    questions: tuple[QuestionEntry, ...] = ()


def ranges_of(file: str, outcomes: Sequence[Outcome | None]) -> tuple[RowRange, ...]:
    """Return how the rows of a file ended, the first outcome being that of row 1."""
    ranges = []
    row = 1
    for outcome, equal in groupby(outcomes):
        first, row = row, row + len(list(equal))
        ranges.append(RowRange(file=file, first=first, last=row - 1, outcome=outcome))
    return tuple(ranges)


def totals_of(outcomes: Sequence[Outcome | None]) -> Totals:
    """Return how many of some outcomes there are of each kind."""
    return Totals(
        rows=len(outcomes),
        accepted=outcomes.count(Outcome.ACCEPTED),
        duplicate=outcomes.count(Outcome.DUPLICATE),
        conflict=outcomes.count(Outcome.CONFLICT),
        rejected=outcomes.count(Outcome.REJECTED),
        in_flight=outcomes.count(None),
    )


def report(
    files: Mapping[str, Totals],
    *,
    events: Totals,
    findings: tuple[FindingEntry, ...],
    rejections: tuple[RejectionEntry, ...],
    ignored: tuple[str, ...] = (),
    outcomes: tuple[RowRange, ...] = (),
    questions: tuple[QuestionEntry, ...] = (),
) -> ImportReport:
    """Return the report over several files."""
    whole = Totals()
    for each in files.values():
        whole = whole.plus(each)
    return ImportReport(
        rows=whole.rows,
        accepted=whole.accepted,
        duplicate=whole.duplicate,
        conflict=whole.conflict,
        rejected=whole.rejected,
        in_flight=whole.in_flight,
        findings=findings,
        rejections=rejections,
        events=events,
        files=dict(files),
        ignored=ignored,
        outcomes=outcomes,
        questions=questions,
    )
