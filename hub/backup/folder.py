"""Where backups lie: base backups with a description beside each, and streams of write-ahead log.

base/<name>/          a copy of the server's files, complete by itself
base/<name>.json      its description, written last: a folder without one is not finished
wal/<stream>/         the log as it was received since; one stream never has a gap
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import decode, encode
from msgspec.json import format as pretty

from domain.errors import BackupFailedError, NotFoundError
from domain.periods import london_date
from hub.durable_files import sync_directory, write_new
from hub.identity.rights import BACKUPS_KEPT

# A day before it must be gone: this is looked at every hour, and a deletion takes its time.
KEPT = BACKUPS_KEPT - timedelta(days=1)
DAILY_KEPT = timedelta(days=7)
DRAFT = ".new"
DESCRIPTION_MODE = 0o640
SEGMENT_NAME = re.compile(r"[0-9A-F]{24}(\.partial)?")


class Backup(Struct, frozen=True, kw_only=True):
    """A base backup; what a restore must know before it touches anything.

    position, root: of the ledger when it was begun, so it holds at least that much. keys: a hash
    by which the vault's keys are known again. system, timeline: of the server. stream: the log
    that goes on from it; None: nobody received one. first_segment: the first that it needs.
    """

    name: str
    made_at: datetime
    seconds: float
    position: int
    root: str
    keys: str
    software: str
    server_version: int
    system: str
    timeline: int
    stream: str | None
    first_segment: str
    bytes: int


class BackupFolder:
    """The directory that an operator mounts from another machine."""

    def __init__(self, folder: Path) -> None:
        """Take the directory, which is made when something is first written."""
        self.folder = folder
        self.base = folder / "base"
        self.logs = folder / "wal"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other backups out, and make the directories.

        Raises BackupFailedError if another is being made, or nothing can be written.
        """
        try:
            for directory in (self.folder, self.base, self.logs):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (self.folder / "lock").open("ab") as lock:
                flock(lock, LOCK_EX | LOCK_NB)
                yield
        except BlockingIOError as error:
            raise BackupFailedError(
                f"Another backup is being made in {self.folder}: wait for its end."
            ) from error
        except OSError as error:
            raise BackupFailedError(
                f"{error.filename or self.folder} cannot be used ({error.strerror}): nothing was"
                " changed. Mount the directory, free space, or choose another."
            ) from error

    def backups(self) -> list[Backup]:
        """Return the finished backups, the oldest first."""
        found = [self._described(path) for path in sorted(self.base.glob("*.json"))]
        return sorted(found, key=lambda each: (each.made_at, each.name))

    def choose(self, name: str | None) -> Backup:
        """Return a backup by name, or the last one. Raises NotFoundError if there is none."""
        backups = self.backups()
        if not backups:
            raise NotFoundError(f"There is no backup in {self.folder}: name another with --from.")
        for each in backups if name is not None else backups[-1:]:
            if name in (None, each.name):
                return each
        raise NotFoundError(
            f"There is no backup {name}; there are {', '.join(each.name for each in backups)}."
        )

    def draft(self, name: str) -> Path:
        """Return where a backup is written until it is whole; what others left half is removed."""
        for path in self.base.iterdir():
            if path.is_dir() and not path.with_name(f"{path.name}.json").exists():
                shutil.rmtree(path)
        return self.base / f"{name}{DRAFT}"

    def keep(self, draft: Path, backup: Backup) -> None:
        """Give a finished copy its name and its description; on return both are durable."""
        draft.rename(self.base / backup.name)
        sync_directory(self.base)
        description = self.base / f"{backup.name}.json"
        new = description.with_suffix(DRAFT)
        new.unlink(missing_ok=True)
        write_new(new, pretty(encode(backup)) + b"\n", DESCRIPTION_MODE)
        new.rename(description)
        sync_directory(self.base)

    def files(self, backup: Backup) -> Path:
        """Return the directory of a backup's files."""
        return self.base / backup.name

    def stream(self, name: str) -> Path:
        """Return the directory of a stream of write-ahead log."""
        return self.logs / name

    def received_at(self, backup: Backup) -> datetime | None:
        """Return when the last of the log that goes on from a backup arrived; None: there is none.

        The receiver touches its file with all that arrives.
        """
        stream = None if backup.stream is None else self.stream(backup.stream)
        if stream is None or not stream.is_dir():
            return None
        times = [each.stat().st_mtime for each in stream.iterdir()]
        return datetime.fromtimestamp(max(times), UTC) if times else None

    def last_stream(self, prefix: str) -> str | None:
        """Return the newest stream of one server and timeline; None: there is none."""
        if not self.logs.is_dir():
            return None
        names = [each.name for each in self.logs.iterdir() if each.name.startswith(prefix)]
        return max(names, default=None)

    def breaks(self) -> int:
        """Return how often the log that is kept here had to begin anew."""
        streams = self.logs.iterdir() if self.logs.is_dir() else ()
        return max((int(each.name.rpartition("-")[2]) - 1 for each in streams), default=0)

    def expire(self, now: datetime, *, receiving: str | None) -> list[str]:
        """Delete what must not or need not be kept any longer; return the names of backups gone.

        receiving: the stream that is being received now; it stays.
        """
        gone = expired(self.backups(), now)
        for backup in gone:
            (self.base / f"{backup.name}.json").unlink()
            shutil.rmtree(self.files(backup))
        self._prune(now, receiving)
        return [each.name for each in gone]

    def _prune(self, now: datetime, receiving: str | None) -> None:
        """Delete the log from before the oldest backup, and streams that no backup goes on with."""
        kept = self.backups()
        for stream in self.logs.iterdir():
            starts = [each.first_segment for each in kept if each.stream == stream.name]
            if not starts and stream.name != receiving:
                shutil.rmtree(stream)
                continue
            for segment in stream.iterdir():
                if not SEGMENT_NAME.fullmatch(segment.name):
                    continue
                # Without a backup of its own yet, only what is too old for anybody.
                old = now.timestamp() - segment.stat().st_mtime > KEPT.total_seconds()
                if segment.name < min(starts) if starts else old:
                    segment.unlink()

    def _described(self, path: Path) -> Backup:
        try:
            return decode(path.read_bytes(), type=Backup)
        except (DecodeError, ValidationError, OSError) as error:
            raise BackupFailedError(
                f"The description {path} of a backup cannot be read: remove it, and the folder"
                " beside it, if it is damaged."
            ) from error


def expired(backups: list[Backup], now: datetime) -> list[Backup]:
    """Return the backups to delete: every one of a week, then one a week, none beyond the period.

    The last one is deleted only for its age: an erased child must not outlive the promise.
    """
    weeks: set[tuple[int, int]] = set()
    gone = []
    for backup in backups:
        age = now - backup.made_at
        week = _week(london_date(backup.made_at))
        spare = age > DAILY_KEPT and week in weeks and backup is not backups[-1]
        if age > KEPT or spare:
            gone.append(backup)
        else:
            weeks.add(week)
    return gone


def _week(day: date) -> tuple[int, int]:
    year, week, _ = day.isocalendar()
    return year, week
