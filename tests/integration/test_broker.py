"""What is sent to Kafka is read, in order and fairly; against a real broker."""

import time
from collections import Counter
from collections.abc import Callable
from uuid import UUID

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from domain.errors import BrokerUnavailableError, UsageError
from hub.broker import TOPICS_OF_PUBLISHER, Brokers, intake_topic, rejects_topic
from hub.broker_backlog import FetchedMessage
from hub.broker_consumer import IntakeConsumer
from hub.broker_positions import StoredOffset
from hub.broker_producer import MAX_MESSAGE_BYTES, IntakeProducer
from tests.kafka_broker import KafkaBroker
from tests.kafka_steps import PATIENCE_SECONDS, collect, new_name, read


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
    publisher = new_publisher()
    topic = intake_topic(publisher)
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

    with IntakeConsumer(kafka_broker.bootstrap, {topic: None}) as consumer:
        messages = collect(consumer, 1)
        lag = consumer.lag()

    assert [message.value for message in messages] == [b"committed"]
    # Its markers lie behind it, and are no messages.
    assert lag == {publisher: 0}


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


def test_a_topic_that_is_created_late_is_read_from_its_beginning(
    kafka_broker: KafkaBroker, brokers: Brokers, producer: IntakeProducer
) -> None:
    publisher = new_name()
    topic = intake_topic(publisher)

    with IntakeConsumer(kafka_broker.bootstrap, {topic: None}, refresh_seconds=0.1) as consumer:
        nothing = consumer.poll(0.3, 10)
        brokers.ensure_topics([publisher])
        producer.send(publisher, [b"first"])
        messages = collect(consumer, 1)

    assert nothing == []
    assert [message.value for message in messages] == [b"first"]


def test_topics_are_created_once_and_keep_their_ids(brokers: Brokers) -> None:
    publisher = new_name()
    topics = [name(publisher) for name in TOPICS_OF_PUBLISHER]

    created = brokers.ensure_topics([publisher])
    ids = brokers.topic_ids(topics)
    created_again = brokers.ensure_topics([publisher])

    assert created == tuple(topics)
    assert created_again == ()
    assert brokers.topic_ids(topics) == ids
    assert all(isinstance(topic_id, UUID) for topic_id in ids.values())
    assert len(set(ids.values())) == len(topics)


def test_a_topic_that_cannot_be_created_is_named(kafka_broker: KafkaBroker) -> None:
    publisher = new_name()

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
