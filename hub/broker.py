"""Names, creates, describes the Kafka topics of the hub; turns Kafka's failures into one error."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Lock
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from uuid import UUID

from kafka import IsolationLevel, KafkaAdminClient, OffsetSpec, TopicPartition
from kafka.errors import KafkaError, TopicAlreadyExistsError, TopicAuthorizationFailedError
from kafka.net.compat import KafkaNetClient

from domain.errors import BrokerUnavailableError, UsageError
from hub.broker_logs import quieten_kafka_logs

DAY_MS: Final = 24 * 60 * 60 * 1000
RETENTION_DAYS: Final = 7
# An event is at most 1 MiB; a record batch adds its own framing, and may hold two.
MAX_BATCH_BYTES: Final = 2 * 1024 * 1024
TOPICS_PER_REQUEST: Final = 100

TOPIC: Final = re.compile(r"hub\.(?:intake|backfill|rejects)\.([A-Za-z0-9-]+)\.v1")
ADDRESS: Final = re.compile(r"[^\s,:]+:\d{1,5}|\[[0-9A-Fa-f:]+\]:\d{1,5}")

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicFacts:
    """What the brokers say of one topic at one moment.

    topic_id: None if the topic is not there or may not be seen.
    authorised: False if the hub lacks the right to describe it; `topic_id` is None then too.
    """

    topic_id: UUID | None
    partitions: int
    authorised: bool = True


def intake_topic(publisher: str) -> str:
    """Return the topic that a publisher writes its events to."""
    return _topic("intake", publisher)


def backfill_topic(publisher: str) -> str:
    """Return the topic for a publisher's old events, which are read when nothing new waits."""
    return _topic("backfill", publisher)


def rejects_topic(publisher: str) -> str:
    """Return the topic on which a publisher reads its rejections (codes and pointers only)."""
    return _topic("rejects", publisher)


def publisher_of(topic: str) -> str:
    """Return whose topic this is. Raises UsageError for a topic that is not the hub's."""
    found = TOPIC.fullmatch(topic)
    if found is None:
        raise UsageError(f"{topic!r} is not a topic of the hub: expected hub.intake.PUBLISHER.v1.")
    return found.group(1)


TOPICS_OF_PUBLISHER: Final = (intake_topic, backfill_topic, rejects_topic)


def checked_bootstrap(bootstrap: str) -> list[str]:
    """Return the addresses in `host:port,host:port`. Raises UsageError if one is malformed."""
    addresses = [address.strip() for address in bootstrap.split(",")]
    for address in addresses:
        if ADDRESS.fullmatch(address) is None or int(address.rpartition(":")[2]) > 65_535:
            raise UsageError(
                f"HUB_KAFKA_BROKERS is {bootstrap!r}: expected host:port, separated by commas."
            )
    return addresses


def unavailable(bootstrap: str, cause: Exception | str) -> BrokerUnavailableError:
    """Return the one error for every broker that does not answer, or not as asked."""
    # Kafka's own messages can quote requests; the class says what happened without their content.
    reason = cause if isinstance(cause, str) else type(cause).__name__
    return BrokerUnavailableError(
        f"No Kafka broker at {bootstrap} does what was asked ({reason}). Check HUB_KAFKA_BROKERS,"
        " that the brokers run, that this machine reaches the addresses they advertise,"
        " and that the hub may use its topics.",
        bootstrap=bootstrap,
    )


def connect(make: Callable[..., T], bootstrap: str, **config: Any) -> T:
    """Return a connected Kafka client, leaving nothing behind if it cannot connect.

    Raises BrokerUnavailableError if no broker answers within `bootstrap_timeout_ms`.
    """
    quieten_kafka_logs()
    networks: list[KafkaNetClient] = []

    def network(**settings: Any) -> KafkaNetClient:
        networks.append(KafkaNetClient(**settings))
        return networks[-1]

    try:
        return make(bootstrap_servers=checked_bootstrap(bootstrap), kafka_client=network, **config)
    except (KafkaError, OSError) as error:
        # A constructor that fails keeps its thread and sockets running; only this handle ends them.
        for half_open in networks:
            half_open.close()
        raise unavailable(bootstrap, error) from error


class Brokers:
    """The topics of a Kafka cluster: created, identified, measured. Connects at the first use.

    replication_factor: copies of each topic that is created here; existing ones stay as they are.
    timeout_seconds: the longest wait for one answer; a call makes at most two attempts.
    """

    def __init__(
        self, bootstrap: str, *, replication_factor: int = 1, timeout_seconds: float = 10.0
    ) -> None:
        self.bootstrap = ",".join(checked_bootstrap(bootstrap))
        self._replication_factor = replication_factor
        self._timeout_ms = int(timeout_seconds * 1000)
        self._admin: KafkaAdminClient | None = None
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def ensure_topics(self, publishers: Iterable[str]) -> tuple[str, ...]:
        """Create publishers' topics that are missing, all three of each; return the names created.

        Waits until they can be used. Raises BrokerUnavailableError if one cannot be created.
        """
        wanted = [name(one) for one in publishers for name in TOPICS_OF_PUBLISHER]
        known = self.describe(wanted)
        missing = [topic for topic in wanted if known[topic].topic_id is None]
        for start in range(0, len(missing), TOPICS_PER_REQUEST):
            self._call(partial(self._create, missing[start : start + TOPICS_PER_REQUEST]))
        return tuple(missing)

    def describe(self, topics: Iterable[str]) -> dict[str, TopicFacts]:
        """Return what the brokers say of each topic, also of those that do not exist."""
        names = list(topics)
        if not names:
            return {}
        answers = self._call(lambda admin: admin.describe_topics(names))
        facts = {answer["name"]: _facts(answer) for answer in answers}
        absent = TopicFacts(topic_id=None, partitions=0)
        return {name: facts.get(name, absent) for name in names}

    def topic_ids(self, topics: Iterable[str]) -> dict[str, UUID]:
        """Return the id of each topic that exists; one that is created again gets a new id."""
        described = self.describe(topics)
        return {name: fact.topic_id for name, fact in described.items() if fact.topic_id}

    def beginning_offsets(self, topics: Iterable[str]) -> dict[str, int]:
        """Return the first offset still kept in each topic that exists."""
        return self._offsets(topics, OffsetSpec.EARLIEST)

    def end_offsets(self, topics: Iterable[str]) -> dict[str, int]:
        """Return the offset that the next committed message gets, of each topic that exists."""
        return self._offsets(topics, OffsetSpec.LATEST)

    def close(self) -> None:
        """End the connections; a later call opens them again."""
        with self._lock:
            admin, self._admin = self._admin, None
        if admin is not None:
            admin.close()

    def _offsets(self, topics: Iterable[str], spec: OffsetSpec) -> dict[str, int]:
        specs = {TopicPartition(name, 0): spec for name in self.topic_ids(topics)}
        if not specs:
            return {}
        found = self._call(
            lambda admin: admin.list_partition_offsets(
                specs, IsolationLevel.READ_COMMITTED, self._timeout_ms
            )
        )
        return {partition.topic: int(entry.offset) for partition, entry in found.items()}

    def _create(self, topics: list[str], admin: KafkaAdminClient) -> None:
        wanted = {
            topic: {
                "num_partitions": 1,
                "replication_factor": self._replication_factor,
                "configs": _topic_config(self._replication_factor),
            }
            for topic in topics
        }
        answer = admin.create_topics(wanted, timeout_ms=self._timeout_ms, raise_errors=False)
        for topic in answer["topics"]:
            if topic["error_code"] not in (0, TopicAlreadyExistsError.errno):
                raise unavailable(self.bootstrap, f"{topic['name']}: {topic['error_message']}")
        admin.wait_for_topics(topics, timeout_ms=self._timeout_ms)

    def _call(self, ask: Callable[[KafkaAdminClient], T]) -> T:
        with self._lock:
            known, self._admin = self._admin, None
        if known is not None:
            # The connection may date from before a restart; if it fails, a fresh one decides.
            with suppress(BrokerUnavailableError):
                return self._ask(known, ask)
        return self._ask(self._connect(), ask)

    def _ask(self, admin: KafkaAdminClient, ask: Callable[[KafkaAdminClient], T]) -> T:
        try:
            answer = ask(admin)
        except BaseException as error:
            admin.close()
            if isinstance(error, KafkaError | OSError):
                raise unavailable(self.bootstrap, error) from error
            raise
        with self._lock:
            spare, self._admin = self._admin, admin
        if spare is not None:
            spare.close()
        return answer

    def _connect(self) -> KafkaAdminClient:
        return connect(
            KafkaAdminClient,
            self.bootstrap,
            client_id="hub-topics",
            bootstrap_timeout_ms=self._timeout_ms,
            request_timeout_ms=self._timeout_ms,
            reconnect_backoff_max_ms=1000,
        )


def _topic(kind: str, publisher: str) -> str:
    topic = f"hub.{kind}.{publisher}.v1"
    publisher_of(topic)
    return topic


def _topic_config(replication_factor: int) -> dict[str, str]:
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(RETENTION_DAYS * DAY_MS),
        # Retention must run from the arrival: a backfill with old times would expire unread.
        "message.timestamp.type": "LogAppendTime",
        # Publishers may compress as they like; the hub then needs no codec library.
        "compression.type": "uncompressed",
        "max.message.bytes": str(MAX_BATCH_BYTES),
        "min.insync.replicas": str(max(1, replication_factor - 1)),
    }


def _facts(answer: dict[str, Any]) -> TopicFacts:
    if answer["error_code"] == TopicAuthorizationFailedError.errno:
        return TopicFacts(topic_id=None, partitions=0, authorised=False)
    if answer["error_code"] != 0:
        return TopicFacts(topic_id=None, partitions=0)
    return TopicFacts(topic_id=UUID(str(answer["topic_id"])), partitions=len(answer["partitions"]))
