"""Several intake processes share the topics, and nothing is lost or doubled as they come and go."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Final

import pytest
from msgspec.json import encode
from psycopg import connect

from hub.broker import Brokers
from hub.broker_producer import IntakeProducer
from hub.message_reading import Message
from hub.wiring import Hub
from tests.examples import message
from tests.hub_steps import change, rows
from tests.intake_process import Orders
from tests.kafka_broker import KafkaBroker

PATIENCE_SECONDS: Final = 60.0
TERM_SECONDS: Final = 2.0
PUBLISHERS: Final = 6
ROOT: Final = Path(__file__).parents[2]
NEXT: Final = count()

HELD = """
SELECT holder, count(*) FROM intake.leases
 WHERE name LIKE 'hub.intake.%%' AND expires_at >= clock_timestamp() GROUP BY holder
 ORDER BY 2, 1
"""
RECORDED = """
SELECT publisher, submission_id FROM ledger.stored_events
 WHERE publisher <> 'hub' ORDER BY publisher, notification_id
"""
PROCESSES = "SELECT holder FROM intake.processes ORDER BY started_at"


class Shared:
    """Six publishers that no other test uses, and processes that read their topics."""

    def __init__(self, hub: Hub, bootstrap: str, data_dir: Path) -> None:
        at = PUBLISHERS * next(NEXT)
        authorities = [each for each in hub.register.authorities if each.number >= "800"]
        self.hub = hub
        self.publishers = [str(each.publisher_id) for each in authorities[at : at + PUBLISHERS]]
        self._orders = encode(
            Orders(
                database_url=hub.database_url,
                data_dir=str(data_dir),
                bootstrap=bootstrap,
                publishers=self.publishers,
                term_seconds=TERM_SECONDS,
            )
        )
        self._processes: list[subprocess.Popen[bytes]] = []
        self._sent: dict[str, list[bytes]] = {each: [] for each in self.publishers}

    def start(self) -> subprocess.Popen[bytes]:
        """Start one more process."""
        command = [sys.executable, "-m", "tests.intake_process", self._orders.decode()]
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
        self._processes.append(process)
        return process

    def send(self, producer: IntakeProducer, each: int) -> None:
        """Send some more messages of each publisher."""
        for publisher in self.publishers:
            begin = len(self._sent[publisher])
            made = [
                message(publisher=publisher, event_id=f"{number}", subject=f"E-{number}")
                for number in range(begin, begin + each)
            ]
            producer.send(publisher, made)
            self._sent[publisher] += made

    @contextmanager
    def sending(self, producer: IntakeProducer) -> Iterator[None]:
        """Send a little all the time, until told to stop."""
        stop = Event()

        def send() -> None:
            while not stop.wait(0.05):
                self.send(producer, 3)

        thread = Thread(target=send)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def until(self, reached: Callable[[], bool]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not reached():
            assert time.monotonic() < deadline, self.held()
            time.sleep(0.1)

    def held(self) -> list[int]:
        """Return how many leases each process holds, the fewest first."""
        return [row[1] for row in rows(self.hub, HELD)]

    def settle_down(self) -> None:
        """Wait until everything that was sent is recorded; it is, each once and in its order."""
        expected = [
            (publisher, address.submission_id)
            for publisher in sorted(self.publishers)
            for address in self.hub.intake.address(
                [Message(raw=raw, sent_by=None) for raw in self._sent[publisher]]
            )
        ]
        self.until(lambda: len(rows(self.hub, RECORDED)) >= len(expected))
        assert rows(self.hub, RECORDED) == expected
        status = self.hub.status.read().submissions
        assert (status.received, status.accepted) == (len(expected), len(expected))

    def end(self) -> None:
        """End every process."""
        for process in self._processes:
            process.kill()
            process.communicate()


@pytest.fixture
def shared(
    hub: Hub, kafka_broker: KafkaBroker, brokers: Brokers, tmp_path: Path
) -> Iterator[Shared]:
    """Six publishers with topics; the keys of the hub are those of its processes."""
    assert hub.keys.wrap
    made = Shared(hub, kafka_broker.bootstrap, tmp_path)
    brokers.ensure_topics(made.publishers)
    yield made
    made.end()


def test_processes_share_the_topics_evenly_as_they_come_and_go(
    shared: Shared, producer: IntakeProducer
) -> None:
    with shared.sending(producer):
        shared.start()
        shared.until(lambda: shared.held() == [6])
        second = shared.start()
        shared.until(lambda: shared.held() == [3, 3])
        shared.start()
        shared.until(lambda: shared.held() == [2, 2, 2])
        second.send_signal(signal.SIGTERM)
        assert second.wait(PATIENCE_SECONDS) == 0
        # It gave its leases back: that is sooner than they would have run out.
        shared.until(lambda: shared.held() == [3, 3])

    shared.settle_down()


def test_the_topics_of_a_killed_process_are_taken_over(
    shared: Shared, producer: IntakeProducer
) -> None:
    with shared.sending(producer):
        first = shared.start()
        shared.start()
        shared.until(lambda: shared.held() == [3, 3])
        first.kill()
        shared.until(lambda: shared.held() == [6])

    shared.settle_down()
    assert first.wait() == -signal.SIGKILL


def test_a_process_that_was_halted_is_replaced_and_goes_on_when_it_wakes(
    shared: Shared, producer: IntakeProducer
) -> None:
    with shared.sending(producer):
        sleeper = shared.start()
        shared.start()
        shared.until(lambda: shared.held() == [3, 3])
        sleeper.send_signal(signal.SIGSTOP)
        shared.until(lambda: shared.held() == [6])
        sleeper.send_signal(signal.SIGCONT)
        shared.until(lambda: shared.held() == [3, 3])

    shared.settle_down()
    assert sleeper.poll() is None


def test_one_that_was_halted_in_the_middle_of_a_commit_holds_nobody_up(
    shared: Shared, producer: IntakeProducer
) -> None:
    with connect(shared.hub.database_url, application_name="hub-" + "0" * 32) as halted:
        halted.execute("SELECT position FROM ledger.head FOR UPDATE")
        name = "00000000-0000-0000-0000-000000000000"
        halted.execute(f"SET application_name = 'hub-{name}'")
        change(
            shared.hub,
            "INSERT INTO intake.processes VALUES (%s, now(), now() - interval '1 s')",
            [name],
        )
        shared.send(producer, 3)

        shared.start()
        shared.settle_down()

        assert len(rows(shared.hub, PROCESSES)) == 1
        halted.close()
