"""Puts a backup in the place of the embedded server's files; the server recovers from it."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from time import sleep
from typing import LiteralString

from psycopg import connect

from domain.errors import RestoreRefusedError
from hub.backup.folder import SEGMENT_NAME, Backup, BackupFolder
from hub.backup.guarding import UNFINISHED
from hub.backup.manifest import check_copy
from hub.backup.server import Server
from hub.cluster import MAJOR_VERSION, Cluster, find_cluster, is_root
from hub.database import address_of
from hub.database import explained as explained_connection
from hub.durable_files import sync_directory
from hub.embedded import explained, one_at_a_time
from hub.postmaster import halt
from hub.settings import SYSTEM_DATA_DIR

Progress = Callable[[int, int], None]

PARTIAL = ".partial"
# The log is copied into the server's own folder; there is nothing to fetch.
RECOVERY = "\n# Until the restore is finished.\nrestore_command = 'false'\n"
POLL_SECONDS = 0.1
LAYING, LAID = "laying", "laid"

_RECOVERING: LiteralString = "SELECT pg_is_in_recovery()"
_FORGET: LiteralString = "ALTER SYSTEM RESET restore_command"


def lay(
    folder: BackupFolder,
    backup: Backup,
    data_dir: Path,
    os_user: str | None,
    *,
    now: datetime,
    replace: bool = False,
    progress: Progress | None = None,
    shelter: Path = SYSTEM_DATA_DIR,
) -> Path | None:
    """Put a backup and the log after it in the place of a data directory's server.

    replace: what is there is moved aside; where to, is returned. None: nothing was there. The
    hub does not serve from this data directory until the restore is finished. Raises
    RestoreRefusedError if something is there or runs, or the backup is of another version, and
    BackupFailedError if the backup is not whole; then nothing was changed.
    """
    if str(backup.server_version) != MAJOR_VERSION:
        raise RestoreRefusedError(
            f"Backup {backup.name} is of PostgreSQL {backup.server_version}, and this hub brings"
            f" {MAJOR_VERSION}: restore it with that server's own programs, then run hub restore"
            " --check."
        )
    check_copy(Server(""), folder.files(backup), log=True)
    with explained(data_dir):
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with one_at_a_time(data_dir), _nobody_else(data_dir):
            cluster = find_cluster(data_dir, os_user, shelter)
            if cluster.data.exists() and not replace:
                raise RestoreRefusedError(
                    f"There is a database in {cluster.data}: move it away, or restore with"
                    " --replace, which moves it aside and deletes nothing."
                )
            halt(cluster)
            draft = _draft(cluster, folder, backup, progress)
            return _exchange(cluster, draft, data_dir, now)


def recover(url: str) -> None:
    """Wait until the embedded server has gone through the whole log, and takes writes again."""
    with connect(url, autocommit=True) as connection:
        while (connection.execute(_RECOVERING).fetchone() or (False,))[0]:
            sleep(POLL_SECONDS)
        connection.execute(_FORGET)


def refuse_recovering(url: str) -> None:
    """Raise RestoreRefusedError if a server of somebody else's does not take writes yet."""
    with explained_connection(url), connect(url, connect_timeout=5) as connection:
        recovering = (connection.execute(_RECOVERING).fetchone() or (False,))[0]
    if recovering:
        raise RestoreRefusedError(
            f"PostgreSQL at {address_of(url)} is still recovering, or is a standby: wait for its"
            " end, or promote it, then run hub restore --check."
        )


def refuse_unlaid(data_dir: Path) -> None:
    """Raise RestoreRefusedError if a restore was interrupted before the files had their place."""
    marker = data_dir / UNFINISHED
    if marker.exists() and marker.read_text() != LAID:
        raise RestoreRefusedError(
            f"A restore into {data_dir} was interrupted before the copy was in its place: run the"
            " same hub restore again, without --check."
        )


def finish(data_dir: Path) -> None:
    """Let the hub serve from a data directory again."""
    (data_dir / UNFINISHED).unlink(missing_ok=True)
    sync_directory(data_dir)


@contextmanager
def _nobody_else(data_dir: Path) -> Iterator[None]:
    """Refuse while a hub process uses the server, and keep others from beginning to."""
    with (data_dir / "postgres.users").open("ab") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise RestoreRefusedError(
                f"A hub runs on {data_dir}: stop it (and every other command), then restore."
            ) from error
        yield


def _draft(
    cluster: Cluster, folder: BackupFolder, backup: Backup, progress: Progress | None
) -> Path:
    """Copy files and log beside the server's place, for its account to own."""
    draft = cluster.home / "cluster.restoring"
    if draft.exists():
        shutil.rmtree(draft)
    done = 0

    def copy(source: str, target: str) -> str:
        nonlocal done
        shutil.copyfile(source, target)
        Path(target).chmod(0o600)
        done += Path(target).stat().st_size
        if progress is not None:
            progress(done, max(backup.bytes, done))
        return target

    shutil.copytree(folder.files(backup), draft, copy_function=copy)
    for source, name in _log(folder, backup):
        copy(str(source), str(draft / "pg_wal" / name))
    (draft / "recovery.signal").touch(mode=0o600)
    with (draft / "postgresql.auto.conf").open("a") as settings:
        settings.write(RECOVERY)
    for path in [draft, *draft.rglob("*")]:
        if path.is_dir():
            path.chmod(0o700)
        if is_root():
            os.chown(path, cluster.account.uid, cluster.account.gid)
    return draft


def _log(folder: BackupFolder, backup: Backup) -> Iterator[tuple[Path, str]]:
    """Give the files of the log that goes on from a backup, and their names on the server.

    The last one is not full yet; what was received of it counts.
    """
    stream = None if backup.stream is None else folder.stream(backup.stream)
    if stream is None or not stream.is_dir():
        return
    for path in sorted(stream.iterdir()):
        if path.suffix == ".history":
            yield path, path.name
        name = path.name.removesuffix(PARTIAL)
        wanted = SEGMENT_NAME.fullmatch(path.name) and name >= backup.first_segment
        if wanted and not (path.suffix == PARTIAL and (stream / name).exists()):
            yield path, name


def _exchange(cluster: Cluster, draft: Path, data_dir: Path, now: datetime) -> Path | None:
    """Give the copy its place; from now on nobody serves until the restore is finished."""
    _mark(data_dir, LAYING)
    aside = None
    if cluster.data.exists():
        aside = cluster.home / f"cluster.replaced-{now.strftime('%Y%m%dT%H%M%S.%fZ')}"
        cluster.data.rename(aside)
    draft.rename(cluster.data)
    sync_directory(cluster.home)
    _mark(data_dir, LAID)
    return aside


def _mark(data_dir: Path, how_far: str) -> None:
    with (data_dir / UNFINISHED).open("w") as marker:
        marker.write(how_far)
        marker.flush()
        os.fsync(marker.fileno())
    sync_directory(data_dir)
