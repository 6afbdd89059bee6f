"""Bad messages: each has one verdict, and a part of them goes through the hub, whose sums hold."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from domain.identifiers import PublisherId
from hub.intake import Batch
from hub.message_reading import Message
from tests.faults.hubs import SmallHub
from tests.faults.oracle import FaultFoundError
from tests.faults.publishers import FORCE
from tests.faults.running import Attempt
from tests.faults.site import Site
from tests.faults.stage import ENDS, RECEIVED, stage
from tests.fuzz.messages import bad_message
from tests.fuzz.running import Run, carry_on, messages

PIECE: Final = 1_000
# One piece in so many goes all the way.
SETTLED_EVERY: Final = 10
BATCH: Final = 100


@contextmanager
def fuzzing(site: Site, seed: int, *, kind: type[SmallHub] = SmallHub) -> Iterator[Attempt]:
    """Give what tries a thousand bad messages."""
    verdict = messages(seed)
    with stage(site, seed, kind=kind) as play:
        sent = 0

        def attempt(number: int) -> None:
            nonlocal sent
            run = Run(name="messages", seed=seed, done=number * PIECE)
            for _ in carry_on(run, verdict, (number + 1) * PIECE):
                if run.faults:
                    raise FaultFoundError(f"message {run.faults[0]}")
            if number % SETTLED_EVERY:
                return
            for first in range(number * PIECE, (number + 1) * PIECE, BATCH):
                batch = [
                    Message(raw=bad_message(seed, each), sent_by=PublisherId(FORCE))
                    for each in range(first, first + BATCH)
                ]
                play.hub.intake.settle(Batch(messages=batch, transport="https"))
                sent += BATCH
            received = sum(int(str(row[2])) for row in play.rows(RECEIVED))
            ended = Counter({str(row[1]): 0 for row in play.rows(ENDS)})
            for _, end, count in play.rows(ENDS):
                ended[str(end)] += int(str(count))
            if not sent == received == ended.total():
                raise FaultFoundError(f"sent {sent}, received {received}, ended {dict(ended)}")

        yield attempt
