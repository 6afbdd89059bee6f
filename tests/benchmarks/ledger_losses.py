"""P12: events that a tailing reader never sees, while eight writers are slow to commit."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import perf_counter
from typing import LiteralString
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from psycopg import Connection
from psycopg.sql import SQL

from hub.archive.store import Archive
from hub.database import Database, Role, migrate
from hub.ledger.recorder import LedgerRecorder
from tests.benchmarks.ledger_peers import peer_recorder
from tests.benchmarks.measuring import database_on

WRITERS = 8
A_CALL = 250
PAGE = 5_000
_DAWDLE: LiteralString = """
CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(random() * 0.01); RETURN NULL; END $$;
CREATE TRIGGER dawdle AFTER INSERT ON {} FOR EACH STATEMENT EXECUTE FUNCTION public.dawdle();
"""


def count_losses(events: int, server: str) -> dict[str, int]:
    """Return how many events were stored and never seen, of ours and of the library's."""
    lost = {"lost_by_ours": ours(events, server), "lost_by_db_functions": peers(events, server)}
    met = "met" if not lost["lost_by_ours"] and lost["lost_by_db_functions"] else "MISSED"
    print(f"P12   {events:,} events, {WRITERS} writers: {lost}  {met}")
    return {"events_of_8_writers": events, **lost}


def ours(events: int, server: str) -> int:
    """Tail our ledger while eight write to it."""
    url = database_on(server, "losses_ours")
    migrate(url)
    database = Database(url, Role.INTAKE, connections=WRITERS + 1)
    with TemporaryDirectory() as folder:
        recorder = LedgerRecorder(database, Archive(Path(folder)), lambda: datetime.now(UTC))
        try:
            return _lost(recorder, url, "ledger.stored_events", events, version=0)
        finally:
            database.close()


def peers(events: int, server: str) -> int:
    """Tail the library's table while eight write to it through its database functions."""
    url = database_on(server, "losses_peer")
    with peer_recorder(url, connections=WRITERS + 1, functions=True) as recorder:
        return _lost(recorder, url, "public.stored_events", events, version=1)


def _lost(
    recorder: ApplicationRecorder, url: str, table: LiteralString, events: int, *, version: int
) -> int:
    with Connection.connect(url, autocommit=True) as connection:
        connection.execute(SQL(_DAWDLE).format(SQL(table)))
    calls = -(-events // A_CALL)
    done = Event()
    began = perf_counter()
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        tailing = pool.submit(_tail, recorder, done)
        writing = [
            pool.submit(_write, recorder, range(first, calls, WRITERS), version)
            for first in range(WRITERS)
        ]
        for each in writing:
            each.result()
        done.set()
        seen = tailing.result()
    stored = calls * A_CALL
    with Connection.connect(url) as connection:
        counted = connection.execute(SQL("SELECT count(*) FROM {}").format(SQL(table))).fetchone()
    if counted != (stored,) or len(set(seen)) != len(seen):
        raise SystemExit("not every event was stored, or one was seen twice")
    print(f"{table}: {stored:,} stored in {perf_counter() - began:.0f} s, {len(seen):,} seen")
    return stored - len(seen)


def _write(recorder: ApplicationRecorder, calls: Sequence[int], version: int) -> None:
    for call in calls:
        recorder.insert_events(
            [
                StoredEvent(
                    originator_id=UUID(int=call * A_CALL + number),
                    originator_version=version,
                    topic="episode-aged",
                    state=b"{}",
                )
                for number in range(A_CALL)
            ]
        )


def _tail(recorder: ApplicationRecorder, done: Event) -> list[int]:
    """Read on from the last position seen, until everything was written and read."""
    seen: list[int] = []
    while True:
        finished = done.is_set()
        page = recorder.select_notifications(seen[-1] + 1 if seen else 1, PAGE)
        seen += [each.id for each in page]
        if not page:
            if finished:
                return seen
            done.wait(0.005)
