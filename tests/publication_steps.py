"""Steps that tests of the daily public checkpoint share: who makes it, and who dies on the way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import LiteralString

import pytest

from hub.archive.store import Archive
from hub.archive.writing import archive_ledger
from hub.archivist import Archivist
from hub.ledger.checkpointing import make_checkpoint
from hub.ledger.padding import pad_if_due
from hub.wiring import Hub
from tests.examples import message
from tests.hub_steps import SettableClock, rows, settle

HOUR = 3
DAY = timedelta(days=1)
SIGNED: LiteralString = "SELECT size, public FROM ledger.checkpoints ORDER BY size"
PADDED: LiteralString = "SELECT size, due_at::text FROM ledger.paddings ORDER BY size"


@dataclass
class Draws:
    """Gives these numbers in turn, again and again, and counts how often it was asked."""

    numbers: tuple[int, ...] = (1, 0)
    asked: int = field(default=0)

    def __call__(self, below: int) -> int:
        """Return the next number."""
        self.asked += 1
        number = self.numbers[(self.asked - 1) % len(self.numbers)]
        assert number < below
        return number


def archivist(hub: Hub, draw: Callable[[int], int] | None = None) -> Archivist:
    """Return an archivist, as a process that has just started has one."""
    return Archivist(
        hub.ledger_database,
        Archive(hub.settings.archive_dir),
        lambda: hub.log_signer,
        hub.clock,
        checkpoint_hour=HOUR,
        draw=draw or Draws(),
    )


def head(hub: Hub) -> int:
    """Return the last position."""
    return hub.status.position()


def begin(hub: Hub, clock: SettableClock) -> None:
    """Take something in today, and let the first hour come."""
    settle(hub, message(), message(subject="E-2"))
    clock.move(DAY)


def dies_after_padding(hub: Hub, now: datetime) -> None:
    pad_if_due(hub.ledger_database, now, HOUR, Draws())


def dies_after_archiving(hub: Hub, now: datetime) -> None:
    dies_after_padding(hub, now)
    archive_ledger(hub.ledger_database, hub.archive, until=head(hub))


def dies_after_the_note_is_kept(hub: Hub, now: datetime) -> None:
    dies_after_archiving(hub, now)

    def keep(size: int, note: str) -> None:
        hub.archive.keep_checkpoint(size, note)
        raise SystemExit

    with pytest.raises(SystemExit):
        make_checkpoint(hub.ledger_database, hub.log_signer, now, until=head(hub), keep=keep)
    # The archive knows of it, and the database must not before.
    assert rows(hub, SIGNED) == []
