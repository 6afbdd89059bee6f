"""Steps that tests of the review share: pairs that wait, and decisions about them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.identity import Identity
from domain.events import Event
from domain.reviewing import (
    PairKind,
    ReviewPair,
    ReviewReason,
    ReviewVerdict,
    pair_of,
)
from hub.ledger.reading import read_from
from hub.review.cases import Cases
from hub.review.deciding import Decision
from hub.reviewing import Reviewing
from hub.wiring import Hub
from tests.examples import BIRMINGHAM, COVENTRY, NOON, identity, message, registration
from tests.hub_steps import change, settle, subject_of

ONE, TWO, THREE = "r-one", "r-two", "r-three"

_WAIT = """
INSERT INTO link.pairs
    (low, high, basis, probability, weight, model, verdict, queued_at)
VALUES (%s, %s, 'model', 0.9, 3.0, 'test', 'review', %s)
ON CONFLICT (low, high) DO UPDATE
   SET basis = 'model', probability = 0.9, weight = 3.0, verdict = 'review',
       queued_at = excluded.queued_at
"""


def register(hub: Hub, who: Identity, child: str, publisher: str = BIRMINGHAM) -> UUID:
    """Register a child and return its subject; what follows from it is decided."""
    settle(hub, registration(who, hub.keys.sealing, child=child, publisher=publisher))
    hub.linker.catch_up()
    return subject_of(hub, child, publisher)


def strangers(hub: Hub, number: int) -> list[UUID]:
    """Register so many children whom nothing connects; return them as they were recorded."""
    return [
        register(hub, identity(40 + at), f"C-{at}", (BIRMINGHAM, COVENTRY)[at % 2])
        for at in range(number)
    ]


def let_wait(hub: Hub, one: UUID, other: UUID, *, since: datetime = NOON) -> ReviewPair:
    """Let two subjects wait for a reviewer, as the model would have it."""
    pair = pair_of(PairKind.CHILDREN, one, other)
    change(hub, _WAIT, [pair.low, pair.high, since])
    return pair


def missing(hub: Hub, child: str, publisher: str, episode: str, left: str) -> None:
    """Report a child missing."""
    settle(hub, message(subject=episode, child=child, publisher=publisher, left=left))
    hub.linker.catch_up()


def says(
    pair: ReviewPair,
    verdict: ReviewVerdict = ReviewVerdict.ACCEPT,
    *leaves: UUID,
    reason: ReviewReason = ReviewReason.PUBLISHER_CONFIRMED,
) -> Decision:
    """Return a decision about a pair."""
    return Decision(pair=pair, verdict=verdict, reason=reason, leaves=leaves)


def reviewing(hub: Hub, *, sample_share: float = 0.0) -> Reviewing:
    """Return a review that two judge a chosen share of."""
    cases = Cases(
        hub.review_database,
        hub.keys,
        hub.archive,
        hub.record_reader.forces_of,
        lambda _one, _other: (),
    )
    return Reviewing(hub.review_database, hub.keys, cases, hub.clock, sample_share=sample_share)


def recorded(hub: Hub, *kinds: type[Event]) -> list[Any]:
    """Return the ledger's events of some kinds, in their order."""
    with hub.reader.snapshot() as connection:
        records = list(read_from(connection, hub.archive, after=0, until=100_000))
    return [each.event for each in records if isinstance(each.event, kinds)]


def later(days: int) -> datetime:
    """Return a time so many days after the tests' first."""
    return NOON + timedelta(days=days)
