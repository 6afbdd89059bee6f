"""Whoever tails the ledger misses nothing, however slow writers commit and whatever breaks.

The library's own recorder, in the mode in which functions of the database insert, misses an event
in the very same order of things: it gives numbers before the commit and takes no lock.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic, sleep
from typing import LiteralString
from uuid import uuid4

import pytest
from eventsourcing.persistence import ApplicationRecorder, Notification, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import connect
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL

from hub.database import Database, Role
from hub.following import follow
from hub.ledger.recorder import LedgerRecorder
from hub.wiring import Hub
from tests.hub_steps import SettableClock, change, rows
from tests.ledger_steps import write, write_hollow

WRITERS, CALLS, EVENTS_A_CALL = 8, 40, 10
PATIENCE = 60.0
# A writer of a slow event stops between its insert and its commit, until the gate is opened.
GATE: LiteralString = """
CREATE FUNCTION public.wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END $$;
CREATE TRIGGER gate AFTER INSERT ON {} FOR EACH ROW WHEN (NEW.topic = 'slow')
    EXECUTE FUNCTION public.wait_at_the_gate();
"""
DAWDLE = """
CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(random() * 0.01); RETURN NULL; END $$;
CREATE TRIGGER dawdle AFTER INSERT ON ledger.stored_events
    FOR EACH STATEMENT EXECUTE FUNCTION public.dawdle();
"""
WAITING = """
SELECT count(*) FROM pg_stat_activity
 WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
LISTENERS: LiteralString = """
FROM pg_stat_activity
 WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()
"""


@pytest.fixture
def ledger(hub: Hub, clock: SettableClock) -> Iterator[LedgerRecorder]:
    database = Database(hub.database_url, Role.INTAKE, connections=WRITERS + 2)
    yield LedgerRecorder(database, hub.archive, clock)
    database.close()


@pytest.fixture
def peer(hub: Hub) -> Iterator[PostgresApplicationRecorder]:
    parts = conninfo_to_dict(hub.database_url)
    datastore = PostgresDatastore(
        *(str(parts.get(name) or "") for name in ("dbname", "host", "port", "user", "password")),
        pool_size=3,
        enable_db_functions=True,
    )
    recorder = PostgresApplicationRecorder(datastore)
    recorder.create_table()
    yield recorder
    datastore.close()


def stored(topic: str, version: int) -> StoredEvent:
    return StoredEvent(originator_id=uuid4(), originator_version=version, topic=topic, state=b"{}")


def overtaken(hub: Hub, recorder: ApplicationRecorder, table: str, version: int) -> list[str]:
    """Return what a tailing reader sees of a slow writer that a quick one tries to overtake."""
    change(hub, SQL(GATE).format(SQL(table)))
    seen: list[Notification] = []

    def tail() -> None:
        after = seen[-1].id if seen else 0
        seen.extend(recorder.select_notifications(after + 1, 100))

    with connect(hub.database_url, autocommit=True) as gate, ThreadPoolExecutor(2) as pool:
        gate.execute("SELECT pg_advisory_lock(7)")
        slow = pool.submit(recorder.insert_events, [stored("slow", version)])
        until(lambda: rows(hub, WAITING) == [(1,)])
        quick = pool.submit(recorder.insert_events, [stored("quick", version)])
        until(lambda: quick.done() or rows(hub, WAITING) == [(2,)])
        tail()
        gate.execute("SELECT pg_advisory_unlock(7)")
        assert slow.result()
        assert quick.result()
    tail()
    return [each.topic for each in seen]


def test_a_writer_that_is_overtaken_is_not_missed(hub: Hub, ledger: LedgerRecorder) -> None:
    assert overtaken(hub, ledger, "ledger.stored_events", version=0) == ["slow", "quick"]


def test_the_librarys_own_recorder_misses_it(hub: Hub, peer: PostgresApplicationRecorder) -> None:
    seen = overtaken(hub, peer, "public.stored_events", version=1)

    assert seen == ["quick"]
    assert sorted(rows(hub, "SELECT topic FROM public.stored_events")) == [("quick",), ("slow",)]


def test_every_way_to_tail_sees_all_that_eight_slow_writers_write(
    hub: Hub, ledger: LedgerRecorder
) -> None:
    total = WRITERS * CALLS * EVENTS_A_CALL
    change(hub, DAWDLE)
    polled: list[int] = []

    def write_all() -> None:
        for _ in range(CALLS):
            ledger.insert_events([stored("episode-aged", 0)] * EVENTS_A_CALL)

    def poll() -> None:
        while len(polled) < total:
            after = polled[-1] if polled else 0
            polled.extend(each.id for each in ledger.select_notifications(after + 1, 100))

    def subscribe() -> list[int]:
        with ledger.subscribe() as subscription:
            return [next(subscription).id for _ in range(total)]

    with following(hub) as followed, ThreadPoolExecutor(WRITERS + 2) as pool:
        polling, subscribed = pool.submit(poll), pool.submit(subscribe)
        for each in [pool.submit(write_all) for _ in range(WRITERS)]:
            each.result()
        polling.result()
        until(lambda: len(followed) >= total)
        everything = list(range(1, total + 1))
        assert subscribed.result() == everything

    assert polled == everything
    assert followed == everything


def test_whoever_follows_makes_up_for_a_notification_that_was_lost(hub: Hub) -> None:
    write(hub, 1)

    with following(hub) as followed:
        until(lambda: followed == [1])
        until(lambda: listening(hub) == 1)
        # Without NOTIFY.
        write_hollow(hub, 2)
        until(lambda: followed == [1, 2, 3])

    assert followed == [1, 2, 3]


def test_whoever_follows_reads_on_when_the_listening_connection_is_killed(hub: Hub) -> None:
    write(hub, 1)

    with following(hub) as followed:
        until(lambda: listening(hub) == 1)
        killed = rows(hub, f"SELECT pg_terminate_backend(pid) {LISTENERS}")
        write(hub, 2)
        until(lambda: followed == [1, 2, 3])
        until(lambda: listening(hub) == 1)

    assert killed == [(True,)]


@contextmanager
def following(hub: Hub) -> Iterator[list[int]]:
    """Give the positions that a role which follows the ledger has come to."""
    seen: list[int] = []
    stop = Event()

    def read_on() -> None:
        after = seen[-1] if seen else 0
        seen.extend(
            position
            for (position,) in rows(
                hub,
                "SELECT notification_id FROM ledger.stored_events"
                " WHERE notification_id > %s ORDER BY 1",
                [after],
            )
        )

    thread = Thread(
        target=follow, args=(hub.database_url, read_on, stop), kwargs={"poll_seconds": 1.0}
    )
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def listening(hub: Hub) -> int:
    return int(rows(hub, f"SELECT count(*) {LISTENERS}")[0][0])


def until(reached: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE
    while not reached():
        assert monotonic() < deadline, "it did not come to that"
        sleep(0.01)
