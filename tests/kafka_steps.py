"""Steps that several tests of the Kafka connection share."""

import itertools
import time
from collections.abc import Callable, Mapping
from typing import Final

from kafka import KafkaAdminClient

from hub.broker import TOPICS_OF_PUBLISHER, Brokers
from hub.broker_backlog import FetchedMessage
from hub.broker_consumer import IntakeConsumer
from hub.broker_positions import StoredOffset
from tests.kafka_broker import KafkaBroker

PATIENCE_SECONDS: Final = 20.0
NUMBERS: Final = itertools.count(300)


def new_name() -> str:
    """Return a publisher that no other test uses."""
    return f"la-{next(NUMBERS)}"


def recreate(admin: KafkaAdminClient, brokers: Brokers, publisher: str) -> None:
    """Delete the topics of a publisher and create them anew."""
    topics = [name(publisher) for name in TOPICS_OF_PUBLISHER]
    admin.delete_topics(topics)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while brokers.topic_ids(topics) and time.monotonic() < deadline:
        time.sleep(0.02)
    brokers.ensure_topics([publisher])


def read(
    broker: KafkaBroker, positions: Mapping[str, StoredOffset | None], count: int
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
