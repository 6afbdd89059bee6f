"""What the routes tell of the ledger's log: checkpoints, tiles, proofs of growth, receipts."""

from contracts.growth_proofs import GrowthProof, format_growth
from contracts.outcomes import Outcome, SubmissionProofs, SubmissionRecord
from contracts.tiles import TileName
from domain.publication import next_due
from hub.database import Database
from hub.ledger.proving import (
    growth_between,
    public_checkpoint,
    receipts_for,
    tile_content,
)


class LogService:
    """Reads what was signed; whatever the public learns is under public checkpoints only."""

    def __init__(self, database: Database, checkpoint_hour: int) -> None:
        """Read under the reading role; checkpoint_hour: UTC, at which they are made each day."""
        self._database = database
        self._hour = checkpoint_hour

    def checkpoint(self) -> str | None:
        """Return the signed note of the last public checkpoint; None before the first."""
        last = public_checkpoint(self._database)
        return None if last is None else last.note

    def growth(self, old: int, new: int | None) -> str:
        """Return the proof that one public checkpoint extends another; new: None: the last."""
        found = growth_between(self._database, old, new)
        return format_growth(GrowthProof(old=found.old, path=found.path, checkpoint=found.new.note))

    def tile(self, name: TileName) -> bytes | None:
        """Return a tile; None if no checkpoint covers it."""
        return tile_content(self._database, name)

    def proofs(self, record: SubmissionRecord) -> SubmissionProofs:
        """Return the receipts of a submission's records under the last public checkpoint."""
        if record.outcome is not Outcome.ACCEPTED or record.position is None:
            return SubmissionProofs()
        texts = receipts_for(self._database, record.position, record.submission_id)
        if texts:
            return SubmissionProofs(texts=texts)
        return SubmissionProofs(due_at=next_due(record.received_at, self._hour))
