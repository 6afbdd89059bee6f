"""How good the publishers' data are, read in one snapshot."""

from domain.quality_report import QualityAnswer, QualityQuery
from hub.database import Database
from projections.quality_answers import Pointer, answer_quality, pointers


class QualityService:
    """Answers questions about the quality of a publisher's data."""

    def __init__(self, database: Database) -> None:
        """Read under the reading role."""
        self._database = database

    def answer(self, query: QualityQuery) -> QualityAnswer:
        """Return how good a publisher's data are, and the position that this is true at."""
        with self._database.snapshot() as connection:
            return answer_quality(connection, query)

    def pointers(self, query: QualityQuery, code: str) -> tuple[Pointer, ...]:
        """Return the records that a publisher's findings of a code point at; for the operator."""
        with self._database.snapshot() as connection:
            return pointers(connection, query, code)
