"""DfE's files as published, what is in them, and an official table in memory."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from contracts.official import PublishedCell
from contracts.register import read_register
from domain.official import Absences, Cells, Tally
from domain.official_areas import OfficialAreas, official_areas
from domain.official_tables import OfficialTable
from domain.official_worlds import World
from domain.periods import ReportingYear
from hub.commands.official import published_cells
from hub.official.inverse import world_of

FOLDER = Path(__file__).parents[1] / "official"
YEAR = 2022


@cache
def dfe_cells() -> tuple[PublishedCell, ...]:
    """Return the cells of DfE's files for 2022."""
    return tuple(published_cells(sorted(FOLDER.glob("*.csv.gz"))))


@cache
def dfe_areas() -> OfficialAreas:
    """Return the areas of the release of 2022."""
    return official_areas(read_register(), YEAR)


@cache
def dfe_world() -> World:
    """Return a world behind DfE's files for 2022; it takes seconds to find."""
    return world_of(dfe_cells(), dfe_areas())


@cache
def dfe_table() -> dict[str, Cells]:
    """Return what the rules make of that world."""
    return dfe_areas().table(dfe_world().tallies)


@dataclass
class MemoryOfficial:
    """Answers for one authority of some missing children."""

    error: Exception | None = None
    asked: list[tuple[ReportingYear, int | date | None, bool]] = field(default_factory=list)

    def table(
        self,
        year: ReportingYear,
        *,
        as_of: int | date | None = None,
        release: int | None = None,
        publishable: bool = False,
    ) -> OfficialTable:
        """Return a table."""
        if self.error is not None:
            raise self.error
        self.asked.append((year, as_of, publishable))
        areas = official_areas(read_register(), year.ending, release=release)
        missing = Absences(children=12, incidents=40, repeat=7, still_open=1)
        tally = Tally(looked_after=120, missing=missing, away=Absences(), placed_in=3, placed_out=9)
        cells = areas.table({"330": tally})
        return OfficialTable(
            areas=areas,
            by_rule=cells,
            cells=cells,
            by_hand=(),
            publishable=publishable,
            as_of_position=1200,
            as_of_time=datetime(2026, 3, 14, 12, 0, tzinfo=UTC),
            definition_version="2026.3",
        )
