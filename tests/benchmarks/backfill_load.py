"""What `make bench-backfill` runs and sends: the roles, old events, new ones."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from hub.broker_producer import IntakeProducer
from hub.serving import environment
from hub.settings import Settings
from tests.examples import message

ROLES: Final = ("intake", "link", "project")
# A child that goes missing does so about so often in ten years of one authority's records.
EPISODES_OF_A_CHILD: Final = 8


@contextmanager
def roles(settings: Settings, names: Sequence[str] = ROLES) -> Iterator[None]:
    """Run roles as processes for as long as the context lasts."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "hub.cli", "role", role],
            env=environment(settings),
            stdin=subprocess.DEVNULL,
        )
        for role in names
    ]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)


def old_events(publisher: str, size: int, prefix: str) -> Iterator[list[bytes]]:
    """Give old events of one publisher by thousands: reports and returns, child by child."""
    made: list[bytes] = []
    for number in range(size // 2):
        year, day = 2016 + number % 10, 1 + number % 28
        about = {"publisher": publisher, "subject": f"{prefix}E{number}"}
        at = f"{year}-05-{day:02d}T"
        made.append(
            message(
                event_id=f"{prefix}r{number}",
                time=f"{at}18:00:00Z",
                child=f"{prefix}C{number // EPISODES_OF_A_CHILD}",
                last_seen=f"{at}17:00:00Z",
                **about,
            )
        )
        made.append(
            message(
                "missing.episode.returned.v1",
                event_id=f"{prefix}e{number}",
                time=f"{at}22:00:00Z",
                **about,
            )
        )
        if len(made) >= 1_000:
            yield made
            made = []
    yield made


def send_live(
    producer: IntakeProducer, publishers: Sequence[str], *, rate: float, seconds: float, prefix: str
) -> list[tuple[bytes, float]]:
    """Send events of many publishers at a steady rate; return each with when it was accepted."""
    sent: list[tuple[bytes, float]] = []
    began = time.time()
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, began + number / rate - time.time()))
        publisher = publishers[number % len(publishers)]
        raw = message(
            publisher=publisher,
            event_id=f"{prefix}{number}",
            subject=f"{prefix}E{number}",
            child=f"{prefix}C{number // EPISODES_OF_A_CHILD}",
        )
        producer.send(publisher, [raw])
        sent.append((raw, time.time()))
    return sent
