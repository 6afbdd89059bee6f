"""Brings the rows of a Standard Safeguarding Dataset extract together by child, each fact once."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Generic, TypeVar

from contracts.delimited import TextRow
from contracts.reasons import Reason
from contracts.ssd_parsing import END, START, SsdParser
from contracts.ssd_rows import CareRow, MissingRow, PersonRow, PlacementRow, PlanRow
from contracts.ssd_tables import Extract, SsdTable
from contracts.ssd_values import at_midnight
from contracts.ssda903_care import Care, CarePeriod, join_episodes
from contracts.ssda903_rows import Refusal
from domain.missing_periods import CareSpell, ChildRecord, MissingPeriod, PlacementSpell

TWO_CHILDREN: Final = "Another row of ssd_person has the same reference for another child."

R = TypeVar("R", PersonRow, CareRow, PlacementRow, PlanRow, MissingRow)


@dataclass(frozen=True, kw_only=True)
class SsdRows(Generic[R]):
    """The rows of a table: those taken, those that only repeat one taken, those refused."""

    taken: tuple[R, ...] = ()
    repeated: tuple[R, ...] = ()
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExtractRows:
    """The rows of an extract.

    named: children who are in `ssd_person`, the contradictory ones included. days_only: columns
    of `ssd_missing` in which every time is 00:00, as from a system that keeps days only.
    """

    person: SsdRows[PersonRow]
    care: SsdRows[CareRow]
    placement: SsdRows[PlacementRow]
    plan: SsdRows[PlanRow]
    missing: SsdRows[MissingRow]
    named: frozenset[str]
    days_only: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class ExtractChild:
    """Everything that an extract says about one child; person: None: not in it, or two children."""

    child: str
    person: PersonRow | None
    known_person: bool
    care: Care
    entered: tuple[tuple[CarePeriod, CareRow], ...]
    placements: tuple[PlacementRow, ...]
    plans: tuple[PlanRow, ...]
    missing: tuple[MissingRow, ...]

    @property
    def spells(self) -> tuple[CareSpell, ...]:
        """The periods of care, from the day on which the child entered care."""
        return tuple(
            CareSpell(
                starts_on=began_on(period, row),
                ends_on=period.last.ends_on if period.ended else None,
                reason=period.last.ceased_reason,
            )
            for period, row in self.entered
        )

    @property
    def record(self) -> ChildRecord:
        """The child as DfE's rules about missing periods look at it."""
        return ChildRecord(
            registered=self.known_person,
            born_on=self.person.born_on if self.person else None,
            periods=tuple(
                MissingPeriod(starts_on=row.starts_on, ends_on=row.ends_on) for row in self.missing
            ),
            care=self.spells,
            placements=tuple(
                PlacementSpell(starts_on=row.starts_on, ends_on=row.ends_on)
                for row in self.placements
            ),
        )


def began_on(period: CarePeriod, row: CareRow) -> date:
    """Return when a period of care began, which may be before its first episode in the extract."""
    first = period.first.starts_on
    return first if row.entered_on is None else min(first, row.entered_on)


def read_extract_rows(extract: Extract, parser: SsdParser) -> ExtractRows:
    """Read every row of an extract, and tell apart what is said twice."""
    person = _read(extract, SsdTable.PERSON, parser.person)
    return ExtractRows(
        person=_without_contradictions(person),
        care=_read(extract, SsdTable.CARE, parser.care),
        placement=_read(extract, SsdTable.PLACEMENT, parser.placement),
        plan=_read(extract, SsdTable.PLAN, parser.plan),
        missing=_read(extract, SsdTable.MISSING, parser.missing),
        named=frozenset(row.child for row in person.taken),
        days_only=frozenset(
            column
            for column in (START, END)
            if all(at_midnight(row.fields[column]) for row in extract.rows(SsdTable.MISSING))
        ),
    )


def children_of(rows: ExtractRows) -> Iterator[ExtractChild]:
    """Yield the children of an extract, in the order in which its tables first name them."""
    persons = {row.child: row for row in rows.person.taken}
    care, placements = _by_child(rows.care.taken), _by_child(rows.placement.taken)
    plans = _by_child(rows.plan.taken)
    absences = sorted((*rows.missing.taken, *rows.missing.repeated), key=lambda row: row.number)
    missing = _by_child(tuple(absences))
    for child in dict.fromkeys((*persons, *care, *placements, *plans, *missing)):
        joined = join_episodes(row.episode for row in care.get(child, ()))
        by_number = {row.number: row for row in care.get(child, ())}
        yield ExtractChild(
            child=child,
            person=persons.get(child),
            known_person=child in rows.named,
            care=joined,
            entered=tuple((period, by_number[period.first.number]) for period in joined.periods),
            placements=tuple(placements.get(child, ())),
            plans=tuple(plans.get(child, ())),
            missing=tuple(missing.get(child, ())),
        )


def _read(extract: Extract, table: SsdTable, parse: Callable[[TextRow], R | Refusal]) -> SsdRows[R]:
    taken: dict[str, R] = {}
    repeated: list[R] = []
    refused = [
        Refusal(number=row.number, code=Reason.ROW_INVALID, field="", message=row.problem)
        for row in extract.broken(table)
    ]
    for row in extract.rows(table):
        read = parse(row)
        if isinstance(read, Refusal):
            refused.append(read)
            continue
        fact = _fact(read)
        if fact in taken:
            repeated.append(read)
        else:
            taken[fact] = read
    return SsdRows(taken=tuple(taken.values()), repeated=tuple(repeated), refused=tuple(refused))


def _fact(row: PersonRow | CareRow | PlacementRow | PlanRow | MissingRow) -> str:
    """Return what a row says, without its number; fields that a message never has do not count."""
    if isinstance(row, CareRow):
        return repr((row.child, replace(row.episode, number=0, flaws=()), row.entered_on))
    if isinstance(row, PersonRow):
        return repr((row.child, row.said.content))
    if isinstance(row, MissingRow):
        return repr((row.child, row.classification, row.start, row.end))
    return repr((row.child, replace(row, number=0, flaws=())))


def _without_contradictions(persons: SsdRows[PersonRow]) -> SsdRows[PersonRow]:
    """Return persons without those of whom two rows say different things: neither is sure."""
    times = Counter(row.child for row in persons.taken)
    refused = tuple(
        Refusal(
            number=row.number,
            code=Reason.SUBJECT_MISMATCH,
            field="pers_person_id",
            message=TWO_CHILDREN,
        )
        for row in (*persons.taken, *persons.repeated)
        if times[row.child] > 1
    )
    return SsdRows(
        taken=tuple(row for row in persons.taken if times[row.child] == 1),
        repeated=tuple(row for row in persons.repeated if times[row.child] == 1),
        refused=persons.refused + refused,
    )


def _by_child(rows: tuple[R, ...]) -> dict[str, list[R]]:
    grouped: dict[str, list[R]] = {}
    for row in rows:
        grouped.setdefault(row.child, []).append(row)
    return grouped
