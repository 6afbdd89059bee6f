"""`hub keys`: makes the vault's keys of a new hub, and rotates them."""

from enum import StrEnum
from typing import Annotated

import typer
from msgspec.json import encode
from msgspec.json import format as pretty

from domain.errors import UsageError
from domain.periods import london_date
from hub.commands.options import DataDir, Json, settings_for
from hub.console import say, table
from hub.foundations import KEYS
from hub.identity.keys import load_keys, load_log_signer
from hub.identity.rotating import ROTATED
from hub.key_rotation import rotation_of
from hub.wiring import open_hub

app = typer.Typer(
    name="keys",
    help="Make the vault's keys of a new hub, or rotate them.",
    invoke_without_command=True,
)

# The first bytes of what it makes are every receipt, and stand in the ledger for ever.
NEVER = (
    "deduplicate is not rotated: every receipt, and so every record of the ledger, is made with it,"
    " and a message that comes again is known by it for ever. deploy/runbooks/keys.md says what to"
    " do if it was stolen."
)


class KeyName(StrEnum):
    """The keys that can be asked for."""

    WRAP = "wrap"
    REFERENCE = "reference"
    LINK = "link"
    REFUSED = "refused"
    SEALING = "sealing"
    DEDUPLICATE = "deduplicate"


@app.callback()
def keys(
    context: typer.Context,
    log_origin: Annotated[
        str | None,
        typer.Option("--log-origin", help="The ledger log's name for ever: data.example/ledger."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Make the vault's keys of a new hub; keys that are there stay as they are.

    The embedded profile does this by itself. In the national one it is asked for, because new
    keys beside old data would close all identity for ever.
    """
    if context.invoked_subcommand is not None:
        return
    folder = settings_for(data_dir).data_dir / KEYS
    load_keys(folder, create=True)
    signer = load_log_signer(folder, create=True, origin=log_origin)
    say(f"The vault's keys are in {folder}: keep a copy apart from every backup of the database.")
    say(f"Whoever checks the ledger's checkpoints and receipts needs this: {signer.verifier}")


@app.command()
def rotate(
    names: Annotated[list[KeyName] | None, typer.Argument(help="Which keys.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every key that can be rotated.")] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Put new keys in the place of old ones, which are destroyed; the hub must be stopped.

    Everything that was made with an old key is made anew first. Broken off at any moment, the same
    command goes on from there. Make a backup, and a new copy of the keys, at once.
    """
    wanted = ROTATED if every else tuple(each.value for each in names or ())
    if not wanted:
        raise UsageError(f"Say which keys, of {', '.join(ROTATED)}, or --all.")
    if KeyName.DEDUPLICATE in wanted:
        raise UsageError(NEVER)
    with open_hub(settings_for(data_dir)) as hub:
        rotation = rotation_of(hub)
        today = london_date(hub.clock())
        done = [rotation.rotate(name, on=today) for name in wanted]
    if as_json:
        say(pretty(encode(done)).decode())
        return
    table(
        "Rotated",
        ("key", "rows made anew"),
        [(each.key, f"{each.rows:,}") for each in done],
    )
    say("Copy the folder of keys to its safe place and to every machine of the hub, then start it.")
    say("Run hub backup: an older one needs the old keys until the log after it is applied.")
