"""The official table of a year as the hub answers it, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.official import CONFIDENTIAL, OFFICIAL_VERSION, Cells
from domain.official_areas import OfficialAreas
from domain.official_worlds import HiddenCell

RESTRICTED: Final = "RESTRICTED until DfE has published it"
PUBLISHABLE: Final = "publishable: what is hidden cannot be worked out from what is shown"


@dataclass(frozen=True, kw_only=True)
class OfficialTable:
    """The cells of a reporting year by area.

    by_rule: as the rules show them. cells: with what is hidden besides: by_hand, and in the
    publishable edition what protects the rest; withheld: how many those are.
    """

    areas: OfficialAreas
    by_rule: Mapping[str, Cells]
    cells: Mapping[str, Cells]
    by_hand: tuple[HiddenCell, ...]
    publishable: bool
    as_of_position: int
    as_of_time: datetime | None
    definition_version: str
    rules_version: str = OFFICIAL_VERSION

    @property
    def marking(self) -> str:
        """How the table may be handled."""
        return PUBLISHABLE if self.publishable else RESTRICTED

    @property
    def withheld(self) -> int:
        """How many cells are hidden though no rule of DfE's hides them."""
        return sum(
            text != self.by_rule[area][measure]
            for area, cells in self.cells.items()
            for measure, text in cells.items()
        )


def hide(table: Mapping[str, Cells], hidden: tuple[HiddenCell, ...], year: int) -> dict[str, Cells]:
    """Return a table in which the listed cells of a year are hidden."""
    listed = {(each.area, each.measure) for each in hidden if each.year == year}
    return {
        area: {
            measure: CONFIDENTIAL if (area, measure) in listed else text
            for measure, text in cells.items()
        }
        for area, cells in table.items()
    }
