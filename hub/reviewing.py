"""The review: what reviewers are asked, what they see, and what their decisions do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, LiteralString

from psycopg import Connection, errors
from psycopg.rows import TupleRow

from domain.agreement import Agreement
from domain.errors import DatabaseUnavailableError
from domain.reviewing import (
    SAMPLE_SHARE,
    PairKind,
    ReviewPair,
    WaitingPair,
    parse_reviewer,
)
from hub.database import Database
from hub.identity.keys import Keys
from hub.ledger.appending import append, encoded, lock_head
from hub.review.cases import Case, Cases
from hub.review.deciding import Decision, Sitting
from hub.review.opinions import (
    Opinion,
    add_opinions,
    agreement_by_kind,
    opinions_of,
    recent_opinions,
    sampled_opinions,
)
from hub.review.queue import waiting_pairs
from hub.review.standing import standing_of

# Where the linker stands is locked first and the ledger's head after it, as the linker does.
_LOCK_PROGRESS: LiteralString = "SELECT position FROM link.progress FOR UPDATE"
# A national re-link holds that lock for minutes: a reviewer is told rather than kept waiting.
_PATIENCE: LiteralString = "SET LOCAL lock_timeout = '20s'"
_HEAD: LiteralString = "SELECT position FROM ledger.head"
_DRAW_BYTES: Final = 8


@dataclass(frozen=True, kw_only=True)
class Queue:
    """What waits, the most pressing first, and how well reviewers agree; at one position."""

    position: int
    pairs: tuple[WaitingPair, ...]
    agreement: Mapping[PairKind, Agreement]


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A decision as it was logged. settled: False: two reviewers disagree, and a third decides."""

    opinion: Opinion
    settled: bool


class Reviewing:
    """Asks reviewers and takes their decisions; works under the reviewers' role."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        cases: Cases,
        clock: Callable[[], datetime],
        *,
        sample_share: float = SAMPLE_SHARE,
    ) -> None:
        """Take the reviewers' database; sample_share: of the pairs that two of them judge."""
        self._database = database
        self._keys = keys
        self._cases = cases
        self._clock = clock
        self._sample_share = sample_share

    def queue(self, reviewer: str | None = None) -> Queue:
        """Return what waits for a reviewer; None: for anybody."""
        with self._database.snapshot() as connection:
            return Queue(
                position=_head(connection),
                pairs=tuple(waiting_pairs(connection, reviewer=reviewer)),
                agreement=agreement_by_kind(sampled_opinions(connection)),
            )

    def next_pair(self, reviewer: str, *, after: ReviewPair | None = None) -> ReviewPair | None:
        """Return the most pressing pair, or the one that follows another; None: there is none."""
        pairs = [each.pair for each in self.queue(reviewer).pairs]
        if after in pairs:
            pairs = pairs[pairs.index(after) + 1 :]
        return pairs[0] if pairs else None

    def show(self, pair: ReviewPair, *, reviewer: str) -> Case:
        """Return a pair side by side; that it is shown is on record before it is read.

        Raises NotFoundError if there is no such pair, or none any more.
        """
        return self._cases.show(pair, reviewer=parse_reviewer(reviewer))

    def decide(self, decisions: Sequence[Decision], *, reviewer: str) -> tuple[Decided, ...]:
        """Take decisions, all or none: each is logged, recorded in the ledger, and has its effect.

        Who is moved by it the linker works out in its next step. A later decision overturns an
        earlier one, and both stay. Raises NotFoundError or UsageError, which say what is wrong.
        """
        reviewer = parse_reviewer(reviewer)
        try:
            with self._database.transaction() as connection:
                connection.execute(_PATIENCE)
                connection.execute(_LOCK_PROGRESS)
                return self._decide(connection, decisions, reviewer)
        except errors.LockNotAvailable as error:
            raise DatabaseUnavailableError(
                "The linker is at work on everything; nothing was decided: try again in a minute."
            ) from error

    def recent(self, reviewer: str, *, most: int = 10) -> Sequence[Opinion]:
        """Return a reviewer's own last decisions, the latest first."""
        with self._database.snapshot() as connection:
            return recent_opinions(connection, reviewer, most=most)

    def in_sample(self, pair: ReviewPair) -> bool:
        """Tell whether two reviewers judge a pair: nobody without the key can foresee that."""
        draw = self._keys.link_key("review-sample", str(pair))[:_DRAW_BYTES]
        return int.from_bytes(draw) < self._sample_share * 256**_DRAW_BYTES

    def _decide(
        self, connection: Connection[TupleRow], decisions: Sequence[Decision], reviewer: str
    ) -> tuple[Decided, ...]:
        now = self._clock().astimezone(UTC)
        pairs = list(dict.fromkeys(each.pair for each in decisions))
        standing = standing_of(connection, pairs)
        given = opinions_of(connection, pairs)
        head = lock_head(connection)
        sitting = Sitting(
            standing=standing,
            given=given,
            in_sample=self.in_sample,
            reviewer=reviewer,
            now=now,
            position=head.position,
        )
        done = []
        for each in decisions:
            opinion = sitting.take(each)
            done.append(Decided(opinion=opinion, settled=not sitting.waits_again(each.pair)))
        standing.keep(connection)
        append(connection, head, [encoded(each) for each in sitting.drafts], now=now)
        add_opinions(connection, [each.opinion for each in done])
        return tuple(done)


def _head(connection: Connection[TupleRow]) -> int:
    row = connection.execute(_HEAD).fetchone()
    return int(row[0]) if row else 0
