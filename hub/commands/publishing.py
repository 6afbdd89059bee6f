"""Commands of publishers: send events, import returns."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec.json import encode
from msgspec.json import format as pretty

from contracts.imports import ImportReport
from domain.errors import UsageError
from hub.commands.options import (
    PROBLEMS_IN_DATA,
    DataDir,
    Json,
    PublisherOption,
    Url,
    publisher,
    settings_for,
)
from hub.console import bar, say, table
from hub.event_files import refuse_unreadable
from hub.importing import Door, import_return, merge, publish_file, read_ssda903
from hub.remote import RemoteHub
from hub.settings import Settings
from hub.wiring import Hub, open_hub

MOST_LISTED = 20

app = typer.Typer(no_args_is_help=True, help="Import a file or folder in a publisher's own format.")


def publish(
    files: Annotated[list[str], typer.Argument(help="NDJSON or JSON array files; - is stdin.")],
    publisher_id: PublisherOption,
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
        with RemoteHub(settings) as remote, bar("sending") as shown:
            answer = merge(
                {
                    each: publish_file(remote, each, publisher=sender, progress=shown.step)
                    for each in files
                }
            )
    else:
        with open_hub(settings) as hub:
            door: Door = hub.gateway("file")
            _require_publisher(hub, publisher_id)
            with bar("publishing") as shown:
                answer = merge(
                    {
                        each: publish_file(door, each, publisher=sender, progress=shown.step)
                        for each in files
                    }
                )
            _bring_up_to_date(hub, settings)
    _show(answer, as_json=as_json)


@app.command("ssda903")
def import_ssda903(
    path: Annotated[
        Path, typer.Argument(help="Folder with header, episodes, missing and uasc CSV.")
    ],
    publisher_id: PublisherOption,
    year: Annotated[int, typer.Option("--year", help="Year in which the collection year ends.")],
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Import an SSDA903 return and account for every row of it.

    Exit code 0: all taken, perhaps with findings; 1: rows were rejected; 2: it cannot be read.
    """
    sender = publisher(publisher_id)
    settings = settings_for(data_dir)
    with open_hub(settings) as hub:
        _require_publisher(hub, publisher_id)
        reading = read_ssda903(
            path, publisher=sender, year=year, contract=hub.contract, keys=hub.keys
        )
        with bar("importing", len(reading.messages)) as shown:
            answer = import_return(
                hub.gateway("file"), reading, publisher=sender, progress=shown.step
            )
        _bring_up_to_date(hub, settings)
    _show(answer, as_json=as_json)


def _require_publisher(hub: Hub, publisher_id: str) -> None:
    if hub.register.publisher(publisher_id) is None:
        raise UsageError(
            f"{publisher_id} is not in the register of publishers; see contracts/reference."
        )


def _bring_up_to_date(hub: Hub, settings: Settings) -> None:
    """Link and project what was taken, unless intake itself runs elsewhere."""
    if settings.profile == "embedded":
        hub.linker.catch_up()
        hub.projector.catch_up(hub.projector.active_build())


def _show(answer: ImportReport, *, as_json: bool) -> None:
    if as_json:
        say(pretty(encode(answer)).decode())
    else:
        _show_tables(answer)
    if answer.rejected or answer.conflict:
        raise typer.Exit(PROBLEMS_IN_DATA)


def _show_tables(answer: ImportReport) -> None:
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
    if answer.ignored:
        say(f"Not part of what the hub takes: {', '.join(answer.ignored)}.")
