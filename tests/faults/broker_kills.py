"""The broker killed or restarted, connections to it and to PostgreSQL cut at any byte."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from tests.faults.hubs import SmallHub
from tests.faults.processes import wait_until
from tests.faults.running import Attempt
from tests.faults.site import Site
from tests.faults.stage import stage

BATCHES = 6
# About what passes while a few batches are read and settled.
MOST_BYTES = 60_000


@contextmanager
def broker_kills(site: Site, seed: int, *, kind: type[SmallHub] = SmallHub) -> Iterator[Attempt]:
    """Give what takes the broker, or a connection, away from a publisher and from intake."""
    with stage(site, seed, kafka=True) as play:
        producer = play.producer()
        url = site.through_proxy(play.url)
        with play.role("intake", kind=kind, url=url) as intake:

            def attempt(number: int) -> None:
                batches = [play.newsroom.messages(30) for _ in range(BATCHES)]
                sender = Thread(target=play.publish_all, args=(producer, batches))
                sender.start()
                time.sleep(play.random.uniform(0, 0.2))
                match number % 5:
                    case 0:
                        site.broker.kill()
                        site.broker.start()
                    case 1 | 3:
                        site.postgres_proxy.cut_after(play.random.randrange(MOST_BYTES))
                    case 2:
                        site.broker.restart()
                    case _:
                        site.broker_proxy.cut_after(play.random.randrange(MOST_BYTES))
                sender.join()
                # Nobody helps it: the same process must find its way back.
                wait_until(play.is_read, "the rest read")
                play.check_ledger()

            yield attempt
            intake.stop()
        play.drain()
        play.check_ledger()
        play.follow()
        play.check_views()
