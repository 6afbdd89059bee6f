"""Topics deleted, recreated, truncated or expired under a stored offset."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, LiteralString

from kafka import KafkaAdminClient, TopicPartition

from hub.broker import Brokers, intake_topic
from hub.broker_producer import IntakeProducer
from tests.faults.hubs import SmallHub
from tests.faults.oracle import FaultFoundError
from tests.faults.processes import PATIENCE_SECONDS, wait_until
from tests.faults.publishers import AUTHORITIES
from tests.faults.running import Attempt
from tests.faults.site import Site
from tests.faults.stage import OFFSETS, Stage, stage
from tests.kafka_steps import recreate

BROKEN: Final = AUTHORITIES[0]
STOPS: Final[LiteralString] = "SELECT topic, code FROM intake.stops ORDER BY topic"

Harm = Callable[[Stage, IntakeProducer], None]


@contextmanager
def topics(
    site: Site, seed: int, *, kind: type[SmallHub] = SmallHub, seconds: float = PATIENCE_SECONDS
) -> Iterator[Attempt]:
    """Give what harms one publisher's topic, and sees that it stops and the others go on."""

    def attempt(number: int) -> None:
        with stage(site, seed + number, kafka=True) as play:
            producer = play.producer()
            play.publish(producer, play.newsroom.messages(120))
            play.drain()
            play.check_ledger()
            offset = dict(play.rows(OFFSETS))[intake_topic(BROKEN)]
            HARMS[number % len(HARMS)](play, producer)
            others = [each for each in play.newsroom.messages(120) if each.publisher != BROKEN]
            play.publish(producer, others)
            with play.role("intake", kind=kind):
                wait_until(lambda: _stopped(play), "a stop on record", seconds)
                wait_until(play.is_read, "the others read")
            if dict(play.rows(OFFSETS))[intake_topic(BROKEN)] != offset:
                raise FaultFoundError("the offset of a topic that was harmed has moved")
            play.check_ledger()

    yield attempt


def _stopped(play: Stage) -> bool:
    return [str(row[0]) for row in play.rows(STOPS)] == [intake_topic(BROKEN)]


def _delete(play: Stage, _producer: IntakeProducer) -> None:
    with KafkaAdminClient(bootstrap_servers=play.site.bootstrap) as admin:
        admin.delete_topics([intake_topic(BROKEN)])


def _recreate(play: Stage, producer: IntakeProducer) -> None:
    """Make it anew, with more messages than before, so that the stored offset exists in it."""
    with (
        Brokers(play.site.bootstrap) as brokers,
        KafkaAdminClient(bootstrap_servers=play.site.bootstrap) as admin,
    ):
        recreate(admin, brokers, BROKEN)
    producer.send(BROKEN, [each.raw for each in play.direct.messages(400)])


def _truncate(play: Stage, _producer: IntakeProducer) -> None:
    """Let the broker lose what it had of it, as a disk that was swapped does."""
    play.site.broker.stop()
    shutil.rmtree(play.site.broker.data / f"{intake_topic(BROKEN)}-0")
    play.site.broker.start()


def _expire(play: Stage, producer: IntakeProducer) -> None:
    """Let messages that were never read pass out of retention."""
    producer.send(BROKEN, [each.raw for each in play.direct.messages(50)])
    topic = intake_topic(BROKEN)
    with (
        Brokers(play.site.bootstrap) as brokers,
        KafkaAdminClient(bootstrap_servers=play.site.bootstrap) as admin,
    ):
        admin.delete_records({TopicPartition(topic, 0): brokers.end_offsets([topic])[topic] - 5})


HARMS: Final[tuple[Harm, ...]] = (_recreate, _truncate, _expire, _delete)
