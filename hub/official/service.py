"""Answers questions for the official table of a year, from one snapshot of the views."""

from collections.abc import Collection
from datetime import date

from domain.geography import Register
from domain.official_areas import official_areas
from domain.official_tables import OfficialTable, hide
from domain.official_worlds import HiddenCell
from domain.periods import ReportingYear
from hub.database import Database
from hub.official.protecting import protect
from projections.views.official import OfficialFigures, OfficialView


class OfficialService:
    """Knows the official table of every reporting year."""

    def __init__(
        self,
        database: Database,
        view: OfficialView,
        register: Register,
        by_hand: Collection[HiddenCell],
    ) -> None:
        """Read under the reading role; by_hand: the cells that DfE hides by hand."""
        self._database = database
        self._view = view
        self._register = register
        self._by_hand = tuple(by_hand)

    def figures(self, year: ReportingYear, *, as_of: int | date | None = None) -> OfficialFigures:
        """Return the true figures of a year's authorities; raises what the view raises."""
        with self._database.snapshot() as connection:
            return self._view.figures(connection, year, as_of)

    def table(
        self,
        year: ReportingYear,
        *,
        as_of: int | date | None = None,
        release: int | None = None,
        publishable: bool = False,
    ) -> OfficialTable:
        """Return the table of a year, as of a position or date; None: now.

        release: the last year of the release it is part of; None: the year itself. publishable:
        hide so much more that nothing hidden can be worked out. Raises UsageError,
        RebuildNeededError as the view does, ReleaseRefusedError if it cannot be protected.
        """
        figures = self.figures(year, as_of=as_of)
        areas = official_areas(self._register, year.ending, release=release)
        by_rule = areas.table(figures.tallies)
        by_hand = tuple(each for each in self._by_hand if each.year == year.ending)
        cells = hide(by_rule, by_hand, year.ending)
        if publishable:
            cells = protect(areas, by_rule, by_hand).cells()
        return OfficialTable(
            areas=areas,
            by_rule=by_rule,
            cells=cells,
            by_hand=by_hand,
            publishable=publishable,
            as_of_position=figures.position,
            as_of_time=figures.time,
            definition_version=figures.definition_version,
        )
