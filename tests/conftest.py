"""What tests share: a real PostgreSQL for the whole run, an empty database and a hub for each."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from psycopg import connect
from psycopg.sql import SQL, Identifier

from hub.embedded import EmbeddedPostgres
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from tests.hub_steps import SettableClock

# The gate gives one verdict on one state of the code, on however slow a machine. To look further:
# pytest --hypothesis-profile=explore.
settings.register_profile(
    "gate",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore", deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("gate")


def pytest_configure() -> None:
    """Hear Ctrl-C and the end of a terminal, which children of a background job ignore."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process, and all that serve on the hub's own ports in one."""
    for item in items:
        group = "ports" if item.path.parent.name == "e2e" else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))


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


@pytest.fixture
def clock() -> SettableClock:
    """Give the clock of the hub below."""
    return SettableClock()


@pytest.fixture
def hub(database_url: str, tmp_path: Path, clock: SettableClock) -> Iterator[Hub]:
    """Give a hub on an empty database, with keys of its own; none of its roles runs by itself."""
    settings = Settings(database_url=database_url, data_dir=tmp_path)
    with open_hub(settings, clock=clock) as opened:
        yield opened


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
