"""Reads an SSDA903 return (children looked after, DfE) into messages, row by row accounted for.

The modules Header, Episodes, Missing and UASC are read from CSV. Dates have no times there and get
none here: the time of a message is the beginning of the London day.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.identity import Identity
from contracts.ssda903_children import ReturnedChild, ReturnRows, children_of, read_rows
from contracts.ssda903_files import Module, ReturnFiles, read_tables
from contracts.ssda903_findings import Noted, child_findings, row_findings
from contracts.ssda903_messages import KIND_LETTERS, Draft, Episode, Writer, numbered
from contracts.ssda903_parsing import RowParser
from contracts.ssda903_reading import (
    MissingRowAccount,
    ReturnedPeriod,
    ReturnReading,
    RowFinding,
    RowMessage,
    RowRejection,
)
from domain.codes import CodeList
from domain.errors import UsageError
from domain.identifiers import PublisherId, parse_publisher_id, publisher_kind
from domain.missing_periods import MissingPeriod
from domain.periods import ReportingYear
from domain.rules import NOT_CARRIED_ON, OUTSIDE_CARE, carried_findings

# The return has been collected since 1992; messages hold years up to 2099.
FIRST_YEAR: Final = 1992
LAST_YEAR: Final = 2099

_ORDER: Final = {module: at for at, module in enumerate(Module)}


def read_return(
    files: Mapping[str, bytes],
    *,
    publisher: str,
    year: int,
    code_lists: Mapping[str, CodeList],
    seal: Callable[[Identity], str],
    event_key: Callable[[bytes], str],
) -> ReturnReading:
    """Read a whole return, given by file name, for the collection year that ends in `year`.

    The messages depend on what the rows say and not on their order; the same return gives the
    same ids. seal: may give another text each time. event_key: a stable, keyed id for bytes.
    Raises UsageError for a publisher that is no authority or a year without a return, and
    FileFormatError as `read_tables` does; otherwise every row is accounted for.
    """
    writer = Writer(publisher=_authority(publisher), seal=seal, event_key=event_key)
    collection = _collection_year(year)
    found = read_tables(files)
    rows = read_rows(found.tables, RowParser(year=collection, code_lists=code_lists))
    children = children_of(rows)
    noted = [*row_findings(rows)]
    for child in children:
        noted.extend(child_findings(child, collection))
    outside_care = {each.missing_row for each in noted if each.code in OUTSIDE_CARE}
    drafts = [
        draft for child in children for draft in _drafts(child, writer, collection, outside_care)
    ]
    return _Sheet(found=found, rows=rows, children=children).reading(noted, drafts)


def carried_on(previous: ReturnReading, current: ReturnReading) -> tuple[RowFinding, ...]:
    """Return the periods that last year's return left open and this year's does not go on with.

    DfE's rule 576. The rows are those of last year's return; `previous/` before the file says so.
    """
    this_year = _periods_by_child(current.periods)
    return tuple(
        RowFinding(
            file=f"previous/{returned[at].file}",
            row=returned[at].row,
            code=NOT_CARRIED_ON.code,
            field=NOT_CARRIED_ON.field,
            subject_row=returned[at].subject_row,
        )
        for child, returned in _periods_by_child(previous.periods).items()
        for at in carried_findings(_dates(returned), _dates(this_year.get(child, [])))
    )


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


def _drafts(
    child: ReturnedChild, writer: Writer, year: ReportingYear, outside_care: Set[int | None]
) -> Iterator[Draft]:
    if child.header is not None:
        yield writer.registration(
            child.header,
            home_postcode=child.care.home_postcode,
            unaccompanied=child.unaccompanied,
            day=year.starts_on,
        )
    yield from writer.care(child.child, child.care)
    for kind, letter in KIND_LETTERS.items():
        # A row that says the same again is the same fact; the first of them stands for it.
        facts = {
            (row.starts_on, row.ends_on): row for row in reversed(child.missing) if row.kind is kind
        }
        rows = sorted(facts.values(), key=lambda row: (row.starts_on, row.ends_on or date.max))
        references = numbered(f"{child.child}/{letter}", (row.starts_on for row in rows))
        for row, reference in zip(rows, references, strict=True):
            yield from writer.episode(
                Episode(
                    row=row,
                    reference=reference,
                    looked_after=row.number not in outside_care,
                    placement_type=child.care.placement_type_on(row.starts_on),
                )
            )


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """Names the files and the rows of the Header in what was found about a return."""

    found: ReturnFiles
    rows: ReturnRows
    children: tuple[ReturnedChild, ...]

    def reading(self, noted: Sequence[Noted], drafts: Sequence[Draft]) -> ReturnReading:
        """Put everything into the order of the files and their rows."""
        noted = sorted(noted, key=lambda each: (_ORDER[each.module], each.row))
        drafts = sorted(drafts, key=lambda each: (_ORDER[each.module], each.row))
        return ReturnReading(
            messages=tuple(
                RowMessage(file=self.file(each.module), row=each.row, kind=each.kind, raw=each.raw)
                for each in drafts
            ),
            findings=tuple(dict.fromkeys(self.finding(each) for each in noted)),
            rejections=tuple(self.rejections()),
            rows={table.file: table.row_count for table in self.found.tables.values()},
            ignored=self.found.ignored,
            missing=tuple(self.account(noted)),
            periods=tuple(self.periods()),
        )

    def file(self, module: Module) -> str:
        """Return the name of the file of a module."""
        return self.found.tables[module].file

    def finding(self, noted: Noted) -> RowFinding:
        """Name the file and the row of the child."""
        return RowFinding(
            file=self.file(noted.module),
            row=noted.row,
            code=noted.code,
            field=noted.column,
            subject_row=self.rows.subject_rows.get(noted.child) if noted.child else None,
        )

    def rejections(self) -> Iterator[RowRejection]:
        """Yield the rows that were refused, in order."""
        for module, group in (
            (Module.HEADER, self.rows.header),
            (Module.EPISODES, self.rows.episodes),
            (Module.MISSING, self.rows.missing),
            (Module.UASC, self.rows.uasc),
        ):
            for each in sorted(group.refused, key=lambda refusal: refusal.number):
                yield RowRejection(
                    file=self.file(module),
                    row=each.number,
                    code=each.code,
                    pointer=f"/{each.field}" if each.field else "",
                    message=each.message,
                )

    def account(self, noted: Sequence[Noted]) -> Iterator[MissingRowAccount]:
        """Yield what each row of Missing came to."""
        codes: dict[int, list[str]] = {}
        refused = {each.number for each in self.rows.missing.refused}
        for refusal in self.rows.missing.refused:
            codes[refusal.number] = [refusal.code]
        for each in noted:
            if each.missing_row is not None:
                codes.setdefault(each.missing_row, []).append(each.code)
        for row in range(1, self.found.tables[Module.MISSING].row_count + 1):
            found = tuple(dict.fromkeys(codes.get(row, ())))
            yield MissingRowAccount(row=row, accepted=row not in refused, codes=found)

    def periods(self) -> Iterator[ReturnedPeriod]:
        """Yield the missing periods of all children."""
        for child in self.children:
            for row in child.missing:
                yield ReturnedPeriod(
                    file=self.file(Module.MISSING),
                    row=row.number,
                    child=child.child,
                    starts_on=row.starts_on,
                    ends_on=row.ends_on,
                    subject_row=child.subject_row,
                )


def _periods_by_child(periods: Sequence[ReturnedPeriod]) -> dict[str, list[ReturnedPeriod]]:
    grouped: dict[str, list[ReturnedPeriod]] = {}
    for period in periods:
        grouped.setdefault(period.child, []).append(period)
    return grouped


def _dates(periods: Sequence[ReturnedPeriod]) -> tuple[MissingPeriod, ...]:
    return tuple(MissingPeriod(starts_on=each.starts_on, ends_on=each.ends_on) for each in periods)
