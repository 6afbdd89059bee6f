"""Puts what was found in an SSDA903 return into the order of its files and rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from contracts.file_reading import Place, RowFinding, RowMessage, RowRejection
from contracts.returned_messages import Written
from contracts.returned_rows import RowMemory
from contracts.ssda903_children import ReturnedChild, ReturnRows
from contracts.ssda903_findings import Noted
from contracts.ssda903_reading import MissingRowAccount, ReturnedPeriod, ReturnReading
from contracts.ssda903_tables import Module, ReturnFiles

_ORDER: Final = {module: at for at, module in enumerate(Module)}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message, the row that it is from, and what it tells of."""

    module: Module
    row: int
    written: Written
    about: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Names the files and the rows of the Header in what was found about a return."""

    found: ReturnFiles
    rows: ReturnRows
    children: tuple[ReturnedChild, ...]
    event_key: Callable[[bytes], str]

    def reading(
        self, noted: Sequence[Noted], drafts: Sequence[Draft], memory: RowMemory
    ) -> ReturnReading:
        """Put everything into the order of the files and their rows."""
        noted = sorted(noted, key=lambda each: (_ORDER[each.module], each.row))
        drafts = sorted(drafts, key=lambda each: (_ORDER[each.module], each.row))
        return ReturnReading(
            messages=tuple(
                RowMessage(
                    file=self.file(each.module),
                    row=each.row,
                    kind=each.written.kind,
                    raw=each.written.raw,
                    about=each.about,
                )
                for each in drafts
            ),
            findings=tuple(dict.fromkeys(self.finding(each) for each in noted)),
            rejections=tuple(self.rejections()),
            rows={table.file: table.row_count for table in self.found.tables.values()},
            ignored=self.found.ignored,
            carried=self.carried(),
            memory=memory,
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
            written = self.written(module) if group.refused else {}
            for each in sorted(group.refused, key=lambda refusal: refusal.number):
                yield RowRejection(
                    file=self.file(module),
                    row=each.number,
                    code=each.code,
                    pointer=f"/{each.field}" if each.field else "",
                    message=each.message,
                    content=written.get(each.number, ""),
                )

    def carried(self) -> dict[Place, Place]:
        """Return the row of the child in the Header for each row that is about a child there.

        A change of legal status, or an unaccompanied child's row, adds to what is told of the
        child and gives no event of its own.
        """
        return {
            (self.file(module), row.number): (
                self.file(Module.HEADER),
                self.rows.subject_rows[row.child],
            )
            for module, group in (
                (Module.EPISODES, self.rows.episodes),
                (Module.MISSING, self.rows.missing),
                (Module.UASC, self.rows.uasc),
            )
            for row in (*group.taken, *group.repeated)
            if row.child in self.rows.subject_rows
        }

    def written(self, module: Module) -> dict[int, str]:
        """Return a keyed digest of each row of a module that has fields."""
        return {
            row.number: self.event_key(f"{module}\n{sorted(row.fields.items())}".encode())
            for row in self.found.tables[module].rows
        }

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
