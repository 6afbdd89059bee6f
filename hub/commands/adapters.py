"""Commands that import the formats beside SSDA903: one file or folder each, row by row."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from contracts.code_lists import read_code_lists
from contracts.police_csv import read_table
from contracts.police_mapping_summary import column_uses
from contracts.police_mapping_words import read_mapping
from contracts.register import read_register
from contracts.submissions import Contract
from domain.errors import UsageError
from domain.periods import london_date
from hub.adapters import adapter_named, read_files
from hub.commands.options import (
    Backfill,
    DataDir,
    DryRun,
    Json,
    PublisherOption,
    publisher,
    settings_for,
)
from hub.commands.publishing import bring_up_to_date, file_door, require_publisher, show_report
from hub.console import bar, say, table
from hub.file_formats import read_from_disk
from hub.identity.sealing import seal
from hub.importing import import_return
from hub.reading_options import ReadingOptions
from hub.wiring import Hub, open_hub


def import_ssd(
    path: Annotated[
        Path, typer.Argument(help="Folder of the extract's CSV files, or ssd_missing alone.")
    ],
    publisher_id: PublisherOption,
    dry_run: DryRun = False,
    backfill: Backfill = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Import a Standard Safeguarding Dataset extract and account for every row of it.

    An extract is compared with the one before: what was put right becomes corrections, and about
    absences that it has lost you are asked (hub import questions).
    Exit code 0: all taken, perhaps with findings; 1: rows were rejected; 2: it cannot be read.
    """
    files = read_from_disk(path)
    with open_hub(settings_for(data_dir)) as hub:
        options = _options(hub, publisher_id)
        _import(hub, "ssd", files, options, dry_run=dry_run, backfill=backfill, as_json=as_json)


def import_police_csv(
    file: Annotated[Path, typer.Argument(help="The export of a force, as CSV.")],
    mapping: Annotated[
        Path, typer.Option("--mapping", help="TOML file that says what its columns mean.")
    ],
    publisher_id: PublisherOption,
    check_mapping: Annotated[
        bool,
        typer.Option("--check-mapping", help="Only say what is made of each column; send nothing."),
    ] = False,
    dry_run: DryRun = False,
    backfill: Backfill = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Import a police force's export by its mapping, and account for every row of it.

    An incident that is sent again with other values is corrected, one that an export of everything
    has lost is asked about. Two worked mappings are in contracts/mappings.
    Exit code 0: all taken, perhaps with findings; 1: rows were rejected; 2: it cannot be read.
    """
    written = _file(mapping)
    if check_mapping:
        _show_columns(file, mapping.name, written)
        return
    files = {file.name: _file(file)}
    with open_hub(settings_for(data_dir)) as hub:
        options = _options(hub, publisher_id, mapping=written)
        _import(
            hub, "police-csv", files, options, dry_run=dry_run, backfill=backfill, as_json=as_json
        )


def import_annex_a(
    file: Annotated[Path, typer.Argument(help="The workbook, .xlsx, with list 8 of Annex A.")],
    to: Annotated[
        str, typer.Option("--to", help="Last day of its twelve months, 2026-03-31 for example.")
    ],
    publisher_id: PublisherOption,
    dry_run: DryRun = False,
    backfill: Backfill = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Import list 8 of a workbook of Ofsted's Annex A, and account for every row of it.

    The list says how often each child was missing, not when: it tells numbers, care and placements.
    Exit code 0: all taken, perhaps with findings; 1: rows were rejected; 2: it cannot be read.
    """
    ends_on, files = _day(to), {file.name: _file(file)}
    with open_hub(settings_for(data_dir)) as hub:
        options = _options(hub, publisher_id, ends_on=ends_on)
        _import(hub, "annex-a", files, options, dry_run=dry_run, backfill=backfill, as_json=as_json)


def _options(
    hub: Hub, publisher_id: str, *, mapping: bytes | None = None, ends_on: date | None = None
) -> ReadingOptions:
    sender = publisher(publisher_id)
    require_publisher(hub, publisher_id)
    return ReadingOptions(
        publisher=sender,
        year=None,
        mapping=mapping,
        ends_on=ends_on,
        told_on=london_date(hub.clock()),
        seal=lambda identity: seal(identity, hub.keys.sealing),
        event_key=hub.keys.event_key,
        known=lambda adapter: hub.returned_rows.load(sender, adapter),
    )


def _import(
    hub: Hub,
    name: str,
    files: Mapping[str, bytes],
    options: ReadingOptions,
    *,
    dry_run: bool,
    backfill: bool,
    as_json: bool,
) -> None:
    reading = read_files(adapter_named(name), files, options)
    door = file_door(hub, dry_run=dry_run, backfill=backfill)
    with bar("importing", len(reading.messages)) as shown:
        answer = import_return(
            door,
            reading,
            publisher=options.publisher,
            progress=shown.step,
            store=hub.returned_rows,
            remember=not dry_run,
        )
    bring_up_to_date(hub, hub.settings)
    show_report(replace(answer, dry_run=dry_run), as_json=as_json)


def _show_columns(file: Path, mapping_name: str, written: bytes) -> None:
    contract = Contract(register=read_register(), code_lists=read_code_lists())
    mapping = read_mapping(mapping_name, written, contract)
    read = read_table(file.name, _file(file), mapping)
    table(
        f"What {mapping_name} makes of {file.name}: {read.row_count:,} rows",
        ("column", "is", "rows filled", "words without a meaning"),
        [
            (
                use.column,
                ", ".join(use.keys) or "left unread",
                f"{use.filled:,}",
                f"{use.unmapped:,}",
            )
            for use in column_uses(read, mapping)
        ],
        numbers=2,
    )
    say("Nothing was sent. --dry-run tells how each row would end.")


def _file(path: Path) -> bytes:
    if not path.is_file():
        raise UsageError(f"{path} is not a file that can be read.")
    return read_from_disk(path)[path.name]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("--to is not a day; write 2026-03-31, for example.") from None
