"""Archives the ledger, and signs no more of it than the archive holds.

The order never changes: the records are in the archive, the note is signed, the note is in the
archive, and only then the database knows of the checkpoint. So whatever was ever shown can be
restored from the archive, and a restored ledger cannot contradict it.
"""

from collections.abc import Callable
from datetime import datetime

from contracts.signed_notes import NoteSigner
from domain.errors import CheckpointRefusedError
from hub.archive.store import Archive
from hub.archive.writing import archive_ledger
from hub.database import Database
from hub.ledger.checkpointing import StoredCheckpoint, last_checkpoint, make_checkpoint
from hub.ledger.padding import pad_if_due
from hub.ledger.tree import head_position

Progress = Callable[[int, int], None]


class Archivist:
    """Keeps the archive up to date, makes checkpoints, and once a day a public one.

    Every step can be done again: a process that dies between two leaves nothing to be cleared up.
    """

    def __init__(
        self,
        database: Database,
        archive: Archive,
        signer: Callable[[], NoteSigner],
        clock: Callable[[], datetime],
        *,
        checkpoint_hour: int,
        draw: Callable[[int], int],
    ) -> None:
        """Work under the ledger writer's role.

        signer: gives the log's key when something is to be signed. clock: gives the time in UTC.
        checkpoint_hour: UTC. draw: gives a secret random number below its argument.
        """
        self._database = database
        self._archive = archive
        self._signer = signer
        self._clock = clock
        self._hour = checkpoint_hour
        self._draw = draw

    def work(self) -> StoredCheckpoint | None:
        """Archive whole segments, and publish the ledger's size if that is due.

        Returns the public checkpoint that was made; None: none was due.
        """
        archive_ledger(self._database, self._archive)
        return self.publish()

    def publish(self) -> StoredCheckpoint | None:
        """Make the daily public checkpoint if it is due and not made yet.

        A padding whose checkpoint was not made, because the process or the archive failed between,
        is signed as it is; the ledger is not padded again for it.
        """
        self._recover()
        found = pad_if_due(self._database, self._clock(), self._hour, self._draw)
        return None if found.padded is None else self._sign(found.padded)

    def checkpoint(self, progress: Progress | None = None) -> StoredCheckpoint:
        """Sign the ledger as it stands, for operators and publishers' auditors; not public.

        What waits for its public checkpoint is signed first.
        """
        self.work()
        with self._database.snapshot() as connection:
            head = head_position(connection)
        return self._sign(head, progress)

    def _recover(self) -> None:
        """Let the database know of a checkpoint that only the archive came to know."""
        kept = self._archive.last_checkpoint()
        if kept is None:
            return
        size, note = kept
        last = last_checkpoint(self._database)
        if last is not None and last.size >= size:
            return
        # The same key signs the same tree in the same bytes; the archive refuses any others.
        if self._sign(size).note != note:
            raise CheckpointRefusedError(
                f"The archive holds a checkpoint of size {size} that the ledger does not lead to."
                " Nothing was signed. Stop intake and run hub verify."
            )

    def _sign(self, until: int, progress: Progress | None = None) -> StoredCheckpoint:
        archive_ledger(self._database, self._archive, until=until, progress=progress)
        return make_checkpoint(
            self._database,
            self._signer(),
            self._clock(),
            until=min(until, self._archive.extent()),
            keep=self._archive.keep_checkpoint,
            progress=progress,
        )
