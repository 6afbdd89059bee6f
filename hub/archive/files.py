"""Files that are there whole or not at all: written beside, made durable, then renamed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Final

from domain.errors import ArchiveUnusableError, StorageFullError
from hub.durable_files import FULL, sync_directory, write_new

# Whatever has this prefix was left by a process that died, and is no part of the archive.
UNFINISHED: Final = ".unfinished-"

DIRECTORY_MODE: Final = 0o750
FILE_MODE: Final = 0o640


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn what the operating system says about a file of the archive into the hub's own errors."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFullError(
                f"The archive's volume is full ({path.name}): free space or enlarge it;"
                " what was archived stays, and the same command goes on from there."
            ) from error
        raise ArchiveUnusableError(
            f"The archive cannot be used: {path.name}: {error.strerror}. Mount the archive's"
            " volume where HUB_ARCHIVE_DIR says, or restore the file from its copy."
        ) from error


def make_directory(directory: Path) -> None:
    """Make a directory and those above it, durably, unless they are there."""
    if directory.is_dir():
        return
    make_directory(directory.parent)
    directory.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
    sync_directory(directory.parent)


def beside(path: Path) -> Path:
    """Return a new name in the same directory, another one for each writer."""
    return path.parent / f"{UNFINISHED}{path.name}-{token_hex(8)}"


def put(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all; durable after."""
    unfinished = beside(path)
    try:
        write_new(unfinished, content, FILE_MODE)
        keep(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def keep(unfinished: Path, path: Path) -> None:
    """Give a finished file its name, durably."""
    unfinished.rename(path)
    sync_directory(path.parent)


def make_durable(path: Path) -> None:
    """Bring a file that another library wrote to the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fchmod(descriptor, FILE_MODE)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
