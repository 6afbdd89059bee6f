"""A small log behind the HTTP door."""

from dataclasses import dataclass, field
from uuid import UUID

from contracts.outcomes import SubmissionProofs, SubmissionRecord
from contracts.tiles import TileName
from domain.errors import NotFoundError, UsageError

ROOT = "A" * 43 + "="
NOTE = f"log.test/ledger\n9216\n{ROOT}\n\n\u2014 log.test/ledger AAAA\n"


@dataclass
class MemoryLog:
    """Tells what it was given; its public checkpoints have sizes, the last of which has a note."""

    sizes: tuple[int, ...] = (9216,)
    tiles: dict[str, bytes] = field(default_factory=dict)
    proved: dict[UUID, SubmissionProofs] = field(default_factory=dict)

    def checkpoint(self) -> str | None:
        """Return the note."""
        return NOTE if self.sizes else None

    def growth(self, old: int, new: int | None) -> str:
        """Return the sizes, and the note."""
        newer = self.sizes[-1] if new is None else new
        if not {old, newer} <= set(self.sizes):
            raise NotFoundError(f"There is no public checkpoint of size {old} or {newer}.")
        if old > newer:
            raise UsageError("The sizes are the wrong way round.")
        return f"old {old}\n\n{NOTE}"

    def tile(self, name: TileName) -> bytes | None:
        """Return a tile."""
        return self.tiles.get(name.path)

    def proofs(self, record: SubmissionRecord) -> SubmissionProofs:
        """Return what proves a submission."""
        return self.proved.get(record.submission_id, SubmissionProofs())
