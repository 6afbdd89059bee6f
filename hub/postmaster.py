"""One PostgreSQL server on one cluster: made, started, asked and stopped by its own programs.

Nothing here is safe against another process doing the same; `hub/embedded.py` sees to that.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic, sleep
from typing import LiteralString
from urllib.parse import quote

from psycopg import connect, pq

from domain.errors import EmbeddedDatabaseError
from hub.cluster import MAJOR_VERSION, Cluster, is_root, refuse_closed
from hub.server_configuration import configure

DATABASE = "hub"
OWNER = "hub"
START_SECONDS = 300
STOP_SECONDS = 60
ORPHAN_SECONDS = 20
POLL_SECONDS = 0.05
LARGEST_LOG_BYTES = 5_000_000
# The kernel takes 107 bytes for the path of a socket, and some systems 103.
LONGEST_SOCKET_BYTES = 103
SOCKET = ".s.PGSQL.5432"
SHORT_SOCKETS = "hub-"

HAS_DATABASE: LiteralString = "SELECT 1 FROM pg_database WHERE datname = %(name)s"
CREATE_DATABASE: LiteralString = "CREATE DATABASE hub"


@dataclass(frozen=True, kw_only=True)
class Server:
    """A process that runs a cluster. sockets: where it listens; empty while it begins to."""

    pid: int
    sockets: str

    def url(self, database: str) -> str:
        """Return the connection string of a database, as the owner of everything."""
        return f"postgresql://{OWNER}@/{database}?host={quote(self.sockets, safe='')}&port=5432"


def initialise(cluster: Cluster) -> None:
    """Make the cluster if there is none yet; a half-made one is thrown away first.

    Raises EmbeddedDatabaseError if what is there belongs to another version of PostgreSQL.
    """
    if cluster.data.exists():
        refuse_other_version(cluster.data)
        return
    draft = cluster.home / "cluster.new"
    if draft.exists():
        shutil.rmtree(draft)
    give(cluster, draft)
    result = cluster.run(
        "initdb",
        f"--pgdata={draft.name}",
        f"--username={OWNER}",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
        "--auth=peer",
        "--no-instructions",
    )
    if result.returncode != 0:
        raise failure("cannot be set up", result.stdout, draft)
    draft.rename(cluster.data)


def ensure_running(cluster: Cluster) -> str:
    """Return the connection string of the database `hub`, after starting the server if need be.

    A server that was killed is started again, and recovers what it had acknowledged.
    """
    server = ready_server(cluster)
    if server is None:
        launch(cluster)
        server = ready_server(cluster)
    if server is None:
        raise failure("stopped right after its start", cluster.log.read_text(), cluster.log)
    with connect(server.url("postgres"), autocommit=True) as connection:
        if connection.execute(HAS_DATABASE, {"name": DATABASE}).fetchone() is None:
            connection.execute(CREATE_DATABASE)
    return server.url(DATABASE)


def halt(cluster: Cluster) -> None:
    """Stop the server, if it runs: after a checkpoint, or if that takes too long, at once."""
    server = live_server(cluster)
    if server is None:
        return
    stop = ("pg_ctl", "stop", "--pgdata=cluster", f"--timeout={STOP_SECONDS}")
    result = cluster.run(*stop, "--mode=fast")
    if result.returncode != 0:
        result = cluster.run(*stop, "--mode=immediate")
    if result.returncode != 0:
        raise failure("does not stop", result.stdout, cluster.data)
    sockets = Path(server.sockets)
    if sockets.name.startswith(SHORT_SOCKETS):
        sockets.rmdir()


def refuse_other_version(data: Path) -> None:
    """Raise EmbeddedDatabaseError if a cluster is not of the version that this hub brings."""
    marker = data / "PG_VERSION"
    found = marker.read_text().strip() if marker.exists() else "no version at all"
    if found != MAJOR_VERSION:
        raise EmbeddedDatabaseError(
            f"the data are of PostgreSQL {found}, and this hub brings {MAJOR_VERSION}",
            where=str(data),
            remedy="Run the hub that made them, or restore a backup into another HUB_DATA_DIR.",
        )


def live_server(cluster: Cluster) -> Server | None:
    """Return the server that runs the cluster now, ready or not; None if none does."""
    try:
        lines = (cluster.data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
        # A server works in its data directory; a stranger that was given its number does not.
        ours = Path(f"/proc/{pid}/cwd").samefile(cluster.data)
    except (FileNotFoundError, PermissionError, ProcessLookupError, ValueError, IndexError):
        return None
    return Server(pid=pid, sockets=lines[4] if len(lines) > 4 else "") if ours else None


def ready_server(cluster: Cluster) -> Server | None:
    """Return the running server once it takes connections; None if none runs."""
    deadline = monotonic() + START_SECONDS
    while (server := live_server(cluster)) is not None:
        if server.sockets and pq.PGconn.ping(server.url("postgres").encode()) == pq.Ping.OK:
            return server
        if monotonic() > deadline:
            raise EmbeddedDatabaseError(
                f"process {server.pid} does not answer",
                where=str(cluster.log),
                remedy="See the log, end that process, then start the hub again.",
            )
        sleep(POLL_SECONDS)
    return None


def launch(cluster: Cluster) -> None:
    """Start the server, in a session of its own, and wait until it takes connections."""
    sockets = sockets_for(cluster)
    configure(cluster, sockets)
    for lock in (cluster.data / "postmaster.pid", sockets / f"{SOCKET}.lock"):
        disown(lock)
    deadline = monotonic() + ORPHAN_SECONDS
    while True:
        said = start_once(cluster)
        if said is None:
            return
        # The workers of a killed server take a moment to notice.
        if "shared memory block" not in said or monotonic() > deadline:
            raise failure("does not start", said, cluster.log)
        sleep(POLL_SECONDS)


def start_once(cluster: Cluster) -> str | None:
    """Try to start the server; return what it said if that failed, else None."""
    with cluster.log.open("ab") as log:
        if log.tell() > LARGEST_LOG_BYTES:
            log.truncate(0)
        begin = log.tell()
        # Relative names: pg_ctl hands its arguments to a shell.
        result = cluster.run(
            "pg_ctl",
            "start",
            "--pgdata=cluster",
            "--options=--config-file=conf/postgresql.conf",
            f"--timeout={START_SECONDS}",
            output=log,
        )
    return cluster.log.read_bytes()[begin:].decode(errors="replace") if result.returncode else None


def sockets_for(cluster: Cluster) -> Path:
    """Return a private directory for the server's socket, whose path the kernel can take."""
    sockets = cluster.home / "run"
    if len(os.fsencode(sockets / SOCKET)) > LONGEST_SOCKET_BYTES:
        sockets = Path(mkdtemp(prefix=SHORT_SOCKETS))
        refuse_closed(cluster.account, sockets.parent)
    give(cluster, sockets)
    return sockets


def give(cluster: Cluster, directory: Path) -> None:
    """Make a directory, if it is not there, that nobody but the account can enter."""
    directory.mkdir(mode=0o700, exist_ok=True)
    if is_root():
        os.chown(directory, cluster.account.uid, cluster.account.gid)


def disown(lock: Path) -> None:
    """Let PostgreSQL pass a lock file, if there is one, of a server that is dead.

    Its process number may belong to a stranger by now, or to what is left of it until its parent
    notices, and PostgreSQL would refuse to start. Our own number means nobody to it. The rest of
    the file stays, by which it makes sure that no worker of the dead server is left.
    """
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    with os.fdopen(descriptor, "r+") as file:
        _, *rest = file.read().split("\n")
        file.seek(0)
        file.write("\n".join([str(os.getpid()), *rest]))
        file.truncate()


def failure(what: str, said: str, where: Path) -> EmbeddedDatabaseError:
    """Return the error for a program that failed, from the last thing of weight that it said."""
    if "No space left on device" in said:
        return EmbeddedDatabaseError(
            f"{what}: the disk is full",
            where=str(where),
            remedy="Free some space; nothing is lost.",
        )
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    grave = [line for line in lines if "FATAL" in line or "PANIC" in line or "error:" in line]
    last = (grave or lines or ["it gave no reason"])[-1]
    return EmbeddedDatabaseError(
        f"{what}: {last}",
        where=str(where),
        remedy="Put right what it names, or set HUB_DATABASE_URL to a PostgreSQL of your own.",
    )
