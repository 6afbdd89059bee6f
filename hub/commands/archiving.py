"""`hub archive`: the ledger's archive, and the payloads that are left to it alone."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Final

import typer
from msgspec.json import encode
from msgspec.json import format as pretty

from domain.errors import UsageError
from hub.archive.detaching import attach as attach_payloads
from hub.archive.detaching import candidates, owner_of
from hub.archive.detaching import detach as detach_payloads
from hub.archive.partitions import Partition, partitions_of
from hub.archive.writing import archive_ledger
from hub.commands.options import DataDir, Json, settings_for
from hub.console import bar, say, table
from hub.ledger.tree import head_position
from hub.wiring import Hub, open_hub

app = typer.Typer(
    invoke_without_command=True,
    no_args_is_help=False,
    help="The ledger as Parquet files: brings them up to date; moves old payloads there.",
)

_AGE: Final = re.compile(r"([0-9]{1,5})d", re.ASCII)


@app.callback()
def archive(
    context: typer.Context,
    until: Annotated[
        int | None, typer.Option("--until", min=1, help="Up to exactly this position.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Up to the ledger's last position.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Begin again, after the archive was lost for ever.")
    ] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Bring the archive up to date: whole segments, unless it is said how far.

    It goes on where it ended, whatever stopped it.
    """
    if context.invoked_subcommand is not None:
        return
    if everything and until is not None:
        raise UsageError("Give --until or --all, not both.")
    with open_hub(settings_for(data_dir)) as hub, bar("archiving") as shown:
        database = hub.ledger_database
        if everything:
            with database.snapshot() as connection:
                until = head_position(connection)
        extent = archive_ledger(database, hub.archive, until=until, anew=anew, progress=shown.to)
        segments = len(hub.archive.segments())
    if as_json:
        say(pretty(encode({"position": extent, "segments": segments})).decode())
    else:
        say(f"The archive ends at position {extent}, in {segments:,} segments.")


@app.command()
def detach(
    older_than: Annotated[
        str, typer.Option("--older-than", help="Age of a partition's last record: 400d.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be detached, and change nothing.")
    ] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Leave the payloads of old partitions to the archive, after comparing every record.

    Positions, times, types and hashes stay in the database. Whatever needs a payload reads it
    from the archive, which must therefore stay mounted.
    """
    age = _age(older_than)
    with open_hub(settings_for(data_dir)) as hub, bar("detaching") as shown:
        now = hub.clock()
        found = candidates(hub.database_url, hub.archive, now - age)
        ready = [partition for partition, hindrance in found if hindrance is None]
        for partition in () if dry_run else ready:
            detach_payloads(hub.database_url, hub.archive, partition, now, shown.note)
    done = "would be detached" if dry_run else "detached"
    _tell(
        [(partition, done if why is None else f"not yet: {why}") for partition, why in found],
        as_json=as_json,
        empty=f"No partition with payloads is older than {older_than}.",
    )


@app.command()
def attach(
    partition: Annotated[
        int | None, typer.Option("--partition", help="The number of one partition.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every partition that is detached.")
    ] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Bring payloads back from the archive, each held against the hash in the ledger."""
    if everything == (partition is not None):
        raise UsageError("Give --partition or --all.")
    with open_hub(settings_for(data_dir)) as hub, bar("attaching") as shown:
        chosen = [each for each in _detached(hub) if everything or each.number == partition]
        for each in chosen:
            attach_payloads(hub.database_url, hub.archive, each, shown.note)
    _tell([(each, "attached") for each in chosen], as_json=as_json, empty="Nothing was detached.")


def _detached(hub: Hub) -> list[Partition]:
    with owner_of(hub.database_url) as connection:
        return [each for each in partitions_of(connection) if each.detached_at is not None]


def _age(text: str) -> timedelta:
    match = _AGE.fullmatch(text)
    if match is None:
        raise UsageError("--older-than is a number of days: 400d.")
    return timedelta(days=int(match[1]))


def _tell(told: list[tuple[Partition, str]], *, as_json: bool, empty: str) -> None:
    if as_json:
        answer = [
            {
                "partition": each.number,
                "first": each.first,
                "last": each.last,
                "recorded_until": _stamp(each.filled_at),
                "result": result,
            }
            for each, result in told
        ]
        say(pretty(encode(answer)).decode())
    elif not told:
        say(empty)
    else:
        table(
            "Partitions of the ledger",
            ("partition", "result", "recorded until", "first position", "last position"),
            [
                (
                    str(each.number),
                    result,
                    _stamp(each.filled_at) or "",
                    f"{each.first}",
                    f"{each.last}",
                )
                for each, result in told
            ],
            numbers=2,
        )


def _stamp(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat(timespec="seconds")
