"""The embedded PostgreSQL: a real server of the hub's own, for as long as a hub process needs it.

Every hub process of a data directory shares one server. The first starts it and the last to leave
stops it. Who is left is told by file locks, which the kernel drops when a process dies.
"""

import errno
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from types import TracebackType
from typing import IO

from psycopg import Error as PostgresError

from domain.errors import EmbeddedDatabaseError
from hub.cluster import Cluster, find_cluster
from hub.postmaster import ensure_running, halt, initialise, live_server
from hub.settings import SYSTEM_DATA_DIR


@dataclass(frozen=True, kw_only=True)
class Membership:
    """One process's share in a running server, held until its lock is closed."""

    cluster: Cluster
    lock: IO[bytes]
    url: str


class EmbeddedPostgres:
    """A PostgreSQL of the hub's own, running between start and stop; also a context manager.

    os_user: who runs it when the hub is root; None: the first usual one that exists.
    shelter: the system directory for what that user cannot reach where it is.
    """

    def __init__(
        self, data_dir: Path, os_user: str | None, shelter: Path = SYSTEM_DATA_DIR
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.os_user = os_user
        self.shelter = shelter.absolute()
        self._membership: Membership | None = None

    def start(self) -> str:
        """Return the connection string of the database `hub`, whose server runs until stop.

        The first start makes the cluster. Raises EmbeddedDatabaseError if it cannot run here.
        """
        if self._membership is None:
            with explained(self.data_dir):
                self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
                with one_at_a_time(self.data_dir):
                    cluster = find_cluster(self.data_dir, self.os_user, self.shelter)
                    self._membership = join(cluster, self.data_dir)
        return self._membership.url

    def stop(self) -> None:
        """Leave; the server stops unless another hub process still needs it.

        Harmless if start was not called or failed.
        """
        membership, self._membership = self._membership, None
        if membership is not None:
            with explained(self.data_dir), one_at_a_time(self.data_dir):
                leave(membership.cluster, membership.lock)

    def keep_up(self) -> None:
        """Start the server again if somebody killed it; it recovers what it had acknowledged."""
        if self._membership is not None:
            with explained(self.data_dir), one_at_a_time(self.data_dir):
                if live_server(self._membership.cluster) is None:
                    ensure_running(self._membership.cluster)

    def __enter__(self) -> str:
        """Start, and give the connection string."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()


def join(cluster: Cluster, data_dir: Path) -> Membership:
    """Return a share in the cluster's server, which is started if it does not run."""
    lock = (data_dir / "postgres.users").open("ab")
    flock(lock, LOCK_SH)
    try:
        initialise(cluster)
        return Membership(cluster=cluster, lock=lock, url=ensure_running(cluster))
    except BaseException:
        # Ctrl-C while it starts must not leave a server behind.
        leave(cluster, lock)
        raise


def leave(cluster: Cluster, lock: IO[bytes]) -> None:
    """Give up a share; whoever was the last stops the server."""
    with lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            return
        halt(cluster)


@contextmanager
def one_at_a_time(data_dir: Path) -> Iterator[None]:
    """Keep other hub processes of a data directory from starting or stopping its server."""
    with (data_dir / "postgres.gate").open("ab") as gate:
        flock(gate, LOCK_EX)
        yield


@contextmanager
def explained(data_dir: Path) -> Iterator[None]:
    """Raise what the system or the server refuses as an error that says what to do."""
    if platform.system() != "Linux":
        raise EmbeddedDatabaseError(
            "it is made for Linux",
            where=platform.system(),
            remedy="Set HUB_DATABASE_URL to a PostgreSQL of your own.",
        )
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        raise EmbeddedDatabaseError(
            "a file stands where a directory is needed",
            where=str(error.filename or data_dir),
            remedy="Choose another HUB_DATA_DIR.",
        ) from error
    except OSError as error:
        remedy = (
            "Free some space; nothing is lost."
            if error.errno in (errno.ENOSPC, errno.EDQUOT)
            else "Give the hub's user access to it, or choose another HUB_DATA_DIR."
        )
        where = str(error.filename or data_dir)
        raise EmbeddedDatabaseError(f"{error.strerror}", where=where, remedy=remedy) from error
    except PostgresError as error:
        raise EmbeddedDatabaseError(
            f"the server refuses: {str(error).strip().splitlines()[-1]}",
            where=str(data_dir / "postgres"),
            remedy="See server.log there.",
        ) from error
