"""Every adapter, with files that it takes, and what must be true of whatever it makes of others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from contracts.annex_a import AnnexSource, read_annex_a
from contracts.code_lists import read_code_lists
from contracts.file_reading import FileReading
from contracts.police_csv import Export, read_police_export
from contracts.police_mapping_words import read_mapping
from contracts.ssd import SsdSource, read_ssd
from contracts.submissions import Submission, read_submission
from domain.errors import FileFormatError, UsageError
from tests.examples import BIRMINGHAM, WEST_MIDLANDS
from tests.fuzz.returns import (
    EXPORT,
    MAPPING,
    WORKBOOK,
    annex_a,
    police_csv,
    ssd_csv,
    ssda903_csv,
    ssda903_xml,
)
from tests.unit.records import contract
from tests.unit.ssda903_returns import Sealer, event_key
from tests.unit.ssda903_returns import read as read_ssda903

Files = Mapping[str, bytes]
TOLD_ON: Final = date(2026, 4, 1)


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """What reads the files of one format; samples: files that it takes."""

    name: str
    samples: Callable[[], tuple[Files, ...]]
    read: Callable[[Files], FileReading]


class UnaccountedError(Exception):
    """A row has no end, or more than one, or an error does not say where it is."""


def end_of(adapter: Adapter, files: Files) -> str:
    """Return how the reading of some files ended.

    Raises UnaccountedError if the answer is no account, and whatever the adapter should not raise.
    """
    try:
        reading = adapter.read(files)
    except FileFormatError as error:
        _check_error(error, files)
        return "refused"
    except UsageError:
        return "refused"
    _check_rows(reading)
    for each in reading.messages:
        if not isinstance(_read_again(each.raw), Submission):
            raise UnaccountedError("a message that was made breaks its contract")
    return "rows rejected" if reading.rejections else "read"


def _check_error(error: FileFormatError, files: Files) -> None:
    text = str(error)
    if len(text) > 2_000 or not text.strip():
        raise UnaccountedError("the error does not say in a few words what is wrong")
    if files and not any(name and name in text for name in files) and ".csv" not in text:
        raise UnaccountedError("the error names no file")


def _check_rows(reading: FileReading) -> None:
    rejected = [(each.file, each.row) for each in reading.rejections]
    if len(set(rejected)) < len(rejected):
        raise UnaccountedError("a row is rejected twice")
    told = {(each.file, each.row) for each in reading.messages}
    if told & set(rejected):
        raise UnaccountedError("a row is rejected, and told of")
    for file, row in (*rejected, *told, *((each.file, each.row) for each in reading.findings)):
        if not 1 <= row <= reading.rows.get(file, 0):
            raise UnaccountedError(f"there is no row {row}")


def _read_again(raw: bytes) -> object:
    return read_submission(raw, sent_by=None, contract=contract(), on=TOLD_ON)


def _read_police(files: Files) -> FileReading:
    """Read an export by the mapping beside it; whatever is under another name was not sent."""
    if not {MAPPING, EXPORT} <= files.keys():
        raise UsageError("an export is read by a mapping")
    mapping = read_mapping(MAPPING, files[MAPPING], contract())
    export = Export(
        publisher=WEST_MIDLANDS,
        mapping=mapping,
        contract=contract(),
        told_on=TOLD_ON,
        seal=Sealer(),
        event_key=event_key,
    )
    return read_police_export(EXPORT, files[EXPORT], export)


def _read_ssd(files: Files) -> FileReading:
    source = SsdSource(
        publisher=BIRMINGHAM,
        told_on=TOLD_ON,
        code_lists=read_code_lists(),
        seal=Sealer(),
        event_key=event_key,
    )
    return read_ssd(files, source)


def _read_annex_a(files: Files) -> FileReading:
    source = AnnexSource(
        publisher=BIRMINGHAM,
        ends_on=TOLD_ON,
        contract=contract(),
        seal=Sealer(),
        event_key=event_key,
    )
    if WORKBOOK not in files:
        raise UsageError("there is no workbook")
    return read_annex_a(WORKBOOK, files[WORKBOOK], source)


ADAPTERS: Final = (
    Adapter(name="annex-a", samples=cache(annex_a), read=_read_annex_a),
    Adapter(name="police-csv", samples=cache(police_csv), read=_read_police),
    Adapter(name="ssd-csv", samples=cache(ssd_csv), read=_read_ssd),
    Adapter(name="ssda903-csv", samples=cache(ssda903_csv), read=read_ssda903),
    Adapter(name="ssda903-xml", samples=cache(ssda903_xml), read=read_ssda903),
)
