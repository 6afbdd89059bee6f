"""The peers of `make bench-ledger`: what else records events, on the same disk, as durably."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from time import monotonic, perf_counter, sleep
from types import FrameType
from typing import LiteralString

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from umadb import Client, Event

from hub.ledger.appending import EncodedDraft
from tests.benchmarks.measuring import Leg, database_on

# Where `make bench-ledger` has installed it.
EMMETT = Path("build/emmett")
A_REQUEST = 1_000
PATIENCE = 60.0
_COPY: LiteralString = """
COPY public.stored_events (originator_id, originator_version, topic, state)
FROM STDIN (FORMAT BINARY)
"""
_COUNT: LiteralString = "SELECT count(*), count(DISTINCT notification_id) FROM public.stored_events"
_START = "import sys; from umadb.umadb_server_cli import main; main()"


class HungError(Exception):
    """The library's pipelined insert never came back: it does that at batches of this size."""


@contextmanager
def peer_recorder(
    url: str, *, connections: int = 2, functions: bool = False
) -> Iterator[PostgresApplicationRecorder]:
    """Give the library's own recorder with its tables, on a database that has none."""
    parts = conninfo_to_dict(url)
    datastore = PostgresDatastore(
        *(str(parts.get(name) or "") for name in ("dbname", "host", "port", "user", "password")),
        pool_size=connections,
        enable_db_functions=functions,
    )
    recorder = PostgresApplicationRecorder(datastore)
    recorder.create_table()
    try:
        yield recorder
    finally:
        datastore.close()


def run_copy(server: str, drafts: Sequence[EncodedDraft], a_commit: int) -> Leg:
    """COPY the same rows into the library's table with its indexes, and nothing else."""
    url = database_on(server, "copy")
    with peer_recorder(url), Connection.connect(url, autocommit=True) as connection:
        began = perf_counter()
        found = iter(drafts)
        while batch := list(islice(found, a_commit)):
            with connection.transaction(), connection.cursor().copy(_COPY) as copy:
                copy.set_types(("uuid", "int8", "text", "bytea"))
                for each in batch:
                    copy.write_row((each.stream, 1, each.stored_type, each.state))
        seconds = perf_counter() - began
        _check(connection, len(drafts))
    return Leg(name="copy", events=len(drafts), seconds=seconds)


def run_insert_events(server: str, drafts: Sequence[EncodedDraft]) -> Leg:
    """Record through the library's `insert_events`, a thousand a call."""
    events = [
        StoredEvent(
            originator_id=each.stream,
            originator_version=1,
            topic=each.stored_type,
            state=each.state,
        )
        for each in drafts
    ]
    while True:
        url = database_on(server, "insert_events")
        try:
            with peer_recorder(url) as recorder, _limit(PATIENCE):
                began = perf_counter()
                for at in range(0, len(events), A_REQUEST):
                    recorder.insert_events(events[at : at + A_REQUEST])
                seconds = perf_counter() - began
        except HungError as error:
            print(f"insert_events: {error}; again", file=sys.stderr)
            continue
        with Connection.connect(url) as connection:
            _check(connection, len(drafts))
        return Leg(name="insert_events", events=len(drafts), seconds=seconds)


def run_emmett(server: str, drafts: Sequence[EncodedDraft], folder: Path) -> Leg:
    """Append through Emmett on Node.js, a thousand a request."""
    payloads = folder / "payloads.ndjson"
    payloads.write_bytes(b"\n".join(each.state for each in drafts[:10_000]) + b"\n")
    url = database_on(server, "emmett")
    told = subprocess.run(
        ["node", "append.mjs", _plain_url(url), str(len(drafts)), str(A_REQUEST), str(payloads)],
        cwd=EMMETT,
        check=True,
        stdout=subprocess.PIPE,
        timeout=600,
    )
    done = json.loads(told.stdout.splitlines()[-1])
    if done["last"] != len(drafts):
        raise SystemExit("Emmett did not record every event")
    return Leg(name="emmett", events=len(drafts), seconds=done["seconds"])


def run_umadb(drafts: Sequence[EncodedDraft], folder: Path) -> Leg:
    """Append to an UmaDB server on a file of its own, a thousand a request."""
    events = [
        Event(event_type=each.stored_type, data=each.state, tags=[str(each.stream)])
        for each in drafts
    ]
    with _umadb_server(folder) as address:
        client = Client(address)
        began = perf_counter()
        for at in range(0, len(events), A_REQUEST):
            client.append(events[at : at + A_REQUEST])
        seconds = perf_counter() - began
        if client.head() != len(drafts):
            raise SystemExit("UmaDB did not record every event")
    return Leg(name="umadb", events=len(drafts), seconds=seconds)


@contextmanager
def _umadb_server(folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    data = folder / f"uma-{listen.rpartition(':')[2]}.db"
    server = subprocess.Popen(
        [sys.executable, "-c", _START, "--listen", listen, "--db-path", str(data)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(listen)
        yield f"http://{listen}"
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        data.unlink(missing_ok=True)


def _wait_for(listen: str) -> None:
    host, _, port = listen.partition(":")
    deadline = monotonic() + 30
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            if monotonic() > deadline:
                raise
            sleep(0.05)
        else:
            return


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """Raise HungError in the main thread after so many seconds."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise HungError(f"hung for {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _check(connection: Connection[tuple[object, ...]], events: int) -> None:
    if connection.execute(_COUNT).fetchone() != (events, events):
        raise SystemExit("the peer's table does not hold every event")


def _plain_url(url: str) -> str:
    """Return the address in the form that Node.js reads."""
    parts = conninfo_to_dict(url)
    return (
        f"postgresql://{parts['user']}@localhost:{parts.get('port') or 5432}/{parts['dbname']}"
        f"?host={parts['host']}"
    )
