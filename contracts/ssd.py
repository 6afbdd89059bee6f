"""Reads a Standard Safeguarding Dataset extract: who, in care, placed where, missing when.

An extract is a snapshot of the last years, whose row ids case systems renumber every night. So a
row is known by what it says, and compared with what earlier extracts said of the same child.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from contracts.bodies import Body
from contracts.file_reading import FileReading, RowFinding, RowMessage, RowRejection
from contracts.identity import Identity
from contracts.refused_rows import DUPLICATE_ROW
from contracts.response_messages import InterviewDeclinedBody, InterviewOfferedBody
from contracts.returned_care import CARE, PLACEMENT, PLAN, period_messages
from contracts.returned_children import ChildWriter
from contracts.returned_comparison import compare
from contracts.returned_messages import MessageWriter, Written, episode_messages, moment
from contracts.returned_rows import KnownRow, RowMemory, order_of, standing_of
from contracts.ssd_children import (
    ExtractChild,
    ExtractRows,
    R,
    SsdRows,
    children_of,
    read_extract_rows,
)
from contracts.ssd_facts import ASKS, SsdFact, SsdFactReader, registrations
from contracts.ssd_parsing import SsdParser
from contracts.ssd_tables import Extract, SsdTable, read_extract_tables
from domain.codes import CodeList
from domain.errors import UsageError
from domain.identifiers import PublisherId, parse_publisher_id, publisher_kind
from domain.missing_periods import Case
from domain.periods import ReportingYear
from domain.rules import (
    BEFORE_BIRTH,
    END_BEFORE_START,
    NOT_IN_HEADER,
    OPEN_AFTER_PLACEMENT,
    OVERLAP,
    PAST_CARE,
    START_AFTER_CARE,
    START_BEFORE_CARE,
    Rule,
    period_findings,
)

ADAPTER: Final = "ssd"
# An extract has no year of its own: all of them are one return, sent again and again.
SCOPE: Final = "ssd"

DAYS_ONLY: Final = "days-only"

_START, _END = "miss_missing_episode_start_date", "miss_missing_episode_end_date"
# DfE's rules about missing periods that hold outside a collection year, and the column of each.
RULES: Final[Mapping[str, str]] = {
    END_BEFORE_START.code: _END,
    OVERLAP.code: _START,
    OPEN_AFTER_PLACEMENT.code: _END,
    PAST_CARE.code: _END,
    START_AFTER_CARE.code: _START,
    START_BEFORE_CARE.code: _START,
    BEFORE_BIRTH.code: _START,
    NOT_IN_HEADER.code: "miss_person_id",
}
_CARE_RULES: Final = frozenset({PAST_CARE.code, START_AFTER_CARE.code, START_BEFORE_CARE.code})


@dataclass(frozen=True, kw_only=True)
class SsdSource:
    """What an extract is read with, besides its files.

    told_on: the London day of the extract. seal: may give another text each time. event_key: a
    stable, keyed id for bytes. known: every row that extracts of this publisher had before.
    """

    publisher: str
    told_on: date
    code_lists: Mapping[str, CodeList]
    seal: Callable[[Identity], str]
    event_key: Callable[[bytes], str]
    known: Sequence[KnownRow] = ()


def read_ssd(files: Mapping[str, bytes], source: SsdSource) -> FileReading:
    """Read an extract, given by file name, every row of it accounted for.

    The messages depend on what the rows say, and said before, and not on their order or ids.
    Raises UsageError for a publisher that is no authority, FileFormatError as
    `read_extract_tables` does.
    """
    sender = _authority(source.publisher)
    extract = read_extract_tables(files)
    parser = SsdParser(told_on=source.told_on, code_lists=source.code_lists)
    rows = read_extract_rows(extract, parser)
    children = list(children_of(rows))
    sheet = _Sheet(extract=extract, rows=rows, event_key=source.event_key)
    sheet.note_rows()
    for child in children:
        sheet.note_child(child, ReportingYear.of(source.told_on))
    messages = MessageWriter(publisher=sender, event_key=source.event_key)
    writer = ChildWriter(messages=messages, seal=source.seal, told_on=source.told_on)
    reader = SsdFactReader(
        writer=writer,
        placement_types=source.code_lists["placement_type"],
        files={table: each.file for table, each in extract.tables.items()},
        known=registrations(source.known),
    )
    facts = sheet.once([fact for child in children for fact in reader.facts(child)])
    known = _comparable(source.known, rows, {child.child for child in children})
    found = compare(known, (fact.row for fact in facts), scope=SCOPE, asks=ASKS)
    of_row = {id(fact.row): fact for fact in facts}
    told = [(of_row[id(row)], now) for row, now in found.told]
    memory = RowMemory(adapter=ADAPTER, scope=SCOPE, rows=found.rows)
    drafts = [draft for fact, now in told for draft in _drafts(fact, now, writer)]
    return sheet.reading(drafts, memory)


def _authority(publisher: str) -> PublisherId:
    found = parse_publisher_id(publisher)
    if publisher_kind(found) != "local-authority":
        raise UsageError(
            f"{found} is a police force; a Standard Safeguarding Dataset extract is an "
            "authority's, as la-330."
        )
    return found


def _comparable(known: Sequence[KnownRow], rows: ExtractRows, children: Set[str]) -> list[KnownRow]:
    """Return the remembered rows that an extract could have.

    It reaches back some years, and to some children: what lies before its earliest end, and whom
    it does not name, has left it without having been withdrawn.
    """
    ends = [row.end[:10] for row in (*rows.missing.taken, *rows.missing.repeated) if row.end]
    earliest = min(ends, default="")
    return [row for row in known if row.child in children and _may_be_there(row, earliest)]


def _may_be_there(row: KnownRow, earliest: str) -> bool:
    if row.kind not in ASKS or row.held:
        return True
    end = standing_of(row).end
    return end is None or end[:10] >= earliest


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """A message and the row that it is from."""

    table: SsdTable
    row: int
    about: str
    written: Written


def _drafts(fact: SsdFact, now: KnownRow, writer: ChildWriter) -> Iterator[_Draft]:
    if fact.person is not None:
        written = writer.message(fact.person.said, now)
        yield _Draft(table=fact.table, row=fact.first, about=now.about, written=written)
    elif now.kind in (CARE, PLACEMENT, PLAN):
        for at_end, written in period_messages(now, writer.messages):
            row = fact.last if at_end else fact.first
            yield _Draft(table=fact.table, row=row, about=now.about, written=written)
    else:
        for written in (*episode_messages(now, writer.messages), *_interview(fact, now, writer)):
            yield _Draft(table=fact.table, row=fact.first, about=now.about, written=written)


def _interview(fact: SsdFact, now: KnownRow, writer: ChildWriter) -> Iterator[Written]:
    """Yield what the extract says of the return interview; when it was so it does not say."""
    absence = fact.absence
    if absence is None or not absence.offered:
        return
    bodies: list[Body] = [InterviewOfferedBody(child=now.child)]
    if absence.declined:
        bodies.append(InterviewDeclinedBody(child=now.child))
    first = now.statements[0]
    for body in bodies:
        yield writer.messages.write(body, subject=now.reference, time=moment(first.start))


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """Gathers what is wrong with the rows of an extract, and puts everything in order."""

    extract: Extract
    rows: ExtractRows
    event_key: Callable[[bytes], str]
    findings: list[RowFinding] = field(default_factory=list)

    def note(self, table: SsdTable, row: int, code: str, column: str) -> None:
        """Note what looks wrong about a row that is taken."""
        file = self.extract.tables[table].file
        self.findings.append(RowFinding(file=file, row=row, code=code, field=column))

    def note_rows(self) -> None:
        """Note what is wrong with rows by themselves."""
        rows = self.rows
        self._note_table(SsdTable.PERSON, rows.person)
        self._note_table(SsdTable.CARE, rows.care)
        self._note_table(SsdTable.PLACEMENT, rows.placement)
        self._note_table(SsdTable.PLAN, rows.plan)
        self._note_table(SsdTable.MISSING, rows.missing)
        first = min((row.number for row in rows.missing.taken), default=0)
        for column in sorted(rows.days_only) if first else ():
            self.note(SsdTable.MISSING, first, DAYS_ONLY, column)

    def _note_table(self, table: SsdTable, group: SsdRows[R]) -> None:
        for row in group.taken + group.repeated:
            for flaw in row.flaws:
                self.note(table, row.number, flaw.code, flaw.field)
        for row in group.repeated:
            self.note(table, row.number, DUPLICATE_ROW, "")

    def note_child(self, child: ExtractChild, year: ReportingYear) -> None:
        """Note what the absences of a child break."""
        for found in period_findings(child.record, year):
            if self._applies(found.rule):
                row = child.missing[found.period]
                self.note(SsdTable.MISSING, row.number, found.rule.code, RULES[found.rule.code])

    def once(self, facts: Sequence[SsdFact]) -> list[SsdFact]:
        """Return facts without those of the same child, kind and days as another: noted instead.

        Nothing could tell them apart in the next extract.
        """
        chosen: dict[tuple[str, str, str, str | None], SsdFact] = {}
        for fact in facts:
            row = fact.row
            key = row.child, row.kind, row.start, row.end
            other = chosen.setdefault(key, fact)
            if other is not fact:
                first, second = sorted((other, fact), key=lambda each: order_of(each.row))
                chosen[key] = first
                self.note(second.table, second.first, DUPLICATE_ROW, "")
        return list(chosen.values())

    def _applies(self, rule: Rule[Case]) -> bool:
        """Return whether a rule is about tables that this extract has."""
        tables = self.extract.tables
        if rule.code == NOT_IN_HEADER.code:
            return SsdTable.PERSON in tables
        return rule.code in RULES and (rule.code not in _CARE_RULES or SsdTable.CARE in tables)

    def reading(self, drafts: Sequence[_Draft], memory: RowMemory) -> FileReading:
        """Put everything into the order of the files and their rows."""
        order = {table: at for at, table in enumerate(SsdTable)}
        tables = self.extract.tables
        place = {table.file: order[name] for name, table in tables.items()}
        return FileReading(
            messages=tuple(
                RowMessage(
                    file=tables[each.table].file,
                    row=each.row,
                    kind=each.written.kind,
                    raw=each.written.raw,
                    about=each.about,
                )
                for each in sorted(drafts, key=lambda each: (order[each.table], each.row))
            ),
            findings=tuple(
                sorted(dict.fromkeys(self.findings), key=lambda each: (place[each.file], each.row))
            ),
            rejections=tuple(self._rejections()),
            rows={table.file: table.row_count for table in tables.values()},
            ignored=self.extract.ignored,
            memory=memory,
        )

    def _rejections(self) -> Iterator[RowRejection]:
        rows = self.rows
        for table, refused in (
            (SsdTable.PERSON, rows.person.refused),
            (SsdTable.CARE, rows.care.refused),
            (SsdTable.PLACEMENT, rows.placement.refused),
            (SsdTable.PLAN, rows.plan.refused),
            (SsdTable.MISSING, rows.missing.refused),
        ):
            written = {row.number: row.fields for row in self.extract.rows(table)}
            for each in sorted(refused, key=lambda refusal: refusal.number):
                fields = sorted(written.get(each.number, {}).items())
                yield RowRejection(
                    file=self.extract.tables[table].file,
                    row=each.number,
                    code=each.code,
                    pointer=f"/{each.field}" if each.field else "",
                    message=each.message,
                    content=self.event_key(f"{table}\n{fields}".encode()) if fields else "",
                )
