"""What the integration tests share: one Kafka broker, and connections to it."""

import gc
from collections.abc import Callable, Iterator
from itertools import count
from typing import Final

import pytest
from kafka import KafkaAdminClient

from hub.broker import Brokers
from hub.broker_producer import IntakeProducer
from hub.wiring import Hub
from tests.intake_process import register_of
from tests.kafka_broker import KafkaBroker
from tests.kafka_nation import Nation
from tests.kafka_steps import new_name

OUTAGES = "broker_outages"
PAIRS: Final = count()


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """A running Kafka broker. Use topics of your own in it, and leave it running."""
    with KafkaBroker(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


@pytest.fixture
def brokers(kafka_broker: KafkaBroker) -> Iterator[Brokers]:
    """The topics of the shared broker."""
    with Brokers(kafka_broker.bootstrap) as connected:
        yield connected


@pytest.fixture
def producer(kafka_broker: KafkaBroker) -> Iterator[IntakeProducer]:
    """A producer to the shared broker."""
    with IntakeProducer(kafka_broker.bootstrap) as connected:
        yield connected


@pytest.fixture
def admin(kafka_broker: KafkaBroker) -> Iterator[KafkaAdminClient]:
    """What deletes topics and records of the shared broker."""
    with KafkaAdminClient(bootstrap_servers=kafka_broker.bootstrap) as connected:
        yield connected


@pytest.fixture
def new_publisher(brokers: Brokers) -> Callable[[], str]:
    """A function that gives a publisher with topics of its own."""

    def make() -> str:
        publisher = new_name()
        brokers.ensure_topics([publisher])
        return publisher

    return make


@pytest.fixture
def nation(hub: Hub, kafka_broker: KafkaBroker, brokers: Brokers) -> Nation:
    """Two publishers that no other test uses, and a hub that reads their topics alone."""
    # Authorities from the end of the list: other tests take some from its begin.
    authorities = [each for each in hub.register.authorities if each.number >= "800"]
    names = [str(each.publisher_id) for each in hub.register.forces]
    names += [str(each.publisher_id) for each in reversed(authorities)]
    at = 2 * next(PAIRS)
    one, other = sorted(names[at : at + 2])
    register = register_of(hub.register, [one, other])
    brokers.ensure_topics([one, other])
    return Nation(
        hub=hub,
        bootstrap=kafka_broker.bootstrap,
        publishers=(one, other),
        register=register,
        seconds=[],
    )


@pytest.fixture
def broker_outages(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Needed by tests in which no broker answers: see `pytest_collection_modifyitems`."""
    yield
    # What the client logged holds on to errors, and so to sockets.
    caplog.get_records("call").clear()
    gc.collect()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let kafka-python leave the sockets of refused connections to the garbage collector."""
    for item in items:
        if OUTAGES in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"))
