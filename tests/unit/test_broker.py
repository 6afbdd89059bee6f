"""The parts of the broker connection that need no broker: names, shares, logs."""

import logging
import time
from uuid import UUID

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import UsageError
from hub.broker import TOPICS_OF_PUBLISHER, checked_bootstrap, intake_topic, publisher_of
from hub.broker_backlog import BACKLOG_BYTES, Backlog, FetchedMessage, fair_shares
from hub.broker_logs import CalmKafkaHandler, quieten_kafka_logs

WAITING = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 2_000))


@pytest.mark.parametrize("publisher", ["la-301", "pf-E23000001", "pf-btp"])
def test_a_publisher_has_three_topics_that_name_it(publisher: str) -> None:
    topics = [name(publisher) for name in TOPICS_OF_PUBLISHER]

    assert topics == [f"hub.{kind}.{publisher}.v1" for kind in ("intake", "backfill", "rejects")]
    assert [publisher_of(topic) for topic in topics] == [publisher] * 3


@pytest.mark.parametrize("publisher", ["", "la.301", "la 301", "la-301\n", "la_301"])
def test_a_publisher_that_cannot_name_a_topic_is_refused(publisher: str) -> None:
    with pytest.raises(UsageError):
        intake_topic(publisher)


@pytest.mark.parametrize("topic", ["hub.intake.la-301.v2", "__consumer_offsets", ""])
def test_other_topics_have_no_publisher(topic: str) -> None:
    with pytest.raises(UsageError):
        publisher_of(topic)


def test_broker_addresses_are_separated_by_commas() -> None:
    addresses = checked_bootstrap("one:9092, 10.0.0.2:9093,[::1]:9094")

    assert addresses == ["one:9092", "10.0.0.2:9093", "[::1]:9094"]


@pytest.mark.parametrize("bootstrap", ["", "kafka", "kafka:port", "kafka:9092,", "kafka:99999"])
def test_malformed_broker_addresses_name_the_setting(bootstrap: str) -> None:
    with pytest.raises(UsageError, match="HUB_KAFKA_BROKERS"):
        checked_bootstrap(bootstrap)


@given(waiting=WAITING, total=st.integers(1, 3_000), each=st.integers(1, 500))
def test_shares_are_bounded_and_waste_no_room(
    waiting: dict[str, int], total: int, each: int
) -> None:
    others_wait = sum(count > 0 for count in waiting.values()) > 1

    shares = fair_shares(waiting, total=total, each=each)

    limits = {name: min(count, each if others_wait else total) for name, count in waiting.items()}
    assert all(0 < count <= limits[name] for name, count in shares.items())
    assert sum(shares.values()) == min(total, sum(limits.values()))


@given(waiting=WAITING, total=st.integers(8, 3_000))
def test_everyone_who_waits_gets_a_share_if_there_is_room_for_all(
    waiting: dict[str, int], total: int
) -> None:
    shares = fair_shares(waiting, total=total, each=500)

    assert set(shares) == {name for name, count in waiting.items() if count}


def test_what_is_left_of_a_topic_waits_behind_the_others() -> None:
    backlog = Backlog()
    backlog.add("a", [message("a", offset) for offset in range(4)])
    backlog.add("b", [message("b", 0)])

    taken = backlog.take("a", 2)

    assert [one.offset for one in taken] == [0, 1]
    assert list(backlog.shares(total=10)) == ["b", "a"]
    assert [each.offset for each in (backlog.first("a"), backlog.last("a")) if each] == [2, 3]


def test_a_topic_is_full_when_it_has_enough_for_two_polls() -> None:
    backlog = Backlog()
    backlog.add("a", [message("a", offset) for offset in range(1_000)])

    alone = backlog.full(["a", "b"], total=600)
    backlog.add("b", [message("b", 0)])
    together = backlog.full(["a", "b"], total=600)

    assert (alone, together) == (set(), {"a"})


def test_everything_is_full_when_too_many_bytes_wait() -> None:
    backlog = Backlog()
    backlog.add("a", [message("a", 0, value=b"x" * BACKLOG_BYTES)])

    before = backlog.full(["a", "b"], total=10)
    backlog.keep_only(["b"])

    assert before == {"a", "b"}
    assert backlog.full(["a", "b"], total=10) == set()
    assert not backlog
    assert backlog.first("a") is backlog.last("a") is None


def test_the_kafka_client_repeats_itself_once_in_half_a_minute_and_quotes_nothing() -> None:
    handler = CalmKafkaHandler()
    arguments = ("hub.intake.la-301.v1", b"CANARY")

    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            handler.handle(record("Topic %s not found: %s", *arguments))
        handler.handle(record("put together with CANARY"))

    assert [(line["template"], line["topics"]) for line in lines] == [
        ("Topic %s not found: %s", ["hub.intake.la-301.v1"]),
        ("function", []),
    ]
    assert "CANARY" not in repr(lines)


def test_what_was_held_back_is_counted_with_the_next_line() -> None:
    handler = CalmKafkaHandler(repeat_seconds=0.05)

    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            handler.handle(record("Connection failed: %s", "refused"))
        time.sleep(0.06)
        handler.handle(record("Connection failed: %s", "refused"))

    assert [line["held_back"] for line in lines] == [0, 2]


def test_quietening_the_kafka_client_twice_adds_one_handler() -> None:
    quieten_kafka_logs()
    quieten_kafka_logs()

    logger = logging.getLogger("kafka")
    assert sum(isinstance(handler, CalmKafkaHandler) for handler in logger.handlers) == 1
    assert not logger.propagate
    assert not logging.getLogger("kafka.consumer.fetcher").isEnabledFor(logging.INFO)


def message(topic: str, offset: int, value: bytes = b"x") -> FetchedMessage:
    """A message with a payload of no interest."""
    return FetchedMessage(
        topic=topic,
        publisher="la-301",
        offset=offset,
        topic_id=UUID(int=1),
        value=value,
        timestamp_ms=0,
    )


def record(text: str, *arguments: object) -> logging.LogRecord:
    """A warning of the Kafka client."""
    return logging.LogRecord(
        "kafka.cluster", logging.ERROR, "cluster.py", 1, text, arguments, None, "function"
    )
