"""Clients that die in the middle, answers that get lost, slow-loris, kill -9 of the API."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from threading import Thread
from typing import Final, LiteralString

from psycopg import connect

from tests.faults.client import ACCEPTED, Answer, Client, free_port
from tests.faults.hubs import SmallHub
from tests.faults.oracle import FaultFoundError
from tests.faults.processes import Process, wait_until
from tests.faults.publishers import Sent
from tests.faults.running import Attempt
from tests.faults.site import Site
from tests.faults.stage import Stage, stage

HELD: Final[LiteralString] = """
SELECT count(*) FROM intake.submissions WHERE source_key = ANY(%s)
"""
LORIS: Final = 20
# How often the process itself is killed: it takes a while to start.
KILL_EVERY: Final = 25


class Door:
    """The API in a process of its own, which is started again when it was killed."""

    def __init__(self, play: Stage, kind: type[SmallHub]) -> None:
        self._play = play
        self._kind = kind
        self._stack = ExitStack()
        self.client = Client(port=free_port(play.random), token=play.hub.keys.operator_token)
        self.process = self.start()

    def start(self) -> Process:
        """Start the API, and wait until it answers."""
        self.process = self._stack.enter_context(
            self._play.role("api", kind=self._kind, port=self.client.port)
        )
        wait_until(self._answers, "an API that listens")
        return self.process

    def close(self) -> None:
        """End the API."""
        self._stack.close()

    def _answers(self) -> bool:
        try:
            self.client.open().close()
        except OSError:
            return False
        return True


@contextmanager
def https(site: Site, seed: int, *, kind: type[SmallHub] = SmallHub) -> Iterator[Attempt]:
    """Give what breaks off one request, sends it again, and compares the receipts."""
    with stage(site, seed) as play:
        door = Door(play, kind)
        play.uncertain = True

        def attempt(number: int) -> None:
            messages = play.direct.messages(play.random.randrange(1, 20))
            size = len(door.client.request(messages))
            if number % KILL_EVERY == KILL_EVERY - 1:
                _kill_it(play, door, messages)
            else:
                match number % 3:
                    case 0:
                        cut = play.random.randrange(1, size)
                        door.client.break_off(messages, cut, reset=bool(number % 2))
                    case 1:
                        door.client.break_off(messages, size, reset=True)
                    case _:
                        _be_slow(door.client, messages)
            first = _sent(play, door.client, messages)
            again = door.client.post(messages)
            if again.receipts != first.receipts:
                raise FaultFoundError("a retry got another receipt")
            play.check_ledger()

        try:
            yield attempt
        finally:
            door.close()
        play.follow()
        play.check_views()


def _sent(play: Stage, client: Client, messages: Sequence[Sent]) -> Answer:
    """Send a batch, and see at once that what was acknowledged is in the ledger."""
    answer = client.post(messages)
    if answer.status != ACCEPTED:
        raise FaultFoundError(f"a sound batch was answered {answer.status}")
    keys = [bytes.fromhex(each.replace("-", ""))[:10] for each in answer.receipts]
    with connect(play.url, autocommit=True) as connection:
        (count,) = connection.execute(HELD, [keys]).fetchone() or (0,)
    if count != len(set(keys)):
        raise FaultFoundError(f"{len(set(keys)) - count} were acknowledged and are not stored")
    play.oracle.acknowledge(messages)
    return answer


def _kill_it(play: Stage, door: Door, messages: Sequence[Sent]) -> None:
    def post() -> None:
        with suppress(OSError):
            door.client.post(messages)

    sender = Thread(target=post)
    sender.start()
    time.sleep(play.random.uniform(0, 0.03))
    door.process.kill()
    sender.join()
    door.start()


def _be_slow(client: Client, messages: Sequence[Sent]) -> None:
    """Open many connections that send a byte now and then, and leave them hanging."""
    with ExitStack() as held:
        request = client.request(messages)
        lines = [held.enter_context(client.open()) for _ in range(LORIS)]
        for at in range(3):
            for line in lines:
                line.sendall(request[at : at + 1])
        # Others are served meanwhile.
        if client.post([]).status >= 500:
            raise FaultFoundError("slow clients keep others out")
