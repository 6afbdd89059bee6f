"""The two lanes of intake: what happens now, and old events for when nothing new waits."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from time import monotonic, time
from types import TracebackType
from typing import Final, Self

from msgspec import Struct
from structlog import get_logger

from domain.errors import BrokerUnavailableError
from hub.broker_backlog import FetchedMessage
from hub.broker_consumer import IntakeConsumer
from hub.broker_watch import StopReason
from hub.message_reading import Message, ReadMessage
from hub.progress import Pace

LAG_SECONDS: Final = 10.0
# Of one commit.
LIVE_MESSAGES: Final = 5_000
# However much that is new comes in, a commit of old events goes first after so long if the views
# have kept up, and after so long if they have not.
BACKFILL_SECONDS: Final = 1.0
STARVED_SECONDS: Final = 15.0
STEP_SECONDS: Final = 0.02


class Fetched(Struct, frozen=True, kw_only=True, gc=False):
    """Messages for one commit; read: what reading them ahead gave, None: that failed."""

    messages: Sequence[FetchedMessage]
    prepared: Sequence[Message]
    read: Sequence[ReadMessage] | None


class Lag(Struct, frozen=True, kw_only=True, gc=False):
    """How much of a publisher's topic waits; seconds: since when, 0 if nothing does."""

    messages: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class IntakeReadings:
    """What one process knows of its share of the topics; leases: one for each publisher it reads.

    live, backfill: how much waits in each lane, by publisher.
    """

    leases: int
    live: Mapping[str, Lag]
    backfill: Mapping[str, Lag]


Prepare = Callable[[Sequence[FetchedMessage]], Fetched]


class Lane:
    """Messages of some topics; the next are fetched and read while the last are settled.

    lag: of each publisher whose topic is read, as of the last look.
    """

    def __init__(
        self, consumer: IntakeConsumer, prepare: Prepare, *, most: int, poll_seconds: float
    ) -> None:
        self.lag: Mapping[str, Lag] = {}
        self.drained = False
        self._consumer = consumer
        self._prepare = prepare
        self._most = most
        self._poll_seconds = poll_seconds
        self._lag_at = float("-inf")
        self._empty = False
        self._log = get_logger()
        self._reader = ThreadPoolExecutor(1)
        self.ahead = self._next()

    @property
    def stopped(self) -> Mapping[str, StopReason]:
        """The topics that are no longer read, and why."""
        return dict(self._consumer.stopped)

    def take(self) -> Fetched | None:
        """Return what came next; None if nothing did. Waits for it."""
        fetched, self.drained = self.ahead.result()
        self.ahead = self._next()
        return fetched

    def close(self) -> None:
        """End the connections; what was fetched and not taken is read again by the next one."""
        self._reader.shutdown(cancel_futures=True)
        self._consumer.close()

    def _next(self) -> Future[tuple[Fetched | None, bool]]:
        return self._reader.submit(self._read)

    def _read(self) -> tuple[Fetched | None, bool]:
        messages = self._consumer.poll(self._poll_seconds, self._most)
        if messages:
            self._empty = False
        # The question takes its time, so it is asked seldom, and at once when all seems to be read.
        if monotonic() - self._lag_at >= LAG_SECONDS or not (messages or self._empty):
            self._empty = self._look() and not messages
        return (self._prepare(messages) if messages else None), self._empty

    def _look(self) -> bool:
        """Ask the brokers how much is left; return whether the answer is that nothing is."""
        self._lag_at = monotonic()
        try:
            counts = self._consumer.lag()
        except BrokerUnavailableError as error:
            self._log.warning("lag unknown", code=error.code)
            return False
        oldest, now = self._consumer.oldest_ms(), time()
        self.lag = {
            publisher: Lag(
                messages=count,
                seconds=max(0.0, now - oldest.get(publisher, now * 1000) / 1000) if count else 0.0,
            )
            for publisher, count in counts.items()
        }
        return not any(counts.values())


class Lanes:
    """Both lanes of the topics that this process reads; a context manager."""

    def __init__(self, live: Lane, backfill: Lane, pace: Pace, *, poll_seconds: float) -> None:
        self.live = live
        self.backfill = backfill
        self._pace = pace
        self._poll_seconds = poll_seconds
        self._backfilled_at = monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # Each waits for its running poll.
        with ThreadPoolExecutor(2) as closing:
            done = [closing.submit(lane.close) for lane in (self.live, self.backfill)]
        for each in done:
            each.result()

    @property
    def stopped(self) -> Mapping[str, StopReason]:
        """The topics that are no longer read, and why."""
        return {**self.live.stopped, **self.backfill.stopped}

    @property
    def drained(self) -> bool:
        """Whether nothing was left in either lane when it was looked at last."""
        return self.live.drained and self.backfill.drained

    def next(self) -> Fetched | None:
        """Return the messages of the next commit; None if none came in time.

        New ones come first. Old ones come when the views have kept up and there is nothing new, or
        none came for a while; and now and then even so.
        """
        deadline = monotonic() + self._poll_seconds
        fetched = None
        while fetched is None and monotonic() < deadline:
            if self.backfill.ahead.done() and (not self._old_ones_wait() or self._their_turn()):
                fetched = self._take_old()
            elif self.live.ahead.done():
                fetched = self.live.take()
            else:
                self._wait(deadline)
        return fetched

    def _their_turn(self) -> bool:
        """Tell whether old events go now."""
        waited = monotonic() - self._backfilled_at
        if waited >= STARVED_SECONDS:
            return True
        return (waited >= BACKFILL_SECONDS or not self.live.ahead.done()) and self._pace.allows()

    def _take_old(self) -> Fetched | None:
        fetched = self.backfill.take()
        if fetched is not None:
            self._backfilled_at = monotonic()
        return fetched

    def _old_ones_wait(self) -> bool:
        ahead = self.backfill.ahead
        return ahead.done() and ahead.exception() is None and ahead.result()[0] is not None

    def _wait(self, deadline: float) -> None:
        """Wait for what is on its way, and not for long if old events wait for the views."""
        pending = [lane.ahead for lane in (self.live, self.backfill) if not lane.ahead.done()]
        left = max(0.0, deadline - monotonic())
        seconds = left if len(pending) > 1 else min(left, STEP_SECONDS)
        wait(pending, timeout=seconds, return_when=FIRST_COMPLETED)
