"""What tests share: a real PostgreSQL for the whole run, and an empty database for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import pytest
from psycopg import connect
from psycopg.sql import SQL, Identifier

from hub.embedded import EmbeddedPostgres


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """Give the connection string of a PostgreSQL that lives as long as the test run."""
    # Not pytest's own directory: it is closed to the user that runs PostgreSQL for root.
    data_dir = Path(mkdtemp(prefix="hub-tests-"))
    with EmbeddedPostgres(data_dir, os_user=None) as url:
        yield url
    shutil.rmtree(data_dir)


@pytest.fixture
def database_url(postgres_dsn: str) -> Iterator[str]:
    """Give the connection string of a new, empty database, which is dropped after the test."""
    name = f"test_{uuid4().hex}"
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
    yield postgres_dsn.replace("@/hub?", f"@/{name}?")
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
