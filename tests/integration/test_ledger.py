"""The ledger: gapless, append-only, and able to say when it was changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from psycopg import connect
from psycopg.errors import InsufficientPrivilege, RaiseException
from psycopg.sql import SQL

from contracts.stored import HUB
from domain.records import Provenance
from hub.database import Database, Role
from hub.ledger.appending import Draft, append, encoded, lock_head
from hub.ledger.reading import read_from
from hub.ledger.verifying import verify_ledger
from hub.wiring import Hub
from tests.examples import EVENTS, NOON, event, message
from tests.hub_steps import SettableClock, change, rows, settle

WRITERS = 8
BATCHES = 25
ORIGIN = Provenance(publisher=HUB, submission_id=None, occurred_at=NOON)
UNLOCK = "ALTER TABLE ledger.stored_events DISABLE TRIGGER append_only"


def write(database: Database, size: int) -> None:
    drafts = [encoded(Draft(event=event("episode-aged", age=1), provenance=ORIGIN))] * size
    with database.transaction() as connection:
        append(connection, lock_head(connection), drafts, now=NOON)


def tail(hub: Hub, last: int, done: Event) -> list[int]:
    """Read on from the last position seen, until everything was written and read."""
    seen: list[int] = []
    while True:
        finished = done.is_set()
        with hub.reader.snapshot() as connection:
            after = seen[-1] if seen else 0
            fresh = [
                each.position
                for each in read_from(connection, hub.archive, after=after, until=last)
            ]
        seen += fresh
        if finished and not fresh:
            return seen


def test_a_reader_that_tails_misses_nothing_while_eight_write(hub: Hub) -> None:
    writing = Database(hub.database_url, Role.INTAKE, connections=WRITERS)
    sizes = [1 + number % 3 for number in range(BATCHES)]
    total = WRITERS * sum(sizes)
    done = Event()

    def write_all() -> None:
        for size in sizes:
            write(writing, size)

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        tailing = pool.submit(tail, hub, total + 1, done)
        for each in [pool.submit(write_all) for _ in range(WRITERS)]:
            each.result()
        done.set()
        seen = tailing.result()
    writing.close()

    assert seen == list(range(1, total + 1))
    assert verify_ledger(hub.reader).problem is None


def test_a_batch_that_was_rolled_back_leaves_no_gap(hub: Hub) -> None:
    database = hub.project_database
    writing = Database(hub.database_url, Role.INTAKE)
    write(writing, 2)
    with writing.transaction() as connection, connection.transaction(force_rollback=True):
        draft = encoded(Draft(event=event("episode-aged"), provenance=ORIGIN))
        append(connection, lock_head(connection), [draft], now=NOON)

    write(writing, 1)
    writing.close()

    with database.snapshot() as connection:
        assert [each.position for each in read_from(connection, hub.archive, after=0, until=9)] == [
            1,
            2,
            3,
        ]


def test_the_time_of_recording_never_goes_back(hub: Hub, clock: SettableClock) -> None:
    settle(hub, message())
    clock.move(-timedelta(hours=5))
    settle(hub, message())
    clock.move(timedelta(hours=6))
    settle(hub, message())

    times = [at for (at,) in rows(hub, RECORDED_AT)]

    assert times == [NOON, NOON, NOON, NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=1)]


def test_what_is_read_is_what_was_written(hub: Hub) -> None:
    writing = Database(hub.database_url, Role.INTAKE)
    drafts = [encoded(Draft(event=each, provenance=ORIGIN)) for each in EVENTS]
    with writing.transaction() as connection:
        append(connection, lock_head(connection), drafts, now=NOON)
    writing.close()

    with hub.reader.snapshot() as connection:
        records = list(read_from(connection, hub.archive, after=0, until=len(EVENTS)))

    assert [record.event for record in records] == list(EVENTS)
    assert {record.provenance for record in records} == {ORIGIN}
    assert {record.recorded_at for record in records} == {NOON}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.stored_events SET publisher = 'x'",
        "DELETE FROM ledger.stored_events",
        "TRUNCATE ledger.stored_events",
    ],
)
def test_nobody_changes_a_record(hub: Hub, statement: str) -> None:
    settle(hub, message())

    for role in (None, *Role):
        with connect(hub.database_url, autocommit=True) as connection:
            if role is not None:
                connection.execute(f"SET ROLE {role}")
            refused = RaiseException if role is None else InsufficientPrivilege
            with pytest.raises(refused):
                connection.execute(statement)

    assert len(rows(hub, RECORDED_AT)) == 2


@pytest.mark.parametrize(
    ("tampering", "at", "found_at", "says"),
    [
        ("UPDATE ledger.stored_events SET state = set_byte(state, 20, 33)", 2, 2, "leaf hash"),
        ("UPDATE ledger.stored_events SET publisher = 'la-331'", 2, 2, "leaf hash"),
        ("UPDATE ledger.stored_events SET recorded_at = recorded_at + '1us'", 3, 3, "leaf hash"),
        ("DELETE FROM ledger.stored_events", 2, 2, "missing"),
        ("DELETE FROM ledger.stored_events", 4, 3, "head is 4"),
    ],
)
def test_a_ledger_that_was_tampered_with_is_found_out(
    hub: Hub, tampering: str, at: int, found_at: int, says: str
) -> None:
    settle(hub, message(), message(), message())
    honest = verify_ledger(hub.reader)

    change(hub, UNLOCK)
    change(hub, SQL("{} WHERE notification_id = {}").format(SQL(tampering), at))
    found = verify_ledger(hub.reader)

    assert (honest.position, honest.problem) == (4, None)
    assert found.position == found_at
    assert found.problem is not None
    assert says in found.problem


RECORDED_AT = "SELECT recorded_at FROM ledger.stored_events ORDER BY notification_id"
