"""Takes whole files in: CloudEvents as NDJSON or a JSON array, and SSDA903 returns."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

from contracts.imports import (
    FindingEntry,
    ImportReport,
    RejectionEntry,
    Totals,
    report,
    totals_of,
)
from contracts.outcomes import Outcome, Receipt, Rejection
from contracts.reasons import Reason
from contracts.ssda903 import read_return
from contracts.ssda903_reading import ReturnReading, RowRejection
from contracts.submissions import Contract
from domain.errors import UsageError
from domain.identifiers import PublisherId
from hub.event_files import event_lines, name_of
from hub.identity.keys import Keys
from hub.identity.sealing import seal
from hub.intake import Message

BATCH = 2_000
# How long an import waits for the outcomes of one batch that went through Kafka.
WAIT_SECONDS = 60.0

Progress = Callable[[int], None]
T = TypeVar("T")


class Door(Protocol):
    """Takes messages in."""

    def receive(
        self, messages: Sequence[bytes], *, sent_by: PublisherId | None, wait_seconds: float
    ) -> Sequence[Receipt]:
        """Make messages durable and return one receipt for each, in their order."""
        ...


class Recorder(Door, Protocol):
    """A door that also puts on record what an adapter refuses."""

    def refuse(self, messages: Sequence[Message]) -> Sequence[Receipt]:
        """Put messages on record that were rejected before intake."""
        ...


def publish_file(
    door: Door, path: str, *, publisher: PublisherId | None, progress: Progress | None = None
) -> ImportReport:
    """Send the CloudEvents of a file (`-`: standard input) and report on every one.

    Raises UsageError and FileFormatError as `event_lines` does.
    """
    name = name_of(path)
    outcomes: list[Outcome | None] = []
    rejections: list[RejectionEntry] = []
    for lines in _batches(event_lines(path)):
        receipts = door.receive(
            [line.raw for line in lines], sent_by=publisher, wait_seconds=WAIT_SECONDS
        )
        for line, receipt in zip(lines, receipts, strict=True):
            outcomes.append(_outcome(receipt))
            entry = _rejection(name, line.row, receipt)
            if entry is not None:
                rejections.append(entry)
        if progress is not None:
            progress(len(lines))
    totals = totals_of(outcomes)
    return report({name: totals}, events=totals, findings=(), rejections=tuple(rejections))


def read_ssda903(
    path: Path, *, publisher: PublisherId, year: int, contract: Contract, keys: Keys
) -> ReturnReading:
    """Read the CSV files of a folder as one SSDA903 return.

    Raises UsageError if the folder cannot be read, FileFormatError as the adapter does.
    """
    try:
        if not path.is_dir():
            raise UsageError(f"{path} is not a folder; give the folder of the return's CSV files.")
        files = {
            each.name: each.read_bytes()
            for each in sorted(path.iterdir())
            if each.suffix.lower() == ".csv" and each.is_file()
        }
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    return read_return(
        files,
        publisher=publisher,
        year=year,
        code_lists=contract.code_lists,
        seal=lambda identity: seal(identity, keys.sealing),
        event_key=keys.event_key,
    )


def import_return(
    door: Recorder,
    reading: ReturnReading,
    *,
    publisher: PublisherId,
    progress: Progress | None = None,
) -> ImportReport:
    """Send what a return was read into, and report on every row of it."""
    ends: dict[tuple[str, int], list[Outcome | None]] = defaultdict(list)
    rejections = [
        RejectionEntry(
            file=each.file,
            row=each.row,
            code=each.code,
            pointer=each.pointer,
            message=each.message,
        )
        for each in reading.rejections
    ]
    refused = {(each.file, each.row) for each in reading.rejections}
    if reading.rejections:
        door.refuse([_refused(each, publisher) for each in reading.rejections])
    every: list[Outcome | None] = []
    for batch in _batches(iter(reading.messages)):
        receipts = door.receive(
            [each.raw for each in batch], sent_by=publisher, wait_seconds=WAIT_SECONDS
        )
        for message, receipt in zip(batch, receipts, strict=True):
            outcome = _outcome(receipt)
            every.append(outcome)
            ends[message.file, message.row].append(outcome)
            entry = _rejection(message.file, message.row, receipt)
            if entry is not None:
                rejections.append(entry)
        if progress is not None:
            progress(len(batch))
    # A row that gives no event of its own (a change of legal status, say) goes with the rest.
    rest = Outcome.ACCEPTED if Outcome.ACCEPTED in every else Outcome.DUPLICATE
    files = {
        file: totals_of(
            [
                Outcome.REJECTED if (file, row) in refused else _worst(ends.get((file, row)), rest)
                for row in range(1, count + 1)
            ]
        )
        for file, count in reading.rows.items()
    }
    return report(
        files,
        events=totals_of(every),
        findings=tuple(
            FindingEntry(
                file=each.file,
                row=each.row,
                code=each.code,
                field=each.field,
                subject_row=each.subject_row,
            )
            for each in reading.findings
        ),
        rejections=tuple(rejections),
        ignored=reading.ignored,
    )


def merge(reports: Mapping[str, ImportReport]) -> ImportReport:
    """Return one report over several files, by path; those of the same name keep their paths."""
    events = Totals()
    files: dict[str, Totals] = {}
    for path, each in reports.items():
        events = events.plus(each.events)
        for name, totals in each.files.items():
            files[path if name in files else name] = totals
    return report(
        files,
        events=events,
        findings=tuple(entry for each in reports.values() for entry in each.findings),
        rejections=tuple(entry for each in reports.values() for entry in each.rejections),
    )


def _refused(rejection: RowRejection, publisher: PublisherId) -> Message:
    """Return a refused row as the message it never became: its place, and none of its values."""
    place = f"{rejection.file}:{rejection.row}:{rejection.code}"
    return Message(
        raw=place.encode(),
        sent_by=publisher,
        rejection=Rejection(
            reason=Reason.ROW_INVALID,
            pointer=f"/{rejection.file}/{rejection.row}{rejection.pointer}",
            message=f"Rule {rejection.code}: {rejection.message}",
        ),
    )


def _batches(items: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(items, BATCH)):
        yield batch


def _outcome(receipt: Receipt) -> Outcome | None:
    """Return how a message ended; None: it is durable and still in flight."""
    return None if receipt.settled is None else receipt.settled.outcome


def _worst(outcomes: Sequence[Outcome | None] | None, rest: Outcome) -> Outcome | None:
    """Return the outcome of a row from those of its messages."""
    if not outcomes:
        return rest
    order = (Outcome.REJECTED, Outcome.CONFLICT, None, Outcome.ACCEPTED, Outcome.DUPLICATE)
    return min(outcomes, key=order.index)


def _rejection(file: str, row: int, receipt: Receipt) -> RejectionEntry | None:
    end = receipt.settled
    if end is None or end.outcome not in (Outcome.REJECTED, Outcome.CONFLICT):
        return None
    if end.rejection is None:
        return RejectionEntry(
            file=file,
            row=row,
            code="conflict",
            pointer="/id",
            message="This id was sent before with other content; send a correction instead.",
        )
    return RejectionEntry(
        file=file,
        row=row,
        code=end.rejection.reason.value,
        pointer=end.rejection.pointer,
        message=end.rejection.message,
    )
