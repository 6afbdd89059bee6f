"""Builds of the views beside the one that readers see: who may make them, and how they go."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Final, LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from domain.errors import UsageError
from hub.database import Database, explained
from projections.episodes import drop_build

# An arbitrary number of ours: one process rebuilds at a time.
_LOCK: LiteralString = "SELECT pg_try_advisory_lock(7262004)"
# Transactions that have read which build is active.
_READERS: LiteralString = """
SELECT virtualtransaction FROM pg_locks
 WHERE relation = 'projection.active_build'::regclass AND pid <> pg_backend_pid()
 ORDER BY virtualtransaction
"""
_READERS_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.02
_FORGET: LiteralString = "DELETE FROM projection.builds WHERE build = %(build)s"
_LEFT_OVERS: LiteralString = """
SELECT build FROM projection.builds
 WHERE build NOT IN (SELECT build FROM projection.active_build) ORDER BY build
"""


@contextmanager
def alone(database: Database) -> Iterator[Connection[TupleRow]]:
    """Give a connection without a transaction, that holds the right to rebuild while it is open."""
    with (
        explained(database.url),
        Connection.connect(database.url, autocommit=True, connect_timeout=5) as connection,
    ):
        connection.execute(SQL("SET ROLE {}").format(Identifier(database.role)))
        row = connection.execute(_LOCK).fetchone()
        if row is None or not row[0]:
            raise UsageError("Another process is rebuilding the views: wait for it, or stop it.")
        yield connection


@contextmanager
def scratch(folder: Path | None) -> Iterator[Path]:
    """Give an empty directory, which is gone at the end."""
    if folder is None:
        with TemporaryDirectory(prefix="hub-rebuild-") as temporary:
            yield Path(temporary)
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unread(connection: Connection[TupleRow]) -> bool:
    """Wait for those who may have seen the old build still; tell whether they are all gone."""
    readers = {str(each) for (each,) in connection.execute(_READERS)}
    deadline = monotonic() + _READERS_SECONDS
    while readers and monotonic() < deadline:
        sleep(_LOOK_SECONDS)
        readers &= {str(each) for (each,) in connection.execute(_READERS)}
    return not readers


def clear_left_overs(connection: Connection[TupleRow]) -> None:
    """Remove builds that an interrupted rebuild left behind."""
    for (build,) in connection.execute(_LEFT_OVERS).fetchall():
        drop(connection, int(str(build)))


def drop(connection: Connection[TupleRow], build: int) -> None:
    """Remove a build that nobody reads; give a connection outside a transaction."""
    drop_build(connection, build)
    connection.execute(_FORGET, {"build": build})
