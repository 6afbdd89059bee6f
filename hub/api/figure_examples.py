"""Examples of the answers for figures of views and for the history of a count; made up."""

from datetime import UTC, date, datetime
from typing import Final

from domain.history import ChangeKind, HistoryAnswer, HistoryQuery, HistoryRow
from domain.measures import DEFINITION_VERSION, CountsQuery, Coverage
from domain.views import DimensionAbout, FigureAbout, ViewAbout, ViewAnswer, ViewQuery, ViewRow

AT: Final = datetime(2026, 5, 2, 22, 5, tzinfo=UTC)

HISTORY: Final = HistoryAnswer(
    query=HistoryQuery(
        counts=CountsQuery(
            measure="missing_incidents",
            first_day=date(2026, 3, 1),
            last_day=date(2026, 3, 31),
            where=(("authority", "330"),),
        )
    ),
    since_position=48211,
    since_time=datetime(2026, 4, 14, 22, 58, tzinfo=UTC),
    as_of_position=61450,
    as_of_time=AT,
    definition_version=DEFINITION_VERSION,
    start=226,
    end=229,
    rows=(
        HistoryRow(
            recorded_on=date(2026, 4, 16),
            position=None,
            kind=ChangeKind.LATE,
            records=5,
            change=5,
            value=231,
        ),
        HistoryRow(
            recorded_on=date(2026, 4, 16),
            position=None,
            kind=ChangeKind.MATCHED,
            records=2,
            change=-2,
            value=229,
        ),
    ),
    parked_children=0,
)

ABOUT: Final = ViewAbout(
    name="compliance",
    title="What must follow an episode",
    definition="Episodes that ended in the period, and what was done about each.",
    source="¶26, ¶37-48",
    figures=(
        FigureAbout(
            name="checked_share",
            title="Safe-and-well checks done",
            definition="Episodes with a check, of those that ended.",
            unit="share",
            source="¶26",
        ),
    ),
    dimensions=(DimensionAbout(name="authority", text="Responsible authority."),),
    stock=False,
    restricted=False,
    notes=("Forces and authorities record checks differently.",),
)

VIEW: Final = ViewAnswer(
    query=ViewQuery(
        view=ABOUT.name,
        by=("authority",),
        first_day=date(2026, 3, 1),
        last_day=date(2026, 3, 31),
    ),
    about=ABOUT,
    as_of_position=48211,
    as_of_time=AT,
    definition_version=DEFINITION_VERSION,
    rows=(
        ViewRow(dimensions=("330",), figure="checked_share", value=0.92, low=0.91, high=0.92),
        ViewRow(dimensions=("331",), figure="checked_share", value=None, low=None, high=None),
    ),
    coverage=Coverage(
        publishers_heard=187, publishers_registered=193, parked_children=0, findings=()
    ),
)
