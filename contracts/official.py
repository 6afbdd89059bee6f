"""DfE's two files: the measures' names in them, reading published ones, and writing our own."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from types import MappingProxyType
from typing import Final

from contracts.ees import META_COLUMNS
from contracts.feed import ENGLAND_NAME
from domain.errors import UsageError
from domain.geography import ENGLAND_CODE
from domain.official import (
    MISSING_MEASURES,
    NET_GAIN_MEASURES,
    Cells,
    Level,
    Measure,
)
from domain.official_areas import OfficialArea

_AWAY: Final = "away from placement without authorisation"
LABELS: Final[Mapping[Measure, str]] = MappingProxyType(
    {
        Measure.LOOKED_AFTER: "Children looked after during the year",
        Measure.MISSING_CHILDREN: "Children who had a missing incident during the year",
        Measure.MISSING_PERCENT: (
            "Percentage of children who had a missing incident during the year"
        ),
        Measure.MISSING_INCIDENTS: "Number of missing incidents during the year",
        Measure.MISSING_AVERAGE: (
            "Average number of missing incidents per looked after child who went missing"
        ),
        Measure.MISSING_REPEAT: "Children who went missing more than once during the year",
        Measure.MISSING_OPEN: "Children missing at 31 March",
        Measure.AWAY_CHILDREN: f"Children who were {_AWAY} during the year",
        Measure.AWAY_PERCENT: f"Percentage of children who were {_AWAY} during the year",
        Measure.AWAY_INCIDENTS: f"Number of {_AWAY} incidents during the year",
        Measure.AWAY_AVERAGE: f"Average number of {_AWAY} incidents per looked after child",
        Measure.AWAY_REPEAT: f"Children who were {_AWAY} more than once during the year",
        Measure.AWAY_OPEN: f"Children {_AWAY} at 31 March",
        Measure.PLACED_IN: (
            "1. Children who are the responsibility of other LAs placed within this LA boundary"
        ),
        Measure.PLACED_OUT: (
            "2. Children who are the responsibility of this LA placed outside the LA boundary"
        ),
        Measure.NET_GAIN: "Net gain of children by responsible LA",
    }
)
_AREA_COLUMNS: Final = (
    *("time_period", "time_identifier", "geographic_level", "country_code", "country_name"),
    *("region_code", "region_name", "old_la_code", "la_name", "new_la_code"),
)
_NUMBER: Final = "number"
# The column of the measure has had several names over the editions.
_MEASURE_COLUMNS: Final = ("cla_group", "missing_status", "characteristic", "breakdown")


@dataclass(frozen=True, kw_only=True)
class OfficialFile:
    """One of DfE's files: its name, the column of the measure, and the measures in it."""

    name: str
    column: str
    newer_column: str
    measures: tuple[Measure, ...]

    def column_of(self, *, newer: bool) -> str:
        """Return the column's name; newer: as in editions from that of 2021 to 2025 on."""
        return self.newer_column if newer else self.column


MISSING_FILE: Final = OfficialFile(
    name="la_children_who_were_missing_or_away_from_placement_without_authorisation",
    column="cla_group",
    newer_column="missing_status",
    measures=MISSING_MEASURES,
)
NET_GAIN_FILE: Final = OfficialFile(
    name="la_cla_on_31_march_la_of_placement_net_gain",
    column="characteristic",
    newer_column="breakdown",
    measures=NET_GAIN_MEASURES,
)
OFFICIAL_FILES: Final = (MISSING_FILE, NET_GAIN_FILE)


@dataclass(frozen=True, kw_only=True)
class PublishedCell:
    """One row of a published file.

    area: E92000001, a region's code or an authority's number. region_code: of an authority, as
    the file has it; else blank. text: a number or a symbol, as published.
    """

    year: int
    level: Level
    area: str
    region_code: str
    measure: Measure
    text: str


def read_published(text: str, name: str) -> list[PublishedCell]:
    """Return the cells of a file of DfE's, of one year or several, of any edition.

    Raises UsageError, naming the file and line, if it is not such a file.
    """
    reader = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""))
    columns = reader.fieldnames or ()
    column = next((each for each in _MEASURE_COLUMNS if each in columns), None)
    lacking = [each for each in (*_AREA_COLUMNS, _NUMBER) if each not in columns]
    if column is None or lacking:
        said = ", ".join(lacking) or " or ".join(_MEASURE_COLUMNS)
        raise UsageError(f"{name}: this is not one of DfE's files, it has no column {said}.")
    measures = {_key(label): measure for measure, label in LABELS.items()}
    cells: dict[tuple[int, str, Measure], PublishedCell] = {}
    for line, row in enumerate(reader, 2):
        measure = measures.get(_key(row[column] or ""))
        if measure is None:
            raise UsageError(f"{name}, line {line}: {row[column]!r} is not a measure of it.")
        cell = _cell(row, measure, f"{name}, line {line}")
        before = cells.setdefault((cell.year, cell.area, measure), cell)
        if before.text != cell.text:
            raise UsageError(f"{name}, line {line}: this cell was there before, and differs.")
    return list(cells.values())


def official_csv(
    file: OfficialFile,
    year: int,
    areas: Iterable[OfficialArea],
    table: Mapping[str, Cells],
    *,
    newer: bool = False,
) -> bytes:
    """Return one of the two files as DfE writes it, measure after measure, areas in their order.

    DfE's own order of rows changes within a file, so it is not repeated.
    """
    known = tuple(areas)
    header = (*_AREA_COLUMNS, file.column_of(newer=newer), _NUMBER)
    rows = (
        (*_area_cells(year, area), LABELS[measure], table[area.code][measure])
        for measure in file.measures
        for area in known
    )
    return _csv(header, rows, "\r\n")


def official_meta(file: OfficialFile, *, newer: bool = False) -> bytes:
    """Return the file that describes the columns of one of the two files."""
    label = "Children looked after group" if file is MISSING_FILE else "Characteristic"
    rows = (
        (file.column_of(newer=newer), "Filter", label, "", "", "", "", ""),
        (_NUMBER, "Indicator", "Number", "", "", "", "", ""),
    )
    return _csv(META_COLUMNS, rows, "\n")


def _cell(row: Mapping[str, str | None], measure: Measure, where: str) -> PublishedCell:
    def field(name: str) -> str:
        return (row[name] or "").strip()

    try:
        # 202122 is the year to March 2022, as 2022 is.
        time, level = field("time_period"), Level(field("geographic_level"))
        year = int(time) if len(time) == 4 else int(time[:4]) + 1
    except ValueError as error:
        raise UsageError(f"{where}: neither this year nor this level is known.") from error
    codes = {
        Level.NATIONAL: ENGLAND_CODE,
        Level.REGIONAL: field("region_code"),
        Level.AUTHORITY: field("old_la_code"),
    }
    text = field(_NUMBER).replace(",", "")
    if not re.fullmatch(r"-?\d+(\.\d+)?|c|x|z|k|u|low", text):
        raise UsageError(f"{where}: {text!r} is neither a number nor a symbol.")
    return PublishedCell(
        year=year,
        level=level,
        area=codes[level],
        region_code=field("region_code") if level is Level.AUTHORITY else "",
        measure=measure,
        text=text,
    )


def _key(label: str) -> str:
    """Return a label without its number, case and spaces, which differ between editions."""
    return re.sub(r"[^a-z]", "", label.lower())


def _area_cells(year: int, area: OfficialArea) -> tuple[str, ...]:
    is_authority = area.level is Level.AUTHORITY
    return (
        *(str(year), "Reporting year", area.level, ENGLAND_CODE, ENGLAND_NAME),
        *(area.region_code, area.region_name, area.code if is_authority else ""),
        *(area.name, area.gss_code),
    )


def _csv(header: Iterable[str], rows: Iterable[Iterable[str]], end: str) -> bytes:
    def lines() -> Iterator[Iterable[str]]:
        yield header
        yield from rows

    text = StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows(lines())
    return text.getvalue().encode()
