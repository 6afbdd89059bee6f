"""How far the views are behind the ledger, and when old events may come in because of that."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final, LiteralString

from hub.database import Database

# Of one commit. Whoever sends something new waits for one commit of old events at most, and for
# the views to take these in.
BACKFILL_MESSAGES: Final = 50
# Old events come in while the views are so far behind at most, or have not moved for a while.
MOST_BEHIND: Final = 50
STILL_SECONDS: Final = 5.0

_POSITIONS: LiteralString = """
SELECT h.position, b.position
  FROM ledger.head h, projection.active_build a JOIN projection.builds b USING (build)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """The last position of the ledger, and that of its views."""

    ledger: int
    views: int


def nobody_follows() -> Reached:
    """Return that there are no views which could be late."""
    return Reached(ledger=0, views=0)


class Progress:
    """Knows how far ledger and views have come."""

    def __init__(self, database: Database) -> None:
        """Read under the reading role."""
        self._database = database

    def read(self) -> Reached:
        """Return where both are; 0 if there are no views yet."""
        with self._database.transaction() as connection:
            row = connection.execute(_POSITIONS).fetchone() or (0, 0)
        return Reached(ledger=int(str(row[0])), views=int(str(row[1])))


class Pace:
    """Says when old events may come in: when the views have taken in those before."""

    def __init__(self, read: Callable[[], Reached]) -> None:
        """Take what tells how far ledger and views have come."""
        self._read = read
        self._views: int | None = None
        self._moved_at = float("-inf")

    def allows(self) -> bool:
        """Tell whether there is room; also if no view follows the ledger, so that none is late."""
        reached = self._read()
        if self._views is not None and reached.views != self._views:
            self._moved_at = monotonic()
        self._views = reached.views
        room = reached.ledger - reached.views <= MOST_BEHIND
        return room or monotonic() - self._moved_at > STILL_SECONDS
