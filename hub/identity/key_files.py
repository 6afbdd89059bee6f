"""Files that hold one secret each: only their owner may read them, and they change all at once."""

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path

from domain.errors import KeyMissingError
from hub.durable_files import sync_directory

NEXT = ".next"


def next_of(path: Path) -> Path:
    """Return where the key lies that is to take another one's place."""
    return path.with_name(path.name + NEXT)


def create_files(folder: Path, texts: Mapping[str, str]) -> None:
    """Create the files that are missing; one that another process makes meanwhile stays.

    Raises KeyMissingError if they cannot be kept.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in texts.items():
            _create(folder / name, text)
        sync_directory(folder)
    except OSError as error:
        raise KeyMissingError(f"Keys cannot be kept in {folder}: {error.strerror}.") from error


def put_file(path: Path, text: str) -> None:
    """Write a file anew, all at once. Raises KeyMissingError if it cannot be kept."""
    fresh = next_of(path)
    fresh.unlink(missing_ok=True)
    create_files(path.parent, {fresh.name: text})
    take_place(fresh, path)


def take_place(fresh: Path, path: Path) -> None:
    """Put a file in the place of another, which is gone then, also after a loss of power."""
    try:
        fresh.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise KeyMissingError(
            f"Keys cannot be kept in {path.parent}: {error.strerror}. The rotation is not over:"
            " mend that, and give the same command again."
        ) from error


def read_text(path: Path) -> str:
    """Return what a file of a key says. Raises KeyMissingError if others can read it, too."""
    try:
        if path.stat().st_mode & 0o077:
            raise KeyMissingError(f"{path} can be read by others: run chmod 600 on it.")
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyMissingError(
            f"The key file {path} cannot be read: restore it; for a new hub, run hub keys."
        ) from error


def read_bytes(path: Path, length: int) -> bytes:
    """Return the bytes of a symmetric key. Raises KeyMissingError if it is damaged."""
    try:
        value = b64decode(read_text(path), validate=True)
    except ValueError as error:
        raise KeyMissingError(f"The key file {path} is damaged: restore it.") from error
    if len(value) != length:
        raise KeyMissingError(f"The key file {path} is damaged: restore it.")
    return value


def as_text(key: bytes) -> str:
    """Return what the file of a symmetric key says."""
    return b64encode(key).decode()


def _create(path: Path, text: str) -> None:
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
