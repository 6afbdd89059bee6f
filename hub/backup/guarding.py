"""What every process of the hub checks before it serves, takes in or links anything.

A ledger that is shorter than its archive, or than what was signed, was rolled back. To append to it
would give positions a second time, and signatures would contradict each other.
"""

from pathlib import Path
from typing import LiteralString

from contracts.checkpoints import Checkpoint, parse_checkpoint
from contracts.signed_notes import parse_note
from domain.errors import BackupFailedError, LedgerBehindError
from domain.merkle import root_at
from hub.archive.store import Archive
from hub.backup.folder import BackupFolder
from hub.database import Database
from hub.ledger.tree import StoredTree, grow, head_position

UNFINISHED = "restore-unfinished"

_KNOWN_ROOT: LiteralString = "SELECT root FROM ledger.checkpoints WHERE size = %(size)s"


def refuse_unfinished(data_dir: Path) -> None:
    """Raise LedgerBehindError if a restore of this data directory was begun and not ended."""
    if (data_dir / UNFINISHED).exists():
        raise LedgerBehindError(
            f"A restore into {data_dir} was begun and not finished: run hub restore --check, which"
            " goes on from there."
        )


def refuse_empty(database: Database, folder: BackupFolder) -> None:
    """Raise LedgerBehindError if the ledger is empty, and a backup says that it was not."""
    with database.snapshot() as connection:
        if head_position(connection):
            return
    try:
        held = [each.name for each in folder.backups() if each.position]
    except BackupFailedError:
        # What cannot be read is for whoever makes or restores backups to say.
        return
    if held:
        raise LedgerBehindError(
            f"The ledger is empty, and backup {held[-1]} holds one: the database is gone, or this"
            " is another hub's HUB_BACKUP_DIR. Nothing is served or stored. Run hub restore"
            " --replace."
        )


def refuse_rolled_back(database: Database, archive: Archive) -> None:
    """Raise LedgerBehindError if the ledger does not hold what the archive and its notes cover."""
    extent = archive.extent()
    signed = signed_checkpoint(archive)
    covered = max(extent, 0 if signed is None else signed.size)
    if not covered:
        return
    with database.transaction() as connection:
        head = head_position(connection)
        known = connection.execute(_KNOWN_ROOT, {"size": 0 if signed is None else signed.size})
        row = known.fetchone()
    if head < covered:
        raise LedgerBehindError(
            f"The ledger ends at position {head}, and the archive covers {covered} positions: the"
            " database is older than its archive. Nothing is served or stored. Run hub restore"
            " (hub restore --check, if the server was restored by other means)."
        )
    if signed is None or (row is not None and bytes(row[0]) == signed.root):
        return
    if root_of(database, signed.size) != signed.root:
        raise LedgerBehindError(
            f"The ledger is not the one that checkpoint {signed.size} of the archive was signed"
            " for. Nothing is served or stored. Run hub verify, which names the first misfit, then"
            " hub restore."
        )


def signed_checkpoint(archive: Archive) -> Checkpoint | None:
    """Return what the archive's last note says; None before the first.

    Raises LedgerBehindError if it cannot be read.
    """
    last = archive.last_checkpoint()
    if last is None:
        return None
    size, note = last
    try:
        return parse_checkpoint(parse_note(note.encode()).text)
    except ValueError as error:
        raise LedgerBehindError(
            f"The archive's checkpoint {size} cannot be read ({error}): put back a copy of it."
        ) from error


def root_of(database: Database, size: int) -> bytes:
    """Return the root of the tree over the first records. The ledger must have as many."""
    grow(database)
    with database.snapshot() as connection:
        return root_at(size, StoredTree(connection).subtree)
