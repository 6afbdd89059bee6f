"""The intake role of the national profile: publishers' topics in, one transaction a batch."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from threading import Event
from time import perf_counter
from uuid import UUID, uuid4

from structlog import get_logger

from contracts.outcomes import Rejection
from contracts.reasons import MEANING, Reason
from domain.errors import HubError
from domain.geography import Register
from domain.identifiers import PublisherId
from hub.broker import Brokers, backfill_topic, intake_topic
from hub.broker_backlog import FetchedMessage
from hub.broker_consumer import IntakeConsumer
from hub.broker_positions import StoredOffset
from hub.collecting import rare_collections
from hub.database import Database
from hub.intake import Batch, Intake
from hub.intake_stops import read_stops, record_stops
from hub.kafka_backlog import KafkaBacklog
from hub.kafka_lanes import (
    LIVE_MESSAGES,
    Fetched,
    IntakeReadings,
    Lane,
    Lanes,
)
from hub.lease_sharing import LeaseSharing
from hub.leases import TERM, Lease, hold
from hub.message_reading import Message
from hub.offsets import OffsetMove, read_offsets
from hub.progress import BACKFILL_MESSAGES, Pace, Reached, nobody_follows

# A message that the hub itself fails on this often is set aside for a replay.
ATTEMPTS = 3
HUB_FAULT = Rejection(reason=Reason.HUB_FAULT, pointer="", message=MEANING[Reason.HUB_FAULT])


class KafkaIntake:
    """Reads its share of the publishers' topics and settles what it finds.

    Offsets live in PostgreSQL, and so do the leases by which several processes share the topics:
    the lease on a publisher's intake topic covers its backfill topic, too.
    """

    def __init__(
        self,
        database: Database,
        intake: Intake,
        register: Register,
        bootstrap: str,
        *,
        observe_commit: Callable[[float], None],
        keyed: Callable[[bytes], bytes] | None = None,
        progress: Callable[[], Reached] = nobody_follows,
        process: UUID | None = None,
        term: timedelta = TERM,
        gone_seconds: float = 60.0,
    ) -> None:
        """Work under the intake role; `observe_commit` is told the seconds of each commit.

        keyed: makes keyed hashes, by which a log that was rewritten is found out. progress: tells
        how far ledger and views have come. process: its connections to the database bear the name
        `hub-` and this id. term: how long a lease lasts without a sign of life.
        gone_seconds: after how long a topic that is not there stops.
        """
        self._database = database
        self._intake = intake
        self._publishers = [publisher.id for publisher in register.publishers()]
        self._bootstrap = bootstrap
        self._observe = observe_commit
        self._keyed = keyed
        self._progress = progress
        self._process = process or uuid4()
        self._term = term
        self._gone_seconds = gone_seconds
        self._leases: dict[str, Lease] = {}
        self._next: dict[str, int] = {}
        self._stopped: frozenset[str] = frozenset()
        self._lanes: Lanes | None = None
        self._log = get_logger()

    @property
    def readings(self) -> IntakeReadings:
        """How much waits in the topics that this process reads, as of the last look."""
        lanes = self._lanes
        return IntakeReadings(
            leases=len(self._leases),
            live=lanes.live.lag if lanes else {},
            backfill=lanes.backfill.lag if lanes else {},
        )

    def run(self, stop: Event, *, poll_seconds: float, once: bool = False) -> None:
        """Read until told to stop; with `once`, until nothing is left in any topic.

        A lost broker, database or lease is waited for: what was not committed is read again.
        """
        names = [intake_topic(publisher) for publisher in self._publishers]
        sharing = LeaseSharing(self._database, names, process=self._process, term=self._term)
        created = False
        try:
            while not stop.is_set():
                try:
                    if not created:
                        with Brokers(self._bootstrap) as brokers:
                            brokers.ensure_topics(self._publishers)
                        created = True
                    if self._read_share(sharing, stop, poll_seconds=poll_seconds, once=once):
                        return
                except HubError as error:
                    if once:
                        raise
                    self._log.error("intake interrupted", code=error.code)
                    stop.wait(poll_seconds)
        finally:
            sharing.leave()
            self._leases = {}

    def _read_share(
        self, sharing: LeaseSharing, stop: Event, *, poll_seconds: float, once: bool
    ) -> bool:
        """Read while the share stays the same; True: it was to be done once, and is."""
        share = sharing.look()
        with rare_collections(), self._open(share, poll_seconds) as lanes:
            self._lanes = lanes
            while not stop.is_set():
                fetched = lanes.next()
                if fetched is not None:
                    self._settle(fetched)
                self._record_stops(lanes)
                if sharing.due and (sharing.look() != share or self._read_stops() != self._stopped):
                    return False
                if once and fetched is None and lanes.drained and not self._left_to_others():
                    return True
        return False

    def _open(self, share: Sequence[Lease], poll_seconds: float) -> Lanes:
        """Begin to read a share, from where the database says that reading goes on."""
        self._leases = {lease.name: lease for lease in share}
        self._stopped = self._read_stops()
        held = [each for each in self._publishers if intake_topic(each) in self._leases]
        topics = [
            *self._unstopped(map(intake_topic, held)),
            *self._unstopped(map(backfill_topic, held)),
        ]
        with self._database.transaction() as connection:
            stored = read_offsets(connection, topics)
        self._next = {topic: at.next_offset for topic, at in stored.items()}
        offsets = {
            topic: StoredOffset(topic_id=at.topic_id, next_offset=at.next_offset, last=at.last)
            for topic, at in stored.items()
        }

        def lane(names: Iterable[str], most: int) -> Lane:
            positions = {topic: offsets.get(topic) for topic in self._unstopped(names)}
            consumer = IntakeConsumer(
                self._bootstrap, positions, gone_seconds=self._gone_seconds, keyed=self._keyed
            )
            return Lane(consumer, self._prepare, most=most, poll_seconds=poll_seconds)

        return Lanes(
            lane(map(intake_topic, held), LIVE_MESSAGES),
            lane(map(backfill_topic, held), BACKFILL_MESSAGES),
            Pace(self._progress),
            poll_seconds=poll_seconds,
        )

    def _prepare(self, messages: Sequence[FetchedMessage]) -> Fetched:
        """Read messages as far as that goes before their turn comes."""
        prepared = _messages(messages)
        try:
            read = self._intake.read(prepared)
        except Exception:  # noqa: BLE001 - settling them finds the one at fault
            read = None
        return Fetched(messages=messages, prepared=prepared, read=read)

    def _settle(self, fetched: Fetched) -> None:
        """Commit a batch; if the hub itself fails on it, find the message and set it aside."""
        try:
            self._commit(fetched)
        except HubError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the other messages go on
            if len(fetched.messages) == 1:
                self._settle_alone(fetched, error)
                return
            self._log.error("intake failed on a batch", error=type(error).__name__)
            middle = len(fetched.messages) // 2
            for part in (fetched.messages[:middle], fetched.messages[middle:]):
                self._settle(Fetched(messages=part, prepared=_messages(part), read=None))

    def _settle_alone(self, fetched: Fetched, error: Exception) -> None:
        (message,) = fetched.messages
        for attempt in range(1, ATTEMPTS + 1):
            self._log.error(
                "intake failed on a message",
                topic=message.topic,
                offset=message.offset,
                attempt=attempt,
                error=type(error).__name__,
            )
            if attempt == ATTEMPTS:
                break
            try:
                self._commit(fetched)
            except HubError:
                raise
            except Exception as again:  # noqa: BLE001 - recorded as hub-fault below
                error = again
            else:
                return
        rejected = _messages([message], HUB_FAULT)
        self._commit(Fetched(messages=[message], prepared=rejected, read=None))

    def _commit(self, fetched: Fetched) -> None:
        moves = self._moves(fetched.messages)
        publishers = {each.publisher for each in fetched.messages}
        batch = Batch(
            messages=fetched.prepared,
            transport="kafka",
            read=fetched.read,
            offsets=moves,
            leases=[self._leases[intake_topic(each)] for each in sorted(publishers)],
            places=fetched.messages,
        )
        began = perf_counter()
        self._intake.settle(batch)
        self._observe(perf_counter() - began)
        for move in moves:
            self._next[move.topic] = move.next

    def _moves(self, messages: Sequence[FetchedMessage]) -> list[OffsetMove]:
        """Return how far a batch moves each topic; its messages are in order within each."""
        last = {each.topic: each for each in messages}
        return [
            OffsetMove(
                topic=topic,
                topic_id=each.topic_id,
                expected=self._next.get(topic),
                next=each.offset + 1,
                last=self._keyed(each.in_place()) if self._keyed else None,
            )
            for topic, each in last.items()
        ]

    def _unstopped(self, topics: Iterable[str]) -> list[str]:
        return [topic for topic in topics if topic not in self._stopped]

    def _read_stops(self) -> frozenset[str]:
        with self._database.transaction() as connection:
            return frozenset(stop.topic for stop in read_stops(connection))

    def _record_stops(self, lanes: Lanes) -> None:
        """Keep what stopped just now, so that it stays stopped whoever reads it next."""
        fresh = {topic: why for topic, why in lanes.stopped.items() if topic not in self._stopped}
        if not fresh:
            return
        with self._database.transaction() as connection:
            hold(connection, self._leases.values())
            record_stops(connection, fresh)
        self._stopped = self._stopped.union(fresh)

    def _left_to_others(self) -> int:
        """Return how much waits in topics that other processes read, or should."""
        others = [each for each in self._publishers if intake_topic(each) not in self._leases]
        if not others:
            return 0
        return KafkaBacklog(self._database, others, self._bootstrap).count()


def _messages(
    fetched: Sequence[FetchedMessage], rejection: Rejection | None = None
) -> list[Message]:
    return [
        Message(raw=each.value, sent_by=PublisherId(each.publisher), rejection=rejection)
        for each in fetched
    ]
