"""Commands of publishers: send events, import returns."""

from pathlib import Path
from typing import Annotated, Protocol

import typer
from msgspec.json import encode
from msgspec.json import format as pretty
from msgspec.structs import replace

from contracts.imports import ImportReport
from contracts.ssda903 import ADAPTER
from contracts.ssda903_carried import beside
from domain.errors import UsageError
from domain.identifiers import PublisherId
from hub.commands.options import (
    PROBLEMS_IN_DATA,
    Backfill,
    DataDir,
    DryRun,
    Json,
    PublisherOption,
    Url,
    publisher,
    settings_for,
)
from hub.commands.returns import answer_question, questions, show_questions
from hub.console import bar, say, table
from hub.event_files import refuse_unreadable
from hub.importing import Door, Recorder, import_return, merge, publish_file
from hub.remote import RemoteHub
from hub.return_files import read_ssda903
from hub.settings import Settings
from hub.wiring import Hub, open_hub

MOST_LISTED = 20

app = typer.Typer(no_args_is_help=True, help="Import a file or folder in a publisher's own format.")


def publish(
    files: Annotated[list[str], typer.Argument(help="NDJSON or JSON array files; - is stdin.")],
    publisher_id: PublisherOption,
    dry_run: DryRun = False,
    backfill: Backfill = False,
    as_json: Json = False,
    url: Url = None,
    data_dir: DataDir = None,
) -> None:
    """Send CloudEvents and print one outcome for each.

    Exit code 0: all taken; 1: some were rejected or in conflict; 2: nothing could be sent.
    """
    sender = publisher(publisher_id)
    settings = settings_for(data_dir, url=url)
    files = list(dict.fromkeys(files))
    refuse_unreadable(files)
    if settings.url is not None:
        with RemoteHub(settings) as remote:
            answer = _publish(remote, files, sender, dry_run=dry_run, backfill=backfill)
    else:
        with open_hub(settings) as hub:
            require_publisher(hub, publisher_id)
            door = hub.gateway("file")
            answer = _publish(door, files, sender, dry_run=dry_run, backfill=backfill)
            bring_up_to_date(hub, settings)
    show_report(answer, as_json=as_json)


class RehearsingDoor(Door, Protocol):
    """A door that can also only tell how messages would end."""

    def rehearsal(self) -> Door:
        """Return a door that stores nothing."""
        ...

    def backfill(self) -> Door:
        """Return a door for old events."""
        ...


def _publish(
    door: RehearsingDoor,
    files: list[str],
    sender: PublisherId,
    *,
    dry_run: bool,
    backfill: bool,
) -> ImportReport:
    chosen: Door = door
    if dry_run or backfill:
        chosen = door.rehearsal() if dry_run else door.backfill()
    with bar("checking" if dry_run else "publishing") as shown:
        answer = merge(
            {
                each: publish_file(chosen, each, publisher=sender, progress=shown.step)
                for each in files
            }
        )
    return replace(answer, dry_run=dry_run)


@app.command("ssda903")
def import_ssda903(
    path: Annotated[
        Path, typer.Argument(help="Folder of CSV files, an XML file, or a ZIP of either.")
    ],
    publisher_id: PublisherOption,
    year: Annotated[int, typer.Option("--year", help="Year in which the collection year ends.")],
    previous: Annotated[
        Path | None,
        typer.Option("--previous", help="Last year's return, if this hub never had it."),
    ] = None,
    dry_run: DryRun = False,
    backfill: Backfill = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Import an SSDA903 return and account for every row of it.

    A return that is sent again is compared with what it said before: rows that were put right
    become corrections, and about rows that it has lost you are asked (hub import questions).
    Exit code 0: all taken, perhaps with findings; 1: rows were rejected; 2: it cannot be read.
    """
    sender = publisher(publisher_id)
    settings = settings_for(data_dir)
    with open_hub(settings) as hub:
        require_publisher(hub, publisher_id)
        reading = read_ssda903(
            path,
            publisher=sender,
            year=year,
            contract=hub.contract,
            keys=hub.keys,
            known=hub.returned_rows.load(sender, ADAPTER),
        )
        if previous is not None:
            last_year = read_ssda903(
                previous, publisher=sender, year=year - 1, contract=hub.contract, keys=hub.keys
            )
            reading = beside(last_year, reading)
        door = file_door(hub, dry_run=dry_run, backfill=backfill)
        with bar("importing", len(reading.messages)) as shown:
            answer = import_return(
                door,
                reading,
                publisher=sender,
                progress=shown.step,
                store=hub.returned_rows,
                remember=not dry_run,
            )
        bring_up_to_date(hub, settings)
    show_report(replace(answer, dry_run=dry_run), as_json=as_json)


app.command("questions")(questions)
app.command("answer")(answer_question)


def file_door(hub: Hub, *, dry_run: bool, backfill: bool) -> Recorder:
    """Return the door for files: one that stores nothing, one for old events, or the usual one."""
    gateway = hub.gateway("file")
    if dry_run:
        return gateway.rehearsal()
    return gateway.backfill() if backfill else gateway


def require_publisher(hub: Hub, publisher_id: str) -> None:
    """Raise UsageError if a publisher is not in the register."""
    if hub.register.publisher(publisher_id) is None:
        raise UsageError(
            f"{publisher_id} is not in the register of publishers; see contracts/reference."
        )


def bring_up_to_date(hub: Hub, settings: Settings) -> None:
    """Link and project what was taken, unless intake itself runs elsewhere."""
    if settings.profile == "embedded":
        hub.linker.catch_up()
        hub.projector.catch_up(hub.projector.active_build())


def show_report(answer: ImportReport, *, as_json: bool) -> None:
    """Print a report; the program ends with 1 if something was not taken."""
    if as_json:
        say(pretty(encode(answer)).decode())
    else:
        _show_tables(answer)
    if answer.rejected or answer.conflict:
        raise typer.Exit(PROBLEMS_IN_DATA)


def _show_tables(answer: ImportReport) -> None:
    if answer.dry_run:
        say("A dry run: nothing was stored. This is how it would end now.")
    ends = ("rows", "accepted", "duplicate", "conflict", "rejected", "in_flight")
    table(
        "What became of every row",
        ("file", *(end.replace("_", " ") for end in ends)),
        [
            (name, *(f"{getattr(totals, end):,}" for end in ends))
            for name, totals in answer.files.items()
        ],
        numbers=len(ends),
    )
    if answer.rejections:
        table(
            f"Not taken: {len(answer.rejections):,}",
            ("file", "code", "where", "what to do", "row"),
            [
                (each.file, each.code, each.pointer, each.message, str(each.row))
                for each in answer.rejections[:MOST_LISTED]
            ],
        )
    if answer.findings:
        table(
            f"Taken, with findings: {len(answer.findings):,}",
            ("file", "rule", "column", "row"),
            [
                (each.file, each.code, each.field, str(each.row))
                for each in answer.findings[:MOST_LISTED]
            ],
        )
    left = max(len(answer.rejections), len(answer.findings)) - MOST_LISTED
    if left > 0:
        say("Longer lists are cut here: --json prints every row.")
    if answer.questions:
        show_questions(answer.questions)
    if answer.ignored:
        say(f"Not part of what the hub takes: {', '.join(answer.ignored)}.")
