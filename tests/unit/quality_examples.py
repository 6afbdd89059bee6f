"""An answer about the quality of a publisher's data, and a service that gives it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from domain.measures import DEFINITION_VERSION
from domain.periods import Month
from domain.quality_figures import Figures, Part
from domain.quality_report import DeclaredPeriod, QualityAnswer, QualityQuery, Volume
from domain.quality_tallies import Delays

POSITION = 1190
NOON = datetime(2026, 5, 14, 12, 0, tzinfo=UTC)


def figures(publisher: str = "la-318", **given: Any) -> Figures:
    """Return the figures of a publisher with forty accounts; given: other values."""
    values: dict[str, Any] = {
        "accounts": 40,
        "alike": 2,
        "matched": Part(cases=30, of=36),
        "away": Part(cases=4, of=40),
        "responded": Part(cases=25, of=34),
        "first": Part(cases=20, of=25),
        "later": Part(cases=1, of=3),
        "found": {"DQ9": 9, "DQ16": 3},
        "outcomes": {"accepted": 190, "duplicate": 6, "conflict": 1, "rejected": 3},
        "reasons": {"date-invalid": 2, "code-unknown": 1},
        "fields": {
            ("episode-reported", "left"): Part(cases=39, of=40),
            ("episode-reported", "risk"): Part(cases=10, of=40),
        },
        "delays": Delays(early=1, spans=(10, 5, 5, 5, 5, 9, 80, 40, 10, 10, 5, 3, 1, 1, 0)),
    }
    return Figures(publisher=publisher, **{**values, **given})


def answer(query: QualityQuery, **given: Any) -> QualityAnswer:
    """Return an answer in which six publishers are compared; given: other values."""
    own = figures(query.publisher)
    others = {f"la-{number}": figures(f"la-{number}") for number in range(801, 806)}
    values: dict[str, Any] = {
        "as_of_position": POSITION,
        "as_of_time": NOON,
        "definition_version": DEFINITION_VERSION,
        "figures": own,
        "others": {**others, query.publisher: own},
        "volumes": (
            Volume(month="2026-03", type="episode-reported", events=40, national=38.0),
            Volume(month="2026-03", type="child-located", events=36, national=None),
        ),
        "declared": (
            DeclaredPeriod(
                from_date=date(2026, 3, 1), to_date=date(2026, 3, 31), rows_sent=41, received=40
            ),
        ),
        "undeclared": (Month(year=2026, number=4),),
        "last_heard": NOON,
        "silent_from": datetime(2026, 5, 17, 12, 0, tzinfo=UTC),
    }
    return QualityAnswer(query=query, **{**values, **given})


@dataclass
class MemoryQuality:
    """Answers every question alike, or with an error."""

    error: Exception | None = None
    asked: list[QualityQuery] = field(default_factory=list)

    def answer(self, query: QualityQuery) -> QualityAnswer:
        """Return the answer above."""
        if self.error is not None:
            raise self.error
        self.asked.append(query)
        return answer(query)
