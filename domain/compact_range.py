"""A Merkle tree that only grows, of which no more is kept than what it takes to go on."""

from collections.abc import Iterable, Sequence

from domain.merkle import EMPTY_ROOT, node_hash


class CompactRange:
    """The first leaves of an RFC 6962 tree: the hashes of its complete subtrees, largest first."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Go on from `size` leaves. Raises ValueError if that is not the number of their hashes."""
        if size < 0 or size.bit_count() != len(hashes):
            raise ValueError(f"a tree of {size} leaves has another number of complete subtrees")
        self.size = size
        self._hashes = list(hashes)

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """What another range can go on from, together with the size."""
        return tuple(self._hashes)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes at the right."""
        for leaf in leaves:
            self.size += 1
            above, node = self.size, leaf
            while above % 2 == 0:
                node = node_hash(self._hashes.pop(), node)
                above //= 2
            self._hashes.append(node)

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        if not self._hashes:
            return EMPTY_ROOT
        *left, root = self._hashes
        for node in reversed(left):
            root = node_hash(node, root)
        return root
