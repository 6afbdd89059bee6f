"""Writes submissions and rejects to a publisher's topics; returns only when they are stored."""

import time
from collections.abc import Sequence
from contextlib import suppress
from threading import Lock
from types import TracebackType
from typing import Final, Self

from kafka import KafkaProducer
from kafka.errors import KafkaError

from domain.errors import UsageError
from hub.broker import (
    MAX_BATCH_BYTES,
    backfill_topic,
    checked_bootstrap,
    connect,
    intake_topic,
    rejects_topic,
    unavailable,
)

FRAMING_BYTES: Final = 1024
MAX_MESSAGE_BYTES: Final = MAX_BATCH_BYTES - FRAMING_BYTES
CLOSE_SECONDS: Final = 2.0


class IntakeProducer:
    """Stores messages in Kafka on all in-sync replicas, or says that it could not.

    Connects at the first use. Safe for several threads: one that fails makes those that wait at
    the same time fail too.
    """

    def __init__(self, bootstrap: str, *, timeout_seconds: float = 10.0) -> None:
        self.bootstrap = ",".join(checked_bootstrap(bootstrap))
        self._timeout_seconds = timeout_seconds
        self._producer: KafkaProducer | None = None
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, publisher: str, values: Sequence[bytes]) -> None:
        """Store submissions in the publisher's intake topic, in this order.

        Raises BrokerUnavailableError if not all were acknowledged in time: some may be stored, and
        sending all of them again is safe, because intake knows a submission it has seen.
        Raises UsageError if one is too large for a topic; then none was sent.
        """
        self._send(intake_topic(publisher), values)

    def send_backfill(self, publisher: str, values: Sequence[bytes]) -> None:
        """Store old events in the publisher's backfill topic, in this order; errors as for `send`.

        Intake takes them when nothing new waits.
        """
        self._send(backfill_topic(publisher), values)

    def send_rejects(self, publisher: str, values: Sequence[bytes]) -> None:
        """Store rejections in the publisher's rejects topic; errors as for `send`."""
        self._send(rejects_topic(publisher), values)

    def close(self) -> None:
        """End the connections; a later call opens them again."""
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            self._discard(producer)

    def _send(self, topic: str, values: Sequence[bytes]) -> None:
        largest = max((len(value) for value in values), default=0)
        if largest > MAX_MESSAGE_BYTES:
            raise UsageError(
                f"A message of {largest} bytes does not fit into {topic}:"
                f" at most {MAX_MESSAGE_BYTES} bytes."
            )
        if not values:
            return
        deadline = time.monotonic() + self._timeout_seconds
        producer = self._connected()
        try:
            pending = [producer.send(topic, value=value, partition=0) for value in values]
            for sent in pending:
                sent.get(timeout=max(0.0, deadline - time.monotonic()))
        except (KafkaError, OSError) as error:
            with self._lock:
                if self._producer is producer:
                    self._producer = None
            self._discard(producer)
            raise unavailable(self.bootstrap, error) from error

    def _connected(self) -> KafkaProducer:
        timeout_ms = int(self._timeout_seconds * 1000)
        with self._lock:
            if self._producer is None:
                self._producer = connect(
                    KafkaProducer,
                    self.bootstrap,
                    client_id="hub-producer",
                    acks="all",
                    enable_idempotence=True,
                    allow_auto_create_topics=False,
                    batch_size=256 * 1024,
                    max_request_size=MAX_BATCH_BYTES,
                    max_block_ms=timeout_ms,
                    delivery_timeout_ms=timeout_ms,
                    request_timeout_ms=timeout_ms // 2,
                    bootstrap_timeout_ms=timeout_ms,
                    reconnect_backoff_max_ms=1000,
                    metrics_enabled=False,
                )
            return self._producer

    def _discard(self, producer: KafkaProducer) -> None:
        # Nobody waits for a message any more. close() alone would wait for those that hang, and
        # then give up with its thread still running.
        producer._sender.force_close()
        with suppress(KafkaError):
            producer.close(timeout=CLOSE_SECONDS)
