"""The tables of a Standard Safeguarding Dataset extract: which file is which, and their fields.

The dataset is Data to Insight's common layer over the case systems of authorities; the columns are
those of its published definition (data-to-insight/ssd-data-model), with older names of some.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import Final

from contracts.delimited import TextRow, TextTable, UnreadRow, peek_columns, read_delimited
from domain.errors import FileFormatError


class SsdTable(StrEnum):
    """A table that the hub takes, by its name in the dataset; in the order in which it is told."""

    PERSON = "ssd_person"
    CARE = "ssd_cla_episodes"
    PLACEMENT = "ssd_cla_placement"
    PLAN = "ssd_cp_plans"
    MISSING = "ssd_missing"


@dataclass(frozen=True, kw_only=True)
class _Columns:
    """What is read of a table. older: names that earlier versions of the dataset had."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    older: Mapping[str, str] = field(default_factory=dict)


COLUMNS: Final[Mapping[SsdTable, _Columns]] = {
    SsdTable.PERSON: _Columns(
        required=("pers_person_id", "pers_dob"),
        optional=(
            "pers_forename",
            "pers_surname",
            "pers_sex",
            "pers_ethnicity",
            "pers_common_child_id",
            "pers_upn",
        ),
        older={"pers_la_person_id": "pers_person_id"},
    ),
    SsdTable.CARE: _Columns(
        required=(
            "clae_person_id",
            "clae_cla_episode_start_date",
            "clae_cla_episode_ceased_date",
        ),
        optional=(
            "clae_cla_episode_start_reason",
            "clae_cla_episode_ceased_reason",
            "clae_entered_care_date",
        ),
        older={
            "clae_cla_episode_start": "clae_cla_episode_start_date",
            "clae_cla_episode_ceased": "clae_cla_episode_ceased_date",
            "clae_cla_episode_cease_reason": "clae_cla_episode_ceased_reason",
        },
    ),
    SsdTable.PLACEMENT: _Columns(
        required=(
            "clap_person_id",
            "clap_cla_placement_start_date",
            "clap_cla_placement_end_date",
            "clap_cla_placement_type",
        ),
        optional=(
            "clap_cla_placement_provider",
            "clap_cla_placement_urn",
            "clap_cla_placement_change_reason",
        ),
    ),
    SsdTable.PLAN: _Columns(
        required=("cppl_person_id", "cppl_cp_plan_start_date", "cppl_cp_plan_end_date"),
        optional=("cppl_cp_plan_initial_category",),
    ),
    SsdTable.MISSING: _Columns(
        required=(
            "miss_person_id",
            "miss_missing_episode_start_date",
            "miss_missing_episode_type",
            "miss_missing_episode_end_date",
        ),
        optional=("miss_missing_rhi_offered", "miss_missing_rhi_accepted"),
        older={
            "miss_missing_episode_start": "miss_missing_episode_start_date",
            "miss_missing_episode_end": "miss_missing_episode_end_date",
        },
    ),
}

# What databases and the dataset's scripts write where they have nothing.
NOTHING: Final = frozenset({"null", "none", "ssd_ph", "placeholder_data", "#n/a", "(null)"})


@dataclass(frozen=True, kw_only=True)
class Extract:
    """The tables of an extract, and the names of the files that were left unread."""

    tables: Mapping[SsdTable, TextTable]
    ignored: tuple[str, ...]

    def rows(self, table: SsdTable) -> tuple[TextRow, ...]:
        """Return the rows of a table; none if the extract does not have it."""
        found = self.tables.get(table)
        return () if found is None else found.rows

    def broken(self, table: SsdTable) -> tuple[UnreadRow, ...]:
        """Return the rows of a table that have no fields one could trust."""
        found = self.tables.get(table)
        return () if found is None else found.broken


def read_extract_tables(files: Mapping[str, bytes]) -> Extract:
    """Read the files of an extract, given by name; each is known by its header, or by its name.

    Raises FileFormatError if `ssd_missing` is not there, if a table comes twice, or if a file of a
    table is no text or lacks a column.
    """
    named: dict[SsdTable, str] = {}
    ignored: list[str] = []
    for name in sorted(files):
        table = table_of(name, files[name])
        if table is None:
            ignored.append(name)
        elif table in named:
            raise FileFormatError(
                name,
                problem=f"this is a second file for {table}, beside {named[table]}.",
                remedy="Leave the files of one extract in the folder, one for each table.",
            )
        else:
            named[table] = name
    if SsdTable.MISSING not in named:
        raise FileFormatError(
            "ssd_missing.csv",
            problem=f"the extract has no ssd_missing; found {len(files)} other file(s).",
            remedy=f"Add it with the columns {', '.join(COLUMNS[SsdTable.MISSING].required)}.",
        )
    tables = {table: _read(table, name, files[name]) for table, name in named.items()}
    return Extract(tables=tables, ignored=tuple(ignored))


def table_of(name: str, content: bytes) -> SsdTable | None:
    """Return the table that a file is; None if it is another one, or none."""
    path = PurePath(name.replace("\\", "/").lower())
    if path.suffix not in (".csv", ".txt", ".tsv"):
        return None
    found = set(peek_columns(name, content))
    for table, columns in COLUMNS.items():
        if columns.required[0] in {columns.older.get(each, each) for each in found}:
            return table
    stem = path.stem.replace("-", "_").replace(" ", "_").replace("placements", "placement")
    return next((table for table in SsdTable if table in stem), None)


def _read(table: SsdTable, name: str, content: bytes) -> TextTable:
    columns = COLUMNS[table]
    table_read = read_delimited(
        name, content, expected=(*columns.required, *columns.optional, *columns.older)
    )
    present = [columns.older.get(each, each) for each in table_read.columns]
    lacking = [each for each in columns.required if each not in present]
    if lacking:
        raise FileFormatError(
            name,
            problem=f"the header of {table} lacks {', '.join(lacking)}.",
            remedy=f"Put the columns {', '.join(columns.required)} into the first line.",
        )
    wanted = (*columns.required, *columns.optional)
    rows = tuple(
        TextRow(number=row.number, fields=_fields(row, columns, wanted)) for row in table_read.rows
    )
    return TextTable(file=name, columns=tuple(present), rows=rows, broken=table_read.broken)


def _fields(row: TextRow, columns: _Columns, wanted: tuple[str, ...]) -> dict[str, str]:
    """Return the fields that are read, under their names of today; what says nothing is empty."""
    found = dict.fromkeys(wanted, "")
    for name, text in row.fields.items():
        today = columns.older.get(name, name)
        if today in found and not found[today]:
            found[today] = "" if text.casefold() in NOTHING else text
    return found
