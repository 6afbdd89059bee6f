"""Small files for the adapters beside SSDA903, and what was read from them."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from msgspec.json import decode
from openpyxl import Workbook

from contracts.annex_a import AnnexSource, read_annex_a
from contracts.annex_a_columns import Column
from contracts.code_lists import read_code_lists
from contracts.file_reading import FileReading
from contracts.police_csv import Export, read_police_export
from contracts.police_mapping import PoliceMapping
from contracts.police_mapping_words import read_mapping
from contracts.register import read_register
from contracts.returned_rows import KnownRow
from contracts.ssd import SsdSource, read_ssd
from contracts.submissions import Contract, Submission, read_submission
from domain.identifiers import parse_publisher_id
from tests.unit.ssda903_returns import Sealer, event_key

FORCE: Final = "pf-E23000014"
AUTHORITY: Final = "la-330"
TOLD_ON: Final = date(2025, 6, 1)
SAMPLES: Final = Path(__file__).parent / "police_samples"

MISSING_HEADER: Final = (
    "miss_table_id,miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type,"
    "miss_missing_episode_end_date,miss_missing_rhi_offered,miss_missing_rhi_accepted"
)
PERSON_HEADER: Final = (
    "pers_person_id,pers_forename,pers_surname,pers_sex,pers_ethnicity,pers_dob,"
    "pers_common_child_id,pers_upn_unknown"
)
CARE_HEADER: Final = (
    "clae_cla_episode_id,clae_person_id,clae_cla_episode_start_date,clae_cla_episode_start_reason,"
    "clae_cla_episode_ceased_date,clae_cla_episode_ceased_reason,clae_entered_care_date"
)
PLACEMENT_HEADER: Final = (
    "clap_cla_placement_id,clap_person_id,clap_cla_placement_start_date,"
    "clap_cla_placement_end_date,clap_cla_placement_type,clap_cla_placement_urn,"
    "clap_cla_placement_provider,clap_cla_placement_change_reason"
)
PLAN_HEADER: Final = (
    "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date,"
    "cppl_cp_plan_initial_category"
)

ADA: Final = "P1,Ada,Example,F,WBRI,2010-05-15 00:00:00,9990000018,NULL"
IN_CARE: Final = "1,P1,2024-01-01,P,NULL,NULL,2019-03-01"
PLACED: Final = "9,P1,2024-01-01 00:00:00.000,NULL,K2 - Children's home,SC012345,PR4,NULL"


@cache
def contract() -> Contract:
    """Return what messages are checked against."""
    return Contract(register=read_register(), code_lists=read_code_lists())


def mapping_text(name: str) -> bytes:
    """Return a worked mapping as it is written."""
    return files("contracts").joinpath("mappings", f"{name}.toml").read_bytes()


@cache
def worked_mapping(name: str) -> PoliceMapping:
    """Return a worked mapping: compact_like or niche_like."""
    return read_mapping(f"{name}.toml", mapping_text(name), contract())


def read_police(
    content: bytes,
    mapping: PoliceMapping,
    *,
    known: Sequence[KnownRow] = (),
    told_on: date = TOLD_ON,
    sealer: Sealer | None = None,
) -> FileReading:
    """Read an export."""
    export = Export(
        publisher=FORCE,
        mapping=mapping,
        contract=contract(),
        told_on=told_on,
        seal=sealer or Sealer(),
        event_key=event_key,
        known=known,
    )
    return read_police_export("export.csv", content, export)


def extract(
    *missing: str,
    persons: Sequence[str] | None = (ADA,),
    care: Sequence[str] | None = (IN_CARE,),
    placements: Sequence[str] | None = (PLACED,),
    plans: Sequence[str] | None = None,
) -> dict[str, bytes]:
    """Return the files of an extract; None leaves a table out."""
    tables = {
        "ssd_missing.csv": (MISSING_HEADER, missing),
        "ssd_person.csv": (PERSON_HEADER, persons),
        "ssd_cla_episodes.csv": (CARE_HEADER, care),
        "ssd_cla_placement.csv": (PLACEMENT_HEADER, placements),
        "ssd_cp_plans.csv": (PLAN_HEADER, plans),
    }
    return {
        name: "".join(f"{line}\n" for line in (header, *rows)).encode()
        for name, (header, rows) in tables.items()
        if rows is not None
    }


def read_extract(
    files_by_name: Mapping[str, bytes],
    *,
    known: Sequence[KnownRow] = (),
    told_on: date = TOLD_ON,
    sealer: Sealer | None = None,
) -> FileReading:
    """Read an extract."""
    source = SsdSource(
        publisher=AUTHORITY,
        told_on=told_on,
        code_lists=read_code_lists(),
        seal=sealer or Sealer(),
        event_key=event_key,
        known=known,
    )
    return read_ssd(files_by_name, source)


def list_row(**cells: Any) -> dict[Column, Any]:
    """Return a row of list 8 of a child who was missing twice; cells: by the name of a column."""
    row: dict[Column, Any] = {
        Column.CHILD: "C1",
        Column.GENDER: "b) Female",
        Column.ETHNICITY: "a) WBRI",
        Column.BORN: date(2010, 1, 5),
        Column.CARE_STARTED: date(2020, 1, 1),
        Column.LEGAL_STATUS: "C2: FCO",
        Column.PLACED: date(2024, 1, 1),
        Column.PLACEMENT_TYPE: "k) K2: Children's home",
        Column.MISSING: 2,
    }
    return row | {Column[name.upper()]: value for name, value in cells.items()}


def workbook(
    *rows: Mapping[Column, Any], before: int = 1, title: str = "List 8", state: str = "visible"
) -> bytes:
    """Return a workbook with a cover and list 8. before: lines above the header."""
    book = Workbook()
    cover = book.active
    assert cover is not None
    cover.title = "Cover"
    sheet = book.create_sheet(title)
    sheet.sheet_state = state
    for number in range(before):
        sheet.append([f"line {number}"])
    sheet.append([column.value for column in Column])
    for row in rows:
        sheet.append([row.get(column) for column in Column])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def read_list(
    content: bytes,
    *,
    name: str = "annex.xlsx",
    ends_on: date = date(2024, 12, 31),
    known: Sequence[KnownRow] = (),
    sealer: Sealer | None = None,
) -> FileReading:
    """Read a workbook."""
    source = AnnexSource(
        publisher=AUTHORITY,
        ends_on=ends_on,
        contract=contract(),
        seal=sealer or Sealer(),
        event_key=event_key,
        known=known,
    )
    return read_annex_a(name, content, source)


def remembered(reading: FileReading) -> tuple[KnownRow, ...]:
    """Return what the next reading must know."""
    assert reading.memory is not None
    return reading.memory.rows


def ids(reading: FileReading) -> set[str]:
    """Return the ids of the messages."""
    return {decode(each.raw)["id"] for each in reading.messages}


def told(reading: FileReading, sealer: Sealer | None = None) -> list[dict[str, Any]]:
    """Return the messages in a short form; sealer: also shows what was sealed."""
    found = []
    for each in reading.messages:
        message = decode(each.raw)
        data = message["data"]
        if "identity" in data:
            sealed = sealer.sealed.get(data["identity"]) if sealer else None
            data["identity"] = {
                name: getattr(sealed, name)
                for name in (sealed.__struct_fields__ if sealed else ())
                if getattr(sealed, name) is not None
            }
        kind = message["type"].removeprefix("missing.").removesuffix(".v1")
        found.append(
            {
                "row": each.row,
                "type": kind,
                "time": message["time"],
                "about": message["subject"],
                **data,
            }
        )
    return found


def of_type(reading: FileReading, kind: str) -> list[dict[str, Any]]:
    """Return the messages of one type, without what is the same in all."""
    skipped = {"row", "type", "time", "about", "child"}
    return [
        {name: value for name, value in each.items() if name not in skipped}
        for each in told(reading)
        if each["type"] == kind
    ]


def remarks(reading: FileReading) -> list[tuple[int, str, str]]:
    """Return findings and rejections as row, code and column."""
    found = [(each.row, str(each.code), each.field) for each in reading.findings]
    return found + [(each.row, str(each.code), each.pointer[1:]) for each in reading.rejections]


def balanced(reading: FileReading, publisher: str) -> bool:
    """Return whether rows are rejected once at most, and all messages keep their contracts."""
    places = [(each.file, each.row) for each in reading.rejections]
    rows = {(file, row) for file, count in reading.rows.items() for row in range(1, count + 1)}
    sender = parse_publisher_id(publisher)
    return (
        len(places) == len(set(places))
        and set(places) <= rows
        and {(each.file, each.row) for each in reading.messages} <= rows - set(places)
        and len(ids(reading)) == len(reading.messages)
        and all(
            isinstance(read_submission(each.raw, sent_by=sender, contract=contract()), Submission)
            for each in reading.messages
        )
    )
