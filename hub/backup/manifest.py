"""Holds the files of a base backup against the manifest that PostgreSQL wrote with them.

The rules are those of PostgreSQL's own pg_verifybackup, whose build in the wheel does not run.
"""

from hashlib import file_digest, sha256
from pathlib import Path

from msgspec import DecodeError, Struct, ValidationError, field
from msgspec.json import decode

from domain.errors import BackupFailedError
from hub.backup.server import Server

MANIFEST = "backup_manifest"
# The log is read by a program of its own; the others are made for, or changed by, a restore.
NOT_LISTED = ("pg_wal/", MANIFEST, "postgresql.auto.conf", "recovery.signal", "standby.signal")


class _File(Struct):
    size: int = field(name="Size")
    path: str | None = field(name="Path", default=None)
    encoded_path: str | None = field(name="Encoded-Path", default=None)
    checksum: str = field(name="Checksum", default="")


class _Range(Struct):
    timeline: int = field(name="Timeline")
    start: str = field(name="Start-LSN")
    end: str = field(name="End-LSN")


class _Manifest(Struct):
    files: list[_File] = field(name="Files")
    ranges: list[_Range] = field(name="WAL-Ranges")
    checksum: str = field(name="Manifest-Checksum")


def check_copy(server: Server, files: Path, *, log: bool) -> None:
    """Raise BackupFailedError unless a copy is whole: every file, byte by byte, and its log.

    log: whether our program can read it; that of another version of PostgreSQL has another form.
    """
    try:
        problem = _problem(files) or (_log_problem(server, files) if log else None)
    except OSError as error:
        problem = f"{error.filename or files} cannot be read ({error.strerror})"
    if problem is not None:
        raise BackupFailedError(f"The backup {files} is not whole: {problem}. Use another one.")


def _problem(files: Path) -> str | None:
    try:
        manifest = _read(files)
    except (DecodeError, ValidationError, ValueError):
        return f"{MANIFEST} is damaged"
    listed: set[str] = set()
    for each in manifest.files:
        name = each.path
        if name is None:
            name = bytes.fromhex(each.encoded_path or "").decode(errors="surrogateescape")
        listed.add(name)
        if name in NOT_LISTED:
            continue
        path = files / name
        if not path.is_file():
            return f"{name} is missing"
        with path.open("rb") as file:
            digest = file_digest(file, sha256).hexdigest()
        if path.stat().st_size != each.size or digest != each.checksum:
            return f"{name} is not as it was copied"
    found = {str(each.relative_to(files)) for each in files.rglob("*") if each.is_file()}
    strange = sorted(name for name in found - listed if not name.startswith(NOT_LISTED))
    return f"{strange[0]} does not belong to it" if strange else None


def _read(files: Path) -> _Manifest:
    whole = (files / MANIFEST).read_bytes()
    # The last line is the checksum of all before it.
    lines = whole.rstrip(b"\n").rsplit(b"\n", 1)
    manifest = decode(whole, type=_Manifest)
    if sha256(lines[0] + b"\n").hexdigest() != manifest.checksum:
        raise ValueError("the manifest is not the one that was written")
    return manifest


def _log_problem(server: Server, files: Path) -> str | None:
    for each in _read(files).ranges:
        done = server.run(
            "pg_waldump",
            "--quiet",
            f"--path={files / 'pg_wal'}",
            f"--timeline={each.timeline}",
            f"--start={each.start}",
            f"--end={each.end}",
        )
        if done.returncode != 0:
            return f"its log from {each.start} to {each.end} cannot be read"
    return None
