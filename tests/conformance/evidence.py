"""What a ledger signs, serves and proves while it grows: the things to be judged."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from contracts.tiles import encode_tile, tiles_of
from hub.ledger.checkpointing import make_checkpoint
from hub.ledger.proving import growth_between, receipt_for
from hub.ledger.tree import StoredTree
from hub.wiring import Hub
from tests.conformance.judging import Case
from tests.examples import NOON
from tests.ledger_steps import SIGNER, write_hollow

SIZES = (1, 2, 3, 255, 256, 257, 65_535, 65_536, 65_537, 70_000)
# Besides the first and the last record of each size.
INDEXES = (0, 1, 2, 254, 255, 256, 65_279, 65_534, 65_535, 65_536, 69_887)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A ledger of `size` records: its checkpoint, its tiles, and receipts by position."""

    size: int
    note: str
    folder: Path
    receipts: dict[int, str]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The stages of a ledger, and the proof of growth between every two of them."""

    stages: tuple[Stage, ...]
    growth: dict[tuple[int, int], tuple[str, ...]]

    def stage(self, size: int) -> Stage:
        """Return the ledger as it was at a size."""
        return next(each for each in self.stages if each.size == size)

    def honest(self) -> Iterator[Case]:
        """Give everything that must be accepted."""
        for stage in self.stages:
            size, note = stage.size, stage.note
            yield Case(name=f"checkpoint {size}", kind="checkpoint", note=note)
            yield tiles_case(f"tiles {size}", note, stage.folder)
            for position, receipt in stage.receipts.items():
                yield receipt_case(f"record {position} of {size}", note, receipt, position)
        for (old, new), proof in self.growth.items():
            yield self.growth_case(f"{old} to {new}", old, new, proof)

    def growth_case(self, name: str, old: int, new: int, proof: Sequence[str]) -> Case:
        """Return the claim that the ledger of one size grew into that of another."""
        before, after = self.stage(old).note, self.stage(new).note
        return Case(name=name, kind="growth", old=before, note=after, proof=tuple(proof))


def tiles_case(name: str, note: str, folder: Path) -> Case:
    """Return the claim that tiles hold the records of a checkpoint."""
    return Case(name=name, kind="tiles", note=note, folder=str(folder))


def receipt_case(name: str, note: str, receipt: str, record: int) -> Case:
    """Return the claim that a receipt is for a record."""
    return Case(name=name, kind="receipt", note=note, receipt=receipt, record=record)


def gather(hub: Hub, folder: Path) -> Evidence:
    """Let a ledger grow through SIZES, and keep what it says at each."""
    stages = []
    for before, size in pairwise((0, *SIZES)):
        write_hollow(hub, size - before)
        made = make_checkpoint(hub.ledger_database, SIGNER, NOON)
        stages.append(
            Stage(
                size=size,
                note=made.note,
                folder=write_tiles(hub, size, folder / str(size)),
                receipts=receipts(hub, size),
            )
        )
    growth = {
        (old, new): tuple(
            b64encode(each).decode()
            for each in growth_between(hub.reader, old, new, public=False).path
        )
        for old in SIZES
        for new in SIZES
        if old <= new
    }
    return Evidence(stages=tuple(stages), growth=growth)


def receipts(hub: Hub, size: int) -> dict[int, str]:
    """Return receipts for records at the edges of tiles."""
    positions = {index + 1 for index in (*INDEXES, size - 1) if index < size}
    found = {position: receipt_for(hub.reader, position) for position in sorted(positions)}
    return {position: receipt for position, receipt in found.items() if receipt is not None}


def write_tiles(hub: Hub, size: int, folder: Path) -> Path:
    """Write every tile of a ledger of a size under its C2SP name."""
    with hub.reader.snapshot() as connection:
        tree = StoredTree(connection)
        for name in tiles_of(size):
            path = folder / name.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(encode_tile(tree.tile(name.level, name.index)))
    return folder
