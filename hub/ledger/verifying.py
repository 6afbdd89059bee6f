"""Re-derives what the ledger claims about itself: records, leaves, tiles, roots, signatures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint
from contracts.signed_notes import NoteVerifier, parse_note
from contracts.tiles import TileName, encode_tile
from domain.errors import ArchiveUnusableError
from domain.merkle import TILE_WIDTH, RightEdge, Tile
from hub.archive.store import Archive
from hub.archive.verifying import Misfit
from hub.database import Database
from hub.ledger.comparing import Beside

_ALL: LiteralString = """
SELECT notification_id, originator_id, topic, state, publisher, submission_id, occurred_at,
       recorded_at, leaf_hash
  FROM ledger.stored_events ORDER BY notification_id
"""
_HEAD: LiteralString = "SELECT position FROM ledger.head"
# Tiles and checkpoints must be there up to here: what a tile stands for was once in the ledger.
_COVERED: LiteralString = """
SELECT greatest((SELECT coalesce(max(index) + 1, 0) * 256 FROM ledger.tiles WHERE level = 0),
                (SELECT coalesce(max(size), 0) FROM ledger.checkpoints))
"""
_TILE: LiteralString = """
SELECT hashes, root FROM ledger.tiles WHERE level = %(level)s AND index = %(index)s
"""
_TILE_BEYOND: LiteralString = """
SELECT level, index FROM ledger.tiles
 WHERE ((index + 1) << (8 * (level + 1))) > %(size)s
 ORDER BY level, index LIMIT 1
"""
_NEXT_CHECKPOINT: LiteralString = """
SELECT size, root, note FROM ledger.checkpoints
 WHERE size > %(after)s ORDER BY size LIMIT 1
"""
_STEP = 5_000


@dataclass(frozen=True, kw_only=True)
class Verified:
    """How far the ledger fits.

    where: the position, tile, checkpoint or file that is the first not to fit; None: nothing.
    problem: what does not fit there. detached: how many records have their payload in the archive
    only; archived: how many the archive holds; both are 0 if it was not looked at.
    """

    records: int
    position: int
    tiles: int
    checkpoints: int
    where: str | None
    problem: str | None
    detached: int = 0
    archived: int = 0


def verify_ledger(
    database: Database,
    progress: Callable[[int, int], None] | None = None,
    *,
    verifier: NoteVerifier | None = None,
    archive: Archive | None = None,
) -> Verified:
    """Derive everything again from the records, in order, and say what the first misfit is.

    verifier: whose signatures the checkpoints must bear; None: signatures are not checked.
    archive: is derived as well, and held against the ledger row by row; None: it is passed over,
    and a detached payload is a misfit.
    """
    records = 0
    # Looked at before the ledger's snapshot is taken: nothing archived can be missing from that.
    beside = Beside(archive, verifier)
    with database.snapshot() as connection:
        head = _number(connection, _HEAD)
        tree = _Tree(connection, verifier, archive)
        misfit = beside.begin(connection) or tree.begin()
        with connection.cursor("verify", binary=True) as cursor:
            cursor.itersize = _STEP
            cursor.execute(_ALL)
            for values in cursor if misfit is None else ():
                records += 1
                misfit = beside.check(records, values) or tree.add(bytes(values[-1]))
                if misfit is not None:
                    break
                if progress is not None and records % _STEP == 0:
                    progress(records, head)
        misfit = misfit or _end(records, head) or tree.end() or beside.end(records)
    return Verified(
        records=records,
        position=records,
        tiles=tree.tiles,
        checkpoints=tree.checkpoints,
        where=None if misfit is None else misfit.where,
        problem=None if misfit is None else misfit.problem,
        detached=beside.detached,
        archived=beside.archived,
    )


class _Tree:
    """The tree over the leaves that were read so far, held against what is stored of it."""

    def __init__(
        self,
        connection: Connection[TupleRow],
        verifier: NoteVerifier | None,
        archive: Archive | None,
    ) -> None:
        self._archive = archive
        self.tiles = 0
        self.checkpoints = 0
        self._connection = connection
        self._verifier = verifier
        self._covered = _number(connection, _COVERED)
        self._edge = RightEdge()
        self._leaves: list[bytes] = []
        self._next = self._checkpoint_after(-1)

    def begin(self) -> Misfit | None:
        """Return what is wrong with the checkpoint of the empty ledger, if there is one."""
        return self._signed_here()

    def add(self, leaf: bytes) -> Misfit | None:
        """Add the hash of the next record; return the misfit in what it completes."""
        self._leaves.append(leaf)
        size = self._edge.size + len(self._leaves)
        if size % TILE_WIDTH and (self._next is None or size != self._next[0]):
            return None
        full = self._edge.extend(self._leaves)
        self._leaves = []
        for tile in full:
            misfit = self._tile(tile)
            if misfit is not None:
                return misfit
        return self._signed_here()

    def end(self) -> Misfit | None:
        """Return what was kept of records that are not there."""
        size = self._edge.size + len(self._leaves)
        row = self._connection.execute(_TILE_BEYOND, {"size": size}).fetchone()
        if row is not None:
            return Misfit(
                where=TileName(level=row[0], index=row[1]).path,
                problem=f"it stands for records after position {size}, which are not there",
            )
        if self._next is not None:
            return Misfit(
                where=f"checkpoint {self._next[0]}",
                problem=f"it covers records after position {size}, which are not there",
            )
        return None

    def _tile(self, tile: Tile) -> Misfit | None:
        values = {"level": tile.level, "index": tile.index}
        row = self._connection.execute(_TILE, values, binary=True).fetchone()
        if row is None and tile.end > self._covered:
            return None
        self.tiles += 1
        if row is not None and row == (encode_tile(tile.hashes), tile.root):
            return None
        return Misfit(
            where=TileName(level=tile.level, index=tile.index).path,
            problem="it is missing" if row is None else "it is not what its records lead to",
        )

    def _signed_here(self) -> Misfit | None:
        if self._next is None or self._next[0] != self._edge.size:
            return None
        size, root, note = self._next
        self.checkpoints += 1
        self._next = self._checkpoint_after(size)
        problem = self._note_problem(size, bytes(root), note) or self._not_kept(size, note)
        return None if problem is None else Misfit(where=f"checkpoint {size}", problem=problem)

    def _note_problem(self, size: int, root: bytes, note: str) -> str | None:
        try:
            signed = self._read(note)
        except ValueError as error:
            return str(error)
        if (signed.size, signed.root) != (size, root):
            return "the note does not say what is stored beside it"
        derived = self._edge.root()
        return None if root == derived else "its root is not what the records lead to"

    def _not_kept(self, size: int, note: str) -> str | None:
        if self._archive is None:
            return None
        try:
            kept = self._archive.checkpoint(size)
        except ArchiveUnusableError as error:
            return str(error)
        if kept is None:
            return "the archive does not hold it"
        return None if kept == note else "the archive holds another note of this size"

    def _read(self, note: str) -> Checkpoint:
        if self._verifier is None:
            return parse_checkpoint(parse_note(note.encode()).text)
        return open_checkpoint(note.encode(), self._verifier)

    def _checkpoint_after(self, size: int) -> tuple[int, bytes, str] | None:
        row = self._connection.execute(_NEXT_CHECKPOINT, {"after": size}).fetchone()
        return None if row is None else (row[0], row[1], row[2])


def _end(records: int, head: int) -> Misfit | None:
    if records == head:
        return None
    problem = f"the ledger's head is {head}, its last record {records}"
    return Misfit(where=f"position {records}", problem=problem)


def _number(connection: Connection[TupleRow], query: LiteralString) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
