"""The open data file of a release, to the standard of the Explore education statistics platform.

Tidy form: one row an area and period, one column an indicator, and a second file that describes
the columns. There is no filter yet, so no `Total` row. A figure that is not shown is a symbol.
"""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Final

from contracts.feed import ENGLAND_NAME, MONTHS, AreaFigures, Indicator, Level, Release
from domain.disclosure import Published
from domain.geography import ENGLAND_CODE

DATA_FILE: Final = "missing-children-monthly.csv"
META_FILE: Final = "missing-children-monthly.meta.csv"

AREA_COLUMNS: Final = (
    *("time_period", "time_identifier", "geographic_level"),
    *("country_code", "country_name", "region_code", "region_name"),
)
META_COLUMNS: Final = (
    *("col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp"),
    *("filter_hint", "filter_grouping_column"),
)

# The standard allows 80 characters a label.
LABELS: Final = {
    Indicator.MISSING_EPISODES: "Number of missing episodes",
    Indicator.MISSING_CHILDREN: "Number of children with a missing episode",
    Indicator.AWAY_EPISODES: "Number of episodes away from placement without authorisation",
    Indicator.AWAY_CHILDREN: "Number of children with an away episode",
}
GROUPINGS: Final = {
    Indicator.MISSING_EPISODES: "Missing",
    Indicator.MISSING_CHILDREN: "Missing",
    Indicator.AWAY_EPISODES: "Away from placement without authorisation",
    Indicator.AWAY_CHILDREN: "Away from placement without authorisation",
}


def data_csv(release: Release) -> bytes:
    """Return the data file of a release: England first, then its regions."""
    rows = [[*area_cells(release, area), *figure_cells(area)] for area in release.areas]
    return _csv((*AREA_COLUMNS, *Indicator), rows)


def meta_csv() -> bytes:
    """Return the file that describes the columns of the data file."""
    rows = [
        [indicator, "Indicator", LABELS[indicator], GROUPINGS[indicator], "", "0", "", ""]
        for indicator in Indicator
    ]
    return _csv(META_COLUMNS, rows)


def area_cells(release: Release, area: AreaFigures) -> list[str]:
    """Return the values of AREA_COLUMNS; a column that the area's level does not use is blank."""
    month = release.id.month
    region = (area.code, area.name) if area.level is Level.REGIONAL else ("", "")
    return [
        f"{month.year:04d}",
        MONTHS[month.number - 1],
        area.level,
        ENGLAND_CODE,
        ENGLAND_NAME,
        *region,
    ]


def figure_cells(area: AreaFigures) -> list[str]:
    """Return the figures of an area in the order of the indicators, symbols as they are."""
    return [_cell(area.figures[indicator]) for indicator in Indicator]


def _cell(figure: Published) -> str:
    return str(figure.number) if figure.symbol is None else figure.symbol.value


def _csv(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
