"""RFC 6962 hashes, trees and proofs: what makes the ledger provable.

A tree is read through a `Subtree`: what gives the hash of the complete subtree of 2**height leaves
that starts at leaf index * 2**height. Tiles are eight levels of the tree at once, as in C2SP
tlog-tiles: 256 neighbouring hashes, and above them a tile whose hashes are the roots of tiles.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_BYTES = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
EMPTY_ROOT = sha256(b"").digest()

Subtree = Callable[[int, int], bytes]


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A full tile: 256 hashes side by side, and the hash of the subtree above them.

    index: how many tiles stand before it at its level; level 0 holds leaf hashes.
    """

    level: int
    index: int
    hashes: tuple[bytes, ...]
    root: bytes

    @property
    def end(self) -> int:
        """The first leaf after those that it stands for."""
        return (self.index + 1) << (TILE_HEIGHT * (self.level + 1))


class RightEdge:
    """A tree that grows at its right end, of which only what is not in full tiles is kept."""

    def __init__(self, size: int = 0, partial: Iterable[Sequence[bytes]] = ()) -> None:
        """Go on from a tree of `size` leaves whose partial tiles, from level 0 up, are given."""
        self.size = size
        self._partial = [list(hashes) for hashes in partial]
        widths = [len(hashes) for hashes in self._partial]
        wanted = [(size >> (TILE_HEIGHT * level)) % TILE_WIDTH for level in range(len(widths))]
        if widths != wanted or size >> (TILE_HEIGHT * len(widths)):
            raise ValueError(f"the partial tiles are not those of a tree of {size} leaves")

    def extend(self, leaves: Sequence[bytes]) -> list[Tile]:
        """Add leaf hashes; return the tiles that became full, each before those above it."""
        full: list[Tile] = []
        taken = 0
        while taken < len(leaves):
            row = self._row(0)
            more = leaves[taken : taken + TILE_WIDTH - len(row)]
            row += more
            taken += len(more)
            self.size += len(more)
            self._close(full)
        return full

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        below: list[bytes] = []
        for hashes in self._partial:
            nodes = [*hashes, *below]
            below = [tree_root(nodes)] if nodes else []
        return below[0] if below else EMPTY_ROOT

    def _close(self, full: list[Tile]) -> None:
        level = 0
        while len(self._partial[level]) == TILE_WIDTH:
            hashes = tuple(self._partial[level])
            index = (self.size >> (TILE_HEIGHT * (level + 1))) - 1
            tile = Tile(level=level, index=index, hashes=hashes, root=tree_root(hashes))
            full.append(tile)
            self._partial[level] = []
            level += 1
            self._row(level).append(tile.root)

    def _row(self, level: int) -> list[bytes]:
        if level == len(self._partial):
            self._partial.append([])
        return self._partial[level]


def leaf_hash(entry: bytes) -> bytes:
    """Return the SHA-256 leaf hash of a log entry (RFC 6962, 2.1): 32 bytes."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node above two others."""
    return sha256(b"\x01" + left + right).digest()


def tree_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes, or over the roots of equally tall subtrees.

    The last of the roots may be of a smaller subtree: it moves up until it has a neighbour.
    """
    if not hashes:
        return EMPTY_ROOT
    while len(hashes) > 1:
        # Written out, because this line is most of what a tree costs.
        above = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(hashes[::2], hashes[1::2], strict=False)
        ]
        if len(hashes) % 2:
            above.append(hashes[-1])
        hashes = above
    return hashes[0]


def subtree_of_tiles(read: Callable[[int, int], Sequence[bytes]]) -> Subtree:
    """Return a tree kept in tiles; `read` gives the hashes of a tile by level and index.

    Asking for a subtree that the tiles do not hold raises ValueError.
    """

    def subtree(height: int, index: int) -> bytes:
        level, above = divmod(height, TILE_HEIGHT)
        tile, first = divmod(index << above, TILE_WIDTH)
        hashes = read(level, tile)[first : first + (1 << above)]
        if len(hashes) != 1 << above:
            raise ValueError(f"tile {tile} of level {level} is too narrow")
        return tree_root(hashes)

    return subtree


def root_at(size: int, subtree: Subtree) -> bytes:
    """Return the root of the first `size` leaves of a tree."""
    return _range_root(0, size, subtree) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """Return the audit path of a leaf in the tree of `size` leaves (RFC 6962, 2.1.1).

    It runs from the leaf's neighbour up to the child of the root.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    path = []
    first, last = 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            path.append(_range_root(middle, last, subtree))
            last = middle
        else:
            path.append(_range_root(first, middle, subtree))
            first = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, subtree: Subtree) -> tuple[bytes, ...]:
    """Return the proof that the first `old` leaves of a tree of `new` are a tree of their own.

    In the order of RFC 6962, 2.1.2; empty if the sizes are equal, or if the old tree was empty.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} leaves cannot grow into one of {new}")
    path = []
    first, last = 0, new
    while old not in (0, last):
        middle = first + _split(last - first)
        if old <= middle:
            path.append(_range_root(middle, last, subtree))
            last = middle
        else:
            path.append(_range_root(first, middle, subtree))
            first = middle
    if first:
        path.append(_range_root(first, last, subtree))
    return tuple(reversed(path))


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that an audit path leads to from a leaf hash.

    The leaf is proved only if that is the root of a trusted checkpoint. Raises ValueError if a
    path for this index and size has another length.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    if size == 1:
        if path:
            raise ValueError("the inclusion proof is too long")
        return leaf
    if not path:
        raise ValueError("the inclusion proof is too short")
    middle = _split(size)
    if index < middle:
        return node_hash(root_by_inclusion(leaf, index, middle, path[:-1]), path[-1])
    return node_hash(path[-1], root_by_inclusion(leaf, index - middle, size - middle, path[:-1]))


def is_consistent(
    old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Say whether a proof shows that a tree grew out of another, leaf for leaf."""
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not path and old_root == EMPTY_ROOT and (new > 0 or new_root == EMPTY_ROOT)
    try:
        derived = _roots_by_consistency(old, new, old_root, path, whole=True)
    except ValueError:
        return False
    return derived == (old_root, new_root)


def _roots_by_consistency(
    old: int, new: int, old_root: bytes, path: Sequence[bytes], *, whole: bool
) -> tuple[bytes, bytes]:
    """Return both roots of a part of the tree; whole: the part starts where the tree starts."""
    if old == new:
        if len(path) != (0 if whole else 1):
            raise ValueError("the consistency proof has another length")
        shared = old_root if whole else path[0]
        return shared, shared
    if not path:
        raise ValueError("the consistency proof is too short")
    middle = _split(new)
    if old <= middle:
        before, after = _roots_by_consistency(old, middle, old_root, path[:-1], whole=whole)
        return before, node_hash(after, path[-1])
    before, after = _roots_by_consistency(
        old - middle, new - middle, old_root, path[:-1], whole=False
    )
    return node_hash(path[-1], before), node_hash(path[-1], after)


def _split(size: int) -> int:
    """Return the largest power of two below a size of at least two."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_root(first: int, last: int, subtree: Subtree) -> bytes:
    """Return the hash of a node of the tree by the leaves that it stands for."""
    size = last - first
    height = size.bit_length() - 1
    if size == 1 << height:
        return subtree(height, first >> height)
    middle = first + (1 << height)
    return node_hash(_range_root(first, middle, subtree), _range_root(middle, last, subtree))
