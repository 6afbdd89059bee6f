"""Who may copy the server, and what is said to who may not."""

from uuid import uuid4

import pytest
from psycopg import connect
from psycopg.sql import SQL, Identifier

from domain.errors import BackupFailedError, DatabaseUnavailableError
from hub.backup.server import Server


def test_who_may_not_copy_is_told_which_right_is_missing(postgres_dsn: str) -> None:
    name = f"plain_{uuid4().hex}"
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(name)))
        try:
            server = Server(postgres_dsn.replace("hub@", f"{name}@", 1))

            with pytest.raises(BackupFailedError, match=f'ALTER ROLE "{name}" REPLICATION'):
                server.identify()
            with pytest.raises(BackupFailedError, match=f'ALTER ROLE "{name}" REPLICATION'):
                server.make_slot()
        finally:
            connection.execute(SQL("DROP ROLE {}").format(Identifier(name)))


def test_a_server_that_is_not_there_is_not_a_missing_right(postgres_dsn: str) -> None:
    server = Server(postgres_dsn.replace("port=5432", "port=5999"))

    with pytest.raises(DatabaseUnavailableError):
        server.identify()


def test_a_server_is_known_again(postgres_dsn: str) -> None:
    server = Server(postgres_dsn)

    assert server.identify() == server.identify()
    assert server.identify().version == 18
    assert server.slot() is None
