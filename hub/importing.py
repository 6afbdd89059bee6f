"""Takes whole files in: CloudEvents as NDJSON or a JSON array, and publishers' own formats."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, TypeVar

from msgspec.structs import replace

from contracts.file_reading import FileReading, RowFinding, RowRejection
from contracts.imports import (
    FindingEntry,
    ImportReport,
    QuestionEntry,
    RejectionEntry,
    Totals,
    ranges_of,
    report,
    totals_of,
)
from contracts.outcomes import Outcome, Receipt, Rejection
from contracts.reasons import Reason
from contracts.returned_rows import RowMemory
from domain.identifiers import PublisherId
from hub.event_files import event_lines, name_of
from hub.message_reading import Message
from hub.returned_rows import RowStore

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
    return report(
        {name: totals},
        events=totals,
        findings=(),
        rejections=tuple(rejections),
        outcomes=ranges_of(name, outcomes),
    )


def import_return(
    door: Recorder,
    reading: FileReading,
    *,
    publisher: PublisherId,
    progress: Progress | None = None,
    store: RowStore | None = None,
    remember: bool = True,
) -> ImportReport:
    """Send what a file was read into, and report on every row of it.

    store: keeps what the next reading must know, once the messages are durable. remember: False:
    the door stores nothing either.
    """
    if reading.rejections:
        door.refuse([_refused(each, publisher) for each in reading.rejections])
    memory = reading.memory
    erased = store.erased(publisher, memory) if store and memory else frozenset()
    sent = _send(door, reading, publisher, erased, progress)
    outcomes = _row_outcomes(reading, sent)
    questions: tuple[QuestionEntry, ...] = ()
    if store is not None and memory is not None:
        questions = store.questions(publisher, memory)
        if remember:
            store.save(publisher, _taken(memory, sent.refused | erased))
    return report(
        {file: totals_of(of_rows) for file, of_rows in outcomes.items()},
        events=totals_of(sent.every),
        findings=tuple(map(_finding, reading.findings)),
        rejections=(*map(_entry, reading.rejections), *sent.rejections),
        outcomes=tuple(
            each for file, of_rows in outcomes.items() for each in ranges_of(file, of_rows)
        ),
        ignored=reading.ignored,
        questions=questions,
    )


@dataclass(kw_only=True)
class _Sent:
    """How the messages of a file ended: all of them, by row, and those that were not taken.

    refused: what those are about.
    """

    every: list[Outcome | None] = field(default_factory=list)
    by_row: dict[tuple[str, int], list[Outcome | None]] = field(
        default_factory=lambda: defaultdict(list)
    )
    rejections: list[RejectionEntry] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)


def _send(
    door: Door,
    reading: FileReading,
    publisher: PublisherId,
    erased: Set[str],
    progress: Progress | None,
) -> _Sent:
    sent = _Sent()
    for message in reading.messages:
        if message.about in erased:
            sent.every.append(Outcome.DUPLICATE)
            sent.by_row[message.file, message.row].append(Outcome.DUPLICATE)
    for batch in _batches(each for each in reading.messages if each.about not in erased):
        receipts = door.receive(
            [each.raw for each in batch], sent_by=publisher, wait_seconds=WAIT_SECONDS
        )
        for message, receipt in zip(batch, receipts, strict=True):
            outcome = _outcome(receipt)
            sent.every.append(outcome)
            sent.by_row[message.file, message.row].append(outcome)
            entry = _rejection(message.file, message.row, receipt)
            if entry is not None:
                sent.rejections.append(entry)
                sent.refused.add(message.about)
        if progress is not None:
            progress(len(batch))
    return sent


def _row_outcomes(reading: FileReading, sent: _Sent) -> dict[str, list[Outcome | None]]:
    """Return how each row ended, by file; None: it is in flight, or held for an answer."""
    refused = {(each.file, each.row) for each in reading.rejections}
    memory = reading.memory
    held = {
        (row.statements[-1].place.file, row.statements[-1].place.row)
        for row in (memory.rows if memory else ())
        if row.held
    }
    # What no message tells of, not even that of another row, goes with the rest.
    rest = Outcome.ACCEPTED if Outcome.ACCEPTED in sent.every else Outcome.DUPLICATE

    def outcome(place: tuple[str, int]) -> Outcome | None:
        if place in refused:
            return Outcome.REJECTED
        if place in held:
            return None
        told = place if place in sent.by_row else reading.carried.get(place, place)
        return _worst(sent.by_row.get(told), rest)

    return {
        file: [outcome((file, row)) for row in range(1, count + 1)]
        for file, count in reading.rows.items()
    }


def _taken(memory: RowMemory, refused: Set[str]) -> RowMemory:
    """Return a memory without the rows of which nothing, or not everything, was told."""
    return replace(memory, rows=tuple(row for row in memory.rows if row.about not in refused))


def _finding(finding: RowFinding) -> FindingEntry:
    return FindingEntry(
        file=finding.file,
        row=finding.row,
        code=finding.code,
        field=finding.field,
        subject_row=finding.subject_row,
    )


def _entry(rejection: RowRejection) -> RejectionEntry:
    return RejectionEntry(
        file=rejection.file,
        row=rejection.row,
        code=rejection.code,
        pointer=rejection.pointer,
        message=rejection.message,
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
        outcomes=tuple(entry for each in reports.values() for entry in each.outcomes),
        questions=tuple(entry for each in reports.values() for entry in each.questions),
    )


def _refused(rejection: RowRejection, publisher: PublisherId) -> Message:
    """Return a refused row as the message it never became, and none of its values.

    The same row refused for the same reason is the same message, wherever it stands.
    """
    row = rejection.content or f"{rejection.file}:{rejection.row}"
    return Message(
        raw=f"{row}:{rejection.code}".encode(),
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
