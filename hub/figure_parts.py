"""The parts of a hub that compute figures and answer for them."""

from functools import cached_property

from contracts.official_hidden import listed_by_hand
from hub.constant_tables import placement_groups, regions
from hub.intake_parts import IntakeParts
from hub.official.service import OfficialService
from hub.projector import Projector
from hub.quality import QualityService
from hub.queries import (
    CountsService,
    HistoryService,
    ReconciliationService,
    StatusService,
    ViewsService,
)
from projections.catalogue import all_relations, all_views
from projections.counts import CountsView
from projections.engine import EpisodeEngine
from projections.history import HistoryView
from projections.reconciliation import ReconciliationView
from projections.view import Registered
from projections.views.official import OfficialView


class FigureParts(IntakeParts):
    """What keeps the views and answers questions for them."""

    @cached_property
    def engine(self) -> EpisodeEngine:
        """The definition of the facts, ready to run."""
        engine = EpisodeEngine(regions(self.register), placement_groups(), all_relations())
        self._stack.callback(engine.close)
        return engine

    @cached_property
    def projector(self) -> Projector:
        """The projecting role."""
        return Projector(self.project_database, self.engine, self.archive)

    @cached_property
    def counts(self) -> CountsService:
        """Answers questions for counts."""
        return CountsService(self.reader, CountsView(len(self.register.publishers())))

    @cached_property
    def history(self) -> HistoryService:
        """Knows how counts came to be what they are."""
        return HistoryService(self.reader, HistoryView())

    @cached_property
    def views(self) -> ViewsService:
        """Answers questions for the figures of the views."""
        registered = Registered(
            areas={each.number: each.region_code for each in self.register.authorities},
            publishers=[each.id for each in self.register.publishers()],
        )
        return ViewsService(self.reader, all_views(), registered)

    @cached_property
    def reconciliation(self) -> ReconciliationService:
        """Knows what makes up the difference between the sources' totals."""
        return ReconciliationService(self.reader, ReconciliationView())

    @cached_property
    def official(self) -> OfficialService:
        """Knows DfE's table of every reporting year."""
        everyone = (*self.register.authorities, *self.register.abolished)
        return OfficialService(self.reader, OfficialView(everyone), self.register, listed_by_hand())

    @cached_property
    def quality(self) -> QualityService:
        """Knows how good publishers' data are."""
        return QualityService(self.reader)

    @cached_property
    def status(self) -> StatusService:
        """Knows the state of the hub."""
        return StatusService(self.reader, self._in_flight())
