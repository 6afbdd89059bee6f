"""The server as backups see it: who it is, whether it may be copied, and its client programs."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, LiteralString

from psycopg import Connection, OperationalError, connect, errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from domain.errors import BackupFailedError
from hub.cluster import own_account, reachable_programs
from hub.database import address_of, explained
from hub.settings import SYSTEM_DATA_DIR

OLDEST_VERSION = 15
SLOT = "hub_backup"

_SLOT: LiteralString = """
SELECT wal_status, active_pid FROM pg_replication_slots WHERE slot_name = %(slot)s
"""
_CREATE_SLOT: LiteralString = "SELECT pg_create_physical_replication_slot(%(slot)s, true)"
_DROP_SLOT: LiteralString = "SELECT pg_drop_replication_slot(%(slot)s)"
_END: LiteralString = "SELECT pg_terminate_backend(%(pid)s, 10000)"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Which server this is; version: its major one.

    The files of two servers, or of two timelines of one, never go together.
    """

    system: str
    timeline: int
    version: int

    @property
    def stream_prefix(self) -> str:
        """How the names of all streams of its log begin."""
        return f"{self.system}-{self.timeline:08X}-"


@dataclass(frozen=True, kw_only=True)
class Slot:
    """What the server keeps for whoever receives its log; lost: it could not keep it any longer."""

    lost: bool
    receiver: int | None


class Server:
    """A PostgreSQL server that is to be copied, over replication connections."""

    def __init__(self, url: str) -> None:
        """Take the connection string of the hub's database."""
        self.url = url
        self._programs: Path | None = None

    def identify(self) -> Identity:
        """Return who the server is.

        Raises BackupFailedError if it lets nobody copy it or is too old, and
        DatabaseUnavailableError if it does not answer.
        """
        with self._connect() as connection:
            version = connection.info.server_version // 10_000
        if version < OLDEST_VERSION:
            raise BackupFailedError(
                f"PostgreSQL {version} is too old to be backed up: upgrade it to"
                f" {OLDEST_VERSION} or later."
            )
        try:
            # psycopg asks in the simple protocol where there are no values, as this needs.
            with connect(self.url, replication="true", autocommit=True) as connection:
                row = connection.execute("IDENTIFY_SYSTEM").fetchone()
        except OperationalError as error:
            raise self._refused() from error
        # A connection for replication knows no types, so text comes as bytes.
        system, timeline, *_ = row or (b"", 0)
        return Identity(system=bytes(system).decode(), timeline=int(timeline), version=version)

    def slot(self) -> Slot | None:
        """Return the state of the slot for the log's receiver; None: there is none."""
        with self._connect() as connection:
            row = connection.execute(_SLOT, {"slot": SLOT}).fetchone()
        return None if row is None else Slot(lost=row[0] in ("lost", None), receiver=row[1])

    def make_slot(self) -> None:
        """Have the server keep its log from now on until it has been received."""
        with self._connect() as connection:
            connection.execute(_CREATE_SLOT, {"slot": SLOT})

    def drop_slot(self) -> None:
        """Have the server keep nothing for a receiver any longer."""
        with self._connect() as connection:
            connection.execute(_DROP_SLOT, {"slot": SLOT})

    def end_receiver(self, pid: int) -> None:
        """End a connection that receives the log for a process that is no longer there."""
        with self._connect() as connection:
            connection.execute(_END, {"pid": pid})

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program on files, and wait for it."""
        return subprocess.run(
            [str(self.programs / program), *arguments],
            check=False,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def start(self, program: str, *arguments: str, errors: int | IO[str]) -> subprocess.Popen[str]:
        """Start a program that connects to the server; what it says goes to `errors`."""
        parts = conninfo_to_dict(self.url)
        parts.pop("password", None)
        parts.pop("dbname", None)
        return subprocess.Popen(
            [
                str(self.programs / program),
                f"--dbname={make_conninfo('', **parts)}",
                "--no-password",
                *arguments,
            ],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            text=True,
            start_new_session=True,
        )

    @property
    def programs(self) -> Path:
        """Where PostgreSQL's client programs are: those that came with the hub."""
        if self._programs is None:
            self._programs = reachable_programs(own_account(), SYSTEM_DATA_DIR)
        return self._programs

    def _environment(self) -> dict[str, str]:
        # Whatever libpq needs to log in stays; a password is never an argument, which all can see.
        password = conninfo_to_dict(self.url).get("password")
        given = {} if password is None else {"PGPASSWORD": str(password)}
        return {**os.environ, "LC_ALL": "C", "TZ": "UTC", **given}

    @contextmanager
    def _connect(self) -> Iterator[Connection[TupleRow]]:
        try:
            with (
                explained(self.url),
                connect(self.url, autocommit=True, connect_timeout=5) as connection,
            ):
                yield connection
        except errors.InsufficientPrivilege as error:
            raise self._refused() from error
        except errors.Error as error:
            said = error.diag.message_primary or type(error).__name__
            raise BackupFailedError(f"PostgreSQL refuses what a backup needs: {said}.") from error

    def _refused(self) -> BackupFailedError:
        user = conninfo_to_dict(self.url).get("user") or "the hub's user"
        return BackupFailedError(
            f"PostgreSQL at {address_of(self.url)} lets {user} in, but not to copy it. As its"
            f' administrator run ALTER ROLE "{user}" REPLICATION, add a line like'
            f' "host replication {user} samenet scram-sha-256" (local: "local replication {user}'
            ' peer") to its pg_hba.conf, run SELECT pg_reload_conf(), and set wal_level to replica'
            " and max_wal_senders to at least 3 if they are lower."
        )
