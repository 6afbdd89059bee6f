"""A real Apache Kafka broker for tests: one node, KRaft, on free ports of this machine."""

import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from hub.broker_logs import quieten_kafka_logs

JARS: Final = Path(__file__).parents[1] / "deploy" / "kafka" / "target" / "lib"
CLUSTER_ID: Final = "bWlzc2luZy1jaGlsZHJlbg"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 20.0
# Below the range from which the system gives ports to outgoing connections.
PORTS: Final = range(20_000, 32_000)
JVM: Final = (
    "-Xms64m",
    "-Xmx256m",
    "-Xshare:auto",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
)
PROPERTIES: Final = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    # A broker that was killed may come back when its old session has ended.
    "broker.session.timeout.ms": "1000",
    "broker.heartbeat.interval.ms": "200",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "log.cleaner.dedupe.buffer.size": "2097152",
}


class BrokerFailedError(Exception):
    """The broker of the tests did not start or stop; the message ends with its last log lines."""


class KafkaBroker:
    """A broker that keeps its ports and its data over restarts.

    folder: where its configuration, its `broker.log` and its `data` go.
    properties: more or other entries of server.properties.
    The process ends with the thread that started it, whatever happens to that.
    """

    def __init__(
        self, folder: Path, properties: Mapping[str, str] | None = None, jars: Path = JARS
    ) -> None:
        if not any(jars.glob("kafka_2.13-*.jar")):
            raise BrokerFailedError(f"There is no Kafka broker in {jars}: run `make kafka` first.")
        port, controller_port = _free_ports(2)
        self.bootstrap = f"127.0.0.1:{port}"
        self.data = folder / "data"
        self._folder = folder
        self._jars = jars
        self._log = folder / "broker.log"
        self._properties = PROPERTIES | {
            "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
            "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
            "log.dirs": str(self.data),
            **(properties or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    @property
    def pid(self) -> int | None:
        """The process id while it runs, else None."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if self._process is not None and running else None

    def start(self) -> None:
        """Start the broker and wait until it answers. Raises BrokerFailedError if it does not."""
        if self.pid is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "server.properties"
        lines = [f"{key}={value}\n" for key, value in self._properties.items()]
        config.write_text("".join(lines), encoding="utf-8")
        if not (self.data / "meta.properties").exists():
            self._format(config)
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._java("kafka.Kafka", str(config)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Ask the broker to shut down, and wait for it; it is killed if that takes too long."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
                raise self._failed("did not shut down") from None
            self._process = None

    def kill(self) -> None:
        """End the broker at once, as a crash would (SIGKILL)."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Shut down and start again: same address, same data."""
        self.stop()
        self.start()

    def _java(self, main_class: str, *arguments: str) -> list[str]:
        for tool in ("setpriv", "java"):
            if shutil.which(tool) is None:
                raise BrokerFailedError(
                    f"The Kafka broker of the tests needs {tool}: install util-linux and Java 17."
                )
        # The kernel ends the broker with the test run, even one that is killed.
        tied = ["setpriv", "--pdeathsig", "KILL", "java"]
        return [*tied, *JVM, "-cp", f"{self._jars}/*", main_class, *arguments]

    def _format(self, config: Path) -> None:
        command = self._java(
            "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(config)
        )
        done = subprocess.run(command, capture_output=True, check=False, timeout=START_SECONDS)
        self._log.write_bytes(done.stdout + done.stderr)
        if done.returncode != 0:
            raise self._failed("could not format its storage")

    def _wait_until_ready(self) -> None:
        quieten_kafka_logs()
        deadline = time.monotonic() + START_SECONDS
        host, port = self.bootstrap.split(":")
        while time.monotonic() < deadline:
            if self.pid is None:
                raise self._failed("ended while it started")
            try:
                socket.create_connection((host, int(port)), timeout=1).close()
                self._ask_for_the_cluster()
            except (KafkaError, OSError):
                time.sleep(0.05)
            else:
                return
        raise self._failed(f"did not answer within {START_SECONDS:g} s")

    def _ask_for_the_cluster(self) -> None:
        # A client that cannot bootstrap leaves a thread behind, so this follows an open port only.
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap, bootstrap_timeout_ms=10_000)
        try:
            admin.describe_cluster()
        finally:
            admin.close()

    def _failed(self, what: str) -> BrokerFailedError:
        text = self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""
        last = "\n".join(text.splitlines()[-20:])
        return BrokerFailedError(f"The Kafka broker {what}. Its last words:\n{last}")


def _free_ports(count: int) -> list[int]:
    found: list[int] = []
    while len(found) < count:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            if port not in found and probe.connect_ex(("127.0.0.1", port)) != 0:
                found.append(port)
    return found
