"""The feed's tree on disk: locked while it changes, and never seen half changed."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from domain.errors import StorageFullError, UsageError
from hub.durable_files import FULL, sync_directory, write_new

RELEASES: Final = "releases"
ASSETS: Final = "assets"

# Whatever has this prefix was left by a process that died, and is nobody's.
UNFINISHED: Final = ".unfinished-"

DIRECTORY_MODE: Final = 0o755
FILE_MODE: Final = 0o644


@contextmanager
def locked(feed: Path) -> Iterator[None]:
    """Hold the tree alone, and make it if it is not there; waits for whoever holds it.

    What a dead process left unfinished is cleared first. Raises StorageFullError if the disk is
    full, and UsageError if the tree cannot be written; so does every function here.
    """
    with _storage_errors(feed):
        _make_directory(feed)
        # The directory itself is locked, so that no lock file lies in a public tree.
        descriptor = os.open(feed, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with _storage_errors(feed):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            for directory in (feed, feed / RELEASES, feed / ASSETS):
                _make_directory(directory)
                _clear(directory)
        yield
    finally:
        os.close(descriptor)


def add_directory(directory: Path, files: Mapping[str, bytes]) -> None:
    """Add a directory that must not exist yet, with all its files or not at all; durable after."""
    unfinished = directory.parent / (UNFINISHED + directory.name)
    with _storage_errors(directory):
        try:
            _make_directory(unfinished)
            for name, content in files.items():
                write_new(unfinished / name, content, FILE_MODE)
            sync_directory(unfinished)
            unfinished.rename(directory)
            sync_directory(directory.parent)
        except OSError:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise


def replace_file(path: Path, content: bytes, mode: int = FILE_MODE) -> None:
    """Put a file in the place of an older one, whole or not at all; durable after.

    A file that has this content already is left alone.
    """
    unfinished = path.parent / (UNFINISHED + path.name)
    with _storage_errors(path):
        if path.is_file() and path.read_bytes() == content:
            return
        try:
            write_new(unfinished, content, mode)
            unfinished.replace(path)
            sync_directory(path.parent)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise


@contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFullError(
                f"There is no room to write {path}: {error.strerror}. "
                "Free space and ask for the release again."
            ) from error
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error


def _make_directory(directory: Path) -> None:
    # The web server is another user, whatever mask the hub runs under.
    if not directory.is_dir():
        # Another process may make the tree at the same moment, before either has locked it.
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(DIRECTORY_MODE)


def _clear(directory: Path) -> None:
    for left in sorted(directory.glob(f"{UNFINISHED}*")):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()
