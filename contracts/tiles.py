"""C2SP tlog-tiles: the names and the bytes of a log's tiles.

As c2sp.org/tlog-tiles says: `tile/LEVEL/INDEX`, with `.p/WIDTH` behind it for a partial tile.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

from domain.merkle import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH

MOST_LEVEL = 63

_NAME: Final = re.compile(
    r"tile/(0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII
)


@dataclass(frozen=True, kw_only=True)
class TileName:
    """Which tile is meant: its level, its index there, and its width, 256 if it is full."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @classmethod
    def parse(cls, path: str) -> Self:
        """Read a tile's path. Raises ValueError if it is not the one spelling of a tile's name."""
        match = _NAME.fullmatch(path)
        if match is None:
            raise ValueError("a tile's path is tile/LEVEL/INDEX or tile/LEVEL/INDEX.p/WIDTH")
        level, index, width = match.groups()
        name = cls(
            level=int(level),
            index=int(index.replace("/", "").replace("x", "")),
            width=TILE_WIDTH if width is None else int(width),
        )
        if name.level > MOST_LEVEL or name.path != path:
            raise ValueError("a tile's path has one spelling, a level to 63 and a width to 255")
        return name

    @property
    def path(self) -> str:
        """Where the tile is served, below the log's prefix."""
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        spelled = "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])
        suffix = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{self.level}/{spelled}{suffix}"


def tiles_of(size: int) -> Iterator[TileName]:
    """Name every tile that a log of `size` leaves serves, level by level, full ones first."""
    level = 0
    while hashes := size >> (TILE_HEIGHT * level):
        for index in range(hashes // TILE_WIDTH):
            yield TileName(level=level, index=index)
        if hashes % TILE_WIDTH:
            yield TileName(level=level, index=hashes // TILE_WIDTH, width=hashes % TILE_WIDTH)
        level += 1


def encode_tile(hashes: Sequence[bytes]) -> bytes:
    """Return a tile as it is served: its hashes one behind the other."""
    return b"".join(hashes)


def decode_tile(content: bytes) -> tuple[bytes, ...]:
    """Return the hashes of a tile. Raises ValueError if it is not 1 to 256 whole hashes."""
    width, rest = divmod(len(content), HASH_BYTES)
    if rest or not 0 < width <= TILE_WIDTH:
        raise ValueError("a tile is 1 to 256 hashes of 32 bytes")
    return tuple(content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES))
