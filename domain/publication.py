"""When the ledger's size is made public, and how far it is padded before, so that it tells little.

The size of a log is a count, and every public checkpoint shows one. So there is one a day, at a
fixed hour UTC, which every day has once, and its size is a whole number of blocks of 1,024 records:
the block that the day's records have begun, always at least one record of padding, and then a
number of further blocks that nobody can predict.

That number is the sum of two even draws from 0 to 8, so that 8 is the likeliest of 0 to 16. What
happened to one child moves the rounded size by one block at most, and mostly not at all. Even when
it does, and an onlooker knows everything else that happened that day, the two sizes are told apart
in 9 cases of 81 (an advantage of 0.11; a release may give 0.15), and for certain in 1 of 81: when
the draw is the least or the most. One even draw would need 8 blocks for the same advantage, and
would be certain in each of those cases. Every day starts from a whole block, so days do not mix.
What remains is the sum over a year: the nation's records to within about 70,000.

The cost is 8.5 blocks a day on average: 3.2 million records, and 1.1 GB with the archive, a year.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Final

BLOCK: Final = 1024
# Each of two draws gives 0 to this.
MOST_OF_A_DRAW: Final = 8

_DAY: Final = timedelta(days=1)


def extra_blocks(draw: Callable[[int], int]) -> int:
    """Return how many whole blocks to add; `draw(n)` gives a random number below n."""
    return draw(MOST_OF_A_DRAW + 1) + draw(MOST_OF_A_DRAW + 1)


def padded_size(position: int, extra: int) -> int:
    """Return the size to which a ledger is padded: it always grows, also where it was a block."""
    return (position // BLOCK + 1 + extra) * BLOCK


def last_due(now: datetime, hour: int) -> datetime:
    """Return the last instant, not after now, at which a public checkpoint is due."""
    today = datetime.combine(now.astimezone(UTC).date(), time(hour, tzinfo=UTC))
    return today if today <= now else today - _DAY


def next_due(after: datetime, hour: int) -> datetime:
    """Return when the next public checkpoint is due: after an instant, never at it."""
    return last_due(after, hour) + _DAY
