"""Watches that the intake topics are still those whose offsets are stored."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import structlog

from hub.broker import Brokers, TopicFacts, publisher_of

log = structlog.get_logger()


class StopCode(StrEnum):
    """Why a partition is no longer read; permanent, safe to show."""

    LOG_REWRITTEN = "log-rewritten"
    LOG_TRUNCATED = "log-truncated"
    LOG_UNREADABLE = "log-unreadable"
    OFFSET_OUT_OF_RANGE = "offset-out-of-range"
    TOPIC_GONE = "topic-gone"
    TOPIC_NOT_AUTHORISED = "topic-not-authorised"
    TOPIC_NOT_ONE_PARTITION = "topic-not-one-partition"
    TOPIC_RECREATED = "topic-recreated"


@dataclass(frozen=True, kw_only=True, slots=True)
class StopReason:
    """Why a partition stopped, with the ids and offsets that an operator needs to decide."""

    code: StopCode
    detail: str


class TopicWatch:
    """Which topics may be read: there, with one partition, and with the id that was stored.

    The client library goes on reading when a topic is deleted and created again, so ids are
    compared here. An id never comes back: if it holds now, it held for all that was read before.

    expected: the stored id by topic; None accepts the first id seen.
    stopped: what must not be read again, and why; only a new watch forgets it.
    live: the topics that may be read, as of the last look, in the order of `expected`.
    """

    def __init__(
        self, brokers: Brokers, expected: Mapping[str, UUID | None], *, gone_seconds: float
    ) -> None:
        self.ids: dict[str, UUID] = {
            topic: topic_id for topic, topic_id in expected.items() if topic_id
        }
        self.stopped: dict[str, StopReason] = {}
        self.live: tuple[str, ...] = ()
        self._topics = tuple(expected)
        self._brokers = brokers
        self._gone_seconds = gone_seconds
        self._missing_since: dict[str, float] = {}
        self._present: set[str] = set()

    def look(self, topics: Iterable[str] | None = None) -> None:
        """Ask the brokers about some topics (None: all that did not stop) and update `live`.

        Raises BrokerUnavailableError; then nothing has changed.
        """
        asked = [topic for topic in topics or self._topics if topic not in self.stopped]
        for topic, facts in self._brokers.describe(asked).items():
            self._judge(topic, facts)
        self._update()

    def stop(self, topic: str, code: StopCode, detail: str) -> None:
        """Stop one partition, loudly and for good; the others go on."""
        if topic in self.stopped:
            return
        self.stopped[topic] = StopReason(code=code, detail=detail)
        self._update()
        log.error(
            "intake-partition-stopped",
            topic=topic,
            publisher=publisher_of(topic),
            code=code.value,
            detail=detail,
        )

    def _update(self) -> None:
        self.live = tuple(
            topic for topic in self._topics if topic in self._present and topic not in self.stopped
        )

    def _judge(self, topic: str, facts: TopicFacts) -> None:
        if facts.topic_id is None:
            self._present.discard(topic)
            self._missing(topic, facts)
            return
        self._present.add(topic)
        self._missing_since.pop(topic, None)
        expected = self.ids.setdefault(topic, facts.topic_id)
        if facts.topic_id != expected:
            self.stop(
                topic,
                StopCode.TOPIC_RECREATED,
                f"the stored offset belongs to topic id {expected}, the topic now has id"
                f" {facts.topic_id}",
            )
        elif facts.partitions != 1:
            self.stop(
                topic,
                StopCode.TOPIC_NOT_ONE_PARTITION,
                f"the topic has {facts.partitions} partitions; order needs exactly one",
            )

    def _missing(self, topic: str, facts: TopicFacts) -> None:
        now = time.monotonic()
        since = self._missing_since.setdefault(topic, now)
        if now - since < self._gone_seconds:
            return
        if facts.authorised:
            detail = f"the topic has not been there for {self._gone_seconds:g} s"
            self.stop(topic, StopCode.TOPIC_GONE, detail)
        else:
            detail = f"the hub has had no right to the topic for {self._gone_seconds:g} s"
            self.stop(topic, StopCode.TOPIC_NOT_AUTHORISED, detail)
