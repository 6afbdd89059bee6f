"""Where faults are played: a real PostgreSQL, a real broker, and proxies in front of both."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Final, Self
from uuid import uuid4

from kafka import KafkaAdminClient
from psycopg import connect
from psycopg.sql import SQL, Identifier

from hub.broker import Brokers, intake_topic
from hub.database import migrate
from hub.embedded import EmbeddedPostgres
from hub.foundations import KEYS
from hub.identity.keys import load_keys
from hub.postmaster import live_server
from hub.settings import Settings
from tests.faults.processes import wait_until
from tests.faults.proxy import Proxy
from tests.faults.publishers import PUBLISHERS
from tests.kafka_broker import KafkaBroker
from tests.kafka_steps import recreate

TEMPLATE: Final = "faults_template"
POLL_SECONDS: Final = 0.1


class Site:
    """A server and a broker that many plays use one after the other; started when first needed."""

    def __init__(self) -> None:
        # Not below a directory of ours: PostgreSQL runs as another user.
        self.folder = Path(mkdtemp(prefix="hub-faults-"))
        self.data_dir = self.folder / "hub"
        self.data_dir.mkdir()
        self.log = self.folder / "roles.log"
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Give the site."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take everything down."""
        self._stack.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @cached_property
    def postgres(self) -> EmbeddedPostgres:
        """The server, with a database that new ones are copied from."""
        home = self.folder / "postgres"
        home.mkdir()
        server = EmbeddedPostgres(home, os_user=None)
        url = self._stack.enter_context(server)
        load_keys(self.data_dir / KEYS, create=True)
        with connect(url, autocommit=True) as connection:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(TEMPLATE)))
        migrate(_database(url, TEMPLATE))
        return server

    @property
    def postmaster(self) -> int:
        """The process id of the server."""
        membership = self.postgres._membership
        server = None if membership is None else live_server(membership.cluster)
        if server is None:
            raise RuntimeError("the server of the site does not run")
        return server.pid

    def revive(self) -> None:
        """Start the server again if it is dead, and wait until it takes connections."""
        wait_until(self._answers, "a connection to PostgreSQL")

    def _answers(self) -> bool:
        try:
            # As the supervisor does: a server that was just killed may not look dead at once.
            self.postgres.keep_up()
            connect(self.postgres.start(), connect_timeout=5).close()
        except Exception:  # noqa: BLE001 - whatever it says while it recovers
            return False
        return True

    @cached_property
    def postgres_proxy(self) -> Proxy:
        """A way to the server that can be cut; only those who use its address go through it."""
        host = self.postgres.start().partition("host=")[2].partition("&")[0]
        socket = Path(host.replace("%2F", "/")) / ".s.PGSQL.5432"
        return self._stack.enter_context(Proxy(socket))

    @cached_property
    def broker(self) -> KafkaBroker:
        """A broker whose clients all go through the proxy below."""
        proxy = self.broker_proxy
        broker = KafkaBroker(
            self.folder / "kafka",
            {"advertised.listeners": f"PLAINTEXT://127.0.0.1:{proxy.port}"},
        )
        host, _, port = broker.bootstrap.partition(":")
        proxy.target = (host, int(port))
        return self._stack.enter_context(broker)

    @cached_property
    def broker_proxy(self) -> Proxy:
        """The way to the broker."""
        return self._stack.enter_context(Proxy(None))

    @property
    def bootstrap(self) -> str:
        """Where clients reach the broker."""
        if self.broker.pid is None:
            self.broker.start()
        return f"127.0.0.1:{self.broker_proxy.port}"

    def empty_topics(self) -> None:
        """Give every publisher a topic with nothing in it."""
        with (
            Brokers(self.bootstrap) as brokers,
            KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin,
        ):
            there = brokers.topic_ids([intake_topic(each) for each in PUBLISHERS])
            for publisher in PUBLISHERS:
                if intake_topic(publisher) in there:
                    recreate(admin, brokers, publisher)
                else:
                    brokers.ensure_topics([publisher])

    def settings(self, url: str, *, kafka: bool, port: int = 8000) -> Settings:
        """Return the settings of a hub on a database of this site."""
        return Settings(
            port=port,
            metrics_port=port + 1,
            database_url=url,
            data_dir=self.data_dir,
            archive_dir=self.folder / "archives" / url.partition("@/")[2].partition("?")[0],
            kafka_brokers=self.bootstrap if kafka else None,
            profile="national" if kafka else "embedded",
            poll_seconds=POLL_SECONDS,
        )

    def through_proxy(self, url: str) -> str:
        """Return a connection string that goes through the proxy."""
        name = url.partition("@/")[2].partition("?")[0]
        return f"postgresql://hub@127.0.0.1:{self.postgres_proxy.port}/{name}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """Give the connection string of an empty database of the hub's."""
        server = self.postgres.start()
        name = f"play_{uuid4().hex[:12]}"
        with connect(server, autocommit=True) as connection:
            connection.execute(
                SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(TEMPLATE))
            )
        try:
            yield _database(server, name)
        finally:
            self.revive()
            with connect(server, autocommit=True) as connection:
                connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _database(url: str, name: str) -> str:
    return url.replace("@/hub?", f"@/{name}?")
