"""Reads the intake topics from positions that the caller keeps; skips nothing, ever."""

import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Final, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import (
    KafkaError,
    LogTruncationError,
    OffsetOutOfRangeError,
    TopicAuthorizationFailedError,
)

from domain.errors import BrokerUnavailableError
from hub.broker import Brokers, connect, publisher_of, unavailable
from hub.broker_backlog import FetchedMessage
from hub.broker_logs import topics_named_in
from hub.broker_positions import Positions, StoredOffset
from hub.broker_watch import StopCode, StopReason, TopicWatch

# A topic that is paused waits for the running request of the others, at most this long.
FETCH_WAIT_MS: Final = 50
TOPIC_FETCH_BYTES: Final = 1024 * 1024
FETCH_BYTES: Final = 8 * 1024 * 1024
# Each poll takes all that has arrived: the library loses track of a partition that is paused while
# a part of what was fetched of it is taken (it is then never read again).
ALL_RECORDS: Final = 1_000_000_000


class IntakeConsumer:
    """The messages of many publishers' intake topics, in order within each; no consumer group.

    `positions` says what to read and from where; None there means from the first message kept.
    A topic that was recreated, is gone for `gone_seconds` or no longer holds the position stops,
    for the life of this object, and the others go on: see `stopped`. Topics are looked at every
    `refresh_seconds`. Connects at the first poll. Not for several threads at once.

    keyed: makes the keyed hash of a message; at each connection the message before the position is
    read again and compared, as a log that was cut and filled again would go unnoticed otherwise.
    None: nothing is compared.
    """

    def __init__(
        self,
        bootstrap: str,
        positions: Mapping[str, StoredOffset | None],
        *,
        keyed: Callable[[bytes], bytes] | None = None,
        gone_seconds: float = 60.0,
        refresh_seconds: float = 3.0,
        timeout_seconds: float = 10.0,
    ) -> None:
        self._brokers = Brokers(bootstrap, timeout_seconds=timeout_seconds)
        self._publishers = {topic: publisher_of(topic) for topic in positions}
        self._watch = TopicWatch(
            self._brokers,
            {topic: at.topic_id if at else None for topic, at in positions.items()},
            gone_seconds=gone_seconds,
        )
        self._positions = Positions(positions, keyed=keyed)
        self._backlog = self._positions.backlog
        self._timeout_ms = int(timeout_seconds * 1000)
        self._refresh_seconds = refresh_seconds
        self._refresh_at = 0.0
        self._consumer: KafkaConsumer | None = None
        self._assigned: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def stopped(self) -> Mapping[str, StopReason]:
        """The topics that are no longer read, and why; an operator must act on each."""
        return self._watch.stopped

    def poll(self, timeout_seconds: float, max_messages: int) -> list[FetchedMessage]:
        """Return the next messages, at most 500 of one publisher while others wait.

        Empty if none came in time. Raises BrokerUnavailableError if no broker answers; nothing is
        lost by that, a later call goes on where this one was.
        """
        self._fetch(time.monotonic() + timeout_seconds, max_messages)
        chosen = self._backlog.shares(total=max_messages)
        if chosen:
            # Messages are fetched by topic name: only ids that hold after the fetch prove them.
            self._look(chosen)
        messages: list[FetchedMessage] = []
        for topic, count in chosen.items():
            if topic in self._backlog:
                messages += self._positions.take(topic, count)
        return messages

    def lag(self) -> dict[str, int]:
        """Return how many messages of each publisher `poll` has not returned yet.

        Topics that stopped or are missing have no lag and are left out. Raises
        BrokerUnavailableError.
        """
        self._refresh_if_due()
        ends = self._brokers.end_offsets(self._assigned)
        return {
            self._publishers[topic]: max(0, end - self._passed(topic))
            for topic, end in ends.items()
        }

    def oldest_ms(self) -> dict[str, int]:
        """Return when each publisher's oldest message came that `poll` has not returned yet.

        In milliseconds since 1970. Of what was not even fetched only this much is known: it came
        after the last message that was.
        """
        known = {topic: self._positions.oldest_ms(topic) for topic in self._assigned}
        return {self._publishers[topic]: at for topic, at in known.items() if at is not None}

    def close(self) -> None:
        """End the connections; what was fetched but not returned is read again by the next one."""
        self._disconnect()
        self._brokers.close()

    def _fetch(self, deadline: float, max_messages: int) -> None:
        while True:
            self._refresh_if_due()
            patience = 0.0 if self._backlog else max(0.0, deadline - time.monotonic())
            fetched = self._fetch_once(min(patience, self._refresh_seconds), max_messages)
            if not fetched and (self._backlog or time.monotonic() >= deadline):
                return

    def _fetch_once(self, patience_seconds: float, max_messages: int) -> bool:
        consumer = self._connected()
        if consumer is None:
            time.sleep(patience_seconds)
            return False
        self._pause_the_full(consumer, max_messages)
        try:
            batches = consumer.poll(
                timeout_ms=int(patience_seconds * 1000), max_records=ALL_RECORDS
            )
        except KafkaError as error:
            self._fetch_failed(error)
            return False
        for partition, records in batches.items():
            self._keep(partition.topic, records)
        return bool(batches)

    def _keep(self, topic: str, records: Iterable[Any]) -> None:
        publisher, topic_id = self._publishers[topic], self._watch.ids[topic]
        messages = [
            FetchedMessage(
                topic=topic,
                publisher=publisher,
                offset=record.offset,
                topic_id=topic_id,
                value=record.value or b"",
                timestamp_ms=record.timestamp,
                leader_epoch=record.leader_epoch,
            )
            for record in records
        ]
        if not self._positions.keep(topic, messages):
            at = self._positions.fetched(topic)
            detail = f"the message before offset {at} is another one than was read there"
            self._watch.stop(topic, StopCode.LOG_REWRITTEN, detail)
            self._follow_the_watch()

    def _fetch_failed(self, error: KafkaError) -> None:
        match error:
            case OffsetOutOfRangeError():
                for partition, offset in error.args[0].items():
                    detail = f"offset {offset} is not in the log, which {self._extent(partition)}"
                    self._watch.stop(partition.topic, StopCode.OFFSET_OUT_OF_RANGE, detail)
            case LogTruncationError():
                for partition in error.divergent_offsets:
                    at = self._positions.next(partition.topic)
                    detail = f"the log lost messages before offset {at} that were read already"
                    self._watch.stop(partition.topic, StopCode.LOG_TRUNCATED, detail)
            case TopicAuthorizationFailedError():
                for topic in error.args[0]:
                    detail = "the hub has no right to read the topic"
                    self._watch.stop(topic, StopCode.TOPIC_NOT_AUTHORISED, detail)
            case _:
                named = topics_named_in(str(error))
                if error.retriable or not named:
                    self._disconnect()
                    raise unavailable(self._brokers.bootstrap, error) from error
                for topic in named:
                    detail = (
                        f"{type(error).__name__} at or after offset {self._positions.next(topic)}"
                    )
                    self._watch.stop(topic, StopCode.LOG_UNREADABLE, detail)
        self._follow_the_watch()

    def _extent(self, partition: TopicPartition) -> str:
        try:
            first = self._brokers.beginning_offsets([partition.topic])[partition.topic]
            end = self._brokers.end_offsets([partition.topic])[partition.topic]
        except (BrokerUnavailableError, KeyError):
            return "could not be measured"
        return f"begins at {first} and ends before {end}"

    def _refresh_if_due(self) -> None:
        if time.monotonic() >= self._refresh_at:
            self._look(None)
            self._refresh_at = time.monotonic() + self._refresh_seconds

    def _look(self, topics: Iterable[str] | None) -> None:
        self._watch.look(topics)
        self._follow_the_watch()

    def _follow_the_watch(self) -> None:
        live = self._watch.live
        unplaced = [topic for topic in live if topic not in self._positions]
        if unplaced:
            self._positions.begin(self._brokers.beginning_offsets(unplaced))
        readable = tuple(topic for topic in live if topic in self._positions)
        if readable == self._assigned:
            return
        self._backlog.keep_only(readable)
        # assign() keeps asking for topics it no longer reads, ten times a second if they are gone.
        self._disconnect()
        self._assigned = readable

    def _connected(self) -> KafkaConsumer | None:
        if self._consumer is not None:
            return self._consumer
        begins = self._stop_the_cut()
        if self._assigned:
            self._consumer = connect(
                KafkaConsumer,
                self._brokers.bootstrap,
                client_id="hub-intake",
                enable_auto_commit=False,
                auto_offset_reset="none",
                isolation_level="read_committed",
                allow_auto_create_topics=False,
                fetch_max_wait_ms=FETCH_WAIT_MS,
                max_partition_fetch_bytes=TOPIC_FETCH_BYTES,
                fetch_max_bytes=FETCH_BYTES,
                metadata_max_age_ms=int(self._refresh_seconds * 1000),
                bootstrap_timeout_ms=self._timeout_ms,
                request_timeout_ms=self._timeout_ms,
                reconnect_backoff_max_ms=1000,
                metrics_enabled=False,
            )
            self._consumer.assign([TopicPartition(topic, 0) for topic in self._assigned])
            for topic, offset in self._positions.seek(self._assigned, begins).items():
                self._consumer.seek(TopicPartition(topic, 0), offset)
        return self._consumer

    def _stop_the_cut(self) -> dict[str, int]:
        """Stop topics that end before their position; return where the others begin.

        A fetch of the message before a position would not fail where the log ends just there.
        """
        if not self._positions.comparing or not self._assigned:
            return {}
        begins = self._brokers.beginning_offsets(self._assigned)
        ends = self._brokers.end_offsets(self._assigned)
        for topic in begins.keys() & ends.keys():
            at = self._positions.fetched(topic)
            if ends[topic] < at:
                extent = f"begins at {begins[topic]} and ends before {ends[topic]}"
                detail = f"offset {at} is not in the log, which {extent}"
                self._watch.stop(topic, StopCode.OFFSET_OUT_OF_RANGE, detail)
        self._follow_the_watch()
        return begins

    def _passed(self, topic: str) -> int:
        """Return the offset up to which nothing waits: markers of transactions are no messages."""
        at = self._positions.next(topic)
        if self._consumer is None or not self._positions.at_rest(topic):
            return at
        return max(at, self._consumer.position(TopicPartition(topic, 0)) or 0)

    def _pause_the_full(self, consumer: KafkaConsumer, max_messages: int) -> None:
        full = {
            TopicPartition(topic, 0)
            for topic in self._backlog.full(self._assigned, total=max_messages)
        }
        paused = consumer.paused()
        consumer.pause(*full.difference(paused))
        consumer.resume(*paused.difference(full))

    def _disconnect(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close(autocommit=False)
