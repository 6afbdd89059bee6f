"""Keeps the Kafka client's own log short and free of message content."""

import logging
import re
import time
from typing import Final

import structlog

REPEAT_SECONDS: Final = 30.0
TEMPLATE_CHARACTERS: Final = 120
TOPIC_NAME: Final = re.compile(r"hub\.(?:intake|backfill|rejects)\.[A-Za-z0-9-]+\.v1")

log = structlog.get_logger()


class CalmKafkaHandler(logging.Handler):
    """Passes warnings of the Kafka client on as one structured line per kind and half minute.

    The client repeats itself many times a second while a broker or topic is away, and its
    arguments can quote requests: only the message's template and our topic names are kept.
    """

    def __init__(self, repeat_seconds: float = REPEAT_SECONDS) -> None:
        super().__init__(level=logging.WARNING)
        self._repeat_seconds = repeat_seconds
        self._last_at: dict[tuple[str, str], float] = {}
        self._held_back: dict[tuple[str, str], int] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record as a warning, or count it if the same was written just now."""
        # Without arguments the text was put together by the client and may hold anything.
        template = str(record.msg)[:TEMPLATE_CHARACTERS] if record.args else record.funcName
        kind = (record.name, str(template))
        now = time.monotonic()
        if now - self._last_at.get(kind, -self._repeat_seconds) < self._repeat_seconds:
            self._held_back[kind] = self._held_back.get(kind, 0) + 1
            return
        self._last_at[kind] = now
        log.warning(
            "kafka-client",
            logger=record.name,
            template=template,
            topics=sorted(topics_named_in(str(record.args))),
            held_back=self._held_back.pop(kind, 0),
        )


def topics_named_in(text: str) -> set[str]:
    """Return the hub's topics that a text of the Kafka client names."""
    return set(TOPIC_NAME.findall(text))


def quieten_kafka_logs() -> None:
    """Route the Kafka client's warnings through `CalmKafkaHandler`; safe to call again."""
    logger = logging.getLogger("kafka")
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    if not any(isinstance(handler, CalmKafkaHandler) for handler in logger.handlers):
        logger.addHandler(CalmKafkaHandler())
