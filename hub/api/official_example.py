"""The example of an official table that the description of the API shows: one area of it."""

from datetime import UTC, datetime
from typing import Final

from contracts.official import LABELS
from contracts.official_document import OfficialCell, OfficialDocument, OfficialRow
from domain.measures import DEFINITION_VERSION
from domain.official import OFFICIAL_VERSION, Measure
from domain.official_tables import RESTRICTED

_FIGURES: Final = {
    Measure.LOOKED_AFTER: "2665",
    Measure.MISSING_CHILDREN: "252",
    Measure.MISSING_PERCENT: "9",
    Measure.AWAY_CHILDREN: "c",
}

TABLE: Final = OfficialDocument(
    reporting_year=2022,
    marking=RESTRICTED,
    publishable=False,
    source="authority",
    as_of_position=48211,
    as_of_time=datetime(2026, 3, 14, 22, 5, tzinfo=UTC),
    definition_version=DEFINITION_VERSION,
    rules_version=OFFICIAL_VERSION,
    withheld=0,
    hidden_by_hand=(),
    rows=(
        OfficialRow(
            level="Local authority",
            code="330",
            name="Birmingham",
            cells=tuple(
                OfficialCell(measure=measure, label=LABELS[measure], number=number)
                for measure, number in _FIGURES.items()
            ),
        ),
    ),
)
