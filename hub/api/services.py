"""What the HTTP door needs from the rest of the hub, as the door sees it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, Protocol
from uuid import UUID

from contracts.imports import ImportReport
from contracts.outcomes import Receipt, RejectsQuery, SubmissionProofs, SubmissionRecord
from contracts.status import HubStatus
from contracts.tiles import TileName
from domain.geography import Register
from domain.identifiers import PublisherId
from domain.quality_report import QualityAnswer, QualityQuery
from domain.reviewing import ReviewPair
from hub.api.figures import Counts, History, Official, Packs, Reconciliation, Views
from hub.review.cases import Case
from hub.review.deciding import Decision
from hub.review.opinions import Opinion
from hub.review.reviewers import Session
from hub.reviewing import Decided, Queue

# Route, method, status code, seconds.
RecordRequest = Callable[[str, str, int, float], None]


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who holds a token.

    publisher: whose token it is; None: the operator's, who may speak for any publisher, or a
    reviewer's, who is let in to the review and to nothing else.
    """

    role: Literal["operator", "publisher", "reviewer"]
    publisher: PublisherId | None = None
    reviewer: str | None = None

    def __post_init__(self) -> None:
        """Raise ValueError unless a publisher or a reviewer, and it alone, is named."""
        if (self.role == "publisher") != (self.publisher is not None):
            raise ValueError("a publisher's token names its publisher, and no other token does")
        if (self.role == "reviewer") != (self.reviewer is not None):
            raise ValueError("a reviewer's token names its reviewer, and no other token does")


class MessageDoor(Protocol):
    """Takes messages in, or tells how they would end."""

    def receive(
        self, messages: Sequence[bytes], *, sent_by: PublisherId | None, wait_seconds: float
    ) -> Sequence[Receipt]:
        """Make messages durable and return one receipt for each, in their order.

        sent_by: the publisher that the door vouches for; None: any. wait_seconds: how long to
        wait for outcomes that are not known at once; 0: not at all.
        """
        ...


class Gateway(MessageDoor, Protocol):
    """Takes messages in."""

    def rehearsal(self) -> MessageDoor:
        """Return a door that stores nothing and tells how messages would end."""
        ...

    def backfill(self) -> MessageDoor:
        """Return a door for old events, by which new ones come first."""
        ...


@dataclass(frozen=True, kw_only=True)
class FileRequest:
    """Files to be taken in by an adapter.

    sent_by: the publisher whose files they are. year: in which the collection year ends; None:
    not said. ends_on: the last day that the files are about; None: not said. mapping: how to read
    the files, where the adapter asks for it. dry_run: check only. backfill: old events.
    """

    adapter: str
    sent_by: PublisherId
    year: int | None
    ends_on: date | None
    mapping: bytes | None
    dry_run: bool
    backfill: bool = False


class FileDoor(Protocol):
    """Takes files in that are in a publisher's own format."""

    def take(self, files: Mapping[str, bytes], request: FileRequest) -> ImportReport:
        """Read files and send what they hold, or only check it; account for every row.

        Raises NotFoundError if there is no such adapter, UsageError if it asks for more than was
        said, FileFormatError if a file is not in its format; each message may be shown.
        """
        ...


class Submissions(Protocol):
    """Remembers how submissions ended."""

    def find(self, submission_id: UUID) -> SubmissionRecord | None:
        """Return a submission; None if there is none with this id."""
        ...

    def rejects(self, wanted: RejectsQuery) -> Sequence[SubmissionRecord]:
        """Return a publisher's rejected submissions, the latest first.

        Ordered by (received_at, submission_id), both falling.
        """
        ...


class Log(Protocol):
    """Knows what was signed of the ledger, and proves it."""

    def checkpoint(self) -> str | None:
        """Return the signed note of the last public checkpoint; None before the first."""
        ...

    def growth(self, old: int, new: int | None) -> str:
        """Return the proof that one public checkpoint extends another; new: None: the last.

        Raises NotFoundError if there is no public checkpoint of such a size, UsageError if they
        are given the wrong way round.
        """
        ...

    def tile(self, name: TileName) -> bytes | None:
        """Return a tile; None if no checkpoint covers it."""
        ...

    def proofs(self, record: SubmissionRecord) -> SubmissionProofs:
        """Return the receipts of a submission's records under the last public checkpoint."""
        ...


class Quality(Protocol):
    """Knows how good publishers' data are."""

    def answer(self, query: QualityQuery) -> QualityAnswer:
        """Return how good a publisher's data are, and the position of the snapshot.

        Raises UsageError if nothing has been computed yet; its message is shown to the caller.
        """
        ...


class StatusReader(Protocol):
    """Knows the state of the hub."""

    def read(self) -> HubStatus:
        """Return the whole state, in one snapshot."""
        ...

    def position(self) -> int:
        """Return the last ledger position; cheap, as every read answer names it."""
        ...


class Health(Protocol):
    """Knows whether the hub can do its work."""

    def ready(self) -> Mapping[str, str | None]:
        """Return, for each check, what is wrong; None: nothing. Never raises."""
        ...


class Tokens(Protocol):
    """Knows who holds which token."""

    def check(self, token: str) -> Caller | None:
        """Return who holds a token, compared in constant time; None: nobody does."""
        ...


class Sessions(Protocol):
    """Knows which browsers reviewers have signed in with."""

    def sign_in(self, token: str) -> Session | None:
        """Return a new session for a reviewer's token; None: it is nobody's."""
        ...

    def session(self, cookie: str) -> Session | None:
        """Return the session of a cookie, prolonged; None: it is over, or there is none."""
        ...


class Review(Protocol):
    """Asks reviewers, shows them pairs, and takes their decisions."""

    def queue(self, reviewer: str | None = None) -> Queue:
        """Return what waits for a reviewer, the most pressing first."""
        ...

    def next_pair(self, reviewer: str, *, after: ReviewPair | None = None) -> ReviewPair | None:
        """Return the most pressing pair, or the one that follows another; None: there is none."""
        ...

    def show(self, pair: ReviewPair, *, reviewer: str) -> Case:
        """Return a pair side by side. Raises NotFoundError if it is not there any more."""
        ...

    def decide(self, decisions: Sequence[Decision], *, reviewer: str) -> Sequence[Decided]:
        """Take decisions. Raises NotFoundError or UsageError, whose messages may be shown."""
        ...

    def recent(self, reviewer: str, *, most: int = 10) -> Sequence[Opinion]:
        """Return a reviewer's own last decisions, the latest first."""
        ...


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything that the routes call.

    feed_dir: the public tree; it need not exist yet. record: told of every request. today: gives
    the London day, on which delegations are judged.
    """

    gateway: Gateway
    files: FileDoor
    register: Register
    today: Callable[[], date]
    submissions: Submissions
    log: Log
    counts: Counts
    history: History
    views: Views
    packs: Packs
    reconciliation: Reconciliation
    official: Official
    quality: Quality
    status: StatusReader
    health: Health
    tokens: Tokens
    sessions: Sessions
    review: Review
    feed_dir: Path
    record: RecordRequest
