"""One play: a hub on an empty database, its publishers, and the oracle that judges it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timedelta
from random import Random
from threading import Event
from typing import Any, Final, LiteralString

from psycopg import connect

from domain.errors import HubError
from domain.identifiers import PublisherId
from domain.measures import CountsQuery, Source
from hub.broker import intake_topic
from hub.broker_producer import IntakeProducer
from hub.foundations import Clock
from hub.identity.sealing import seal_if_open
from hub.intake import Batch
from hub.message_reading import Message
from hub.projector import Projector
from hub.rebuilding import rebuild
from hub.wiring import utc_now
from projections.episodes import VIEWS, checksum
from tests.faults.crashes import Plan
from tests.faults.hubs import SmallHub
from tests.faults.oracle import FaultFoundError, Incidents, Oracle
from tests.faults.processes import PATIENCE_SECONDS, Process, patiently, process, wait_until
from tests.faults.publishers import AWAY, MISSING, PUBLISHERS, Newsroom, Sent
from tests.faults.site import POLL_SECONDS, Site

LEDGER: Final[LiteralString] = """
SELECT notification_id, publisher, occurred_at FROM ledger.stored_events ORDER BY notification_id
"""
HEAD: Final[LiteralString] = "SELECT position FROM ledger.head"
ENDS: Final[LiteralString] = """
SELECT publisher, outcome, sum(submissions) FROM intake.outcomes
 GROUP BY publisher, outcome ORDER BY publisher, outcome
"""
RECEIVED: Final[LiteralString] = """
SELECT publisher, transport, sum(messages) FROM intake.received
 GROUP BY publisher, transport ORDER BY publisher, transport
"""
OFFSETS: Final[LiteralString] = "SELECT topic, next_offset FROM intake.offsets ORDER BY topic"
# The linker's own decisions are at the end: it has to come past them, too.
FOLLOWED: Final[LiteralString] = """
SELECT count(*) FROM ledger.head h
  JOIN link.progress l ON l.position = h.position
  JOIN projection.builds b ON b.position = h.position
  JOIN projection.active_build USING (build)
"""
END_LEASES: Final[LiteralString] = """
WITH silent AS (UPDATE intake.processes SET expires_at = '-infinity')
UPDATE intake.leases SET expires_at = '-infinity'
"""
MEASURES: Final = {MISSING: "missing_incidents", AWAY: "away_incidents"}
ATTEMPTS: Final = 20


class Stage:
    """A hub under test. hub: in this process; roles in processes of their own share its database.

    kafka: whether messages come through topics, else straight into intake.
    """

    def __init__(self, site: Site, url: str, hub: SmallHub, *, seed: int, kafka: bool) -> None:
        self.site = site
        self.url = url
        self.hub = hub
        self.kafka = kafka
        self.random = Random(seed)
        self.newsroom = self._newsroom(seed, 0)
        # What is handed over directly, while the other is sent by topics; each of it is sound.
        self.direct = self._newsroom(seed, 1)
        self.oracle = Oracle()
        self.uncertain = False
        self._stack = ExitStack()

    def seal(self, raw: bytes) -> bytes:
        """Return a message with its identity sealed, as its publisher sends it."""
        return seal_if_open(raw, self.hub.keys.sealing)

    def _newsroom(self, seed: int, lane: int) -> Newsroom:
        broken = 0.0 if lane else 0.02
        return Newsroom(seed, self.seal, lane=lane, broken=broken)

    def close(self) -> None:
        """End what the play opened."""
        self._stack.close()

    def producer(self) -> IntakeProducer:
        """Return a producer, which ends with the play."""
        return self._stack.enter_context(IntakeProducer(self.site.bootstrap, timeout_seconds=5.0))

    def publish_all(self, producer: IntakeProducer, batches: Iterable[Sequence[Sent]]) -> None:
        """Send batch after batch, each until the broker has acknowledged it."""
        for messages in batches:
            self.publish(producer, messages)

    def publish(self, producer: IntakeProducer, messages: Sequence[Sent]) -> None:
        """Send messages to their topics until the broker has acknowledged each."""
        for publisher in PUBLISHERS:
            own = [each for each in messages if each.publisher == publisher]
            for attempt in range(ATTEMPTS):
                try:
                    producer.send(publisher, [each.raw for each in own])
                    break
                except HubError:
                    # Perhaps stored, perhaps not: sent again, and then it may be there twice.
                    self.uncertain = True
                    if attempt == ATTEMPTS - 1:
                        raise
            self.oracle.acknowledge(own)

    def settle(self, messages: Sequence[Sent]) -> None:
        """Hand messages over as HTTPS does; they are acknowledged on return."""
        batch = Batch(
            messages=[
                Message(raw=each.raw, sent_by=PublisherId(each.publisher)) for each in messages
            ],
            transport="https",
        )
        self.hub.intake.settle(batch)
        self.oracle.acknowledge(messages)

    def role(
        self,
        name: str,
        *,
        kind: type[SmallHub] | None = None,
        plan: Plan | None = None,
        url: str | None = None,
        shift: timedelta = timedelta(0),
        port: int = 8000,
    ) -> AbstractContextManager[Process]:
        """Return a role in a process of its own; port: of the API, and the next for its metrics."""
        settings = self.site.settings(url or self.url, kafka=self.kafka, port=port)
        return process(
            name,
            settings,
            url or self.url,
            self.site.log,
            kind=kind or type(self.hub),
            plan=plan,
            shift=shift,
        )

    def end_leases(self) -> None:
        """Let the term of a dead process's lease be over."""
        self.change(END_LEASES)

    def drain(self, *, patient: bool = False) -> None:
        """Let a sound intake read what is left; patient: it waits for leases to run out."""
        if not patient:
            self.end_leases()
        intake = self.hub.kafka_intake
        if intake is not None:
            intake.run(Event(), poll_seconds=POLL_SECONDS, once=True)

    def is_read(self) -> bool:
        """Return whether intake has settled all that was acknowledged."""
        settled = sum(int(row[2]) for row in self.rows(RECEIVED))
        if settled < self.oracle.ends.total():
            return False
        return not self.uncertain or self._holds_all()

    def _holds_all(self) -> bool:
        """Tell by the ledger: what was sent twice counts twice in the sums."""
        try:
            self.check_records()
        except FaultFoundError:
            return False
        return True

    def follow(self) -> None:
        """Link and project what the ledger holds."""
        self.hub.linker.catch_up()
        self.hub.projector.catch_up(self.hub.projector.active_build())

    def wait_for_views(self) -> None:
        """Wait until roles in other processes have brought the views to the ledger's head."""
        wait_until(self.views_are_there, "views at the ledger's head", PATIENCE_SECONDS)

    def views_are_there(self) -> bool:
        """Return whether the views are at the ledger's head."""
        return self.rows(FOLLOWED) == [(1,)]

    def ledger(self) -> list[tuple[int, str, datetime]]:
        """Return position, publisher and time of every record, in order."""
        return [(row[0], row[1], row[2]) for row in self.rows(LEDGER)]

    def check_records(self) -> None:
        """Raise FaultFoundError unless the ledger holds what was acknowledged, and that once."""
        self.oracle.compare_ledger(self.ledger())

    def check_ledger(self) -> None:
        """Raise FaultFoundError unless the ledger and the books are what was acknowledged."""
        self.check_records()
        ends = {(str(row[0]), str(row[1])): int(str(row[2])) for row in self.rows(ENDS)}
        received = {(str(row[0]), str(row[1])): int(str(row[2])) for row in self.rows(RECEIVED)}
        if sum(received.values()) != sum(ends.values()):
            raise FaultFoundError(f"received {sum(received.values())}, ended {sum(ends.values())}")
        moved = {str(row[0]): int(str(row[1])) for row in self.rows(OFFSETS)}
        told = {
            intake_topic(name): count
            for (name, transport), count in received.items()
            if transport == "kafka"
        }
        if moved != told:
            raise FaultFoundError(f"offsets moved to {moved}, messages received {told}")
        if not self.uncertain:
            self.oracle.compare_ends(ends)

    def check_views(self) -> None:
        """Raise FaultFoundError unless the views count what was accepted."""
        counted: Incidents = Counter()
        for source in Source:
            for kind, measure in MEASURES.items():
                query = CountsQuery(measure=measure, by=("month",), source=source)
                for row in self.hub.counts.answer(query).rows:
                    counted[source.value, kind, row.dimensions[0]] = int(row.value)
        self.oracle.compare_incidents(counted)

    def check_rebuilds(self) -> None:
        """Raise FaultFoundError unless views built anew, in whatever steps, are the live ones."""
        self._rebuild_in_steps()
        rebuilt = rebuild(self.hub.project_database, self.hub.projector, self.hub.archive)
        if not rebuilt.equal:
            raise FaultFoundError("views rebuilt from zero differ from the live ones")

    def _rebuild_in_steps(self) -> None:
        database, engine = self.hub.project_database, self.hub.engine
        live = self.hub.projector.active_build()
        with database.transaction() as connection:
            fresh = self.hub.projector.start_build(connection)
        most = max(2, int(self.rows(HEAD)[0][0]) // 4)
        while True:
            chunk = self.random.randrange(1, most)
            stepper = Projector(database, engine, self.hub.archive, chunk=chunk)
            with database.transaction() as connection:
                step = stepper.advance(connection, fresh)
            if step.after == step.before:
                break
        with database.transaction() as connection:
            for view in VIEWS:
                if checksum(connection, live, view) != checksum(connection, fresh, view):
                    raise FaultFoundError(f"{view[0]} built in shuffled steps differs")

    def rows(self, query: LiteralString) -> list[tuple[Any, ...]]:
        """Return what the database's owner sees, once the server answers."""
        return patiently(lambda: _asked(self.url, query))

    def change(self, statement: LiteralString) -> None:
        """Change the database as its owner can, once the server answers."""
        patiently(lambda: _changed(self.url, statement))


@contextmanager
def stage(
    site: Site,
    seed: int,
    *,
    kind: type[SmallHub] = SmallHub,
    kafka: bool = False,
    clock: Clock = utc_now,
) -> Iterator[Stage]:
    """Give a play of its own; with empty topics if it needs any."""
    with site.database() as url:
        if kafka:
            site.empty_topics()
        hub = kind(site.settings(url, kafka=kafka), url, clock)
        made = Stage(site, url, hub, seed=seed, kafka=kafka)
        try:
            yield made
        finally:
            made.close()
            hub.close()


def _asked(url: str, query: LiteralString) -> list[tuple[Any, ...]]:
    with connect(url, autocommit=True, connect_timeout=5) as connection:
        return connection.execute(query).fetchall()


def _changed(url: str, statement: LiteralString) -> None:
    with connect(url, autocommit=True, connect_timeout=5) as connection:
        connection.execute(statement)
