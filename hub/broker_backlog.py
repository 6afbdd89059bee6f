"""Holds what was fetched and not yet handed on, and shares each poll fairly among publishers."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from typing import Final
from uuid import UUID

from msgspec import Struct

PUBLISHER_MESSAGES_PER_POLL: Final = 500
BACKLOG_BYTES: Final = 64 * 1024 * 1024


class FetchedMessage(Struct, frozen=True, kw_only=True, gc=False):
    """One message of an intake topic, exactly as its publisher sent it.

    topic_id: confirmed by a broker after the message was fetched.
    value: empty if the message had none.
    timestamp_ms: when the broker took it (milliseconds since 1970, UTC); -1 if unknown.
    leader_epoch: of the leader that wrote it into the log; -1 if unknown.
    """

    topic: str
    publisher: str
    offset: int
    topic_id: UUID
    value: bytes
    timestamp_ms: int
    leader_epoch: int = -1

    def in_place(self) -> bytes:
        """Return what nothing else in this place of this log is; only ever keep a keyed hash."""
        place = f"{self.offset}\n{self.timestamp_ms}\n{self.leader_epoch}\n"
        return place.encode() + self.value


class Backlog:
    """Messages by topic, in the order of their offsets; bounded by number and by bytes."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[FetchedMessage]] = {}
        self._bytes = 0

    def __bool__(self) -> bool:
        return bool(self._queues)

    def __contains__(self, topic: str) -> bool:
        return topic in self._queues

    def add(self, topic: str, messages: Collection[FetchedMessage]) -> None:
        """Put messages behind those of the same topic."""
        if messages:
            self._queues.setdefault(topic, deque()).extend(messages)
            self._bytes += sum(len(message.value) for message in messages)

    def full(self, topics: Iterable[str], *, total: int) -> set[str]:
        """Return the topics of which enough is held for this poll of `total` and the next one."""
        if self._bytes >= BACKLOG_BYTES:
            return set(topics)
        limit = 2 * (PUBLISHER_MESSAGES_PER_POLL if len(self._queues) > 1 else total)
        return {topic for topic in topics if len(self._queues.get(topic, ())) >= limit}

    def shares(self, *, total: int) -> dict[str, int]:
        """Return how many messages of each topic make up a poll of at most `total`."""
        waiting = {topic: len(queue) for topic, queue in self._queues.items()}
        return fair_shares(waiting, total=total, each=PUBLISHER_MESSAGES_PER_POLL)

    def take(self, topic: str, count: int) -> list[FetchedMessage]:
        """Remove and return the first messages of a topic; what is left waits behind the others."""
        queue = self._queues.pop(topic)
        messages = [queue.popleft() for _ in range(count)]
        if queue:
            self._queues[topic] = queue
        self._bytes -= sum(len(message.value) for message in messages)
        return messages

    def keep_only(self, topics: Collection[str]) -> None:
        """Forget the messages of all other topics."""
        for topic in [topic for topic in self._queues if topic not in topics]:
            self.take(topic, len(self._queues[topic]))

    def first(self, topic: str) -> FetchedMessage | None:
        """Return the message held that comes first, None if there is none."""
        return self._queues[topic][0] if topic in self._queues else None

    def last(self, topic: str) -> FetchedMessage | None:
        """Return the message held that comes last, None if there is none."""
        return self._queues[topic][-1] if topic in self._queues else None


def fair_shares(waiting: Mapping[str, int], *, total: int, each: int) -> dict[str, int]:
    """Return how many messages to take of each topic, in the order given.

    Nobody gets more than `each` while others wait; one alone may fill the total. Who waits with
    less than an equal share gets all of it, and the earlier ones get the room that is left.
    """
    names = [name for name, count in waiting.items() if count > 0]
    limit = each if len(names) > 1 else total
    equal = total // len(names) if names else 0
    wanted = {name: min(waiting[name], limit) for name in names}
    taken = {name: min(count, equal) for name, count in wanted.items()}
    room = total - sum(taken.values())
    for name in names:
        more = min(room, wanted[name] - taken[name])
        taken[name] += more
        room -= more
    return {name: count for name, count in taken.items() if count > 0}
