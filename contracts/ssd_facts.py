"""The facts of a Standard Safeguarding Dataset extract, as rows to compare with earlier ones."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.returned_care import CARE, PLACEMENT, PLAN
from contracts.returned_children import CHILD, ChildWriter
from contracts.returned_rows import REASON, KnownRow, Place, ReturnedRow, Value
from contracts.ssd_children import ExtractChild, began_on
from contracts.ssd_rows import MissingRow, PersonRow, PlacementRow, PlanRow
from contracts.ssd_tables import SsdTable
from contracts.ssda903_care import CarePeriod
from domain.codes import CodeList, valid_between
from domain.identifiers import publisher_area
from domain.missing_periods import continuous_care, in_care
from domain.vocabulary import Classification

# Every word for missing is one kind, so that a better word for the same absence corrects it.
KIND_LETTERS: Final = {Classification.MISSING: "M", Classification.AWAY: "A"}
ASKS: Final = frozenset(kind.value for kind in KIND_LETTERS)


@dataclass(frozen=True, kw_only=True)
class SsdFact:
    """One fact. first, last: the rows of the table that tell of its start and its end.

    person, absence: the row itself, where messages tell more of it than is compared.
    """

    row: ReturnedRow
    table: SsdTable
    first: int
    last: int
    person: PersonRow | None = None
    absence: MissingRow | None = None


@dataclass(frozen=True, kw_only=True)
class SsdFactReader:
    """Turns what an extract says about a child into facts.

    files: the name of the file of each table. known: remembered registrations, by child.
    """

    writer: ChildWriter
    placement_types: CodeList
    files: Mapping[SsdTable, str]
    known: Mapping[str, KnownRow]

    def facts(self, child: ExtractChild) -> Iterator[SsdFact]:
        """Yield the facts about one child."""
        if child.person is not None:
            yield self._registration(child.person)
        for period, row in child.entered:
            said = row.entered_on is not None or period.first.new_reason == "S"
            yield self._care(child.child, period, began_on(period, row), continues=not said)
        for placement in child.placements:
            yield self._placement(placement)
        for plan in child.plans:
            yield self._plan(plan)
        # A row that says the same again is the same fact; the first of them stands for it.
        absences = {
            (row.classification, row.start, row.end): row for row in reversed(child.missing)
        }
        for absence in absences.values():
            yield self._absence(child, absence)

    def _registration(self, person: PersonRow) -> SsdFact:
        place = self._place(SsdTable.PERSON, person.number)
        row = self.writer.row(person.child, person.said, place, self.known.get(person.child))
        number = person.number
        return SsdFact(row=row, table=SsdTable.PERSON, first=number, last=number, person=person)

    def _care(self, child: str, period: CarePeriod, starts_on: date, *, continues: bool) -> SsdFact:
        first, last = period.first, period.last
        end = last.ends_on if period.ended else None
        row = ReturnedRow(
            child=child,
            kind=CARE,
            stem=child,
            start=starts_on.isoformat(),
            end=_text(end),
            attributes=_known(**{REASON: last.ceased_reason if end else None}),
            place=self._place(SsdTable.CARE, first.number),
            continues=continues,
        )
        return SsdFact(row=row, table=SsdTable.CARE, first=first.number, last=last.number)

    def _placement(self, placement: PlacementRow) -> SsdFact:
        row = ReturnedRow(
            child=placement.child,
            kind=PLACEMENT,
            stem=f"{placement.child}/P",
            start=placement.starts_on.isoformat(),
            end=_text(placement.ends_on),
            attributes=_known(
                placement_type=placement.placement_type,
                provider=placement.provider,
                provider_urn=placement.urn,
                reason=placement.reason if placement.ends_on else None,
            ),
            place=self._place(SsdTable.PLACEMENT, placement.number),
        )
        number = placement.number
        return SsdFact(row=row, table=SsdTable.PLACEMENT, first=number, last=number)

    def _plan(self, plan: PlanRow) -> SsdFact:
        row = ReturnedRow(
            child=plan.child,
            kind=PLAN,
            stem=f"{plan.child}/CP",
            start=plan.starts_on.isoformat(),
            end=_text(plan.ends_on),
            attributes=_known(category=plan.category.value if plan.category else None),
            place=self._place(SsdTable.PLAN, plan.number),
        )
        return SsdFact(row=row, table=SsdTable.PLAN, first=plan.number, last=plan.number)

    def _absence(self, child: ExtractChild, absence: MissingRow) -> SsdFact:
        away = absence.classification is Classification.AWAY
        kind = Classification.AWAY if away else Classification.MISSING
        looked_after = self._looked_after(child, absence.starts_on)
        authority = publisher_area(self.writer.messages.publisher)
        row = ReturnedRow(
            child=child.child,
            kind=kind.value,
            stem=f"{child.child}/{KIND_LETTERS[kind]}",
            start=absence.start,
            end=absence.end,
            attributes=_known(
                classification=absence.classification.value,
                looked_after=looked_after,
                responsible_authority=authority if looked_after else None,
                placement_type=self._placement_type(child, absence.starts_on),
            ),
            place=self._place(SsdTable.MISSING, absence.number),
        )
        number = absence.number
        return SsdFact(row=row, table=SsdTable.MISSING, first=number, last=number, absence=absence)

    def _looked_after(self, child: ExtractChild, day: date) -> bool | None:
        """Return whether a child was looked after on a day; None: the extract does not say."""
        if SsdTable.CARE in self.files:
            return in_care(continuous_care(child.spells), day)
        return True if self._placed(child, day) else None

    def _placed(self, child: ExtractChild, day: date) -> list[PlacementRow]:
        return [
            row for row in child.placements if row.starts_on <= day <= (row.ends_on or date.max)
        ]

    def _placement_type(self, child: ExtractChild, day: date) -> str | None:
        """Return the kind of placement on a day; on the day of a move, of the one moved to."""
        covering = sorted(
            self._placed(child, day), key=lambda row: (row.starts_on, row.placement_type)
        )
        code = covering[-1].placement_type if covering else None
        last = max(day, self.writer.told_on)
        known = code is not None and valid_between(self.placement_types, code, day, last)
        return code if known else None

    def _place(self, table: SsdTable, number: int) -> Place:
        return Place(file=self.files[table], row=number)


def registrations(known: Iterable[KnownRow]) -> dict[str, KnownRow]:
    """Return what is remembered of who children are, by child."""
    return {row.child: row for row in known if row.kind == CHILD}


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _known(**values: Value | None) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value is not None}
