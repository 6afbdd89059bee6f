"""What `hub publish` and `hub import` answer: a balanced sum, and every row that needs a look."""

from collections.abc import Mapping, Sequence

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


class Totals(Struct, frozen=True, kw_only=True):
    """How many of something ended in which way; the five add up to `rows`.

    in_flight: durable at the brokers, and not settled when the report was made.
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
    files: rows by file. ignored: files that are no part of what the hub takes.
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
    )
