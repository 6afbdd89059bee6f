"""Rejections reach their publishers' topics: each at least once, in order, also after a crash."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from msgspec.json import decode

from contracts.reasons import Reason
from contracts.rejection_events import RejectionEvent
from hub.broker import Brokers, intake_topic, rejects_topic
from hub.broker_producer import IntakeProducer
from hub.database import Database, Role
from hub.outbox_sending import BATCH, OutboxSender
from tests.examples import message
from tests.hub_steps import change, rows, settle
from tests.kafka_nation import Nation, messages

ROOT: Final = Path(__file__).parents[2]
WAITING = "SELECT publisher, count(*) FROM intake.outbox GROUP BY 1 ORDER BY 1"
EVERYTHING = "SELECT o::text FROM intake.outbox o ORDER BY sequence"
END_LEASES = "UPDATE intake.leases SET expires_at = '-infinity'"


@pytest.fixture
def sender(nation: Nation, producer: IntakeProducer) -> Iterator[OutboxSender]:
    database = Database(nation.hub.database_url, Role.INTAKE)
    yield OutboxSender(database, producer, process=uuid4())
    database.close()


def told(bootstrap: str, publisher: str) -> list[RejectionEvent]:
    """Return everything that a rejects topic holds."""
    partition = TopicPartition(rejects_topic(publisher), 0)
    found: list[RejectionEvent] = []
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    try:
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        end = consumer.end_offsets([partition])[partition]
        while consumer.position(partition) < end:
            records = consumer.poll(timeout_ms=1_000).get(partition, [])
            found.extend(decode(record.value, type=RejectionEvent) for record in records)
    finally:
        consumer.close()
    return found


def send_all(sender: OutboxSender) -> int:
    total = 0
    while sent := sender.send():
        total += sent
    return total


def bad(publisher: str, size: int) -> list[bytes]:
    return [
        message(publisher=publisher, event_id=f"bad-{number}", surname="Canary")
        for number in range(size)
    ]


def places(events: Sequence[RejectionEvent]) -> list[int]:
    return [each.data.offset for each in events]


def test_what_is_refused_is_told_with_its_place_its_code_and_nothing_of_what_it_said(
    nation: Nation, producer: IntakeProducer, sender: OutboxSender
) -> None:
    one, _ = nation.publishers
    first = message(publisher=one, event_id="1", subject="E-1")
    other = message(publisher=one, event_id="1", subject="E-1", left="2026-03-02")
    producer.send(one, [first, *bad(one, 1), first, other, b"{"])

    nation.read()
    waiting = nation.hub.status.read().unsent_rejections
    stored = rows(nation.hub, EVERYTHING)
    sent = send_all(sender)
    events = told(nation.bootstrap, one)

    assert (waiting, sent, len(events)) == (3, 3, 3)
    assert [(each.data.offset, each.data.outcome, each.data.reason) for each in events] == [
        (1, "rejected", Reason.SCHEMA_INVALID),
        (3, "conflict", None),
        (4, "rejected", Reason.NOT_JSON),
    ]
    assert {each.data.topic for each in events} == {intake_topic(one)}
    for each in events:
        record = nation.hub.submissions.find(each.subject)
        assert record is not None
        assert record.outcome is not None
        assert record.outcome.value == each.data.outcome
    assert "Canary" not in str(stored)
    assert "Canary" not in str(events)
    assert nation.hub.status.read().unsent_rejections == 0


def test_what_came_in_by_another_door_is_not_told_on_a_topic(nation: Nation) -> None:
    one, _ = nation.publishers

    settle(nation.hub, *bad(one, 2))

    assert rows(nation.hub, WAITING) == []


def test_many_are_sent_in_batches_in_the_order_of_each_publisher(
    nation: Nation, producer: IntakeProducer, sender: OutboxSender
) -> None:
    one, other = nation.publishers
    producer.send(one, bad(one, 2 * BATCH + 50))
    producer.send(other, bad(other, 3))
    nation.read()

    first = sender.send()
    rest = send_all(sender)

    assert (first, rest) == (BATCH + 3, BATCH + 50)
    events = told(nation.bootstrap, one)
    assert places(events) == list(range(2 * BATCH + 50))
    assert len({each.id for each in events}) == len(events)
    assert places(told(nation.bootstrap, other)) == [0, 1, 2]


def test_one_process_sends_at_a_time_and_another_goes_on_when_it_is_gone(
    nation: Nation, producer: IntakeProducer, sender: OutboxSender
) -> None:
    one, _ = nation.publishers
    database = Database(nation.hub.database_url, Role.INTAKE)
    second = OutboxSender(database, producer, process=uuid4())
    producer.send(one, bad(one, 2))
    nation.read()

    sender.send()
    producer.send(one, bad(one, 4))
    nation.read()
    meanwhile = second.send()
    sender.give_back()
    after = second.send()
    database.close()

    assert (meanwhile, after) == (0, 4)
    assert len(told(nation.bootstrap, one)) == 6


def test_a_topic_that_is_missing_holds_nobody_else_up(
    nation: Nation,
    producer: IntakeProducer,
    sender: OutboxSender,
    admin: KafkaAdminClient,
    brokers: Brokers,
) -> None:
    one, other = nation.publishers
    producer.send(one, bad(one, 2))
    producer.send(other, bad(other, 3))
    nation.read()
    admin.delete_topics([rejects_topic(one)])

    sent = send_all(sender)
    waiting = rows(nation.hub, WAITING)
    brokers.ensure_topics([one])
    later = send_all(sender)

    assert (sent, waiting, later) == (3, [(one, 2)], 2)


class KilledProducer(IntakeProducer):
    """The process is killed when the brokers have acknowledged, before it can note that."""

    def send_rejects(self, publisher: str, values: Sequence[bytes]) -> None:
        """Send, and die."""
        super().send_rejects(publisher, values)
        os.kill(os.getpid(), signal.SIGKILL)


def send_and_die(database_url: str, bootstrap: str) -> None:
    """Be the process that is killed."""
    database = Database(database_url, Role.INTAKE)
    OutboxSender(database, KilledProducer(bootstrap), process=UUID(int=1)).send()


def test_one_killed_between_sending_and_noting_it_has_them_sent_again_under_the_same_ids(
    nation: Nation, producer: IntakeProducer, sender: OutboxSender
) -> None:
    one, _ = nation.publishers
    producer.send(one, [*bad(one, 3), *messages(one, 2)])
    nation.read()
    code = "import sys; from tests.integration.test_outbox import send_and_die;"

    killed = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{code} send_and_die(*sys.argv[1:])",
            nation.hub.database_url,
            nation.bootstrap,
        ],
        cwd=ROOT,
        check=False,
    )
    waiting = rows(nation.hub, WAITING)
    change(nation.hub, END_LEASES)
    sent = send_all(sender)
    events = told(nation.bootstrap, one)

    assert killed.returncode == -signal.SIGKILL
    assert (waiting, sent) == ([(one, 3)], 3)
    assert [each.id for each in events[:3]] == [each.id for each in events[3:]]
    once = {each.id: each for each in events}
    assert places(list(once.values())) == [0, 1, 2]
    assert rows(nation.hub, WAITING) == []
