"""A partition that cannot be trusted stops, and only that one; against a real broker."""

from collections.abc import Callable

import pytest
from kafka import KafkaAdminClient, TopicPartition

from hub.broker import Brokers, intake_topic
from hub.broker_consumer import IntakeConsumer
from hub.broker_positions import StoredOffset
from hub.broker_producer import IntakeProducer
from hub.broker_watch import StopCode
from tests.kafka_broker import KafkaBroker
from tests.kafka_steps import PATIENCE_SECONDS, collect, new_name, poll_until, recreate


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
    topic = intake_topic(new_name())
    admin.create_topics({topic: {"num_partitions": 2, "replication_factor": 1}})
    admin.wait_for_topics([topic])

    with IntakeConsumer(kafka_broker.bootstrap, {topic: None}) as consumer:
        consumer.poll(0.1, 10)

    assert consumer.stopped[topic].code is StopCode.TOPIC_NOT_ONE_PARTITION
