"""Every format of publishers' own files, by the name under which it is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from contracts.code_lists import read_code_lists
from contracts.file_reading import FileReading
from contracts.ssda903 import read_return
from domain.errors import NotFoundError, UsageError
from hub.file_formats import read_annex_files, read_police_files, read_ssd_files
from hub.reading_options import ReadingOptions

Reader = Callable[[Mapping[str, bytes], ReadingOptions], FileReading]


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """A format that files may have.

    files: which ones to choose, for a person. by_year: its codes depend on the collection year,
    which must be said. by_mapping: a mapping must come along. by_day: it is about the time up to a
    day, which must be said. read: raises FileFormatError if a file is not in this format.
    """

    name: str
    title: str
    files: str
    by_year: bool
    by_mapping: bool
    read: Reader
    by_day: bool = False


def adapter_named(name: str) -> Adapter:
    """Return an adapter. Raises NotFoundError if there is none of this name."""
    found = next((each for each in ADAPTERS if each.name == name), None)
    if found is None:
        choices = ", ".join(each.name for each in ADAPTERS)
        raise NotFoundError(f"No adapter has this name; there are {choices}.")
    return found


def read_files(
    adapter: Adapter, files: Mapping[str, bytes], options: ReadingOptions
) -> FileReading:
    """Read files in a format. Raises UsageError if something is missing that the format needs."""
    if not files:
        raise UsageError(f"No file came. Send {adapter.files}")
    if adapter.by_year and options.year is None:
        raise UsageError("Say the year in which the collection year ends, 2026 for example.")
    if adapter.by_mapping and options.mapping is None:
        raise UsageError("Send a mapping along, which says how to read the columns.")
    if adapter.by_day and options.ends_on is None:
        raise UsageError("Say the last day that the list is about, 2026-03-31 for example.")
    return adapter.read(files, options)


def _read_ssda903(files: Mapping[str, bytes], options: ReadingOptions) -> FileReading:
    return read_return(
        files,
        publisher=options.publisher,
        year=options.year or 0,
        code_lists=read_code_lists(),
        seal=options.seal,
        event_key=options.event_key,
        known=options.known("ssda903"),
    )


ADAPTERS: Final = (
    Adapter(
        name="ssda903",
        title="SSDA903 return",
        files="the CSV files of the return (header, episodes, missing, uasc), or its XML file.",
        by_year=True,
        by_mapping=False,
        read=_read_ssda903,
    ),
    Adapter(
        name="ssd",
        title="Standard Safeguarding Dataset extract",
        files="the CSV files of the extract: ssd_missing, ssd_person and the tables of care.",
        by_year=False,
        by_mapping=False,
        read=read_ssd_files,
    ),
    Adapter(
        name="police-csv",
        title="Police export of missing-person incidents",
        files="one CSV file; the mapping says what its columns mean.",
        by_year=False,
        by_mapping=True,
        read=read_police_files,
    ),
    Adapter(
        name="annex-a",
        title="Ofsted Annex A, list 8",
        files="one .xlsx workbook with the list of children looked after.",
        by_year=False,
        by_mapping=False,
        by_day=True,
        read=read_annex_files,
    ),
)
