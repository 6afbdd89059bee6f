"""Where each topic is read on, and whether the log before that place is still the one that was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from hub.broker_backlog import Backlog, FetchedMessage


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredOffset:
    """Where to go on in a topic, as the caller stored it together with the events.

    topic_id: None if the caller never learned it; the first id seen then counts as the right one.
    last: keyed hash of the message before; None: there is none to compare with.
    """

    topic_id: UUID | None
    next_offset: int
    last: bytes | None = None


class Positions:
    """How far topics were handed on, what is held beyond that, and what came just before.

    keyed: makes the keyed hash of a message; None: nothing is compared.
    """

    def __init__(
        self,
        stored: Mapping[str, StoredOffset | None],
        *,
        keyed: Callable[[bytes], bytes] | None,
    ) -> None:
        self.backlog = Backlog()
        self._keyed = keyed
        self._next = {topic: at.next_offset for topic, at in stored.items() if at}
        # The message before the position, or its keyed hash.
        self._before: dict[str, FetchedMessage | bytes | None] = {
            topic: at.last for topic, at in stored.items() if at
        }
        self._compared: dict[str, FetchedMessage | bytes] = {}

    def __contains__(self, topic: str) -> bool:
        return topic in self._next

    @property
    def comparing(self) -> bool:
        """Whether logs are compared with what was read of them."""
        return self._keyed is not None

    def begin(self, offsets: Mapping[str, int]) -> None:
        """Start topics that nobody has read yet."""
        self._next |= offsets

    def next(self, topic: str) -> int:
        """Return the offset of the first message that was not handed on."""
        return self._next[topic]

    def fetched(self, topic: str) -> int:
        """Return the offset from which a topic is to be fetched."""
        last = self.backlog.last(topic)
        return last.offset + 1 if last else self._next[topic]

    def seek(self, topics: Sequence[str], begins: Mapping[str, int]) -> dict[str, int]:
        """Return from where each topic is to be fetched on a new connection.

        That is the message before its position if it is still there and can be compared.
        """
        self._compared.clear()
        places = {topic: self.fetched(topic) for topic in topics}
        for topic, at in places.items():
            before = self.backlog.last(topic) or self._before.get(topic)
            if self.comparing and before is not None and begins.get(topic, at) < at:
                self._compared[topic] = before
                places[topic] = at - 1
        return places

    def keep(self, topic: str, messages: list[FetchedMessage]) -> bool:
        """Hold messages that were fetched; False: the log is not the one that was read before."""
        before = self._compared.pop(topic, None) if messages else None
        if before is not None and self._key(messages.pop(0)) != self._key(before):
            return False
        self.backlog.add(topic, messages)
        return True

    def take(self, topic: str, count: int) -> list[FetchedMessage]:
        """Hand the first messages of a topic on."""
        messages = self.backlog.take(topic, count)
        self._next[topic] = messages[-1].offset + 1
        self._before[topic] = messages[-1]
        return messages

    def at_rest(self, topic: str) -> bool:
        """Whether all that was fetched of a topic was handed on."""
        return topic not in self.backlog and topic not in self._compared

    def oldest_ms(self, topic: str) -> int | None:
        """Return when the oldest message came that was not handed on, or the one before it.

        In milliseconds since 1970; None: nothing is known.
        """
        oldest = self.backlog.first(topic) or self._before.get(topic)
        if not isinstance(oldest, FetchedMessage) or oldest.timestamp_ms < 0:
            return None
        return oldest.timestamp_ms

    def _key(self, message: FetchedMessage | bytes) -> bytes | None:
        if isinstance(message, bytes):
            return message
        return None if self._keyed is None else self._keyed(message.in_place())
