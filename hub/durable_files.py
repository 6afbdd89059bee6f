"""Files that are on the disk when a call returns, whatever happens to the machine after it."""

import errno
import os
from pathlib import Path
from typing import Final

# What the operating system says when there is no room for a file.
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def write_new(path: Path, content: bytes, mode: int) -> None:
    """Write a file that must not exist yet; its content is durable, its name is not."""
    with path.open("xb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
