"""A review and its sessions in memory, for the doors and pages of reviewers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from domain.agreement import agreement
from domain.errors import NotFoundError
from domain.reviewing import (
    PairKind,
    ReviewPair,
    ReviewReason,
    ReviewVerdict,
    WaitingPair,
    pair_of,
)
from hub.linkage.scoring import Evidence
from hub.review.cases import Case, Side
from hub.review.comparing import Mark, Row
from hub.review.deciding import Decision
from hub.review.opinions import Opinion
from hub.review.reviewers import Session
from hub.reviewing import Decided, Queue

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
SUBJECTS = tuple(UUID(int=number) for number in (1, 2, 3))
PAIR = pair_of(PairKind.CHILDREN, *SUBJECTS[:2])
ACCOUNTS = pair_of(PairKind.EPISODES, UUID(int=8), UUID(int=9))
SESSION = Session(reviewer="r-one", cookie="r-one.cookie", proof="the-proof")
EVIDENCE = (
    Evidence(comparison="prior", label="Any two registrations", level="", weight=-18.2),
    Evidence(comparison="forename", label="Forenames", level="short-form", weight=3.9),
    Evidence(comparison="surname", label="Surname", level="equal", weight=8.2, rarity=1.1),
    Evidence(comparison="birth-date", label="Birth date", level="equal", weight=12.3),
    Evidence(comparison="sex", label="Sex", level="missing", weight=0.0),
    Evidence(comparison="postcode", label="Home postcode", level="different", weight=-3.3),
)
CASE = Case(
    pair=PAIR,
    left=Side(record_id=PAIR.low, publisher="la-330", registrations=(PAIR.low,)),
    right=Side(record_id=PAIR.high, publisher="pf-E23000014", registrations=(PAIR.high,)),
    rows=(
        Row(field="Forenames", left="Zebedee", right="Zeb", mark=Mark.SIMILAR),
        Row(field="Surname", left="<b>Quill</b>", right="<b>Quill</b>", mark=Mark.SAME),
        Row(field="Birth date", left="2012-03-15", right="2012-03-16", mark=Mark.DIFFERS),
        Row(field="UPN", left="", right="", mark=Mark.MISSING),
    ),
    evidence=EVIDENCE,
    probability=0.9,
    conflict="runner-up",
    splittable=SUBJECTS,
)
OPINION = Opinion(
    pair=PAIR,
    verdict=ReviewVerdict.REFUSE,
    reason=ReviewReason.TWINS,
    reviewer="r-one",
    leaves=(),
    sampled=False,
    round=1,
    position=12,
    decided_at=NOON,
)


@dataclass
class MemorySessions:
    """Knows one token and one cookie."""

    def sign_in(self, token: str) -> Session | None:
        """Return the session of the token."""
        return SESSION if token == "reviewer-token" else None

    def session(self, cookie: str) -> Session | None:
        """Return the session of the cookie."""
        return SESSION if cookie == SESSION.cookie else None


@dataclass
class MemoryReview:
    """Two pairs wait; decisions are kept, or refused with an error."""

    error: Exception | None = None
    decided: list[tuple[str, Decision]] = field(default_factory=list)
    shown: list[tuple[str, ReviewPair]] = field(default_factory=list)
    waiting: tuple[WaitingPair, ...] = (
        WaitingPair(pair=PAIR, effect=4, since=NOON, probability=0.9, weight=3.2),
        WaitingPair(pair=ACCOUNTS, effect=3, since=NOON, second=True),
    )

    def queue(self, reviewer: str | None = None) -> Queue:
        """Return what waits."""
        del reviewer
        none = agreement([])
        two = agreement([(True, True)] * 3 + [(True, False)] + [(False, False)] * 2)
        by_kind = {PairKind.CHILDREN: two, PairKind.EPISODES: none}
        return Queue(position=1204, pairs=self.waiting, agreement=by_kind)

    def next_pair(self, reviewer: str, *, after: ReviewPair | None = None) -> ReviewPair | None:
        """Return the first pair, or the one after another."""
        del reviewer
        pairs = [each.pair for each in self.waiting]
        pairs = pairs[pairs.index(after) + 1 :] if after in pairs else pairs
        return pairs[0] if pairs else None

    def show(self, pair: ReviewPair, *, reviewer: str) -> Case:
        """Return the case, and remember who saw it."""
        if pair != PAIR:
            raise NotFoundError("There is no such pair.")
        self.shown.append((reviewer, pair))
        return CASE

    def decide(self, decisions: Sequence[Decision], *, reviewer: str) -> Sequence[Decided]:
        """Remember decisions, or refuse them."""
        if self.error is not None:
            raise self.error
        self.decided.extend((reviewer, each) for each in decisions)
        return [Decided(opinion=OPINION, settled=True) for _ in decisions]

    def recent(self, reviewer: str, *, most: int = 10) -> Sequence[Opinion]:
        """Return one decision."""
        del reviewer
        return [OPINION][:most]
