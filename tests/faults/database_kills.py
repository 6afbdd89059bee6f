"""kill -9 of PostgreSQL, of one of its workers, and of everything at once."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Final, LiteralString

from tests.faults.hubs import SmallHub
from tests.faults.oracle import FaultFoundError
from tests.faults.processes import PATIENCE_SECONDS, wait_until
from tests.faults.running import Attempt
from tests.faults.site import Site
from tests.faults.stage import Stage, stage

ROLES: Final = ("intake", "link", "project")
WORKER: Final[LiteralString] = """
SELECT pid FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
 ORDER BY state = 'active' DESC, pid LIMIT 1
"""
BATCHES: Final = 6


@contextmanager
def database_kills(
    site: Site, seed: int, *, kind: type[SmallHub] = SmallHub, seconds: float = PATIENCE_SECONDS
) -> Iterator[Attempt]:
    """Give what kills the server, a worker of it, or every process, while all of them work."""
    with stage(site, seed, kind=kind, kafka=True) as play, ExitStack() as running:
        producer = play.producer()
        roles = [running.enter_context(play.role(name)) for name in ROLES]

        def start_again() -> None:
            roles.extend(running.enter_context(play.role(name)) for name in ROLES)

        def attempt(number: int) -> None:
            batches = [play.newsroom.messages(30) for _ in range(BATCHES)]
            sender = Thread(target=play.publish_all, args=(producer, batches))
            sender.start()
            time.sleep(play.random.uniform(0, 0.3))
            # Acknowledged right before the blow, as HTTPS does.
            play.settle(play.direct.messages(20))
            match number % 3:
                case 0:
                    os.kill(site.postmaster, signal.SIGKILL)
                case 1:
                    _kill_a_worker(play)
                case _:
                    for each in roles:
                        os.kill(each.pid, signal.SIGKILL)
                    os.kill(site.postmaster, signal.SIGKILL)
                    roles.clear()
            site.revive()
            if not roles:
                start_again()
            play.end_leases()
            sender.join()
            # Nobody helps them: those that were not killed find their way back.
            wait_until(play.is_read, "the rest read", seconds)
            play.wait_for_views()
            play.check_ledger()
            play.check_views()

        yield attempt
        for each in roles:
            each.stop()
        play.check_rebuilds()


def _kill_a_worker(play: Stage) -> None:
    found = play.rows(WORKER)
    if not found:
        raise FaultFoundError("no role is connected to the database")
    os.kill(int(str(found[0][0])), signal.SIGKILL)
