"""Commands of operations: rebuild, release, checkpoint."""

from base64 import b64encode
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from msgspec.json import encode
from msgspec.json import format as pretty

from domain.periods import Month, london_date
from hub.columnar.differing import LISTED
from hub.columnar.gathering import Source
from hub.commands.options import PROBLEMS_IN_DATA, DataDir, Json, settings_for
from hub.console import bar, say
from hub.rebuilding import Plan
from hub.rebuilding import rebuild as rebuild_views
from hub.rebuilt_printing import print_rebuilt, write_differences
from hub.release.build import release_month
from hub.wiring import open_hub


def rebuild(
    source: Annotated[
        Source,
        typer.Option("--from", help="Where to read records that are in the archive as well."),
    ] = Source.LEDGER,
    swap: Annotated[
        bool,
        typer.Option("--swap/--no-swap", help="Let readers see the fresh views, or only check."),
    ] = True,
    listing: Annotated[
        Path | None,
        typer.Option("--differences", help="A CSV file for every row that differs; never values."),
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Compute every view from the ledger beside the live ones, compare row by row, and swap.

    Exit code 1: the same definitions gave other rows than the live views had.
    """
    settings = settings_for(data_dir)
    plan = Plan(
        source=source,
        swap=swap,
        scratch=settings.data_dir / "rebuilding",
        listed=LISTED if listing is None else None,
    )
    with open_hub(settings) as hub, bar("rebuilding") as shown:
        done = rebuild_views(hub.project_database, hub.projector, hub.archive, shown.note, plan)
    if listing is not None:
        write_differences(listing, done)
    if as_json:
        say(pretty(encode(done)).decode())
    else:
        print_rebuilt(done)
    if not done.equal and done.same_definition:
        raise typer.Exit(PROBLEMS_IN_DATA)


def release(
    periods: Annotated[list[str], typer.Argument(help="Months, for example 2026-03.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="The public tree; default: feed in the data.")
    ] = None,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="Say on every page that no child is real.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Release closed months into the public tree; what was released before stays as it is."""
    months = [Month.parse(each) for each in periods]
    with open_hub(settings_for(data_dir)) as hub:
        hub.projector.catch_up(hub.projector.active_build())
        for month in months:
            done = release_month(
                month,
                counts=hub.counts.answer,
                register=hub.register,
                today=london_date(hub.clock()),
                feed=out or hub.feed_dir,
                synthetic=synthetic,
            )
            how = "was released before" if done.already else "released"
            say(f"{month} {how}: {done.path} (manifest sha256 {done.manifest_sha256})")


def checkpoint(as_json: Json = False, data_dir: DataDir = None) -> None:
    """Archive the ledger and sign how far it has come; what it says later must extend that.

    The checkpoint is not public, because it tells how many records there are. The daily public one
    is made first if it is due. Exit code 1: the ledger contradicts what was signed before, or the
    archive cannot be written; nothing was signed.
    """
    with open_hub(settings_for(data_dir)) as hub, bar("checkpoint") as shown:
        signer = hub.log_signer
        made = hub.archivist.checkpoint(shown.to)
    if as_json:
        told = {
            "size": made.size,
            "root": b64encode(made.root).decode(),
            "made_at": _stamp(made.made_at),
            "verifier": str(signer.verifier),
            "note": made.note,
        }
        say(pretty(encode(told)).decode())
    else:
        say(made.note.rstrip("\n"))


def _stamp(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
