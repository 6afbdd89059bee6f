"""How much the brokers hold that nobody has settled yet."""

from collections.abc import Iterable

from hub.broker import Brokers, backfill_topic, intake_topic
from hub.database import Database
from hub.intake_stops import read_stops
from hub.offsets import read_offsets


class KafkaBacklog:
    """How many messages publishers' topics hold that PostgreSQL has no offset for yet."""

    def __init__(self, database: Database, publishers: Iterable[str], bootstrap: str) -> None:
        """Read offsets under the reading role."""
        self._database = database
        self._topics = [
            name(publisher) for publisher in publishers for name in (intake_topic, backfill_topic)
        ]
        self._bootstrap = bootstrap

    def count(self) -> int:
        """Return the number of messages in flight; those of stopped topics do not move."""
        with self._database.snapshot() as connection:
            stopped = {stop.topic for stop in read_stops(connection)}
        topics = [topic for topic in self._topics if topic not in stopped]
        with Brokers(self._bootstrap) as brokers:
            ends = brokers.end_offsets(topics)
            begins = brokers.beginning_offsets(topics)
        with self._database.snapshot() as connection:
            stored = read_offsets(connection, topics)
        return sum(
            max(0, end - (stored[topic].next_offset if topic in stored else begins[topic]))
            for topic, end in ends.items()
            if topic in begins
        )
