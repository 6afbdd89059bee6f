"""Steps of the tests of the embedded PostgreSQL: another hub process, and what the server does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from psycopg import OperationalError, connect

# Starts, says so, then leaves when its standard input ends. Ctrl-C only makes it say what it sees.
OTHER_PROCESS = """
import sys
from pathlib import Path
from psycopg import connect
from hub.embedded import EmbeddedPostgres

with EmbeddedPostgres(Path(sys.argv[1]), None, Path(sys.argv[2])) as url:
    try:
        print(url, flush=True)
        sys.stdin.read()
    except KeyboardInterrupt:
        with connect(url) as connection:
            print(connection.execute("SELECT 'still there'").fetchone()[0], flush=True)
"""


@contextmanager
def other_process(
    data_dir: Path, shelter: Path, **environment: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Give another hub process, in a session of its own, and the connection string it got."""
    with subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, str(data_dir), str(shelter)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()


def server_pid(data_dir: Path) -> int:
    """Return the number of the server's process."""
    lock = data_dir / "postgres" / "cluster" / "postmaster.pid"
    return int(lock.read_text().splitlines()[0])


def answers(url: str) -> bool:
    """Tell whether a server takes connections."""
    try:
        connect(url).close()
    except OperationalError:
        return False
    return True


def wait_until_dead(pid: int) -> None:
    """Wait until a process has ended."""
    deadline = monotonic() + 20
    while Path(f"/proc/{pid}/cwd").is_symlink() and monotonic() < deadline:
        sleep(0.01)
