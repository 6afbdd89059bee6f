"""Views and packs in memory, for tests of packs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from domain.measures import DEFINITION_VERSION, Coverage
from domain.safeguarding import Board
from domain.views import ViewAbout, ViewAnswer, ViewQuery, ViewRow
from hub.packs.content import Bars, Edition, Pack, PackPeriod, Section, Table
from projections.catalogue import all_views

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
POSITION = 4_711


@dataclass
class MemoryViews:
    """Knows what every view says of itself, and answers each figure with a number of its own."""

    empty: bool = False
    asked: list[ViewQuery] = field(default_factory=list)

    def catalogue(self) -> Sequence[ViewAbout]:
        """Return what every view says of itself."""
        return [each.about for each in all_views()]

    def answer(self, query: ViewQuery) -> ViewAnswer:
        """Return two cells for a dimension, else one."""
        self.asked.append(query)
        about = next(each for each in self.catalogue() if each.name == query.view)
        names = query.figures or tuple(each.name for each in about.figures)
        cells = (("one",), ("two",)) if query.by else ((),)
        rows = [
            ViewRow(dimensions=cell, figure=name, value=number, low=number, high=number + at)
            for at, cell in enumerate(cells)
            for number, name in enumerate(names, start=11 * (at + 1))
        ]
        return ViewAnswer(
            query=query,
            about=about,
            as_of_position=POSITION,
            as_of_time=NOON,
            definition_version=DEFINITION_VERSION,
            rows=() if self.empty else tuple(rows),
            coverage=Coverage(
                publishers_heard=190, publishers_registered=193, parked_children=2, findings=()
            ),
        )


def example_pack(edition: Edition = Edition.RESTRICTED) -> Pack:
    """Return a pack whose words would be commands, if anybody took them for any."""
    table = Table(
        caption="#let <b>bold</b> & $x$",
        head=("Month", "Incidents", "Children"),
        rows=(("April <script>", "1,234", "c"), ("May #panic()", "7 (6 to 9)", "0")),
    )
    chart = Bars(
        names=("April <script>", "May #panic()"),
        numbers=(1234.0, None),
        texts=("1,234", "c"),
        words='Bars "of" months: April <script> 1,234.',
    )
    section = Section(
        title="Month by month *strong*",
        lead="Incidents: 1,234 in _April_ [link](x).",
        table=table,
        chart=chart,
        notes=("A note {{ 7 * 7 }}.",),
        source="¶94",
    )
    return Pack(
        edition=edition,
        area="Kent",
        area_code="886",
        board=Board.CORPORATE_PARENTING,
        period=PackPeriod.parse("2026-Q1"),
        position=POSITION,
        recorded_until=NOON,
        definition_version=DEFINITION_VERSION,
        sections=(section, section),
        notes=("Nothing else.",),
        synthetic=True,
    )


@dataclass
class MemoryPacks:
    """Makes the same pack of everything, and keeps what was asked."""

    error: Exception | None = None
    asked: list[tuple[str, Board, date, Edition, int | None]] = field(default_factory=list)

    def make(
        self,
        *,
        area: str,
        board: Board,
        period: PackPeriod,
        edition: Edition,
        as_of: int | None = None,
    ) -> Pack:
        """Return a pack."""
        if self.error is not None:
            raise self.error
        self.asked.append((area, board, period.first, edition, as_of))
        return example_pack(edition)
