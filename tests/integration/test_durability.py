"""A server that does not wait for its disk is found out before anything is acknowledged."""

from pathlib import Path

import pytest
from psycopg import connect

from domain.errors import UsageError
from hub.durability import check_durability, unsafe_settings
from hub.settings import Settings
from hub.wiring import open_hub

SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


@pytest.fixture
def hasty_url(database_url: str) -> str:
    """An empty database whose commits do not wait for the disk."""
    with connect(database_url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    return database_url


@pytest.mark.parametrize("name", SAFE)
def test_each_setting_that_loses_data_is_unsafe_when_it_is_off(name: str) -> None:
    assert unsafe_settings(SAFE) == ()
    assert unsafe_settings({**SAFE, name: "off"}) == (name,)


@pytest.mark.parametrize("waits", ["local", "remote_write", "remote_apply"])
def test_every_commit_that_waits_for_the_local_disk_is_safe(waits: str) -> None:
    assert unsafe_settings({**SAFE, "synchronous_commit": waits}) == ()


def test_the_embedded_server_waits_for_its_disk(database_url: str) -> None:
    with connect(database_url) as connection:
        settings = connection.execute("SELECT name, setting FROM pg_settings")
        found = {str(name): str(value) for name, value in settings}

    check_durability(database_url, strict=True)

    assert unsafe_settings(found) == ()


def test_the_national_profile_refuses_a_server_that_loses_commits(
    hasty_url: str, tmp_path: Path
) -> None:
    settings = Settings(database_url=hasty_url, data_dir=tmp_path, kafka_brokers="127.0.0.1:9")

    with (
        pytest.raises(UsageError, match="synchronous_commit is off, so a loss of power"),
        open_hub(settings),
    ):
        pass


def test_another_profile_is_told_of_it_and_goes_on(hasty_url: str, tmp_path: Path) -> None:
    with open_hub(Settings(database_url=hasty_url, data_dir=tmp_path)) as hub:
        position = hub.status.position()

    assert position == 0
