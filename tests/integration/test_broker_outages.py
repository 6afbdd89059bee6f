"""Brokers that are away, come back or lose data."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from domain.errors import BrokerUnavailableError
from hub.broker import Brokers, intake_topic
from hub.broker_backlog import FetchedMessage
from hub.broker_consumer import IntakeConsumer
from hub.broker_producer import IntakeProducer
from hub.broker_watch import StopCode
from tests.kafka_broker import BrokerFailedError, KafkaBroker
from tests.kafka_steps import PATIENCE_SECONDS, collect, new_name, poll_until, read


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """A broker that a test may stop and break; each test finds it running."""
    with KafkaBroker(tmp_path_factory.mktemp("own-kafka")) as broker:
        yield broker


@pytest.mark.usefixtures("broker_outages")
@pytest.mark.parametrize("stop", [KafkaBroker.stop, KafkaBroker.kill])
def test_a_restart_of_the_broker_between_polls_loses_and_doubles_nothing(
    stop: Callable[[KafkaBroker], None], own_broker: KafkaBroker
) -> None:
    publisher = new_name()
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
    publisher = new_name()
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
    publisher = new_name()
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
    publisher = new_name()
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


def test_sending_to_a_topic_that_is_not_there_fails_in_time(kafka_broker: KafkaBroker) -> None:
    started = time.monotonic()

    with (
        IntakeProducer(kafka_broker.bootstrap, timeout_seconds=1.0) as producer,
        pytest.raises(BrokerUnavailableError),
    ):
        producer.send("la-000", [b"x"])

    assert time.monotonic() - started < 5


def alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be collected does not."""
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
