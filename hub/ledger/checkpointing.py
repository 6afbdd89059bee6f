"""Signs how far the ledger has come; what it says later must extend that."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from contracts.signed_notes import NoteSigner, NoteVerifier
from domain.errors import CheckpointRefusedError
from domain.merkle import consistency_proof, is_consistent, root_at
from hub.database import Database
from hub.ledger.tree import StoredTree, add_tiles, grow, head_position, lock_tree, whole

_LAST: LiteralString = """
SELECT size, root, note, made_at FROM ledger.checkpoints ORDER BY size DESC LIMIT 1
"""
_INSERT: LiteralString = """
INSERT INTO ledger.checkpoints (size, root, note, made_at, public)
VALUES (%(size)s, %(root)s, %(note)s, %(made_at)s,
        EXISTS (SELECT FROM ledger.paddings WHERE size = %(size)s))
"""
_REFUSE: LiteralString = """
INSERT INTO ledger.checkpoint_refusals (refused_at, problem) VALUES (%(at)s, %(problem)s)
"""

# Takes size and note.
Keep = Callable[[int, str], object]


@dataclass(frozen=True, kw_only=True)
class StoredCheckpoint:
    """A checkpoint as it was signed: it covers the positions 1 to `size`."""

    size: int
    root: bytes
    note: str
    made_at: datetime


def make_checkpoint(
    database: Database,
    signer: NoteSigner,
    now: datetime,
    *,
    until: int | None = None,
    keep: Keep | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> StoredCheckpoint:
    """Sign the ledger as it stands, up to position `until` if that is given, and keep the note.

    If the last checkpoint covers all that already, it is returned. A checkpoint is public if the
    ledger was padded to its size. Raises CheckpointRefusedError, and puts the refusal on record,
    if the ledger does not extend what was signed last.

    keep: makes size and note durable elsewhere, before the database knows them.
    """
    try:
        grow(database, progress)
        with database.transaction() as connection:
            lock_tree(connection)
            return _extend(connection, signer, now, until, keep)
    except CheckpointRefusedError as error:
        with database.transaction() as connection:
            connection.execute(_REFUSE, {"at": now, "problem": str(error)})
        raise


def last_checkpoint(database: Database) -> StoredCheckpoint | None:
    """Return the largest checkpoint; None before the first."""
    with database.snapshot() as connection:
        return _last(connection)


def _extend(
    connection: Connection[TupleRow],
    signer: NoteSigner,
    now: datetime,
    until: int | None,
    keep: Keep | None,
) -> StoredCheckpoint:
    """Add a checkpoint to the last one, in the caller's transaction."""
    head = head_position(connection)
    tree = StoredTree(connection)
    last = _last(connection)
    signed = None if last is None else _opened(last, signer.verifier)
    least = 0 if signed is None else signed.size
    if head < least:
        raise refused(f"it ends at position {head}, and checkpoint {least} covers more")
    # Records may have come since the tree was grown.
    while add_tiles(connection, head) < whole(head):
        pass
    size = max(least, head if until is None else min(head, until))
    root = root_at(size, tree.subtree)
    if signed is not None:
        path = consistency_proof(signed.size, size, tree.subtree)
        if not is_consistent(signed.size, signed.root, size, root, path):
            raise refused(f"it does not extend checkpoint {signed.size}")
        if last is not None and size == signed.size:
            return last
    made = StoredCheckpoint(
        size=size, root=root, note=sign_checkpoint(signer, size, root), made_at=now
    )
    if keep is not None:
        keep(size, made.note)
    connection.execute(_INSERT, vars(made))
    return made


def _opened(stored: StoredCheckpoint, verifier: NoteVerifier) -> Checkpoint:
    """Return what was signed, whatever stands in the columns beside the note."""
    try:
        return open_checkpoint(stored.note.encode(), verifier)
    except ValueError as error:
        raise refused(
            f"checkpoint {stored.size} was not signed by the key log-signing ({error})"
        ) from error


def _last(connection: Connection[TupleRow]) -> StoredCheckpoint | None:
    row = connection.execute(_LAST).fetchone()
    if row is None:
        return None
    size, root, note, made_at = row
    return StoredCheckpoint(size=size, root=bytes(root), note=note, made_at=made_at)


def refused(problem: str) -> CheckpointRefusedError:
    """Return the error that says how the ledger contradicts what was signed."""
    return CheckpointRefusedError(
        f"The ledger contradicts what was signed: {problem}. Nothing was signed. Stop intake, run"
        " hub verify, which names the first misfit, and restore the ledger."
    )
