"""Reads list 8 of a workbook of Ofsted's Annex A: how often each looked-after child was missing.

The list has numbers over twelve months and no episodes, so it tells how many there were; it adds
who is in care and where. Earlier lists of the same authority are remembered.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.annex_a_columns import Column
from contracts.annex_a_parsing import ListParser, ListRow, differing
from contracts.annex_a_workbook import SheetRow, read_sheet
from contracts.care_messages import EpisodeCountStatedBody
from contracts.file_reading import FileReading, RowFinding, RowMessage, RowRejection
from contracts.identity import Identity
from contracts.reasons import Reason
from contracts.refused_rows import DUPLICATE_ROW
from contracts.returned_care import CARE, PLACEMENT, period_messages
from contracts.returned_children import CHILD, ChildWriter
from contracts.returned_messages import APART, MessageWriter, Written, moment
from contracts.returned_rows import (
    KnownRow,
    Place,
    ReturnedRow,
    RowMemory,
    Value,
    changes_of,
    state,
)
from contracts.ssda903_rows import Refusal
from contracts.submissions import Contract
from domain.errors import UsageError
from domain.identifiers import PublisherId, parse_publisher_id, publisher_kind

ADAPTER: Final = "annex-a"
SCOPE: Final = "annex-a"
COUNT: Final = "count"

TWO_SAYINGS: Final = "Another row has this child and says something else."


@dataclass(frozen=True, kw_only=True)
class AnnexSource:
    """What a workbook is read with, besides its bytes.

    ends_on: the last day of the twelve months that it is about. seal: may give another text each
    time. event_key: a stable, keyed id for bytes. known: rows that earlier workbooks had.
    """

    publisher: str
    ends_on: date
    contract: Contract
    seal: Callable[[Identity], str]
    event_key: Callable[[bytes], str]
    known: Sequence[KnownRow] = ()


def read_annex_a(name: str, content: bytes, source: AnnexSource) -> FileReading:
    """Read list 8, every row of it accounted for; the order of rows says nothing.

    Raises UsageError for a publisher that is no authority, FileFormatError as `read_sheet` does.
    """
    sender = _authority(source.publisher)
    sheet = read_sheet(name, content)
    parser = ListParser(contract=source.contract, ends_on=source.ends_on)
    read = [(row, parser.read(row)) for row in sheet.rows]
    taken, findings, rejections = _sorted(name, read, source.event_key)
    messages = MessageWriter(publisher=sender, event_key=source.event_key)
    teller = _Teller(file=name, source=source, messages=messages)
    told = [each for row in taken for each in teller.facts(row)]
    return FileReading(
        messages=tuple(
            RowMessage(file=name, row=number, kind=each.kind, raw=each.raw, about=known.about)
            for number, known, written in told
            for each in written
        ),
        findings=findings,
        rejections=rejections,
        rows={name: len(sheet.rows)},
        ignored=sheet.ignored,
        memory=RowMemory(adapter=ADAPTER, scope=SCOPE, rows=tuple(row for _, row, _ in told)),
    )


def year_before(ends_on: date) -> date:
    """Return the first of the twelve months that end on a day."""
    day_after = ends_on + timedelta(days=1)
    if (day_after.month, day_after.day) == (2, 29):
        return date(day_after.year - 1, 3, 1)
    return day_after.replace(year=day_after.year - 1)


def _authority(publisher: str) -> PublisherId:
    found = parse_publisher_id(publisher)
    if publisher_kind(found) != "local-authority":
        raise UsageError(f"{found} is a police force; Annex A is an authority's, as la-330.")
    return found


def _sorted(
    file: str,
    read: Sequence[tuple[SheetRow, ListRow | Refusal]],
    event_key: Callable[[bytes], str],
) -> tuple[list[ListRow], tuple[RowFinding, ...], tuple[RowRejection, ...]]:
    """Sort the rows into those taken, what looks wrong about them, and those refused."""
    by_child: dict[str, list[ListRow]] = {}
    for _, row in read:
        if isinstance(row, ListRow):
            by_child.setdefault(row.child, []).append(row)
    taken: list[ListRow] = []
    findings: list[RowFinding] = []
    rejections: list[RowRejection] = []
    seen: set[str] = set()
    for cells, row in read:
        content = event_key(repr(sorted(cells.cells.items())).encode())
        if isinstance(row, ListRow) and differing(by_child[row.child]):
            row = Refusal(
                number=row.number,
                code=Reason.SUBJECT_MISMATCH,
                field=Column.CHILD.value,
                message=TWO_SAYINGS,
            )
        if isinstance(row, Refusal):
            pointer = f"/{row.field}"
            rejections.append(
                RowRejection(
                    file=file,
                    row=row.number,
                    code=row.code,
                    pointer=pointer,
                    message=row.message,
                    content=content,
                )
            )
            continue
        findings.extend(
            RowFinding(file=file, row=row.number, code=flaw.code, field=flaw.field)
            for flaw in row.flaws
        )
        if content in seen:
            findings.append(RowFinding(file=file, row=row.number, code=DUPLICATE_ROW, field=""))
        else:
            taken.append(row)
        seen.add(content)
    return taken, tuple(findings), tuple(rejections)


class _Teller:
    """Makes messages of rows, beside what earlier workbooks said."""

    def __init__(self, *, file: str, source: AnnexSource, messages: MessageWriter) -> None:
        self._file = file
        self._source = source
        self._messages = messages
        self._children = ChildWriter(messages=messages, seal=source.seal, told_on=source.ends_on)
        self._known = {(row.kind, row.reference): row for row in source.known}
        self._persons = {row.child: row for row in source.known if row.kind == CHILD}
        self._told: set[tuple[str, str]] = set()

    def facts(self, row: ListRow) -> Iterator[tuple[int, KnownRow, list[Written]]]:
        """Yield what a row tells of, each fact with all that is known of it and its messages."""
        place = Place(file=self._file, row=row.number)
        old = self._persons.get(row.child)
        returned = self._children.row(row.child, row.said, place, old)
        for now in self._once(returned, returned.stem):
            yield row.number, now, [self._children.message(row.said, now)]
        end = row.care_ended.isoformat() if row.care_ended else None
        if row.care_started is not None:
            start = row.care_started.isoformat()
            yield from self._period(row, CARE, row.child, start, end, row.care)
        if row.placed is not None and "placement_type" in row.placement:
            start = row.placed.isoformat()
            yield from self._period(row, PLACEMENT, f"{row.child}/P", start, None, row.placement)
        if row.counts:
            until = self._source.ends_on.isoformat()
            stem = f"{row.child}/count"
            for now in self._once(self._row(row, COUNT, stem, until, None, row.counts)):
                yield row.number, now, list(self._counted(now))

    def _period(
        self,
        row: ListRow,
        kind: str,
        stem: str,
        start: str,
        end: str | None,
        attributes: Mapping[str, Value],
    ) -> Iterator[tuple[int, KnownRow, list[Written]]]:
        for now in self._once(self._row(row, kind, stem, start, end, attributes)):
            yield row.number, now, [each for _, each in period_messages(now, self._messages)]

    def _row(
        self,
        row: ListRow,
        kind: str,
        stem: str,
        start: str,
        end: str | None,
        attributes: Mapping[str, Value],
    ) -> ReturnedRow:
        return ReturnedRow(
            child=row.child,
            kind=kind,
            stem=stem,
            start=start,
            end=end,
            attributes=attributes,
            place=Place(file=self._file, row=row.number),
        )

    def _once(self, returned: ReturnedRow, reference: str = "") -> Iterator[KnownRow]:
        """Yield a fact with all that is known of it, once a workbook; it is known by its start."""
        reference = reference or f"{returned.stem}/{returned.start}"
        key = returned.kind, reference
        if key in self._told:
            return
        self._told.add(key)
        blank = KnownRow(
            child=returned.child,
            kind=returned.kind,
            stem=returned.stem,
            reference=reference,
            statements=(),
        )
        yield state(self._known.get(key, blank), returned, SCOPE)

    def _counted(self, row: KnownRow) -> Iterator[Written]:
        first = row.statements[0]
        said = [(0, first.attributes)]
        said += [(change.number, change.after.attributes) for change in changes_of(row)]
        until = date.fromisoformat(first.start)
        for number, counts in said:
            away = counts.get("away_episodes")
            body = EpisodeCountStatedBody(
                from_date=year_before(until).isoformat(),
                to_date=until.isoformat(),
                missing_episodes=int(counts["missing_episodes"]),
                away_episodes=None if away is None else int(away),
                last_interview_offered=_answer(counts.get("last_interview_offered")),
                last_interview_accepted=_answer(counts.get("last_interview_accepted")),
            )
            time = moment(first.start) + number * APART
            yield self._messages.write(body, subject=row.child, time=time, revision=number)


def _answer(value: Value | None) -> bool | None:
    return value if isinstance(value, bool) else None
