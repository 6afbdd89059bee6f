"""A topic that cannot be trusted stays stopped until an operator decides where to go on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, TopicPartition

from domain.errors import NotFoundError, UsageError
from hub.broker import Brokers, intake_topic
from hub.broker_consumer import IntakeConsumer
from hub.broker_producer import IntakeProducer
from hub.intake_metrics import IntakeStateCollector
from hub.intake_stops import Resumed, ResumeReason, resume
from hub.wiring import Hub
from tests.hub_steps import rows
from tests.intake_process import register_of
from tests.kafka_broker import KafkaBroker
from tests.kafka_nation import Nation, messages
from tests.kafka_steps import collect, poll_until, recreate

OFFSETS = "SELECT next_offset FROM intake.offsets WHERE topic = %s"
RESUMPTIONS = """
SELECT topic, code, reason, from_offset, to_offset, from_topic_id = to_topic_id
  FROM intake.resumptions ORDER BY id
"""


def stops(hub: Hub) -> list[tuple[str, str]]:
    return [(each.topic, each.code) for each in hub.status.read().stopped_topics]


def gauges(hub: Hub) -> dict[tuple[str, ...], float]:
    families = {each.name: each for each in IntakeStateCollector(hub.reader).collect()}
    stopped = families["hub_intake_stopped_partitions"]
    return {tuple(each.labels.values()): each.value for each in stopped.samples}


def resumed(
    nation: Nation, brokers: Brokers, topic: str, *, at: int | None = None, new: bool = False
) -> Resumed:
    return resume(
        nation.hub.ledger_database,
        brokers,
        topic,
        from_offset=at,
        accept_new_topic=new,
        reason=ResumeReason.SENT_AGAIN,
    )


def test_a_recreated_topic_stays_stopped_over_restarts_until_it_is_accepted(
    nation: Nation, producer: IntakeProducer, brokers: Brokers, admin: KafkaAdminClient
) -> None:
    one, other = nation.publishers
    topic = intake_topic(one)
    producer.send(one, messages(one, 5))
    nation.read()
    recreate(admin, brokers, one)
    producer.send(one, messages(one, 8))
    producer.send(other, messages(other, 3))

    nation.read()
    nation.read()
    stopped, gauge, before = stops(nation.hub), gauges(nation.hub), nation.recorded()
    with pytest.raises(UsageError, match="--accept-new-topic"):
        resumed(nation, brokers, topic, at=5)
    done = resumed(nation, brokers, topic, new=True)
    nation.read()

    assert stopped == [(topic, "topic-recreated")]
    assert gauge == {(one, "intake", "topic-recreated"): 1}
    assert before == [(one, 5), (other, 3)]
    assert done.offset == 0
    # The first five are known by their ids.
    assert nation.recorded() == [(one, 8), (other, 3)]
    assert stops(nation.hub) == []
    decided = (topic, "topic-recreated", "sent-again", 5, 0, False)
    assert rows(nation.hub, RESUMPTIONS) == [decided]


def test_what_expired_unread_is_skipped_only_by_decision(
    nation: Nation, producer: IntakeProducer, brokers: Brokers, admin: KafkaAdminClient
) -> None:
    one, other = nation.publishers
    topic = intake_topic(one)
    producer.send(one, messages(one, 2))
    nation.read()
    producer.send(one, messages(one, 6, "later-"))
    admin.delete_records({TopicPartition(topic, 0): 5})
    producer.send(other, messages(other, 3))

    nation.read()
    stopped, before = stops(nation.hub), nation.recorded()
    for wrong in (None, 4, 9):
        with pytest.raises(UsageError, match="begins at 5 and ends before 8"):
            resumed(nation, brokers, topic, at=wrong)
    with pytest.raises(UsageError, match="--from-offset"):
        resumed(nation, brokers, topic, new=True)
    resumed(nation, brokers, topic, at=5)
    with pytest.raises(NotFoundError):
        resumed(nation, brokers, topic, at=5)
    nation.read()

    assert stopped == [(topic, "offset-out-of-range")]
    assert before == [(one, 2), (other, 3)]
    assert nation.recorded() == [(one, 5), (other, 3)]
    assert rows(nation.hub, OFFSETS, [topic]) == [(8,)]


def test_all_that_was_read_may_expire(
    nation: Nation, producer: IntakeProducer, admin: KafkaAdminClient
) -> None:
    one, _ = nation.publishers
    producer.send(one, messages(one, 4))
    nation.read()
    admin.delete_records({TopicPartition(intake_topic(one), 0): 4})
    producer.send(one, messages(one, 3, "later-"))

    nation.read()

    assert stops(nation.hub) == []
    assert nation.recorded() == [(one, 7)]


@pytest.fixture
def own_broker(broker_outages: None, tmp_path: Path) -> Iterator[KafkaBroker]:
    """A broker whose logs may be cut."""
    del broker_outages
    with KafkaBroker(tmp_path / "kafka") as broker:
        yield broker


def cut(broker: KafkaBroker, topic: str) -> None:
    """Empty the log of a topic behind the back of its broker, as a disk that lost writes would."""
    (folder,) = broker.data.glob(f"{topic}-0")
    for path in folder.iterdir():
        if path.name != "partition.metadata":
            path.unlink() if path.is_file() else shutil.rmtree(path)


def test_a_log_that_was_cut_stops_also_when_it_was_filled_again(
    own_broker: KafkaBroker, hub: Hub
) -> None:
    publishers = [str(each.publisher_id) for each in hub.register.forces[:3]]
    refilled, emptied, sound = publishers
    nation = Nation(
        hub=hub,
        bootstrap=own_broker.bootstrap,
        publishers=(refilled, emptied),
        register=register_of(hub.register, publishers),
        seconds=[],
    )
    with Brokers(own_broker.bootstrap) as brokers, IntakeProducer(own_broker.bootstrap) as producer:
        brokers.ensure_topics(publishers)
        for publisher in publishers:
            producer.send(publisher, messages(publisher, 4))
        nation.read()
        connected = IntakeConsumer(own_broker.bootstrap, {intake_topic(refilled): None})
        with connected:
            assert len(collect(connected, 4)) == 4
            own_broker.stop()
            for publisher in (refilled, emptied):
                cut(own_broker, intake_topic(publisher))
            own_broker.start()
            # More than before, so that the stored offset exists again.
            producer.send(refilled, messages(refilled, 9, "other-"))
            producer.send(sound, messages(sound, 2, "later-"))

            nation.read()
            stopped, recorded = dict(stops(hub)), nation.recorded()
            poll_until(connected, lambda: bool(connected.stopped))
            noticed = [each.code.value for each in connected.stopped.values()]

    assert stopped == {
        intake_topic(refilled): "log-rewritten",
        intake_topic(emptied): "offset-out-of-range",
    }
    assert recorded == sorted([(refilled, 4), (emptied, 4), (sound, 6)])
    # One that stays connected learns it from the epoch of the partition's leader.
    assert noticed == ["log-truncated"]
