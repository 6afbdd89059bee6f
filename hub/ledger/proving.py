"""Proves what was signed: that the log grew by adding only, and that it holds a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.tiles import TileName, encode_tile
from contracts.tlog_proofs import TlogProof, format_proof
from domain.errors import NotFoundError, UsageError
from domain.merkle import (
    TILE_HEIGHT,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    root_by_inclusion,
)
from hub.database import Database
from hub.ledger.checkpointing import refused
from hub.ledger.tree import StoredTree

_LAST: LiteralString = """
SELECT size, root, note FROM ledger.checkpoints ORDER BY size DESC LIMIT 1
"""
_LAST_PUBLIC: LiteralString = """
SELECT size, root, note FROM ledger.checkpoints WHERE public ORDER BY size DESC LIMIT 1
"""
_OF_SIZE: LiteralString = """
SELECT size, root, note FROM ledger.checkpoints
 WHERE size = %(size)s AND (public OR NOT %(public)s)
"""
# The records of one submission follow each other.
_AFTER: LiteralString = """
SELECT min(notification_id) FROM ledger.stored_events
 WHERE notification_id >= %(position)s AND notification_id <= %(size)s
   AND submission_id IS DISTINCT FROM %(submission)s
"""


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A checkpoint to prove against: how many records it covers, their root, and the note."""

    size: int
    root: bytes
    note: str


@dataclass(frozen=True, kw_only=True)
class Growth:
    """The proof that the log of `old` records became the one of a newer checkpoint."""

    old: int
    path: tuple[bytes, ...]
    new: Signed


def public_checkpoint(database: Database) -> Signed | None:
    """Return the last public checkpoint; None before the first."""
    with database.snapshot() as connection:
        return _one(connection, _LAST_PUBLIC)


def receipts_for(database: Database, position: int, submission_id: UUID) -> tuple[str, ...]:
    """Return a receipt for each record of a submission, the first of which has a position.

    Under the last public checkpoint; none while it does not cover them.
    """
    with database.snapshot() as connection:
        last = _one(connection, _LAST_PUBLIC)
        if last is None or not 0 < position <= last.size:
            return ()
        values = {"position": position, "size": last.size, "submission": submission_id}
        row = connection.execute(_AFTER, values).fetchone()
        after = last.size + 1 if row is None or row[0] is None else int(row[0])
        return _receipts(connection, last, range(position, after))


def receipt_for(database: Database, position: int) -> str | None:
    """Return the C2SP tlog-proof of the record at a position, under the last checkpoint of all.

    Its extra line is the record's leaf hash. None while no checkpoint covers the position. Raises
    CheckpointRefusedError if what is stored does not lead to what was signed.
    """
    with database.snapshot() as connection:
        last = _one(connection, _LAST)
        if last is None or not 0 < position <= last.size:
            return None
        return _receipts(connection, last, [position])[0]


def growth_between(
    database: Database, old: int, new: int | None = None, *, public: bool = True
) -> Growth:
    """Return the proof that one checkpoint extends another, both given by size.

    new: None: the last public one. public: other checkpoints are as if they were not there. Raises
    UsageError if they are given the wrong way round, NotFoundError if there is no checkpoint of
    such a size, CheckpointRefusedError if what is stored does not lead to what was signed.
    """
    with database.snapshot() as connection:
        first = _of_size(connection, old, public=public)
        second = first if new == old else _newer(connection, new, public=public)
        if first.size > second.size:
            raise UsageError(f"A checkpoint of size {old} is not older than one of size {new}.")
        path = consistency_proof(first.size, second.size, StoredTree(connection).subtree)
    if not is_consistent(first.size, first.root, second.size, second.root, path):
        raise refused(f"checkpoint {second.size} does not extend checkpoint {first.size}")
    return Growth(old=first.size, path=path, new=second)


def tile_content(database: Database, name: TileName) -> bytes | None:
    """Return a tile as C2SP serves it; None if no checkpoint covers all that it stands for."""
    with database.snapshot() as connection:
        last = _one(connection, _LAST)
        there = 0 if last is None else last.size >> (TILE_HEIGHT * name.level)
        if there < (name.index << TILE_HEIGHT) + name.width:
            return None
        hashes = StoredTree(connection).tile(name.level, name.index)
    return encode_tile(hashes[: name.width])


def _receipts(
    connection: Connection[TupleRow], under: Signed, positions: Sequence[int]
) -> tuple[str, ...]:
    """Return the receipts of records that a checkpoint covers."""
    subtree = StoredTree(connection).subtree
    texts = []
    for position in positions:
        index = position - 1
        leaf = subtree(0, index)
        path = inclusion_proof(index, under.size, subtree)
        if root_by_inclusion(leaf, index, under.size, path) != under.root:
            raise refused(f"position {position} does not lead to checkpoint {under.size}")
        proof = TlogProof(index=index, path=path, checkpoint=under.note, extra=leaf)
        texts.append(format_proof(proof))
    return tuple(texts)


def _newer(connection: Connection[TupleRow], size: int | None, *, public: bool) -> Signed:
    if size is not None:
        return _of_size(connection, size, public=public)
    last = _one(connection, _LAST_PUBLIC)
    if last is None:
        raise NotFoundError("There is no public checkpoint yet.")
    return last


def _of_size(connection: Connection[TupleRow], size: int, *, public: bool) -> Signed:
    found = _one(connection, _OF_SIZE, size=size, public=public)
    if found is None:
        kind = "public checkpoint" if public else "checkpoint"
        raise NotFoundError(f"There is no {kind} of size {size}.")
    return found


def _one(
    connection: Connection[TupleRow], query: LiteralString, **values: int | bool
) -> Signed | None:
    row = connection.execute(query, values or None).fetchone()
    if row is None:
        return None
    size, root, note = row
    return Signed(size=size, root=bytes(root), note=note)
