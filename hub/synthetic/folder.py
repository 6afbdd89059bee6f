"""Whose a folder is: the marker that lets a nation be written again, or be used as it stands."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final

from msgspec import DecodeError, Struct, ValidationError, field
from msgspec.json import Encoder, decode

from domain.errors import StorageFullError, UsageError
from hub.synthetic.options import Options, Summary

MARKER: Final = "synthetic-nation.json"

# A change of what is written for the same options changes this, so that old folders are redone.
GENERATOR_VERSION: Final = 3

_MADE_BY: Final = "hub generate"
_OURS: Final = re.compile(
    r"(la-[0-9]{3}|pf-E23[0-9]{6}|pf-btp|truth/persons|truth/episodes|truth/faults)\.ndjson|runs/[a-z0-9-]+"
)
_ENCODER: Final = Encoder()


class Marker(Struct, kw_only=True):
    """What says that a folder is ours, and what is in it.

    summary: None while the folder is being written. files: size in bytes by name.
    """

    made_by: str
    generator_version: int
    options: Options
    summary: Summary | None = None
    files: dict[str, int] = field(default_factory=dict)


def claim(out: Path, options: Options) -> Summary | None:
    """Return the summary of a folder that already holds this nation; else make it ready: None.

    Raises UsageError if the folder holds anything and was not made by us.
    """
    with storage_errors(out):
        if out.exists() and not out.is_dir():
            raise UsageError(f"{out} is a file; name a folder.")
        out.mkdir(parents=True, exist_ok=True)
        marker = _read_marker(out)
        if marker is None:
            if any(out.iterdir()):
                raise UsageError(f"{out} is not empty and holds no synthetic nation; name another.")
        elif _is_this(out, marker, options):
            return marker.summary
        _write_marker(out, _marker(options))
        _clear(out)
    return None


def finish(out: Path, options: Options, summary: Summary) -> None:
    """Mark a folder as complete; only then is it ever used as it stands."""
    with storage_errors(out):
        marker = _marker(options)
        marker.summary = summary
        marker.files = {name: (out / name).stat().st_size for name in _our_files(out)}
        _write_marker(out, marker)


@contextmanager
def storage_errors(out: Path) -> Iterator[None]:
    """Turn what the file system refuses into an error that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFullError(f"The disk of {out} is full; free space, then retry.") from error
        raise UsageError(f"{out} cannot be written: {error.strerror}.") from error


def _marker(options: Options) -> Marker:
    return Marker(made_by=_MADE_BY, generator_version=GENERATOR_VERSION, options=options)


def _read_marker(out: Path) -> Marker | None:
    path = out / MARKER
    if not path.is_file():
        return None
    try:
        marker = decode(path.read_bytes(), type=Marker)
    except (DecodeError, ValidationError, UnicodeDecodeError, UsageError):
        return None
    return marker if marker.made_by == _MADE_BY else None


def _is_this(out: Path, marker: Marker, options: Options) -> bool:
    if marker.summary is None or marker.generator_version != GENERATOR_VERSION:
        return False
    sizes = {name: (out / name).stat().st_size for name in _our_files(out)}
    return asdict(marker.options) == asdict(options) and sizes == marker.files


def _write_marker(out: Path, marker: Marker) -> None:
    # Renamed into place, so that a marker is never half written.
    draft = out / f"{MARKER}.new"
    draft.write_bytes(_ENCODER.encode(marker))
    draft.replace(out / MARKER)


def _clear(out: Path) -> None:
    for name in _our_files(out):
        (out / name).unlink()


def _our_files(out: Path) -> list[str]:
    """Return the names of the files that a generation writes, besides the marker."""
    found = (path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    return sorted(name for name in found if _OURS.fullmatch(name))
