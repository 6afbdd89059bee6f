"""Reads a police force's export of missing-person incidents, by the mapping that the force gives.

An incident is known by the force's own reference: a row that is sent again with other values is a
correction of it, and one that an export of everything no longer has is asked about.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from msgspec.structs import replace

from contracts.delimited import TextRow, TextTable, column_key, read_delimited
from contracts.file_reading import FileReading, RowFinding, RowMessage, RowRejection
from contracts.identity import Identity
from contracts.police_csv_messages import INCIDENT, incident_messages
from contracts.police_csv_parsing import PoliceRowParser
from contracts.police_csv_rows import PoliceRow
from contracts.police_mapping import PoliceMapping, columns_of
from contracts.reasons import Reason
from contracts.refused_rows import DUPLICATE_ROW
from contracts.returned_children import CHILD, ChildWriter, PersonSaid
from contracts.returned_messages import MessageWriter, Written, moment
from contracts.returned_rows import KnownRow, Place, ReturnedRow, RowMemory, state
from contracts.ssda903_rows import Refusal
from contracts.submissions import Contract
from domain.errors import FileFormatError, UsageError
from domain.identifiers import PublisherId, parse_publisher_id, publisher_kind

ADAPTER: Final = "police-csv"

CONTRADICTORY: Final = "reference-repeated"
PERSON_DIFFERS: Final = "person-differs"
WITHDRAWN: Final = "withdrawn-before"

TWO_SAYINGS: Final = (
    "Another row of the file has this reference and says something else; see incident.reference "
    "in the mapping if one incident has several children."
)
ANOTHER_CHILD: Final = (
    "An earlier export gave this incident to another person; void it and send it anew."
)


@dataclass(frozen=True, kw_only=True)
class Export:
    """What an export is read with, besides its bytes.

    told_on: the London day of the export. seal: may give another text each time. event_key: a
    stable, keyed id for bytes. known: every row that exports of this publisher had before.
    """

    publisher: str
    mapping: PoliceMapping
    contract: Contract
    told_on: date
    seal: Callable[[Identity], str]
    event_key: Callable[[bytes], str]
    known: Sequence[KnownRow] = ()


def read_police_export(name: str, content: bytes, export: Export) -> FileReading:
    """Read one export, every row of it accounted for; the order of rows says nothing.

    Raises UsageError for a publisher that is no force; FileFormatError if the file is no such
    text, or lacks a column that the mapping names.
    """
    force = _force(export.publisher)
    table = read_table(name, content, export.mapping)
    parser = PoliceRowParser(
        mapping=export.mapping, contract=export.contract, told_on=export.told_on
    )
    sheet = _Sheet(table=table, parser=parser, event_key=export.event_key)
    for each in table.broken:
        sheet.refuse(each.number, Reason.ROW_INVALID, "", each.problem)
    sheet.sort([(row, parser.read(row)) for row in table.rows], export.known)
    messages = MessageWriter(publisher=force, event_key=export.event_key)
    children = ChildWriter(messages=messages, seal=export.seal, told_on=export.told_on)
    told = _Telling(sheet=sheet, messages=messages, children=children, scope=export.mapping.name)
    return told.reading(export.known, complete=export.mapping.file.complete)


def read_table(name: str, content: bytes, mapping: PoliceMapping) -> TextTable:
    """Read the text of an export. Raises FileFormatError if it lacks a column of the mapping."""
    keys = list(columns_of(mapping))
    table = read_delimited(
        name,
        content,
        expected=[column for _, column in keys],
        encoding=mapping.file.encoding,
        delimiter=mapping.file.delimiter,
    )
    lacking = [
        f"{column!r} ({key})" for key, column in keys if column_key(column) not in table.columns
    ]
    if lacking:
        raise FileFormatError(
            name,
            problem=f"the header lacks columns that the mapping names: {', '.join(lacking)}.",
            remedy="Check the file's separator, encoding and first line, or change the mapping.",
        )
    return table


def _force(publisher: str) -> PublisherId:
    found = parse_publisher_id(publisher)
    if publisher_kind(found) != "police-force":
        raise UsageError(f"{found} is an authority; a police export is a force's, as pf-E23000014.")
    return found


@dataclass(kw_only=True)
class _Sheet:
    """The rows of one export, sorted into those taken, those that repeat one, those refused."""

    table: TextTable
    parser: PoliceRowParser
    event_key: Callable[[bytes], str]
    taken: list[PoliceRow] = field(default_factory=list)
    refused: list[RowRejection] = field(default_factory=list)
    findings: list[RowFinding] = field(default_factory=list)
    not_gone: set[str] = field(default_factory=set)

    def refuse(self, number: int, code: str, column: str, message: str, content: str = "") -> None:
        """Put a row among the refused."""
        self.refused.append(
            RowRejection(
                file=self.table.file,
                row=number,
                code=code,
                pointer=f"/{column}" if column else "",
                message=message,
                content=content,
            )
        )

    def note(self, number: int, code: str, column: str) -> None:
        """Note what looks wrong about a row that is taken."""
        self.findings.append(RowFinding(file=self.table.file, row=number, code=code, field=column))

    def sort(
        self, read: Sequence[tuple[TextRow, PoliceRow | Refusal]], known: Sequence[KnownRow]
    ) -> None:
        """Sort the rows: no incident is told twice, or of two children."""
        owners = {row.reference: row.child for row in known if row.kind == INCIDENT}
        good: list[tuple[str, PoliceRow]] = []
        for text, row in read:
            content = self.event_key(repr(sorted(text.fields.items())).encode())
            if isinstance(row, Refusal):
                self.refuse(row.number, row.code, row.field, row.message, content)
                self.not_gone.add(self.parser.incident_of(text))
            elif owners.get(row.incident, row.child) != row.child:
                column = self.parser.incident_column
                self.refuse(row.number, Reason.SUBJECT_MISMATCH, column, ANOTHER_CHILD, content)
                self.not_gone.add(row.incident)
            else:
                good.append((content, row))
        self._sort_repeated(good)

    def _sort_repeated(self, good: Sequence[tuple[str, PoliceRow]]) -> None:
        sayings: dict[str, dict[str, PoliceRow]] = {}
        for _, row in good:
            said = sayings.setdefault(row.incident, {})
            said.setdefault(repr((row.child, row.facts, row.person)), row)
        for content, row in good:
            said = sayings[row.incident]
            if len(said) > 1:
                column = self.parser.incident_column
                self.refuse(row.number, CONTRADICTORY, column, TWO_SAYINGS, content)
                self.not_gone.add(row.incident)
                continue
            for flaw in row.flaws:
                self.note(row.number, flaw.code, flaw.field)
            if next(iter(said.values())) is row:
                self.taken.append(row)
            else:
                self.note(row.number, DUPLICATE_ROW, "")


@dataclass(kw_only=True)
class _Telling:
    """Makes messages of the rows that were taken, beside what earlier exports said."""

    sheet: _Sheet
    messages: MessageWriter
    children: ChildWriter
    scope: str

    def reading(self, known: Sequence[KnownRow], *, complete: bool) -> FileReading:
        """Put everything into the order of the rows."""
        drafts: list[tuple[int, str, Written]] = []
        rows: list[KnownRow] = []
        for number, written, row in (*self._persons(known), *self._incidents(known)):
            drafts.extend((number, row.about, each) for each in written)
            rows.append(row)
        if complete:
            rows.extend(self._gone(known))
        drafts.sort(key=lambda each: each[0])
        file = self.sheet.table.file
        return FileReading(
            messages=tuple(
                RowMessage(file=file, row=number, kind=each.kind, raw=each.raw, about=about)
                for number, about, each in drafts
            ),
            findings=tuple(dict.fromkeys(sorted(self.sheet.findings, key=lambda each: each.row))),
            rejections=tuple(sorted(self.sheet.refused, key=lambda each: each.row)),
            rows={file: self.sheet.table.row_count},
            memory=RowMemory(adapter=ADAPTER, scope=self.scope, rows=tuple(rows)),
        )

    def _persons(self, known: Sequence[KnownRow]) -> Iterator[tuple[int, list[Written], KnownRow]]:
        """Yield the registration of each child, as its latest incident has it."""
        before = {row.child: row for row in known if row.kind == CHILD}
        latest: dict[str, PoliceRow] = {}
        for row in sorted(self.sheet.taken, key=_latest):
            latest[row.child] = row
        for row in self.sheet.taken:
            of = latest[row.child]
            if row is not of:
                if row.person != of.person:
                    self.sheet.note(row.number, PERSON_DIFFERS, self.sheet.parser.person_column)
                continue
            said = PersonSaid(identity=row.identity, sex=row.sex, ethnicity=row.ethnicity)
            old = before.get(row.child)
            returned = self.children.row(row.child, said, self._place(row), old)
            now = state(old or _blank(returned), returned, self.scope)
            yield row.number, [self.children.message(said, now)], now

    def _incidents(
        self, known: Sequence[KnownRow]
    ) -> Iterator[tuple[int, list[Written], KnownRow]]:
        before = {row.reference: row for row in known if row.kind == INCIDENT}
        for row in self.sheet.taken:
            returned = ReturnedRow(
                child=row.child,
                kind=INCIDENT,
                stem=row.incident,
                start=row.start,
                end=None,
                attributes=row.facts,
                place=self._place(row),
            )
            old = before.get(row.incident)
            if old is not None and old.void:
                self.sheet.note(row.number, WITHDRAWN, self.sheet.parser.incident_column)
            now = state(old or _blank(returned), returned, self.scope)
            yield row.number, incident_messages(now, self.messages), now

    def _gone(self, known: Sequence[KnownRow]) -> Iterator[KnownRow]:
        """Yield incidents of the time that the export spans, and which it no longer has."""
        here = {row.incident for row in self.sheet.taken} | self.sheet.not_gone
        times = [moment(str(row.facts.get("reported", row.start))) for row in self.sheet.taken]
        for row in known:
            said = row.last_in(self.scope)
            if row.kind != INCIDENT or row.void or said is None or row.reference in here:
                continue
            at = moment(str(said.attributes.get("reported", said.start)))
            if not times or not min(times) < at < max(times) or self.scope in row.kept:
                continue
            yield row if self.scope in row.asked else replace(row, asked=(*row.asked, self.scope))

    def _place(self, row: PoliceRow) -> Place:
        return Place(file=self.sheet.table.file, row=row.number)


def _blank(returned: ReturnedRow) -> KnownRow:
    """Return a row of which nothing was said yet, under the force's own reference."""
    return KnownRow(
        child=returned.child,
        kind=returned.kind,
        stem=returned.stem,
        reference=returned.stem,
        statements=(),
    )


def _latest(row: PoliceRow) -> tuple[object, str, str]:
    # The order of rows says nothing, so equal times fall back on the content.
    return moment(row.start), row.incident, repr(row.person)
