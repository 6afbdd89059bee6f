"""The official table as one JSON document, and as the files of a release."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.json import encode

from contracts.official import LABELS, OFFICIAL_FILES, official_csv, official_meta
from domain.official_tables import OfficialTable


class OfficialCell(Struct, frozen=True, kw_only=True):
    """One figure as DfE shows it: a number, or c, k, x, z in its place."""

    measure: str
    label: str
    number: str


class OfficialRow(Struct, frozen=True, kw_only=True):
    """The figures of one area; code: E92000001, a region's code or an authority's number."""

    level: str
    code: str
    name: str
    cells: tuple[OfficialCell, ...]


class HiddenDocument(Struct, frozen=True, kw_only=True):
    """A cell that DfE hides by hand, and why."""

    area: str
    measure: str
    reason: str


class OfficialDocument(Struct, frozen=True, kw_only=True):
    """The 13 measures of DfE's table and the three of its net-gain table, in one year.

    marking: who may have it. hidden_by_hand: cells that are hidden though no rule hides them.
    """

    reporting_year: int
    marking: str
    publishable: bool
    source: str
    as_of_position: int
    as_of_time: datetime | None
    definition_version: str
    rules_version: str
    withheld: int
    hidden_by_hand: tuple[HiddenDocument, ...]
    rows: tuple[OfficialRow, ...]


def official_document(table: OfficialTable) -> OfficialDocument:
    """Return a table as a document."""
    return OfficialDocument(
        reporting_year=table.areas.year,
        marking=table.marking,
        publishable=table.publishable,
        source="authority",
        as_of_position=table.as_of_position,
        as_of_time=table.as_of_time,
        definition_version=table.definition_version,
        rules_version=table.rules_version,
        withheld=table.withheld,
        hidden_by_hand=tuple(
            HiddenDocument(area=each.area, measure=each.measure, reason=each.reason)
            for each in table.by_hand
        ),
        rows=tuple(_rows(table)),
    )


def official_json(table: OfficialTable) -> bytes:
    """Return a table as JSON."""
    return encode(official_document(table))


def official_files(table: OfficialTable, *, newer: bool = False) -> dict[str, bytes]:
    """Return the files of a table by name; the names of a restricted one say so.

    newer: with the column names of DfE's editions from 2021 to 2025 on.
    """
    year = table.areas.year
    suffix = "" if table.publishable else "_restricted"
    files: dict[str, bytes] = {}
    for each in OFFICIAL_FILES:
        stem = f"{each.name}_{year}{suffix}"
        areas = table.areas.areas
        files[f"{stem}.csv"] = official_csv(each, year, areas, table.cells, newer=newer)
        files[f"{stem}.meta.csv"] = official_meta(each, newer=newer)
    return files


def _rows(table: OfficialTable) -> Iterator[OfficialRow]:
    for area in table.areas.areas:
        cells = table.cells[area.code]
        yield OfficialRow(
            level=area.level,
            code=area.code,
            name=area.name or area.region_name or "England",
            cells=tuple(
                OfficialCell(measure=measure, label=LABELS[measure], number=cells[measure])
                for measure in LABELS
            ),
        )
