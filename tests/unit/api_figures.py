"""Views and histories in memory, for tests of the HTTP door."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from domain.history import ChangeKind, HistoryAnswer, HistoryQuery, HistoryRow
from domain.measures import DEFINITION_VERSION, Coverage
from domain.views import DimensionAbout, FigureAbout, ViewAbout, ViewAnswer, ViewQuery, ViewRow
from tests.unit.api_gateways import POSITION

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def about(name: str, *, restricted: bool = False) -> ViewAbout:
    """Return what a view of two figures and two dimensions says of itself."""
    return ViewAbout(
        name=name,
        title="A view",
        definition="What it answers.",
        source="¶26",
        figures=(
            FigureAbout(
                name="done", title="Done", definition="Those.", unit="episodes", source="¶26"
            ),
            FigureAbout(name="share", title="Share", definition="Of all.", unit="%", source="ours"),
        ),
        dimensions=(
            DimensionAbout(name="authority", text="Whose."),
            DimensionAbout(name="ending", text="How it ended."),
        ),
        stock=False,
        restricted=restricted,
        notes=("Compare with care.",),
    )


VIEWS = (about("compliance"), about("homes", restricted=True), about("placements-hosted"))


@dataclass
class MemoryViews:
    """Answers every question with a whole number and a share that cannot be said, or an error."""

    error: Exception | None = None
    asked: list[ViewQuery] = field(default_factory=list)

    def catalogue(self) -> Sequence[ViewAbout]:
        """Return three views."""
        return VIEWS

    def answer(self, query: ViewQuery) -> ViewAnswer:
        """Return two rows."""
        if self.error is not None:
            raise self.error
        self.asked.append(query)
        cell = ("330",) * len(query.by)
        return ViewAnswer(
            query=query,
            about=next(view for view in VIEWS if view.name == query.view),
            as_of_position=POSITION,
            as_of_time=NOON,
            definition_version=DEFINITION_VERSION,
            rows=(
                ViewRow(dimensions=cell, figure="done", value=7, low=7, high=8),
                ViewRow(dimensions=cell, figure="share", value=None, low=None, high=0.5),
            ),
            coverage=Coverage(
                publishers_heard=2,
                publishers_registered=193,
                parked_children=0,
                findings=(("574", 1),),
            ),
        )


@dataclass
class MemoryHistory:
    """Answers every question with two steps, or with an error."""

    error: Exception | None = None
    asked: list[HistoryQuery] = field(default_factory=list)

    def answer(self, query: HistoryQuery) -> HistoryAnswer:
        """Return two steps."""
        if self.error is not None:
            raise self.error
        self.asked.append(query)
        return HistoryAnswer(
            query=query,
            since_position=3,
            since_time=NOON,
            as_of_position=POSITION,
            as_of_time=NOON,
            definition_version=DEFINITION_VERSION,
            start=10,
            end=11,
            rows=tuple(
                HistoryRow(
                    recorded_on=date(2026, 4, 20),
                    position=None,
                    kind=kind,
                    records=abs(change),
                    change=change,
                    value=value,
                )
                for kind, change, value in ((ChangeKind.LATE, 3, 13), (ChangeKind.VOIDED, -2, 11))
            ),
            parked_children=0,
        )
