"""Reads files of the formats beside SSDA903 with what the hub has: registers, seals, memory."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from contracts.annex_a import ADAPTER as ANNEX_A
from contracts.annex_a import AnnexSource, read_annex_a
from contracts.code_lists import read_code_lists
from contracts.file_reading import FileReading
from contracts.police_csv import ADAPTER as POLICE_CSV
from contracts.police_csv import Export, read_police_export
from contracts.police_mapping_words import read_mapping
from contracts.register import read_register
from contracts.ssd import ADAPTER as SSD
from contracts.ssd import SsdSource, read_ssd
from contracts.submissions import Contract
from domain.errors import UsageError
from hub.reading_options import ReadingOptions

# Larger than any extract of an authority or a force, and small enough for memory.
MOST_BYTES: Final = 512 * 1024 * 1024


def read_ssd_files(files: Mapping[str, bytes], options: ReadingOptions) -> FileReading:
    """Read the tables of a Standard Safeguarding Dataset extract; see `read_ssd`."""
    source = SsdSource(
        publisher=options.publisher,
        told_on=options.told_on,
        code_lists=read_code_lists(),
        seal=options.seal,
        event_key=options.event_key,
        known=options.known(SSD),
    )
    return read_ssd(files, source)


def read_police_files(files: Mapping[str, bytes], options: ReadingOptions) -> FileReading:
    """Read one export of a force by the mapping that came along; see `read_police_export`."""
    name, content = _only(files)
    contract = _contract()
    if options.mapping is None:
        raise UsageError("Send a mapping along, which says how to read the columns.")
    export = Export(
        publisher=options.publisher,
        mapping=read_mapping("mapping", options.mapping, contract),
        contract=contract,
        told_on=options.told_on,
        seal=options.seal,
        event_key=options.event_key,
        known=options.known(POLICE_CSV),
    )
    return read_police_export(name, content, export)


def read_annex_files(files: Mapping[str, bytes], options: ReadingOptions) -> FileReading:
    """Read list 8 of a workbook; see `read_annex_a`. Raises UsageError without its last day."""
    name, content = _only(files)
    if options.ends_on is None:
        raise UsageError(
            "Say the last day of the twelve months that the list is about, 2026-03-31 for example."
        )
    source = AnnexSource(
        publisher=options.publisher,
        ends_on=options.ends_on,
        contract=_contract(),
        seal=options.seal,
        event_key=options.event_key,
        known=options.known(ANNEX_A),
    )
    return read_annex_a(name, content, source)


def read_from_disk(path: Path) -> dict[str, bytes]:
    """Return a file, or the files of a folder, by name. Raises UsageError if it cannot read it."""
    try:
        if not path.exists():
            raise UsageError(f"{path} does not exist; give a file or a folder.")
        found = sorted(path.iterdir()) if path.is_dir() else [path]
        kept = [each for each in found if each.is_file()]
        size = sum(each.stat().st_size for each in kept)
        if size > MOST_BYTES:
            raise UsageError(f"{path} holds {size:,} bytes; at most {MOST_BYTES:,}.")
        return {each.name: each.read_bytes() for each in kept}
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def _contract() -> Contract:
    return Contract(register=read_register(), code_lists=read_code_lists())


def _only(files: Mapping[str, bytes]) -> tuple[str, bytes]:
    if len(files) != 1:
        raise UsageError(f"{len(files)} files came; send one at a time.")
    ((name, content),) = files.items()
    return name, content
