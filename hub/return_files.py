"""Reads the files of a return from a folder, from one file, or from a ZIP archive."""

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import BinaryIO, Final
from zipfile import ZipFile, ZipInfo

from contracts.archives import UNREADABLE_ARCHIVE
from contracts.returned_rows import KnownRow
from contracts.ssda903 import read_return
from contracts.ssda903_reading import ReturnReading
from contracts.submissions import Contract
from domain.errors import FileFormatError, UsageError
from domain.identifiers import PublisherId
from hub.identity.keys import Keys
from hub.identity.sealing import seal

# A return of the largest authority is a few megabytes.
MOST_BYTES: Final = 512 * 1024 * 1024
MOST_FILES: Final = 1_000
TAKEN: Final = frozenset({".csv", ".xml"})


def read_return_files(path: Path) -> dict[str, bytes]:
    """Return the contents of a return's files by name: a folder's, a file's, an archive's.

    Raises UsageError if there is no such file or folder or it is too large, FileFormatError if
    an archive is damaged or locked.
    """
    try:
        if path.is_dir():
            return _folder(path)
        if path.suffix.lower() == ".zip":
            return _archive(path)
        if not path.is_file():
            raise UsageError(
                f"{path} is not a folder or file; give the folder of the return's CSV files,"
                " its XML file, or a ZIP of either."
            )
        _refuse_large(path.name, path.stat().st_size)
        return {path.name: path.read_bytes()}
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def read_ssda903(
    path: Path,
    *,
    publisher: PublisherId,
    year: int,
    contract: Contract,
    keys: Keys,
    known: Sequence[KnownRow] = (),
) -> ReturnReading:
    """Read a folder of CSV files, an XML file or a ZIP of either as one SSDA903 return.

    known: what this publisher's returns said before. Raises UsageError if the path cannot be
    read, FileFormatError as the adapter does.
    """
    return read_return(
        read_return_files(path),
        publisher=publisher,
        year=year,
        code_lists=contract.code_lists,
        seal=lambda identity: seal(identity, keys.sealing),
        event_key=keys.event_key,
        known=known,
    )


def _folder(path: Path) -> dict[str, bytes]:
    files = [
        each for each in sorted(path.iterdir()) if each.suffix.lower() in TAKEN and each.is_file()
    ]
    _refuse_large(path.name, sum(each.stat().st_size for each in files))
    return {each.name: each.read_bytes() for each in files}


def _archive(path: Path) -> dict[str, bytes]:
    # What keeps the file itself from being opened is for the caller to say.
    with path.open("rb") as opened:
        return _unpacked(path, opened)


def _unpacked(path: Path, opened: BinaryIO) -> dict[str, bytes]:
    try:
        with ZipFile(opened) as archive:
            members = list(_members(path.name, archive.infolist()))
            # What a member says of its own size is not to be trusted: it is read up to there.
            return {
                PurePath(member.filename).name: archive.open(member).read(member.file_size)
                for member in members
            }
    except UNREADABLE_ARCHIVE as error:
        raise FileFormatError(
            path.name,
            problem="the archive is damaged, locked, or of a kind that is not taken.",
            remedy="Make it again as a plain ZIP without a password.",
        ) from error


def _members(name: str, members: list[ZipInfo]) -> Iterable[ZipInfo]:
    taken = [
        each
        for each in members
        if not each.is_dir() and PurePath(each.filename).suffix.lower() in TAKEN
    ]
    names = {PurePath(each.filename).name for each in taken}
    if len(names) < len(taken) or len(taken) > MOST_FILES:
        raise FileFormatError(
            name,
            problem="the archive holds several files of one name, or far too many.",
            remedy="Put the files of one return into it, and nothing else.",
        )
    _refuse_large(name, sum(each.file_size for each in taken))
    return taken


def _refuse_large(name: str, size: int) -> None:
    if size > MOST_BYTES:
        raise UsageError(
            f"{name} holds {size:,} bytes; no return is larger than {MOST_BYTES:,}. Check the path."
        )
