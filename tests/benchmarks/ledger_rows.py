"""The events that every leg of `make bench-ledger` records: the same ones, made beforehand."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from time import perf_counter
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.stored import encode_event
from domain.records import Provenance
from hub.accounts import Accepted, known_submissions, record_accepted
from hub.database import Database
from hub.identity.keys import Keys, load_keys, receipt
from hub.ledger.appending import EncodedDraft, append, lock_head
from tests.benchmarks.measuring import Leg
from tests.examples import event

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
PUBLISHERS = 191
_HELD: LiteralString = """
SELECT count(*), max(notification_id) FROM ledger.stored_events WHERE notification_id >= %(first)s
"""
TYPE = "episode-reported"


def make_drafts(count: int, seed: int) -> list[EncodedDraft]:
    """Return reports of absences, each of an episode of its own."""
    random = Random(seed)
    drafts = []
    for number in range(count):
        stream = UUID(int=random.getrandbits(128), version=4)
        origin = Provenance(
            publisher=f"la-{200 + number % PUBLISHERS}",
            submission_id=None,
            occurred_at=NOON + timedelta(seconds=number),
        )
        state = encode_event(event(TYPE, episode_id=stream))
        drafts.append(EncodedDraft(stream=stream, stored_type=TYPE, state=state, provenance=origin))
    return drafts


def make_keys(folder: Path) -> Keys:
    """Return keys as a hub has them."""
    return load_keys(folder, create=True)


def record_leg(
    name: str,
    database: Database,
    keys: Keys,
    drafts: Sequence[EncodedDraft],
    a_commit: int,
) -> Leg:
    """Append as intake does, with keyed de-duplication, and check that it is all there."""
    recorded: dict[bytes, Accepted] = {}
    with database.transaction() as connection:
        number = lock_head(connection).position
    began = perf_counter()
    # As intake does: the next batch is read while this one is committed.
    with ThreadPoolExecutor(1) as reader:
        batches = _batches(drafts, a_commit)
        ahead = reader.submit(_received, keys, next(batches, ()), number)
        while received := ahead.result():
            number += len(received)
            ahead = reader.submit(_received, keys, next(batches, ()), number)
            with database.transaction() as connection:
                recorded |= _record(connection, received)
    seconds = perf_counter() - began
    with database.transaction() as connection:
        first = min(each.position for each in recorded.values())
        row = connection.execute(_HELD, {"first": first}).fetchone()
        known = known_submissions(connection, recorded)
    if row != (len(drafts), first + len(drafts) - 1) or known != recorded:
        raise SystemExit("the ledger does not hold every event and every key")
    return Leg(name=name, events=len(drafts), seconds=seconds)


def _received(
    keys: Keys, drafts: Sequence[EncodedDraft], after: int
) -> list[tuple[bytes, bytes, EncodedDraft]]:
    """Return drafts with their keyed hashes, the receipt filled in."""
    received = []
    for number, draft in enumerate(drafts, after):
        origin = draft.provenance
        # A publisher's own number of its event: another one for each that was ever recorded.
        source = keys.source_key(origin.publisher, f"event-{number}")
        content = keys.content_key(draft.state)
        known_as = Provenance(
            publisher=origin.publisher,
            submission_id=receipt(source, content),
            occurred_at=origin.occurred_at,
        )
        stored = EncodedDraft(
            stream=draft.stream,
            stored_type=draft.stored_type,
            state=draft.state,
            provenance=known_as,
        )
        received.append((source, content, stored))
    return received


def _record(
    connection: Connection[TupleRow], received: Sequence[tuple[bytes, bytes, EncodedDraft]]
) -> dict[bytes, Accepted]:
    head = lock_head(connection)
    if known_submissions(connection, (source for source, _, _ in received)):
        raise SystemExit("the keys of new events are known already")
    accepted = {
        source: Accepted(content_key=content, position=position)
        for position, (source, content, _) in enumerate(received, head.position + 1)
    }
    append(connection, head, [draft for _, _, draft in received], now=NOON)
    record_accepted(connection, accepted)
    return accepted


def _batches(drafts: Sequence[EncodedDraft], size: int) -> Iterator[Sequence[EncodedDraft]]:
    found = iter(drafts)
    while batch := list(islice(found, size)):
        yield batch
