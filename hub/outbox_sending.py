"""Sends waiting rejections to their publishers' topics: each at least once, in their order."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import groupby
from threading import Event, Thread
from typing import Final
from uuid import UUID

from structlog import get_logger

from contracts.rejection_events import rejection_json
from domain.errors import BrokerUnavailableError, HubError
from hub.broker import Brokers, rejects_topic
from hub.broker_producer import IntakeProducer
from hub.database import Database
from hub.leases import TERM, Lease, hold, release, renew, take
from hub.outbox import Waiting, delete, oldest

OUTBOX: Final = "outbox"
# Of one publisher at a time.
BATCH: Final = 200


class OutboxSender:
    """Tells publishers what was refused; one process at a time does so, under a lease.

    A message is forgotten only after the brokers have acknowledged it, so one that was sent just
    before a crash is sent again, with the same id.
    """

    def __init__(
        self,
        database: Database,
        producer: IntakeProducer,
        *,
        process: UUID,
        term: timedelta = TERM,
    ) -> None:
        """Work under the intake role, as this process."""
        self._database = database
        self._producer = producer
        self._process = process
        self._term = term
        self._lease: Lease | None = None
        self._log = get_logger()

    @contextmanager
    def in_background(self, poll_seconds: float) -> Iterator[None]:
        """Send whatever waits for as long as the context lasts.

        Lost brokers and databases are waited for.
        """
        stop = Event()
        sending = Thread(target=self._run, args=(stop, poll_seconds), daemon=True)
        sending.start()
        try:
            yield
        finally:
            stop.set()
            sending.join()

    def _run(self, stop: Event, poll_seconds: float) -> None:
        while not stop.is_set():
            try:
                sent = self.send()
            except HubError as error:
                self._lease = None
                sent = 0
                self._log.error("outbox interrupted", code=error.code)
            if not sent:
                stop.wait(poll_seconds)

    def send(self) -> int:
        """Send one batch of each publisher; return how many messages the topics now hold.

        0: nothing waits, another process sends, or no topic can be written. A publisher whose
        topic cannot be written keeps its messages, and the others get theirs.
        """
        if not self._held():
            return 0
        with self._database.snapshot() as connection:
            waiting = oldest(connection, each=BATCH)
        if not waiting:
            return 0
        writable = self._writable(waiting)
        by_publisher = sorted(waiting, key=lambda each: (each.publisher, each.sequence))
        return sum(
            self._send(publisher, list(group))
            for publisher, group in groupby(by_publisher, key=lambda each: each.publisher)
            if publisher in writable
        )

    def _send(self, publisher: str, waiting: Sequence[Waiting]) -> int:
        try:
            self._producer.send_rejects(publisher, [rejection_json(each.event) for each in waiting])
        except BrokerUnavailableError as error:
            self._log.error("rejections not sent", publisher=publisher, code=error.code)
            return 0
        with self._database.transaction() as connection:
            if self._lease is not None:
                hold(connection, [self._lease])
            delete(connection, waiting)
        return len(waiting)

    def _writable(self, waiting: Sequence[Waiting]) -> set[str]:
        """Return the publishers whose rejects topics exist; without one, a send would time out."""
        publishers = sorted({each.publisher for each in waiting})
        with Brokers(self._producer.bootstrap) as brokers:
            found = brokers.topic_ids(rejects_topic(each) for each in publishers)
        missing = [each for each in publishers if rejects_topic(each) not in found]
        if missing:
            self._log.error("rejects topics are missing", publishers=missing)
        return set(publishers).difference(missing)

    def _held(self) -> bool:
        with self._database.transaction() as connection:
            if self._lease is not None:
                self._lease = next(iter(renew(connection, [self._lease], term=self._term)), None)
            if self._lease is None:
                taken = take(connection, [OUTBOX], holder=self._process, term=self._term)
                self._lease = next(iter(taken), None)
        return self._lease is not None

    def give_back(self) -> None:
        """Let another process send at once."""
        lease, self._lease = self._lease, None
        if lease is None:
            return
        try:
            with self._database.transaction() as connection:
                release(connection, [lease])
        except HubError as error:
            self._log.warning("lease left to run out", code=error.code)
