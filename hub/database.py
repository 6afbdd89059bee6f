"""Connections to PostgreSQL: one pool a role, and the migrations that make the schema."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from importlib.resources import files
from typing import LiteralString

from psycopg import Connection, OperationalError, errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier, Literal
from psycopg_pool import ConnectionPool, PoolTimeout

from domain.errors import DatabaseUnavailableError, KeyMissingError, StorageFullError

MIGRATIONS = ("0001_hub.sql",)

_SET_UP: LiteralString = """
CREATE TABLE IF NOT EXISTS public.hub_migrations (
    name text PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""
_APPLIED: LiteralString = "SELECT name FROM public.hub_migrations ORDER BY name"
_RECORD: LiteralString = "INSERT INTO public.hub_migrations (name) VALUES (%(name)s)"
# What the vault answers to a process that has other keys than those that its rows are made with.
OTHER_KEYS = "HB001"
# An arbitrary number of ours: only one process migrates at a time.
_LOCK: LiteralString = "SELECT pg_advisory_xact_lock(7262001)"


class Role(StrEnum):
    """The database role a process works under; each may touch only its own schemas."""

    INTAKE = "hub_intake"
    VAULT = "hub_vault"
    REVIEW = "hub_review"
    PROJECT = "hub_project"
    READ = "hub_read"


class Database:
    """A PostgreSQL database as seen by one role, through a pool of connections."""

    # A writer that stands still in a transaction would keep everybody from the ledger for as long
    # as it sleeps: PostgreSQL ends it.
    idle_limit = timedelta(minutes=5)

    def __init__(
        self,
        url: str,
        role: Role,
        *,
        connections: int = 4,
        name: str = "hub",
        key_check: str = "",
    ) -> None:
        """Open lazily: the first use connects. name: under which PostgreSQL lists connections.

        key_check: of the keys with which rows for the vault are made; without it nothing can be
        added there.
        """
        self.url = url
        self.role = role
        self._key_check = key_check
        self._pool: ConnectionPool[Connection[TupleRow]] = ConnectionPool(
            url,
            min_size=0,
            max_size=connections,
            timeout=5.0,
            # Rather a new attempt for the next request than one at ever longer intervals.
            reconnect_timeout=1.0,
            open=False,
            kwargs={"autocommit": True, "application_name": name},
            configure=self._configure,
            check=ConnectionPool.check_connection,
        )

    def _configure(self, connection: Connection[TupleRow]) -> None:
        connection.execute(SQL("SET ROLE {}").format(Identifier(self.role)))
        connection.execute("SET TimeZone = 'UTC'")
        if self._key_check:
            connection.execute(SQL("SET hub.keys = {}").format(Literal(self._key_check)))
        if self.role in (Role.INTAKE, Role.VAULT, Role.REVIEW):
            limit = int(self.idle_limit.total_seconds() * 1000)
            connection.execute(
                SQL("SET idle_in_transaction_session_timeout = {}").format(Literal(limit))
            )

    @contextmanager
    def transaction(self) -> Iterator[Connection[TupleRow]]:
        """Give a connection inside a transaction that commits at the end, or rolls back whole.

        Raises DatabaseUnavailableError if PostgreSQL cannot be reached, StorageFullError if its
        volume is full.
        """
        self._pool.open()
        with explained(self.url), self._pool.connection() as connection, connection.transaction():
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection[TupleRow]]:
        """Give a connection whose every read sees the same state; it cannot write."""
        with self.transaction() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Turn what psycopg says about a lost or full database into the hub's own errors."""
    try:
        yield
    except errors.DiskFull as error:
        raise StorageFullError(
            "The database's volume is full: free space or enlarge it, then send again."
            " Nothing of the last batch was stored; what was taken before it stays."
        ) from error
    except (OperationalError, PoolTimeout, errors.IdleInTransactionSessionTimeout) as error:
        if isinstance(error, errors.QueryCanceled | errors.LockNotAvailable):
            raise
        if getattr(error, "sqlstate", None) == OTHER_KEYS:
            raise KeyMissingError(
                "The vault's keys are not the ones that this process has: they were rotated, or"
                " belong to another hub. Put this hub's key files into the folder keys, then start"
                " the process again. Nothing was stored."
            ) from error
        if getattr(error, "errno", None) == errno.ENOSPC:
            raise StorageFullError("The disk is full: free space, then send again.") from error
        raise DatabaseUnavailableError(
            f"PostgreSQL at {address_of(url)} does not answer: start it, or set HUB_DATABASE_URL."
        ) from error


def address_of(url: str) -> str:
    """Return host, port and database of a connection string, without user or password."""
    parts = conninfo_to_dict(url)
    host = str(parts.get("host") or "the local socket")
    return f"{host}:{parts.get('port') or 5432}/{parts.get('dbname') or ''}"


def migrate(url: str) -> tuple[str, ...]:
    """Bring the schema up to date, once, whoever else tries; return the names applied."""
    with explained(url), Connection.connect(url, connect_timeout=5) as connection:
        connection.execute(_LOCK)
        connection.execute(_SET_UP)
        done = {row[0] for row in connection.execute(_APPLIED)}
        pending = tuple(name for name in MIGRATIONS if name not in done)
        for name in pending:
            script = files("hub.schema").joinpath(name).read_bytes()
            connection.execute(script)
            connection.execute(_RECORD, {"name": name})
    return pending
