"""The connection to Kafka, against a real broker."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from domain.errors import BrokerUnavailableError, UsageError
from hub.broker import Brokers, intake_topic, rejects_topic
from hub.broker_backlog import FetchedMessage
from hub.broker_consumer import IntakeConsumer, StoredOffset
from hub.broker_producer import MAX_MESSAGE_BYTES, IntakeProducer
from hub.broker_watch import StopCode
from tests.kafka_broker import BrokerFailedError, KafkaBroker

PATIENCE_SECONDS = 20.0


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """A broker that a test may stop and break; each test finds it running."""
    with KafkaBroker(tmp_path_factory.mktemp("own-kafka")) as broker:
        yield broker


@pytest.fixture
def brokers(kafka_broker: KafkaBroker) -> Iterator[Brokers]:
    with Brokers(kafka_broker.bootstrap) as connected:
        yield connected


@pytest.fixture
def producer(kafka_broker: KafkaBroker) -> Iterator[IntakeProducer]:
    with IntakeProducer(kafka_broker.bootstrap) as connected:
        yield connected


@pytest.fixture
def admin(kafka_broker: KafkaBroker) -> Iterator[KafkaAdminClient]:
    with KafkaAdminClient(bootstrap_servers=kafka_broker.bootstrap) as connected:
        yield connected


NUMBERS = itertools.count(300)


@pytest.fixture
def new_publisher(brokers: Brokers) -> Callable[[], str]:
    """A function that gives a publisher with topics of its own."""

    def make() -> str:
        publisher = f"la-{next(NUMBERS)}"
        brokers.ensure_topics([publisher])
        return publisher

    return make


def test_messages_come_in_the_order_in_which_they_were_sent(
    kafka_broker: KafkaBroker,
    brokers: Brokers,
    producer: IntakeProducer,
    new_publisher: Callable[[], str],
) -> None:
    publisher = new_publisher()
    topic = intake_topic(publisher)
    values = [b"message %d" % number for number in range(1_200)]

    producer.send(publisher, values[:1])
    producer.send(publisher, values[1:])
    messages = read(kafka_broker, {topic: None}, len(values))

    assert [message.value for message in messages] == values
    assert [message.offset for message in messages] == list(range(1_200))
    assert {message.topic_id for message in messages} == {brokers.topic_ids([topic])[topic]}
    assert {message.publisher for message in messages} == {publisher}


def test_reading_goes_on_at_the_stored_offset(
    kafka_broker: KafkaBroker,
    brokers: Brokers,
    producer: IntakeProducer,
    new_publisher: Callable[[], str],
) -> None:
    publisher = new_publisher()
    topic = intake_topic(publisher)
    producer.send(publisher, [b"a", b"b", b"c"])
    stored = StoredOffset(topic_id=brokers.topic_ids([topic])[topic], next_offset=2)

    with IntakeConsumer(kafka_broker.bootstrap, {topic: stored}) as consumer:
        lag_before = consumer.lag()
        messages = collect(consumer, 1)
        lag_after = consumer.lag()

    assert [message.value for message in messages] == [b"c"]
    assert (lag_before, lag_after) == ({publisher: 1}, {publisher: 0})


def test_a_message_is_dated_by_the_broker_so_that_a_backfill_does_not_expire_unread(
    kafka_broker: KafkaBroker, new_publisher: Callable[[], str]
) -> None:
    topic = intake_topic(new_publisher())
    with KafkaProducer(bootstrap_servers=kafka_broker.bootstrap) as publisher_client:
        publisher_client.send(topic, value=b"old", timestamp_ms=1).get(timeout=10)

    messages = read(kafka_broker, {topic: None}, 1)

    assert abs(messages[0].timestamp_ms / 1000 - time.time()) < 60


def test_messages_of_an_aborted_transaction_are_not_read(
    kafka_broker: KafkaBroker, new_publisher: Callable[[], str]
) -> None:
    topic = intake_topic(new_publisher())
    with KafkaProducer(
        bootstrap_servers=kafka_broker.bootstrap, transactional_id=topic
    ) as publisher_client:
        publisher_client.init_transactions()
        publisher_client.begin_transaction()
        publisher_client.send(topic, value=b"aborted")
        publisher_client.flush()
        publisher_client.abort_transaction()
        publisher_client.begin_transaction()
        publisher_client.send(topic, value=b"committed")
        publisher_client.commit_transaction()

    messages = read(kafka_broker, {topic: None}, 1)

    assert [message.value for message in messages] == [b"committed"]


def test_no_publisher_gets_more_than_500_messages_while_others_wait(
    kafka_broker: KafkaBroker, producer: IntakeProducer, new_publisher: Callable[[], str]
) -> None:
    busy, quiet = new_publisher(), new_publisher()
    producer.send(busy, [b"%d" % number for number in range(3_000)])
    producer.send(quiet, [b"%d" % number for number in range(700)])
    positions = {intake_topic(busy): None, intake_topic(quiet): None}

    with IntakeConsumer(kafka_broker.bootstrap, positions) as consumer:
        polls: list[list[FetchedMessage]] = []
        while sum(len(poll) for poll in polls) < 3_700:
            polls.append(consumer.poll(PATIENCE_SECONDS, 2_000))
    counts = [Counter(message.publisher for message in poll) for poll in polls]
    together = [count for count in counts if len(count) == 2]
    values = [message.value for poll in polls for message in poll if message.publisher == busy]

    assert together
    assert all(max(count.values()) <= 500 for count in together)
    assert sum(counts, Counter()) == {busy: 3_000, quiet: 700}
    assert values == [b"%d" % number for number in range(3_000)]


def test_one_publisher_alone_may_fill_a_poll(
    kafka_broker: KafkaBroker, producer: IntakeProducer, new_publisher: Callable[[], str]
) -> None:
    publisher = new_publisher()
    producer.send(publisher, [b"x"] * 1_500)

    with IntakeConsumer(kafka_broker.bootstrap, {intake_topic(publisher): None}) as consumer:
        messages = consumer.poll(PATIENCE_SECONDS, 1_400)

    assert len(messages) == 1_400


def test_a_topic_that_was_recreated_stops_alone(
    kafka_broker: KafkaBroker,
    admin: KafkaAdminClient,
    brokers: Brokers,
    producer: IntakeProducer,
    new_publisher: Callable[[], str],
) -> None:
    broken, sound = new_publisher(), new_publisher()
    topic = intake_topic(broken)
    positions = {topic: None, intake_topic(sound): None}
    producer.send(broken, [b"before"])

    with IntakeConsumer(kafka_broker.bootstrap, positions, refresh_seconds=0.2) as consumer:
        before = collect(consumer, 1)
        recreate(admin, brokers, broken)
        producer.send(broken, [b"other", b"another"])
        poll_until(consumer, lambda: topic in consumer.stopped)
        producer.send(sound, [b"sound"])
        after = collect(consumer, 1)
        stopped = dict(consumer.stopped)
        lag = consumer.lag()

    assert [message.value for message in before] == [b"before"]
    assert [message.value for message in after] == [b"sound"]
    assert {name: reason.code for name, reason in stopped.items()} == {
        topic: StopCode.TOPIC_RECREATED
    }
    assert str(before[0].topic_id) in stopped[topic].detail
    assert lag == {sound: 0}


def test_a_topic_recreated_while_nobody_read_it_stops_at_once(
    kafka_broker: KafkaBroker,
    admin: KafkaAdminClient,
    brokers: Brokers,
    producer: IntakeProducer,
    new_publisher: Callable[[], str],
) -> None:
    publisher = new_publisher()
    topic = intake_topic(publisher)
    stored = StoredOffset(topic_id=brokers.topic_ids([topic])[topic], next_offset=0)
    recreate(admin, brokers, publisher)
    producer.send(publisher, [b"not to be read"])

    with IntakeConsumer(kafka_broker.bootstrap, {topic: stored}) as consumer:
        messages = consumer.poll(1.0, 10)

    assert messages == []
    assert consumer.stopped[topic].code is StopCode.TOPIC_RECREATED


def test_messages_fetched_from_a_topic_deleted_since_are_not_handed_on(
    kafka_broker: KafkaBroker,
    admin: KafkaAdminClient,
    brokers: Brokers,
    producer: IntakeProducer,
    new_publisher: Callable[[], str],
) -> None:
    publisher = new_publisher()
    topic = intake_topic(publisher)
    producer.send(publisher, [b"first", b"second", b"third"])

    with IntakeConsumer(kafka_broker.bootstrap, {topic: None}, refresh_seconds=60) as consumer:
        first = consumer.poll(PATIENCE_SECONDS, 1)
        recreate(admin, brokers, publisher)
        second = consumer.poll(1.0, 1)

    assert [message.value for message in first] == [b"first"]
    assert second == []
    assert consumer.stopped[topic].code is StopCode.TOPIC_RECREATED


def test_a_topic_that_stays_away_stops_after_its_grace_and_not_before(
    kafka_broker: KafkaBroker, admin: KafkaAdminClient, new_publisher: Callable[[], str]
) -> None:
    topic = intake_topic(new_publisher())

    with IntakeConsumer(
        kafka_broker.bootstrap, {topic: None}, gone_seconds=1.5, refresh_seconds=0.1
    ) as consumer:
        consumer.poll(0.1, 10)
        admin.delete_topics([topic])
        consumer.poll(0.5, 10)
        soon = dict(consumer.stopped)
        poll_until(consumer, lambda: topic in consumer.stopped)

    assert soon == {}
    assert consumer.stopped[topic].code is StopCode.TOPIC_GONE


def test_a_topic_that_is_created_late_is_read_from_its_beginning(
    kafka_broker: KafkaBroker, brokers: Brokers, producer: IntakeProducer
) -> None:
    publisher = f"la-{next(NUMBERS)}"
    topic = intake_topic(publisher)

    with IntakeConsumer(kafka_broker.bootstrap, {topic: None}, refresh_seconds=0.1) as consumer:
        nothing = consumer.poll(0.3, 10)
        brokers.ensure_topics([publisher])
        producer.send(publisher, [b"first"])
        messages = collect(consumer, 1)

    assert nothing == []
    assert [message.value for message in messages] == [b"first"]


@pytest.mark.parametrize("next_offset", [1, 99])
def test_an_offset_outside_the_log_stops_that_partition_only(
    next_offset: int,
    kafka_broker: KafkaBroker,
    admin: KafkaAdminClient,
    brokers: Brokers,
    producer: IntakeProducer,
    new_publisher: Callable[[], str],
) -> None:
    broken, sound = new_publisher(), new_publisher()
    topic = intake_topic(broken)
    producer.send(broken, [b"expired", b"expired", b"expired", b"kept"])
    admin.delete_records({TopicPartition(topic, 0): 3})
    stored = StoredOffset(topic_id=brokers.topic_ids([topic])[topic], next_offset=next_offset)
    producer.send(sound, [b"sound"])

    with IntakeConsumer(
        kafka_broker.bootstrap, {topic: stored, intake_topic(sound): None}
    ) as consumer:
        messages = collect(consumer, 1)
        poll_until(consumer, lambda: topic in consumer.stopped)

    assert [message.value for message in messages] == [b"sound"]
    assert consumer.stopped[topic].code is StopCode.OFFSET_OUT_OF_RANGE
    assert consumer.stopped[topic].detail == (
        f"offset {next_offset} is not in the log, which begins at 3 and ends before 4"
    )


def test_a_topic_with_two_partitions_is_not_read(
    kafka_broker: KafkaBroker, admin: KafkaAdminClient
) -> None:
    topic = intake_topic(f"la-{next(NUMBERS)}")
    admin.create_topics({topic: {"num_partitions": 2, "replication_factor": 1}})
    admin.wait_for_topics([topic])

    with IntakeConsumer(kafka_broker.bootstrap, {topic: None}) as consumer:
        consumer.poll(0.1, 10)

    assert consumer.stopped[topic].code is StopCode.TOPIC_NOT_ONE_PARTITION


def test_topics_are_created_once_and_keep_their_ids(brokers: Brokers) -> None:
    publisher = f"la-{next(NUMBERS)}"
    topics = [intake_topic(publisher), rejects_topic(publisher)]

    created = brokers.ensure_topics([publisher])
    ids = brokers.topic_ids(topics)
    created_again = brokers.ensure_topics([publisher])

    assert created == tuple(topics)
    assert created_again == ()
    assert brokers.topic_ids(topics) == ids
    assert all(isinstance(topic_id, UUID) for topic_id in ids.values())
    assert len(set(ids.values())) == 2


def test_a_topic_that_cannot_be_created_is_named(kafka_broker: KafkaBroker) -> None:
    publisher = f"la-{next(NUMBERS)}"

    with (
        Brokers(kafka_broker.bootstrap, replication_factor=3) as brokers,
        pytest.raises(BrokerUnavailableError) as caught,
    ):
        brokers.ensure_topics([publisher])

    assert intake_topic(publisher) in str(caught.value)


def test_offsets_are_told_for_topics_that_exist(
    brokers: Brokers,
    admin: KafkaAdminClient,
    producer: IntakeProducer,
    new_publisher: Callable[[], str],
) -> None:
    publisher = new_publisher()
    topic, missing = intake_topic(publisher), intake_topic("la-000")
    producer.send(publisher, [b"a", b"b", b"c"])
    admin.delete_records({TopicPartition(topic, 0): 1})

    beginnings = brokers.beginning_offsets([topic, missing])
    ends = brokers.end_offsets([topic, missing])

    assert (beginnings, ends) == ({topic: 1}, {topic: 3})


def test_rejects_go_to_the_topic_of_their_publisher(
    brokers: Brokers, producer: IntakeProducer, new_publisher: Callable[[], str]
) -> None:
    publisher = new_publisher()

    producer.send_rejects(publisher, [b"a", b"b"])
    ends = brokers.end_offsets([intake_topic(publisher), rejects_topic(publisher)])

    assert ends == {intake_topic(publisher): 0, rejects_topic(publisher): 2}


def test_an_event_of_one_mebibyte_passes_and_a_larger_message_is_refused_before_any_is_sent(
    kafka_broker: KafkaBroker, producer: IntakeProducer, new_publisher: Callable[[], str]
) -> None:
    publisher = new_publisher()
    topic = intake_topic(publisher)

    with pytest.raises(UsageError, match="does not fit"):
        producer.send(publisher, [b"small", b"x" * (MAX_MESSAGE_BYTES + 1)])
    producer.send(publisher, [b"y" * MAX_MESSAGE_BYTES, b"z" * 1024 * 1024])
    messages = read(kafka_broker, {topic: None}, 2)

    assert [len(message.value) for message in messages] == [MAX_MESSAGE_BYTES, 1024 * 1024]


def test_sending_to_a_topic_that_is_not_there_fails_in_time(kafka_broker: KafkaBroker) -> None:
    started = time.monotonic()

    with (
        IntakeProducer(kafka_broker.bootstrap, timeout_seconds=1.0) as producer,
        pytest.raises(BrokerUnavailableError),
    ):
        producer.send("la-000", [b"x"])

    assert time.monotonic() - started < 5


@pytest.mark.usefixtures("broker_outages")
@pytest.mark.parametrize("stop", [KafkaBroker.stop, KafkaBroker.kill])
def test_a_restart_of_the_broker_between_polls_loses_and_doubles_nothing(
    stop: Callable[[KafkaBroker], None], own_broker: KafkaBroker
) -> None:
    publisher = f"la-{next(NUMBERS)}"
    topic = intake_topic(publisher)
    with Brokers(own_broker.bootstrap) as brokers:
        brokers.ensure_topics([publisher])

    with (
        IntakeProducer(own_broker.bootstrap) as producer,
        IntakeConsumer(
            own_broker.bootstrap, {topic: None}, refresh_seconds=0.5, timeout_seconds=1.0
        ) as consumer,
    ):
        producer.send(publisher, [b"%d" % number for number in range(10)])
        before = consumer.poll(PATIENCE_SECONDS, 4)
        stop(own_broker)
        with pytest.raises(BrokerUnavailableError):
            poll_until(consumer, lambda: False)
        own_broker.start()
        producer.send(publisher, [b"%d" % number for number in range(10, 20)])
        after = collect(consumer, 16)

    assert [int(message.value) for message in before + after] == list(range(20))
    assert consumer.stopped == {}


@pytest.mark.usefixtures("broker_outages")
def test_a_poll_that_waits_while_the_broker_restarts_gets_what_comes_after(
    own_broker: KafkaBroker,
) -> None:
    publisher = f"la-{next(NUMBERS)}"
    with Brokers(own_broker.bootstrap) as brokers:
        brokers.ensure_topics([publisher])

    with (
        IntakeProducer(own_broker.bootstrap) as producer,
        IntakeConsumer(own_broker.bootstrap, {intake_topic(publisher): None}) as consumer,
    ):
        polled: list[FetchedMessage] = []
        waiting = threading.Thread(target=lambda: polled.extend(collect(consumer, 1)))
        consumer.poll(0.1, 1)
        waiting.start()
        own_broker.restart()
        producer.send(publisher, [b"after"])
        waiting.join(PATIENCE_SECONDS)

    assert [message.value for message in polled] == [b"after"]


@pytest.mark.usefixtures("broker_outages")
def test_a_log_that_lost_messages_stops(own_broker: KafkaBroker, tmp_path: Path) -> None:
    publisher = f"la-{next(NUMBERS)}"
    topic = intake_topic(publisher)
    with Brokers(own_broker.bootstrap) as brokers:
        brokers.ensure_topics([publisher])

    with (
        IntakeProducer(own_broker.bootstrap) as producer,
        IntakeConsumer(own_broker.bootstrap, {topic: None}, refresh_seconds=0.5) as consumer,
    ):
        producer.send(publisher, [b"a", b"b", b"c"])
        collect(consumer, 3)
        own_broker.stop()
        shutil.move(own_broker.data / f"{topic}-0", tmp_path)
        own_broker.start()
        poll_until(consumer, lambda: topic in consumer.stopped)

    assert consumer.stopped[topic].code in (StopCode.LOG_TRUNCATED, StopCode.OFFSET_OUT_OF_RANGE)


@pytest.mark.usefixtures("broker_outages")
def test_a_send_that_was_not_acknowledged_raises_and_a_later_one_works(
    own_broker: KafkaBroker,
) -> None:
    publisher = f"la-{next(NUMBERS)}"
    topic = intake_topic(publisher)
    with Brokers(own_broker.bootstrap) as brokers:
        brokers.ensure_topics([publisher])

    with IntakeProducer(own_broker.bootstrap, timeout_seconds=2.0) as producer:
        producer.send(publisher, [b"first"])
        own_broker.kill()
        started = time.monotonic()
        with pytest.raises(BrokerUnavailableError):
            producer.send(publisher, [b"second"])
        waited = time.monotonic() - started
        own_broker.start()
        producer.send(publisher, [b"third"])
    messages = read(own_broker, {topic: None}, 2)

    assert waited < 6
    assert [message.value for message in messages] == [b"first", b"third"]


@pytest.mark.usefixtures("broker_outages")
@pytest.mark.parametrize("listening", [False, True], ids=["nothing there", "never answers"])
@pytest.mark.parametrize(
    "use",
    [
        lambda bootstrap: Brokers(bootstrap, timeout_seconds=1.0).topic_ids(["t"]),
        lambda bootstrap: IntakeConsumer(
            bootstrap, {intake_topic("la-301"): None}, timeout_seconds=1.0
        ).poll(0.1, 1),
        lambda bootstrap: IntakeProducer(bootstrap, timeout_seconds=1.0).send("la-301", [b"x"]),
    ],
    ids=["topics", "consumer", "producer"],
)
def test_a_broker_that_does_not_answer_is_reported_in_bounded_time(
    use: Callable[[str], object], listening: bool
) -> None:
    threads_before = set(threading.enumerate())
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if listening:
            server.listen()
        bootstrap = f"127.0.0.1:{server.getsockname()[1]}"
        started = time.monotonic()

        with pytest.raises(BrokerUnavailableError) as caught:
            use(bootstrap)

    assert time.monotonic() - started < 5
    assert caught.value.bootstrap == bootstrap
    assert bootstrap in str(caught.value)
    assert "HUB_KAFKA_BROKERS" in str(caught.value)
    assert set(threading.enumerate()) <= threads_before


def test_the_broker_of_the_tests_ends_with_a_test_run_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time, pathlib\n"
        "from tests.kafka_broker import KafkaBroker\n"
        "broker = KafkaBroker(pathlib.Path(sys.argv[1]))\n"
        "broker.start()\n"
        "print(broker.pid, flush=True)\n"
        "time.sleep(60)\n"
    )

    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as run:
        assert run.stdout is not None
        broker_pid = int(run.stdout.readline())
        run.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while alive(broker_pid) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not alive(broker_pid)


def test_without_its_jars_the_broker_of_the_tests_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(BrokerFailedError, match="make kafka"):
        KafkaBroker(tmp_path, jars=tmp_path)


def alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be collected does not."""
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def recreate(admin: KafkaAdminClient, brokers: Brokers, publisher: str) -> None:
    """Delete the topics of a publisher and create them anew."""
    topics = [intake_topic(publisher), rejects_topic(publisher)]
    admin.delete_topics(topics)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while brokers.topic_ids(topics) and time.monotonic() < deadline:
        time.sleep(0.02)
    brokers.ensure_topics([publisher])


def read(
    broker: KafkaBroker, positions: dict[str, StoredOffset | None], count: int
) -> list[FetchedMessage]:
    """Read exactly so many messages with a consumer of its own."""
    with IntakeConsumer(broker.bootstrap, positions) as consumer:
        return collect(consumer, count)


def collect(consumer: IntakeConsumer, count: int) -> list[FetchedMessage]:
    """Poll until so many messages have come, and see that no more follow at once."""
    messages: list[FetchedMessage] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(messages) < count and time.monotonic() < deadline:
        messages += consumer.poll(0.5, 1_000)
    return messages + consumer.poll(0.1, 1_000)


def poll_until(consumer: IntakeConsumer, reached: Callable[[], bool]) -> None:
    """Poll until something has happened; no message may come."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not reached() and time.monotonic() < deadline:
        assert consumer.poll(0.1, 1_000) == []
