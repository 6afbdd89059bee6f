"""The gateway of the national profile: durable at the brokers first, settled later."""

from threading import Event, Thread

import pytest

from contracts.reasons import Reason
from domain.identifiers import PublisherId
from hub.broker import Brokers, intake_topic
from hub.broker_producer import IntakeProducer
from hub.gateway import KafkaGateway
from hub.kafka_backlog import KafkaBacklog
from hub.queries import StatusService
from tests.examples import message
from tests.hub_steps import settle
from tests.kafka_nation import Nation, messages


@pytest.fixture
def gateway(nation: Nation, producer: IntakeProducer) -> KafkaGateway:
    hub = nation.hub
    return KafkaGateway(hub.intake, producer, hub.submissions, hub.keys, transport="https")


def test_what_the_gateway_takes_is_in_flight_until_it_is_settled(
    nation: Nation, gateway: KafkaGateway
) -> None:
    one, _ = nation.publishers
    backlog = KafkaBacklog(nation.hub.reader, nation.publishers, nation.bootstrap)
    status = StatusService(nation.hub.reader, backlog)
    sent = messages(one, 3)

    receipts = gateway.receive([*sent, b"{"], sent_by=None, wait_seconds=0)
    waiting = status.read().submissions
    nation.read()
    settled = status.read().submissions

    assert [each.settled is None for each in receipts] == [True, True, True, False]
    assert (waiting.in_flight, waiting.accepted, waiting.received) == (3, 0, 4)
    assert (settled.in_flight, settled.accepted, settled.received) == (0, 3, 4)
    assert waiting.balanced
    assert settled.balanced


def test_one_who_waits_at_the_gateway_learns_the_outcomes(
    nation: Nation, gateway: KafkaGateway
) -> None:
    one, _ = nation.publishers
    first, second = messages(one, 2)
    settle(nation.hub, first)
    stop = Event()
    reading = Thread(
        target=nation.intake().run, args=(stop,), kwargs={"poll_seconds": 0.2}, daemon=True
    )
    reading.start()

    receipts = gateway.receive([first, second], sent_by=None, wait_seconds=20)
    stop.set()
    reading.join(30)

    assert [each.settled is not None for each in receipts] == [True, True]
    assert nation.recorded() == [(one, 2)]


def test_identity_in_clear_reaches_no_topic_even_in_a_message_that_is_broken(
    nation: Nation, gateway: KafkaGateway, brokers: Brokers
) -> None:
    one, _ = nation.publishers
    about = {"publisher": one, "subject": "C-1"}
    clear = {"forenames": "Canary", "surname": "Planted"}
    kind = "missing.subject.registered.v1"
    sent = [
        message(kind, identity=clear, **about),
        message(kind, identity={**clear, "nickname": "Canary"}, **about),
        message(kind, identity=clear, **about)[:-1],
        message(surname="Planted", **about),
    ]

    receipts = gateway.receive(sent, sent_by=PublisherId(one), wait_seconds=0)

    reasons = [each.settled.rejection.reason if each.settled else None for each in receipts]  # type: ignore[union-attr]
    assert reasons == [None, Reason.IDENTITY_IN_CLEAR, Reason.NOT_JSON, Reason.SCHEMA_INVALID]
    assert brokers.end_offsets([intake_topic(one)]) == {intake_topic(one): 1}
