"""Commands of the worst day: backup, restore."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from msgspec.json import encode
from msgspec.json import format as pretty

from domain.errors import RestoreRefusedError, UsageError
from hub.backup.folder import Backup, BackupFolder
from hub.backup.guarding import refuse_empty
from hub.backup.laying import finish, lay, recover, refuse_recovering, refuse_unlaid
from hub.commands.options import PROBLEMS_IN_DATA, DataDir, Json, settings_for
from hub.console import bar, say, tell
from hub.embedded import EmbeddedPostgres
from hub.foundations import KEYS
from hub.identity.rotating import were_ours
from hub.restoring import Lost, Reconciled, reconcile
from hub.settings import Settings
from hub.wiring import open_hub, utc_now


@dataclass(frozen=True, kw_only=True)
class Laid:
    """What was put in the database's place.

    aside: where what was there before is now. received_at: the last of the log that was received;
    None: none was.
    """

    backup: Backup
    aside: Path | None
    received_at: datetime | None


def backup(
    to: Annotated[
        Path | None, typer.Option("--to", help="Where backups are kept (HUB_BACKUP_DIR).")
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Copy the whole database, check the copy, and delete those that are too old to be kept.

    The vault's keys are not in it. Exit code 1: no backup was made.
    """
    settings = settings_for(data_dir, backup_dir=to)
    folder = folder_of(settings)
    with open_hub(settings) as hub, bar("backup (kB)") as shown:
        backups = hub.backups_in(folder)
        made = backups.make(backups.receiving(), shown.to)
        with backups.folder.alone():
            backups.folder.expire(hub.clock(), receiving=made.stream)
    if as_json:
        say(pretty(encode(made)).decode())
    else:
        _tell(made, folder, settings)


def restore(
    source: Annotated[
        Path | None, typer.Option("--from", help="Where backups are kept (HUB_BACKUP_DIR).")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="The backup's name; default: the last one.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move a database that is there aside.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="The database is back already: only check it against the archive."
        ),
    ] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Bring the database back: base backup, log, archive, erasures; then the hub may serve again.

    Exit code 1: it was refused, or publishers must send submissions again, which are listed.
    """
    begun = monotonic()
    settings = settings_for(data_dir, backup_dir=source)
    refuse_wrong_use(settings, check=check, replace=replace, at=at)
    laid = None if check else _lay(settings, at, replace=replace)
    with bar("restoring") as shown:
        found = finish_restore(settings, shown.note, laid=laid is not None)
    seconds = monotonic() - begun
    if as_json:
        say(pretty(encode(asdict(found) | {"seconds": round(seconds, 3)})).decode())
    else:
        _tell_restored(found, laid, seconds)
    if found.lost:
        raise typer.Exit(PROBLEMS_IN_DATA)


def refuse_wrong_use(settings: Settings, *, check: bool, replace: bool, at: str | None) -> None:
    """Raise UsageError if options contradict each other or the kind of database."""
    if check and (replace or at is not None):
        raise UsageError("--check restores no files: leave out --replace and --at.")
    if not check and settings.database_url is not None:
        raise UsageError(
            "HUB_DATABASE_URL names a server of your own: restore it with its own means (see"
            " deploy/runbooks/restore.md), then run hub restore --check."
        )


def finish_restore(
    settings: Settings,
    progress: Callable[[int, int, str], None] | None = None,
    *,
    laid: bool,
) -> Reconciled:
    """Let the server recover, and bring it to what archive and journal know.

    laid: whether a backup was put in the database's place just now.
    """
    refuse_unlaid(settings.data_dir)
    with ExitStack() as stack:
        if settings.database_url is None:
            embedded = EmbeddedPostgres(settings.data_dir, settings.postgres_user)
            recover(stack.enter_context(embedded))
        else:
            refuse_recovering(settings.database_url)
        hub = stack.enter_context(open_hub(settings, guarded=False))
        if not laid and settings.backup_dir is not None:
            refuse_empty(hub.ledger_database, BackupFolder(settings.backup_dir))
        found = reconcile(hub, progress)
    finish(settings.data_dir)
    return found


def _lay(settings: Settings, at: str | None, *, replace: bool) -> Laid:
    folder = BackupFolder(folder_of(settings))
    backup = folder.choose(at)
    if not were_ours(settings.data_dir / KEYS, backup.keys):
        raise RestoreRefusedError(
            f"The keys in {settings.data_dir / KEYS} are not those that backup {backup.name} was"
            " made with: put the copy of this hub's keys there. Nothing was changed."
        )
    with bar("copying (bytes)") as shown:
        aside = lay(
            folder,
            backup,
            settings.data_dir,
            settings.postgres_user,
            now=utc_now(),
            replace=replace,
            progress=shown.to,
        )
    return Laid(backup=backup, aside=aside, received_at=folder.received_at(backup))


def folder_of(settings: Settings) -> Path:
    """Return where backups are. Raises UsageError if nobody said."""
    if settings.backup_dir is None:
        raise UsageError(
            "Say where backups are kept: HUB_BACKUP_DIR (or --to, --from), a directory on a disk"
            " that is not the database's."
        )
    return settings.backup_dir


def _tell(made: Backup, folder: Path, settings: Settings) -> None:
    say(
        f"Backup {made.name} in {folder}: up to position {made.position:,} at least,"
        f" {made.bytes / 1e6:,.1f} MB in {made.seconds:.1f} s, every file checked."
    )
    if made.stream is None:
        say("What comes after it is in no backup: set HUB_BACKUP_DIR for hub serve as well.")
    say(
        f"The vault's keys ({settings.data_dir / KEYS}) are not in it, so that erasures hold: keep"
        " a copy of them apart. Without them no backup can be restored."
    )


def _tell_restored(found: Reconciled, laid: Laid | None, seconds: float) -> None:
    if laid is not None:
        say(f"Backup {laid.backup.name} of {_stamp(laid.backup.made_at)} is back in its place.")
        if laid.aside is not None:
            say(f"What was there is in {laid.aside}: remove it when nobody needs it any more.")
    added = max(0, found.archived - found.database)
    say(
        f"The ledger ends at position {found.position:,}: the database came to {found.database:,},"
        f" the archive added {added:,}, the linker {found.decided:,}. Root {found.root}."
    )
    say(
        f"The archive's {found.archived:,} records and the last checkpoint fit. Erasures done"
        f" again: {found.erased:,}. Every view is up to date."
    )
    say(f"RTO: {seconds:.1f} s. RPO: {_lost_time(found, laid)}")
    for publisher, lost in groupby(found.lost, key=lambda each: each.publisher):
        _tell_lost(publisher, tuple(lost))
    if found.lost:
        tell(
            "Until these are sent again, the hub cannot tell which children they are about: have"
            " them sent before anything new. A report that is sent again counts as a duplicate."
        )


def _lost_time(found: Reconciled, laid: Laid | None) -> str:
    recorded = "nothing" if found.recorded_at is None else _stamp(found.recorded_at)
    until = f"the last record that is back was made at {recorded}"
    if laid is None or laid.received_at is None:
        return f"{until}; what was acknowledged later must be sent again."
    return (
        f"{until}, and the log was received until {_stamp(laid.received_at)}; what was acknowledged"
        " after that must be sent again."
    )


def _tell_lost(publisher: str, lost: tuple[Lost, ...]) -> None:
    registers = sum(each.registers for each in lost)
    say(f"{publisher} must send {len(lost):,} submissions again, {registers:,} registrations:")
    for each in lost:
        kind = "registration" if each.registers else "other"
        say(f"  position {each.position}  receipt {each.submission_id}  {kind}")


def _stamp(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
