"""`hub verify`: derives ledger and archive again, or an archive alone."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec.json import encode
from msgspec.json import format as pretty

from contracts.signed_notes import NoteVerifier
from domain.errors import UsageError
from hub.archive.store import Archive
from hub.archive.verifying import VerifiedArchive, verify_archive
from hub.commands.options import PROBLEMS_IN_DATA, DataDir, Json, settings_for
from hub.console import bar, say
from hub.ledger.verifying import Verified, verify_ledger
from hub.wiring import open_hub


def verify(
    archive: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PATH]", help="An archive directory to verify by itself, without a database."
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", help="With PATH: the key of the log, as hub keys prints it."),
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Derive ledger and archive again from their records: hashes, tiles, roots, signatures.

    Exit code 1: something does not fit; the first such position, tile, checkpoint or file is
    named. Without --key an archive's signatures are not checked.
    """
    if archive is None:
        if key is not None:
            raise UsageError("--key goes with the directory of an archive.")
        found: Verified | VerifiedArchive = _whole(data_dir)
    else:
        found = _alone(archive, key)
    if as_json:
        say(pretty(encode(found)).decode())
    elif found.where is None:
        say(_fits(found))
    else:
        say(f"{found.where.upper()}: {found.problem}")
    if found.where is not None:
        raise typer.Exit(PROBLEMS_IN_DATA)


def _whole(data_dir: Path | None) -> Verified:
    with open_hub(settings_for(data_dir), guarded=False) as hub, bar("verifying") as shown:
        return verify_ledger(
            hub.reader, shown.to, verifier=hub.log_signer.verifier, archive=hub.archive
        )


def _alone(folder: Path, key: str | None) -> VerifiedArchive:
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a directory: name the directory of an archive.")
    try:
        verifier = None if key is None else NoteVerifier.parse(key)
    except ValueError as error:
        raise UsageError(f"--key: {error}; hub keys prints it.") from error
    with bar("verifying the archive") as shown:
        return verify_archive(Archive(folder), shown.to, verifier=verifier)


def _fits(found: Verified | VerifiedArchive) -> str:
    if isinstance(found, VerifiedArchive):
        return (
            f"All {found.records:,} archived records fit, in {found.segments:,} segments; so do"
            f" {found.checkpoints:,} checkpoints."
        )
    return (
        f"All {found.records:,} records fit, up to position {found.position}; so do"
        f" {found.tiles:,} tiles and {found.checkpoints:,} signed checkpoints."
        f" {found.archived:,} records are archived, and are the same there; the payloads of"
        f" {found.detached:,} are there only."
    )
