"""A reconciliation view in memory, for tests of the HTTP door."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from domain.measures import DEFINITION_VERSION
from domain.reconciliation_terms import (
    ReconciliationAnswer,
    ReconciliationCell,
    ReconciliationQuery,
    SourceRowTotals,
    Terms,
)
from tests.unit.api_gateways import POSITION

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


@dataclass
class MemoryReconciliation:
    """Answers every question with two cells, or with an error."""

    error: Exception | None = None
    asked: list[ReconciliationQuery] = field(default_factory=list)

    def answer(self, query: ReconciliationQuery) -> ReconciliationAnswer:
        """Return two cells."""
        if self.error is not None:
            raise self.error
        self.asked.append(query)
        return ReconciliationAnswer(
            query=query,
            as_of_position=POSITION,
            as_of_time=NOON,
            definition_version=DEFINITION_VERSION,
            cells=tuple(
                ReconciliationCell(
                    dimensions=(name,) * len(query.by),
                    terms=Terms(police_total=more + 3, police_only=more, matched_police=3),
                )
                for name, more in (("one", 1), ("two", 2))
            ),
            source_episodes=SourceRowTotals(
                total=6, matched=2, police_only=1, authority_only=1, in_review=1, held=1
            ),
            parked_children=0,
        )
