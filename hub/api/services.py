"""What the HTTP door needs from the rest of the hub, as the door sees it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol
from uuid import UUID

from contracts.outcomes import Receipt, RecordCursor, SubmissionRecord
from contracts.status import HubStatus
from domain.identifiers import PublisherId
from domain.measures import CountsAnswer, CountsQuery

# Route, method, status code, seconds.
RecordRequest = Callable[[str, str, int, float], None]


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who holds a token.

    publisher: whose token it is; None: the operator's, who may speak for any publisher.
    """

    role: Literal["operator", "publisher"]
    publisher: PublisherId | None = None

    def __post_init__(self) -> None:
        """Raise ValueError unless a publisher, and it alone, is named."""
        if (self.role == "publisher") != (self.publisher is not None):
            raise ValueError("a publisher's token names its publisher, and no other token does")


class Gateway(Protocol):
    """Takes messages in."""

    def receive(
        self, messages: Sequence[bytes], *, sent_by: PublisherId | None, wait_seconds: float
    ) -> Sequence[Receipt]:
        """Make messages durable and return one receipt for each, in their order.

        sent_by: the publisher that the door vouches for; None: any. wait_seconds: how long to
        wait for outcomes that are not known at once; 0: not at all.
        """
        ...


class Submissions(Protocol):
    """Remembers how submissions ended."""

    def find(self, submission_id: UUID) -> SubmissionRecord | None:
        """Return a submission; None if there is none with this id."""
        ...

    def rejects(
        self, publisher: PublisherId, *, limit: int, before: RecordCursor | None
    ) -> Sequence[SubmissionRecord]:
        """Return a publisher's rejected submissions, the latest first.

        Ordered by (received_at, submission_id), both falling. before: only those that come after
        this place in that order; None: from the latest.
        """
        ...


class Counts(Protocol):
    """Answers questions for counts."""

    def answer(self, query: CountsQuery) -> CountsAnswer:
        """Return counts and the position of their snapshot.

        Raises UsageError if the question cannot be answered; its message is shown to the caller.
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


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything that the routes call.

    feed_dir: the public tree; it need not exist yet. record: told of every request.
    """

    gateway: Gateway
    submissions: Submissions
    counts: Counts
    status: StatusReader
    health: Health
    tokens: Tokens
    feed_dir: Path
    record: RecordRequest
