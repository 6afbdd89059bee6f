"""In-memory doors for messages and files behind the HTTP door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from msgspec.structs import replace

from contracts.imports import FindingEntry, ImportReport, RowRange, Totals, ranges_of, report
from contracts.outcomes import Outcome, Receipt, Settled
from domain.identifiers import PublisherId
from hub.api.services import FileRequest

POSITION = 1200
NAMESPACE = UUID("5f1e2c8a-6f1d-4f0e-9d1c-1f2a3b4c5d6e")


def receipt_id(message: bytes) -> UUID:
    """Return the id that the gateway below gives to a message."""
    return uuid5(NAMESPACE, message.hex())


@dataclass
class MemoryGateway:
    """Keeps what it receives; `settles` is how every message ends, None: in flight."""

    settles: Outcome | None = Outcome.ACCEPTED
    error: Exception | None = None
    received: list[bytes] = field(default_factory=list)
    checked: list[bytes] = field(default_factory=list)
    senders: list[PublisherId | None] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    backfills: int = 0

    def receive(
        self, messages: Sequence[bytes], *, sent_by: PublisherId | None, wait_seconds: float
    ) -> Sequence[Receipt]:
        """Keep the messages."""
        if self.error is not None:
            raise self.error
        self.received += messages
        self.senders.append(sent_by)
        self.waits.append(wait_seconds)
        return [self.receipt(message) for message in messages]

    def backfill(self) -> "MemoryGateway":
        """Note that old events follow."""
        self.backfills += 1
        return self

    def rehearsal(self) -> "MemoryRehearsal":
        """Return a door that keeps nothing."""
        return MemoryRehearsal(self)

    def receipt(self, message: bytes) -> Receipt:
        """Return a receipt with the one outcome."""
        name = receipt_id(message)
        if self.settles is None:
            return Receipt(submission_id=name)
        return Receipt(
            submission_id=name,
            settled=Settled(submission_id=name, outcome=self.settles, position=POSITION),
        )


@dataclass
class MemoryRehearsal:
    """Ends every message as its gateway would, and notes that it was only checked."""

    gateway: MemoryGateway

    def receive(
        self, messages: Sequence[bytes], *, sent_by: PublisherId | None, wait_seconds: float
    ) -> Sequence[Receipt]:
        """Note the messages."""
        assert wait_seconds == 0
        self.gateway.checked += messages
        self.gateway.senders.append(sent_by)
        return [self.gateway.receipt(message) for message in messages]


@dataclass
class MemoryFiles:
    """Keeps what it is asked to take, and reports one row of each file as it was told to."""

    error: Exception | None = None
    taken: list[tuple[dict[str, bytes], FileRequest]] = field(default_factory=list)

    def take(self, files: Mapping[str, bytes], request: FileRequest) -> ImportReport:
        """Keep the files."""
        self.taken.append((dict(files), request))
        if self.error is not None:
            raise self.error
        whole = self.report({name: ranges_of(name, [Outcome.ACCEPTED]) for name in files})
        return replace(whole, dry_run=request.dry_run)

    def report(self, outcomes: Mapping[str, tuple[RowRange, ...]]) -> ImportReport:
        """Return a report on files, with a finding in the first row of each."""
        one = Totals(rows=1, accepted=1)
        return report(
            dict.fromkeys(outcomes, one),
            events=one,
            findings=tuple(
                FindingEntry(file=name, row=1, code="575", field="MIS_END", subject_row=None)
                for name in outcomes
            ),
            rejections=(),
            outcomes=tuple(each for ranges in outcomes.values() for each in ranges),
        )
