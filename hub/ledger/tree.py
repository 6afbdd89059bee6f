"""The RFC 6962 tree over the ledger, kept in PostgreSQL as full tiles; leaf index = position - 1.

Full tiles are written once. What is to the right of them is read from the leaf hashes and from the
roots of the tiles below, so nothing half-made is ever stored.
"""

from collections.abc import Callable
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.tiles import decode_tile, encode_tile
from domain.errors import CheckpointRefusedError
from domain.merkle import (
    HASH_BYTES,
    TILE_WIDTH,
    RightEdge,
    Tile,
    subtree_of_tiles,
)
from hub.database import Database

# Leaves a transaction: one tile of level 1, and a fraction of a second.
LEAVES_A_COMMIT = TILE_WIDTH * TILE_WIDTH

# An arbitrary number of ours: one process adds to the tree at a time. Writers never take it.
_LOCK: LiteralString = "SELECT pg_advisory_xact_lock(7262002)"
_HEAD: LiteralString = "SELECT position FROM ledger.head"
_WHOLE: LiteralString = "SELECT coalesce(max(index) + 1, 0) FROM ledger.tiles WHERE level = 0"
_TILE: LiteralString = """
SELECT hashes FROM ledger.tiles WHERE level = %(level)s AND index = %(index)s
"""
_ROOTS: LiteralString = """
SELECT string_agg(root, ''::bytea ORDER BY index) FROM ledger.tiles
 WHERE level = %(level)s AND index >= %(first)s AND index < %(first)s + 256
"""
_LEAVES: LiteralString = """
SELECT string_agg(leaf_hash, ''::bytea ORDER BY notification_id)
  FROM ledger.stored_events
 WHERE notification_id > %(after)s AND notification_id <= %(until)s
 GROUP BY (notification_id - 1) / 256
 ORDER BY (notification_id - 1) / 256
"""
_COPY: LiteralString = """
COPY ledger.tiles (level, index, hashes, root) FROM STDIN (FORMAT BINARY)
"""
_TYPES = ("int2", "int8", "bytea", "bytea")


class StoredTree:
    """The tree as a connection's transaction sees it; every tile is read at most once."""

    def __init__(self, connection: Connection[TupleRow]) -> None:
        """Read through a connection, for as long as its transaction lasts."""
        self._connection = connection
        self._seen: dict[tuple[int, int], tuple[bytes, ...]] = {}
        self._subtree = subtree_of_tiles(self.tile)

    def subtree(self, height: int, index: int) -> bytes:
        """Return the hash of a complete subtree, as proofs need it.

        Raises CheckpointRefusedError if the tree does not reach so far.
        """
        try:
            return self._subtree(height, index)
        except ValueError as error:
            raise _damaged(str(error)) from error

    def tile(self, level: int, index: int) -> tuple[bytes, ...]:
        """Return the hashes of a tile, full or not; none if the tree does not reach it.

        Raises CheckpointRefusedError if what is stored cannot be a tile.
        """
        seen = self._seen.get((level, index))
        if seen is None:
            found = self._full(level, index) or self._partial(level, index)
            seen = self._seen[level, index] = _hashes(found, f"tile {index} of level {level}")
        return seen

    def _full(self, level: int, index: int) -> bytes | None:
        return self._one(_TILE, {"level": level, "index": index})

    def _partial(self, level: int, index: int) -> bytes | None:
        first = index * TILE_WIDTH
        if level == 0:
            return self._one(_LEAVES, {"after": first, "until": first + TILE_WIDTH})
        return self._one(_ROOTS, {"level": level - 1, "first": first})

    def _one(self, query: LiteralString, values: dict[str, int]) -> bytes | None:
        row = self._connection.execute(query, values, binary=True).fetchone()
        return None if row is None else row[0]


def lock_tree(connection: Connection[TupleRow]) -> None:
    """Keep others from adding to the tree until the transaction ends; nobody else waits."""
    connection.execute(_LOCK)


def head_position(connection: Connection[TupleRow]) -> int:
    """Return the last position of the ledger; all up to it can be read from now on."""
    row = connection.execute(_HEAD).fetchone()
    if row is None:
        raise RuntimeError("ledger.head has no row: the schema was not migrated")
    return int(row[0])


def grow(database: Database, progress: Callable[[int, int], None] | None = None) -> int:
    """Add every tile that has become full; return how many leaves full tiles stand for.

    Each transaction adds whole tiles and those above them, so a kill costs its work only, and
    the next call goes on from there. Raises CheckpointRefusedError if the ledger has a gap.
    """
    while True:
        with database.transaction() as connection:
            lock_tree(connection)
            head = head_position(connection)
            covered = add_tiles(connection, head)
        if progress is not None and covered:
            progress(covered, head)
        if covered >= whole(head):
            return covered


def add_tiles(connection: Connection[TupleRow], head: int) -> int:
    """Add the next tiles that are full with `head` records, at most LEAVES_A_COMMIT leaves.

    In the caller's transaction, which has locked the tree. Returns the leaves in full tiles.
    """
    edge = _edge(connection)
    until = whole(min(head, edge.size + LEAVES_A_COMMIT))
    if until <= edge.size:
        return edge.size
    _store(connection, _full_tiles(connection, edge, until))
    return until


def whole(size: int) -> int:
    """Return how many of the first leaves full tiles of level 0 can stand for."""
    return size - size % TILE_WIDTH


def _edge(connection: Connection[TupleRow]) -> RightEdge:
    """Return the right end of the tree over full tiles."""
    row = connection.execute(_WHOLE).fetchone()
    full = int(row[0]) if row else 0
    tree = StoredTree(connection)
    partial: list[tuple[bytes, ...]] = [()]
    above = full
    while above:
        above, width = divmod(above, TILE_WIDTH)
        partial.append(tree.tile(len(partial), above) if width else ())
    try:
        return RightEdge(full * TILE_WIDTH, partial)
    except ValueError as error:
        raise _damaged(str(error)) from error


def _full_tiles(connection: Connection[TupleRow], edge: RightEdge, until: int) -> list[Tile]:
    after = edge.size
    tiles = []
    for (joined,) in connection.execute(_LEAVES, {"after": after, "until": until}, binary=True):
        tiles += edge.extend(_hashes(joined, f"the 256 records after position {edge.size}"))
    if edge.size != until:
        raise _damaged(f"the {until - after} records after position {after} are not all there")
    return tiles


def _store(connection: Connection[TupleRow], tiles: list[Tile]) -> None:
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.set_types(_TYPES)
        for tile in tiles:
            copy.write_row((tile.level, tile.index, encode_tile(tile.hashes), tile.root))


def _hashes(joined: bytes | None, what: str) -> tuple[bytes, ...]:
    if not joined:
        return ()
    if len(joined) % HASH_BYTES or len(joined) > TILE_WIDTH * HASH_BYTES:
        raise _damaged(f"{what} cannot be read as hashes")
    return decode_tile(bytes(joined))


def _damaged(what: str) -> CheckpointRefusedError:
    return CheckpointRefusedError(
        f"The ledger's tree cannot go on: {what}. Run hub verify, which names the first misfit."
    )
