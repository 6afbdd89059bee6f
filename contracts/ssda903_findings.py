"""Says what is wrong with the rows of an SSDA903 return, by the published codes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from contracts.ssda903_children import ModuleRows, R, ReturnedChild, ReturnRows
from contracts.ssda903_rows import MissingRow
from contracts.ssda903_tables import Module
from domain.missing_periods import CEASED_OTHERWISE, Case, ChildRecord, MissingPeriod
from domain.periods import ReportingYear, eighteenth_birthday
from domain.rules import CEASED_AT_EIGHTEEN, Rule, period_findings

DUPLICATE_ROW: Final = "duplicate-row"
EPISODES_CHILD_UNKNOWN: Final = "INT03"
UASC_CHILD_UNKNOWN: Final = "INT09"


@dataclass(frozen=True, kw_only=True)
class Noted:
    """A rule that a row breaks.

    column: empty: the whole row. child: None: the row was refused. missing_row: the row of
    Missing that it is about, if any.
    """

    module: Module
    row: int
    code: str
    column: str
    child: str | None = field(repr=False)
    missing_row: int | None = None


def row_findings(rows: ReturnRows) -> Iterator[Noted]:
    """Yield what is wrong with rows by themselves, and with children whom the Header lacks."""
    yield from _of_module(Module.HEADER, rows.header)
    yield from _of_module(Module.EPISODES, rows.episodes)
    yield from _of_module(Module.MISSING, rows.missing)
    yield from _of_module(Module.UASC, rows.uasc)
    for module, code, named in (
        (Module.EPISODES, EPISODES_CHILD_UNKNOWN, rows.episodes.taken),
        (Module.UASC, UASC_CHILD_UNKNOWN, rows.uasc.taken),
    ):
        for row in named:
            if row.child not in rows.subject_rows:
                yield _noted(module, row.number, code, "CHILD", row.child)


def child_findings(child: ReturnedChild, year: ReportingYear) -> Iterator[Noted]:
    """Yield what the missing periods of a child break, each at the row that is to be put right."""
    for finding in period_findings(_record(child), year):
        yield from _at_its_row(child, child.missing[finding.period], finding.rule)


def _of_module(module: Module, group: ModuleRows[R]) -> Iterator[Noted]:
    for row in group.taken + group.repeated:
        for flaw in row.flaws:
            yield _noted(module, row.number, flaw.code, flaw.field, row.child)
    for row in group.repeated:
        yield _noted(module, row.number, DUPLICATE_ROW, "", row.child)
    for refusal in group.refused:
        for flaw in refusal.also:
            yield _noted(module, refusal.number, flaw.code, flaw.field, None)


def _record(child: ReturnedChild) -> ChildRecord:
    return ChildRecord(
        registered=child.subject_row is not None,
        born_on=child.header.born_on if child.header else None,
        periods=tuple(
            MissingPeriod(starts_on=row.starts_on, ends_on=row.ends_on, born_on=row.born_on)
            for row in child.missing
        ),
        care=child.care.spells,
        placements=tuple(stay.spell for stay in child.care.stays),
    )


def _at_its_row(child: ReturnedChild, row: MissingRow, rule: Rule[Case]) -> Iterator[Noted]:
    if rule is not CEASED_AT_EIGHTEEN:
        yield _noted(Module.MISSING, row.number, rule.code, rule.field, row.child)
        return
    # What this rule asks to be put right stands in Episodes.
    born_on = row.born_on or (child.header.born_on if child.header else None)
    birthday = eighteenth_birthday(born_on) if born_on else None
    for episode in child.care.episodes:
        if episode.ends_on == birthday and episode.ceased_reason != CEASED_OTHERWISE:
            yield Noted(
                module=Module.EPISODES,
                row=episode.number,
                code=rule.code,
                column=rule.field,
                child=row.child,
                missing_row=row.number,
            )


def _noted(module: Module, row: int, code: str, column: str, child: str | None) -> Noted:
    missing_row = row if module is Module.MISSING else None
    return Noted(
        module=module, row=row, code=code, column=column, child=child, missing_row=missing_row
    )
