"""Reads an SSDA903 return (children looked after, DfE) into messages, row by row accounted for.

The modules Header, Episodes, Missing and UASC are read, from CSV or XML. Dates have no times there
and get none here: the time of a message is the beginning of the London day. How the rules about
missing periods are read stands in SSDA903_RULES.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from contracts.identity import Identity
from contracts.returned_comparison import compare
from contracts.returned_messages import MessageWriter
from contracts.returned_rows import KnownRow, RowMemory
from contracts.ssda903_carried import carried_on, remembered_periods
from contracts.ssda903_children import ReturnedChild, ReturnRows, children_of, read_rows
from contracts.ssda903_facts import ASKS, Fact, FactReader
from contracts.ssda903_files import read_tables
from contracts.ssda903_findings import Noted, child_findings, row_findings
from contracts.ssda903_messages import Writer
from contracts.ssda903_parsing import RowParser
from contracts.ssda903_reading import ReturnReading
from contracts.ssda903_sheet import Draft, Sheet
from domain.codes import CodeList
from domain.errors import UsageError
from domain.identifiers import PublisherId, parse_publisher_id, publisher_area, publisher_kind
from domain.periods import ReportingYear
from domain.rules import OUTSIDE_CARE

ADAPTER: Final = "ssda903"
# The return has been collected since 1992; messages hold years up to 2099.
FIRST_YEAR: Final = 1992
LAST_YEAR: Final = 2099


def read_return(
    files: Mapping[str, bytes],
    *,
    publisher: str,
    year: int,
    code_lists: Mapping[str, CodeList],
    seal: Callable[[Identity], str],
    event_key: Callable[[bytes], str],
    known: Sequence[KnownRow] = (),
) -> ReturnReading:
    """Read a whole return, given by file name, for the collection year that ends in `year`.

    The messages depend on what the rows say, and said before, and not on their order; the same
    return gives the same ids. seal: may give another text each time. event_key: a stable, keyed
    id for bytes. known: every row that returns of this publisher had before.
    Raises UsageError for a publisher that is no authority or a year without a return, and
    FileFormatError as `read_tables` does; otherwise every row is accounted for.
    """
    sender, collection = _authority(publisher), _collection_year(year)
    found = read_tables(files)
    rows = read_rows(found.tables, RowParser(year=collection, code_lists=code_lists))
    children = children_of(rows)
    noted = _noted(rows, children, collection)
    facts = FactReader(
        authority=publisher_area(sender),
        year=collection,
        placement_types=code_lists["placement_type"],
        outside_care={each.missing_row for each in noted if each.code in OUTSIDE_CARE},
        files={module: table.file for module, table in found.tables.items()},
        event_key=event_key,
    )
    told = _compared([fact for child in children for fact in facts.facts(child)], known, year)
    writer = Writer(messages=MessageWriter(publisher=sender, event_key=event_key), seal=seal)
    drafts = [draft for fact, row in told.facts for draft in _drafts(writer, fact, row)]
    sheet = Sheet(found=found, rows=rows, children=children, event_key=event_key)
    reading = sheet.reading(noted, drafts, told.memory)
    last_year = remembered_periods(known, ReportingYear(ending=year - 1))
    carried = carried_on(last_year, reading.periods)
    return replace(reading, findings=(*reading.findings, *carried))


def _noted(rows: ReturnRows, children: Sequence[ReturnedChild], year: ReportingYear) -> list[Noted]:
    of_children = (each for child in children for each in child_findings(child, year))
    return [*row_findings(rows), *of_children]


@dataclass(frozen=True, kw_only=True)
class _Told:
    """The facts of a return that are to be told, with all that is known of them; the memory."""

    facts: list[tuple[Fact, KnownRow]]
    memory: RowMemory


def _compared(facts: Sequence[Fact], known: Sequence[KnownRow], year: int) -> _Told:
    of_row = {id(fact.row): fact for fact in facts}
    found = compare(known, (fact.row for fact in facts), scope=str(year), asks=ASKS)
    return _Told(
        facts=[(of_row[id(row)], now) for row, now in found.told],
        memory=RowMemory(adapter=ADAPTER, scope=str(year), rows=found.rows),
    )


def _drafts(writer: Writer, fact: Fact, known: KnownRow) -> Iterator[Draft]:
    for row, written in writer.write(fact, known):
        yield Draft(module=fact.module, row=row, written=written, about=known.about)


def _authority(publisher: str) -> PublisherId:
    found = parse_publisher_id(publisher)
    if publisher_kind(found) != "local-authority":
        raise UsageError(
            f"{found} is a police force; an SSDA903 return is an authority's, as la-330."
        )
    return found


def _collection_year(year: int) -> ReportingYear:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UsageError(
            f"{year} is no collection year; give the year in which it ends, "
            f"{FIRST_YEAR} to {LAST_YEAR}."
        )
    return ReportingYear(ending=year)
