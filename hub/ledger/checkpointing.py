"""Signs how far the ledger has come, and proves to publishers that their records are in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from contracts.signed_notes import NoteSigner, NoteVerifier
from contracts.tlog_proofs import TlogProof, format_proof
from domain.errors import CheckpointRefusedError, NotFoundError, UsageError
from domain.merkle import (
    consistency_proof,
    inclusion_proof,
    is_consistent,
    root_at,
    root_by_inclusion,
)
from hub.database import Database
from hub.ledger.tree import StoredTree, add_tiles, grow, head_position, lock_tree, whole

_LAST: LiteralString = """
SELECT size, root, note, made_at FROM ledger.checkpoints ORDER BY size DESC LIMIT 1
"""
_OF_SIZE: LiteralString = """
SELECT size, root, note, made_at FROM ledger.checkpoints WHERE size = %(size)s
"""
_INSERT: LiteralString = """
INSERT INTO ledger.checkpoints (size, root, note, made_at)
VALUES (%(size)s, %(root)s, %(note)s, %(made_at)s)
"""
_REFUSE: LiteralString = """
INSERT INTO ledger.checkpoint_refusals (refused_at, problem) VALUES (%(at)s, %(problem)s)
"""


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
    progress: Callable[[int, int], None] | None = None,
) -> StoredCheckpoint:
    """Sign the ledger as it stands, up to position `until` if that is given, and keep the note.

    If the last checkpoint covers all that already, it is returned. Raises CheckpointRefusedError,
    and puts the refusal on record, if the ledger does not extend what was signed last.
    """
    try:
        grow(database, progress)
        with database.transaction() as connection:
            lock_tree(connection)
            return _extend(connection, signer, now, until)
    except CheckpointRefusedError as error:
        with database.transaction() as connection:
            connection.execute(_REFUSE, {"at": now, "problem": str(error)})
        raise


def last_checkpoint(database: Database) -> StoredCheckpoint | None:
    """Return the largest checkpoint; None before the first."""
    with database.snapshot() as connection:
        return _last(connection)


def receipt_for(database: Database, position: int) -> str | None:
    """Return the C2SP tlog-proof of the record at a position, under the last checkpoint.

    Its extra line is the record's leaf hash. None while no checkpoint covers the position. Raises
    CheckpointRefusedError if what is stored does not lead to what was signed.
    """
    with database.snapshot() as connection:
        last = _last(connection)
        if last is None or not 0 < position <= last.size:
            return None
        index = position - 1
        subtree = StoredTree(connection).subtree
        leaf = subtree(0, index)
        path = inclusion_proof(index, last.size, subtree)
    if root_by_inclusion(leaf, index, last.size, path) != last.root:
        raise _refused(f"position {position} does not lead to the root of checkpoint {last.size}")
    return format_proof(TlogProof(index=index, path=path, checkpoint=last.note, extra=leaf))


def consistency_between(database: Database, old: int, new: int) -> tuple[bytes, ...]:
    """Return the proof that one checkpoint extends another, both given by size.

    Raises UsageError if they are given the wrong way round, NotFoundError if there is no checkpoint
    of such a size, CheckpointRefusedError if what is stored does not lead to what was signed.
    """
    if old > new:
        raise UsageError(f"A checkpoint of size {old} is not older than one of size {new}.")
    with database.snapshot() as connection:
        first, second = _of_size(connection, old), _of_size(connection, new)
        path = consistency_proof(old, new, StoredTree(connection).subtree)
    if not is_consistent(first.size, first.root, second.size, second.root, path):
        raise _refused(f"checkpoint {new} does not extend checkpoint {old}")
    return path


def _extend(
    connection: Connection[TupleRow], signer: NoteSigner, now: datetime, until: int | None
) -> StoredCheckpoint:
    """Add a checkpoint to the last one, in the caller's transaction."""
    head = head_position(connection)
    tree = StoredTree(connection)
    last = _last(connection)
    signed = None if last is None else _opened(last, signer.verifier)
    least = 0 if signed is None else signed.size
    if head < least:
        raise _refused(f"it ends at position {head}, and checkpoint {least} covers more")
    # Records may have come since the tree was grown.
    while add_tiles(connection, head) < whole(head):
        pass
    size = max(least, head if until is None else min(head, until))
    root = root_at(size, tree.subtree)
    if signed is not None:
        path = consistency_proof(signed.size, size, tree.subtree)
        if not is_consistent(signed.size, signed.root, size, root, path):
            raise _refused(f"it does not extend checkpoint {signed.size}")
        if last is not None and size == signed.size:
            return last
    made = StoredCheckpoint(
        size=size, root=root, note=sign_checkpoint(signer, size, root), made_at=now
    )
    connection.execute(_INSERT, vars(made))
    return made


def _opened(stored: StoredCheckpoint, verifier: NoteVerifier) -> Checkpoint:
    """Return what was signed, whatever stands in the columns beside the note."""
    try:
        return open_checkpoint(stored.note.encode(), verifier)
    except ValueError as error:
        raise _refused(
            f"checkpoint {stored.size} was not signed by the key log-signing ({error})"
        ) from error


def _last(connection: Connection[TupleRow]) -> StoredCheckpoint | None:
    row = connection.execute(_LAST).fetchone()
    return None if row is None else _stored(row)


def _of_size(connection: Connection[TupleRow], size: int) -> StoredCheckpoint:
    row = connection.execute(_OF_SIZE, {"size": size}).fetchone()
    if row is None:
        raise NotFoundError(f"There is no checkpoint of size {size}.")
    return _stored(row)


def _stored(row: TupleRow) -> StoredCheckpoint:
    size, root, note, made_at = row
    return StoredCheckpoint(size=size, root=bytes(root), note=note, made_at=made_at)


def _refused(problem: str) -> CheckpointRefusedError:
    return CheckpointRefusedError(
        f"The ledger contradicts what was signed: {problem}. Nothing was signed. Stop intake, run"
        " hub verify, which names the first misfit, and restore the ledger."
    )
