"""Eight writers at once, some of them slow, and a reader that follows the ledger's tail."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, Thread
from typing import Final, LiteralString

from psycopg import connect

from domain.identifiers import PublisherId
from hub.database import Role
from hub.intake import Batch
from hub.message_reading import Message
from hub.wiring import utc_now
from tests.faults.hubs import AFTER, SmallHub
from tests.faults.oracle import FaultFoundError
from tests.faults.publishers import Newsroom, Sent
from tests.faults.running import Attempt
from tests.faults.site import Site
from tests.faults.stage import stage

WRITERS: Final = 8
BATCHES: Final = 4
TAIL: Final[LiteralString] = """
SELECT notification_id, publisher, occurred_at FROM ledger.stored_events
 WHERE notification_id > %s ORDER BY notification_id
"""


@contextmanager
def writers(site: Site, seed: int, *, kind: type[SmallHub] = SmallHub) -> Iterator[Attempt]:
    """Give what appends from eight threads, and compares what a reader saw with what is there."""
    with stage(site, seed, kind=kind) as play, ExitStack() as opened:
        # Who comes first is open here, so no two messages contradict each other.
        newsroom = Newsroom(seed, play.seal, conflicting=0, broken=0)
        hubs = []
        for number in range(WRITERS):
            hub = kind(play.hub.settings, play.url, utc_now)
            # Every other one sleeps with its rows written and not yet committed.
            hub.watch = _slowly if number % 2 else hub.watch
            opened.callback(hub.close)
            hubs.append(hub)

        def attempt(_number: int) -> None:
            batches = [[newsroom.messages(10) for _ in range(BATCHES)] for _ in range(WRITERS)]
            ended, seen = Event(), list(play.ledger())
            reader = Thread(target=_follow, args=(play.url, seen, ended))
            reader.start()
            failures: list[Exception] = []
            threads = [
                Thread(target=_write, args=(hub, batch, failures))
                for hub, batch in zip(hubs, batches, strict=True)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            ended.set()
            reader.join()
            if failures:
                raise FaultFoundError(f"a writer failed: {type(failures[0]).__name__}")
            ledger = play.ledger()
            missed = len(set(ledger) - set(seen))
            if missed or seen != ledger:
                raise FaultFoundError(f"a reader that follows the tail missed {missed} records")
            # Each publisher's messages came by many ways, so their order says nothing here.
            held = sorted(at for _, publisher, at in ledger if publisher != "hub")
            for batch in batches:
                for messages in batch:
                    play.oracle.acknowledge(messages)
            if held != sorted(each.at for each in play.oracle.accepted.values()):
                raise FaultFoundError("the ledger does not hold each message once")

        yield attempt


def _write(hub: SmallHub, batches: list[list[Sent]], failures: list[Exception]) -> None:
    try:
        for messages in batches:
            batch = [
                Message(raw=each.raw, sent_by=PublisherId(each.publisher)) for each in messages
            ]
            hub.intake.settle(Batch(messages=batch, transport="https"))
    except Exception as error:  # noqa: BLE001 - told by the thread that waits
        failures.append(error)


def _slowly(_role: Role, when: str, statement: str) -> None:
    if when == AFTER and "COPY ledger.stored_events" in statement:
        time.sleep(0.01)


def _follow(url: str, seen: list[tuple[int, str, object]], ended: Event) -> None:
    with connect(url, autocommit=True) as connection:
        last = False
        while not last:
            # One more look after the last writer has ended.
            last = ended.is_set()
            after = seen[-1][0] if seen else 0
            seen += [(row[0], row[1], row[2]) for row in connection.execute(TAIL, [after])]
