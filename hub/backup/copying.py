"""Makes a base backup: a copy of the whole server that is complete by itself, and checked."""

import re
import subprocess
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import monotonic

from domain.errors import BackupFailedError
from hub.backup.folder import Backup, BackupFolder
from hub.backup.guarding import root_of
from hub.backup.manifest import check_copy
from hub.backup.server import Server
from hub.cluster import MAJOR_VERSION
from hub.database import Database
from hub.identity.keys import Keys, key_check
from hub.ledger.tree import head_position

Progress = Callable[[int, int], None]

_DONE = re.compile(r"(\d+)/(\d+) kB")
_START = re.compile(r"START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)")


class BaseBackups:
    """Makes base backups of one server in one directory."""

    def __init__(
        self,
        server: Server,
        database: Database,
        folder: BackupFolder,
        keys: Keys,
        clock: Callable[[], datetime],
    ) -> None:
        """Take the server, and its ledger's database; `clock` gives the time in UTC."""
        self.folder = folder
        self.server = server
        self._database = database
        self._keys = keys
        self._clock = clock

    def make(self, stream: str | None, progress: Progress | None = None) -> Backup:
        """Copy the server, check the copy, and keep it; return its description.

        stream: the log that is being received meanwhile; None: nobody receives it. Raises
        BackupFailedError if the server lets nobody copy it or the copy is not whole; then
        nothing is kept.
        """
        begun = monotonic()
        made_at = self._clock().astimezone(UTC)
        with self.folder.alone():
            identity = self.server.identify()
            position, root = self._ledger()
            name = made_at.strftime("%Y%m%dT%H%M%S.%fZ")
            draft = self.folder.draft(name)
            self._copy(draft, name, progress)
            check_copy(self.server, draft, log=str(identity.version) == MAJOR_VERSION)
            backup = Backup(
                name=name,
                made_at=made_at,
                seconds=round(monotonic() - begun, 3),
                position=position,
                root=b64encode(root).decode(),
                keys=key_check(self._keys),
                software=version("missing-children-hub"),
                server_version=identity.version,
                system=identity.system,
                timeline=identity.timeline,
                stream=stream,
                first_segment=_first_segment(draft),
                bytes=sum(each.stat().st_size for each in draft.rglob("*") if each.is_file()),
            )
            self.folder.keep(draft, backup)
        return backup

    def receiving(self) -> str | None:
        """Return the stream of log that somebody receives here now; None: nobody does."""
        identity = self.server.identify()
        slot = self.server.slot()
        if slot is None or slot.lost or slot.receiver is None:
            return None
        return self.folder.last_stream(identity.stream_prefix)

    def _ledger(self) -> tuple[int, bytes]:
        with self._database.snapshot() as connection:
            position = head_position(connection)
        return position, root_of(self._database, position)

    def _copy(self, draft: Path, name: str, progress: Progress | None) -> None:
        with self.server.start(
            "pg_basebackup",
            f"--pgdata={draft}",
            "--format=plain",
            "--wal-method=stream",
            "--checkpoint=fast",
            "--manifest-checksums=SHA256",
            "--progress",
            f"--label=hub {name}",
            errors=subprocess.PIPE,
        ) as process:
            try:
                said = _listen(process, progress)
            except BaseException:
                # Told to stop: the copy must not go on by itself.
                process.kill()
                raise
        if process.returncode != 0:
            raise BackupFailedError(
                f"PostgreSQL could not be copied: {said or 'it gave no reason'}. Nothing was kept."
            )


def _listen(process: subprocess.Popen[str], progress: Progress | None) -> str:
    """Report how far a copy is; return the last thing that was said besides."""
    said = ""
    assert process.stderr is not None
    # Progress lines end in a carriage return, which text mode reads as the end of a line.
    for line in process.stderr:
        done = _DONE.search(line)
        if done is None:
            said = line.strip() or said
        elif progress is not None:
            progress(int(done[1]), int(done[2]))
    return said


def _first_segment(files: Path) -> str:
    found = _START.match((files / "backup_label").read_text())
    if found is None:
        raise BackupFailedError(f"The backup {files} does not say where its log begins.")
    return found[1]
