"""What the integration tests share: one Kafka broker."""

import gc
from collections.abc import Iterator

import pytest

from tests.kafka_broker import KafkaBroker

OUTAGES = "broker_outages"


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """A running Kafka broker. Use topics of your own in it, and leave it running."""
    with KafkaBroker(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


@pytest.fixture
def broker_outages() -> Iterator[None]:
    """Needed by tests in which no broker answers: see `pytest_collection_modifyitems`."""
    yield
    gc.collect()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let kafka-python leave the sockets of refused connections to the garbage collector."""
    for item in items:
        if OUTAGES in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"))
