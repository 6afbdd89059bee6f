"""The intake role of the national profile: publishers' topics in, one transaction a batch."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic, perf_counter

from structlog import get_logger

from contracts.outcomes import Rejection, Settled
from contracts.reasons import MEANING, Reason
from domain.errors import BrokerUnavailableError, HubError
from domain.geography import Register
from domain.identifiers import PublisherId
from hub.accounts import OffsetMove, read_offsets
from hub.broker import Brokers, intake_topic
from hub.broker_backlog import FetchedMessage
from hub.broker_consumer import IntakeConsumer, StoredOffset
from hub.collecting import rare_collections
from hub.database import Database
from hub.intake import Batch, Intake
from hub.leases import Lease, release, renew, take
from hub.message_reading import Message

LEASE = "intake"
MOST_MESSAGES = 5_000
LAG_SECONDS = 5.0
# A message that the hub itself fails on this often is set aside for a replay.
ATTEMPTS = 3
HUB_FAULT = Rejection(reason=Reason.HUB_FAULT, pointer="", message=MEANING[Reason.HUB_FAULT])


class KafkaIntake:
    """Reads every publisher's topic and settles what it finds; offsets live in PostgreSQL."""

    def __init__(
        self,
        database: Database,
        intake: Intake,
        register: Register,
        bootstrap: str,
        *,
        observe_commit: Callable[[float], None],
    ) -> None:
        """Work under the intake role; `observe_commit` is told the seconds of each commit."""
        self._database = database
        self._intake = intake
        self._publishers = [publisher.id for publisher in register.publishers()]
        self._bootstrap = bootstrap
        self._observe = observe_commit
        self._next: dict[str, int] = {}
        self._lag: dict[str, int] = {}
        self._lag_at = float("-inf")
        self._log = get_logger()

    @property
    def lag(self) -> Mapping[str, int]:
        """Messages not read yet, by publisher, as of the last look."""
        return self._lag

    def run(self, stop: Event, *, poll_seconds: float, once: bool = False) -> None:
        """Read until told to stop; with `once`, until nothing is left.

        A lost broker, database or lease is waited for: what was not committed is read again.
        """
        while not stop.is_set():
            try:
                lease = self._take_lease()
                if lease is None:
                    stop.wait(poll_seconds)
                    continue
                with rare_collections():
                    self._read_on(lease, stop, poll_seconds=poll_seconds, once=once)
                if once:
                    return
            except HubError as error:
                if once:
                    raise
                self._log.error("intake interrupted", code=error.code)
                stop.wait(poll_seconds)

    def _take_lease(self) -> Lease | None:
        with self._database.transaction() as connection:
            return take(connection, LEASE)

    def _read_on(self, lease: Lease, stop: Event, *, poll_seconds: float, once: bool) -> None:
        try:
            with Brokers(self._bootstrap) as brokers:
                brokers.ensure_topics(self._publishers)
            with self._consumer() as consumer, ThreadPoolExecutor(1) as reader:
                ahead = reader.submit(consumer.poll, poll_seconds, MOST_MESSAGES)
                while not stop.is_set():
                    messages = ahead.result()
                    # Fetched while this batch is settled; if that fails, all is read again.
                    ahead = reader.submit(consumer.poll, poll_seconds, MOST_MESSAGES)
                    if messages:
                        self._settle(messages)
                    self._renew(lease)
                    self._look_at_lag(reader, consumer, idle=not messages)
                    done = not messages and not any(self._lag.values())
                    if once and done and not ahead.result():
                        return
        finally:
            self._release(lease)

    def _consumer(self) -> IntakeConsumer:
        topics = [intake_topic(publisher) for publisher in self._publishers]
        with self._database.transaction() as connection:
            stored = read_offsets(connection, topics)
        self._next = {topic: at.next_offset for topic, at in stored.items()}
        positions = {
            topic: StoredOffset(
                topic_id=stored[topic].topic_id, next_offset=stored[topic].next_offset
            )
            if topic in stored
            else None
            for topic in topics
        }
        return IntakeConsumer(self._bootstrap, positions)

    def _settle(self, fetched: Sequence[FetchedMessage]) -> None:
        """Commit a batch; if the hub itself fails on it, find the message and set it aside."""
        try:
            self._commit(fetched)
        except HubError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the other messages go on
            self._log.error("intake failed on a batch", error=type(error).__name__)
            for each in fetched:
                self._settle_alone(each)

    def _settle_alone(self, fetched: FetchedMessage) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._commit([fetched])
            except HubError:
                raise
            except Exception as error:  # noqa: BLE001 - recorded as hub-fault below
                self._log.error(
                    "intake failed on a message",
                    topic=fetched.topic,
                    offset=fetched.offset,
                    attempt=attempt,
                    error=type(error).__name__,
                )
            else:
                return
        self._commit([fetched], fault=True)

    def _commit(self, fetched: Sequence[FetchedMessage], *, fault: bool = False) -> list[Settled]:
        batch = Batch(
            messages=[
                Message(
                    raw=each.value,
                    sent_by=PublisherId(each.publisher),
                    rejection=HUB_FAULT if fault else None,
                )
                for each in fetched
            ],
            transport="kafka",
            offsets=self._moves(fetched),
        )
        began = perf_counter()
        settled = self._intake.settle(batch)
        self._observe(perf_counter() - began)
        for move in batch.offsets:
            self._next[move.topic] = move.next
        return settled

    def _moves(self, fetched: Sequence[FetchedMessage]) -> list[OffsetMove]:
        """Return how far a batch moves each topic; its messages are in order within each."""
        last = {each.topic: each for each in fetched}
        return [
            OffsetMove(
                topic=topic,
                topic_id=each.topic_id,
                expected=self._next.get(topic),
                next=each.offset + 1,
            )
            for topic, each in last.items()
        ]

    def _renew(self, lease: Lease) -> None:
        with self._database.transaction() as connection:
            renew(connection, lease)

    def _release(self, lease: Lease) -> None:
        with self._database.transaction() as connection:
            release(connection, lease)

    def _look_at_lag(
        self, reader: ThreadPoolExecutor, consumer: IntakeConsumer, *, idle: bool
    ) -> None:
        """Ask the brokers how much is left: seldom while busy, as the question takes its time."""
        if not idle and monotonic() - self._lag_at < LAG_SECONDS:
            return
        self._lag_at = monotonic()
        try:
            self._lag = reader.submit(consumer.lag).result()
        except BrokerUnavailableError as error:
            self._log.warning("lag unknown", code=error.code)


class KafkaBacklog:
    """How many messages the brokers hold that PostgreSQL has no offset for yet."""

    def __init__(self, database: Database, register: Register, bootstrap: str) -> None:
        """Read offsets under the reading role."""
        self._database = database
        self._publishers = [publisher.id for publisher in register.publishers()]
        self._bootstrap = bootstrap

    def count(self) -> int:
        """Return the number of messages in flight."""
        topics = [intake_topic(publisher) for publisher in self._publishers]
        with Brokers(self._bootstrap) as brokers:
            known = [topic for topic, at in brokers.describe(topics).items() if at.topic_id]
            ends = brokers.end_offsets(known)
            begins = brokers.beginning_offsets(known)
        with self._database.snapshot() as connection:
            stored = read_offsets(connection, topics)
        return sum(
            max(0, end - (stored[topic].next_offset if topic in stored else begins[topic]))
            for topic, end in ends.items()
        )
