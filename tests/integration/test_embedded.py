"""The embedded PostgreSQL: started, shared, killed and refused, for real."""

import os
import signal
from pathlib import Path

from psycopg import connect

from hub.cluster import find_cluster, run_as
from hub.embedded import EmbeddedPostgres
from tests.embedded_steps import answers, other_process, server_pid, wait_until_dead


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
