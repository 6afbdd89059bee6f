"""Small files of every format that the hub takes, with nothing wrong in them."""

import re
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import ZipFile, ZipInfo

from openpyxl import Workbook

from contracts.annex_a_columns import Column
from tests.unit.ssda903_returns import episode, files_of, header, missing

_CHILDREN: Final = tuple(f"C{number}" for number in range(1, 16))

_REPOSITORY: Final = Path(__file__).parents[2]
MAPPING: Final = "mapping.toml"
EXPORT: Final = "export.csv"


WORKBOOK: Final = "annex-a.xlsx"


def annex_a() -> tuple[dict[str, bytes], ...]:
    """Return a workbook with list 8, between others, of fifteen children."""
    book = Workbook()
    (other,) = book.worksheets
    other.append(["Child Unique ID", "Date of Contact"])
    sheet = book.create_sheet("List 8")
    sheet.append([column.value for column in Column])
    known: dict[Column, object] = {
        Column.GENDER: "b) Female",
        Column.ETHNICITY: "a) WBRI",
        Column.BORN: date(2012, 6, 1),
        Column.UNACCOMPANIED: "b) No",
        Column.CARE_STARTED: date(2024, 5, 1),
        Column.LEGAL_STATUS: "C2",
        Column.PLACED: date(2024, 5, 1),
        Column.PLACEMENT_TYPE: "U4",
        Column.PROVIDER: "PR1",
        Column.HOST: "Birmingham",
        Column.MISSING: 2,
        Column.ABSENT: 0,
        Column.OFFERED: "a) Yes",
        Column.ACCEPTED: "b) No",
    }
    for child in _CHILDREN:
        sheet.append([{**known, Column.CHILD: child}.get(column) for column in Column])
    written = BytesIO()
    book.save(written)
    return ({WORKBOOK: _undated(written)},)


def _undated(workbook: BytesIO) -> bytes:
    """Return a workbook without the time at which it was written: damage must be repeatable."""
    undated = BytesIO()
    with ZipFile(workbook) as archive, ZipFile(undated, "w") as copy:
        for name in archive.namelist():
            part = re.sub(rb">[0-9-]+T[0-9:]+Z<", b">2026-04-01T12:00:00Z<", archive.read(name))
            copy.writestr(ZipInfo(name), part)
    return undated.getvalue()


def police_csv() -> tuple[dict[str, bytes], ...]:
    """Return each force's export with the mapping that it is read by."""
    mappings = _REPOSITORY / "contracts" / "mappings"
    exports = _REPOSITORY / "tests" / "unit" / "police_samples"
    return tuple(
        {MAPPING: (mappings / f"{path.stem}.toml").read_bytes(), EXPORT: path.read_bytes()}
        for path in sorted(exports.glob("*.csv"))
    )


def ssd_csv() -> tuple[dict[str, bytes], ...]:
    """Return an extract of the Standard Safeguarding Dataset, a file for each table."""
    return (
        {
            "ssd_person.csv": _table(
                "pers_person_id,pers_dob,pers_forename,pers_sex,pers_ethnicity,pers_upn",
                "{0},2012-06-01,Kim,F,WBRI,UN1",
            ),
            "ssd_cla_episodes.csv": _table(
                "clae_person_id,clae_cla_episode_start_date,clae_cla_episode_ceased_date,"
                "clae_cla_episode_start_reason,clae_cla_episode_ceased_reason",
                "{0},2024-05-01,,S,",
            ),
            "ssd_cla_placement.csv": _table(
                "clap_person_id,clap_cla_placement_start_date,clap_cla_placement_end_date,"
                "clap_cla_placement_type,clap_cla_placement_provider",
                "{0},2024-05-01,,U4,PR1",
            ),
            "ssd_cp_plans.csv": _table(
                "cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date",
                "{0},2025-01-05,2025-06-05",
            ),
            "ssd_missing.csv": _table(
                "miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type,"
                "miss_missing_episode_end_date,miss_missing_rhi_offered,miss_missing_rhi_accepted",
                "{0},2025-11-03,M,2025-11-05,Y,N",
            ),
        },
    )


def _table(columns: str, row: str) -> bytes:
    return "\n".join([columns, *map(row.format, _CHILDREN), ""]).encode()


def ssda903_csv() -> tuple[dict[str, bytes], ...]:
    """Return SSDA903 returns as CSV files."""
    return (
        files_of(absences=[missing("12/03/2018", "14/03/2018"), missing("20/03/2018")]),
        files_of(
            headers=[header(child) for child in _CHILDREN],
            episodes=[episode("01/05/2016", child=child) for child in _CHILDREN],
            absences=[missing("01/06/2017", "02/06/2017", child=child) for child in _CHILDREN],
            alone=["C1,2,01/06/2010,01/01/2020"],
        ),
    )


def ssda903_xml() -> tuple[dict[str, bytes], ...]:
    """Return SSDA903 returns as one XML file each, with dates in either form."""
    return tuple({"return.xml": _ssda903_xml(form)} for form in ("%Y-%m-%d", "%d/%m/%Y"))


def _ssda903_xml(form: str) -> bytes:
    born, began, left, back = (
        day.strftime(form)
        for day in (date(2010, 6, 1), date(2016, 5, 1), date(2018, 3, 12), date(2018, 3, 14))
    )
    children = "".join(
        f"<CHILD><HEADER><CHILDID>{child}</CHILDID><SEX>2</SEX><DOB>{born}</DOB>"
        "<ETHNIC>WBRI</ETHNIC><UPN>UN1</UPN>"
        f"<AMISSING><MISSING>M</MISSING><MIS_START>{left}</MIS_START>"
        f"<MIS_END>{back}</MIS_END></AMISSING></HEADER>\n"
        f"<EPISODE><DECOM>{began}</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>U4</PL>"
        "<PLACE_PROVIDER>PR1</PLACE_PROVIDER><HOME_POST>ZZ99 1AA</HOME_POST></EPISODE></CHILD>\n"
        for child in _CHILDREN
    )
    whole = f'<?xml version="1.0" encoding="UTF-8"?>\n<EXPSSDA903>\n{children}</EXPSSDA903>\n'
    return whole.encode()
