"""Streams as bad as they come: repeated, shuffled, months late, all publishers at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.faults.hubs import SmallHub
from tests.faults.publishers import Newsroom, shuffled
from tests.faults.running import Attempt
from tests.faults.site import Site
from tests.faults.stage import stage

PIECE: Final = 10_000
WINDOW: Final = 1_000
REPEATED: Final = 0.25
MOST_AT_ONCE: Final = 1_500


@contextmanager
def streams(site: Site, seed: int, *, kind: type[SmallHub] = SmallHub) -> Iterator[Attempt]:
    """Give what sends ten thousand more messages, out of order, and asks the oracle."""
    with stage(site, seed, kind=kind) as play:
        play.newsroom = Newsroom(seed, play.seal, repeated=REPEATED)

        def attempt(_number: int) -> None:
            messages = shuffled(play.random, play.newsroom.messages(PIECE), WINDOW)
            while messages:
                size = play.random.randrange(1, MOST_AT_ONCE)
                play.settle(messages[:size])
                del messages[:size]
                if play.random.random() < 0.2:
                    play.follow()
            play.follow()
            play.check_ledger()
            play.check_views()

        yield attempt
        play.check_rebuilds()
