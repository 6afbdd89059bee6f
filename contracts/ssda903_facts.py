"""The facts of an SSDA903 return, one for each thing that it tells of, as rows to compare."""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from msgspec.json import Encoder

from contracts.identity import Identity
from contracts.returned_rows import IDENTITY, Place, ReturnedRow, Value
from contracts.ssda903_care import LEGAL_STATUS_ONLY, STARTED, CarePeriod, Stay
from contracts.ssda903_children import ReturnedChild
from contracts.ssda903_rows import HeaderRow, MissingRow
from contracts.ssda903_tables import Module
from domain.codes import CodeList, valid_between
from domain.periods import ReportingYear
from domain.vocabulary import Classification, Sex

CHILD: Final = "child"
CARE: Final = "care"
PLACEMENT: Final = "placement"
KIND_LETTERS: Final = {Classification.MISSING_FROM_CARE: "M", Classification.AWAY: "A"}
# The kinds of row whose loss a publisher must explain; care and placements cannot be withdrawn.
ASKS: Final = frozenset(kind.value for kind in KIND_LETTERS)

# A child has one registration, whenever a return first had it.
_ONCE: Final = "1900-01-01"
_ENCODER: Final = Encoder(order="deterministic")


@dataclass(frozen=True, kw_only=True)
class Registration:
    """Who a child is. content: the same in canonical bytes; digest: a keyed hash of them."""

    identity: Identity = field(repr=False)
    sex: Sex | None
    ethnicity: str | None
    unaccompanied: bool
    content: bytes = field(repr=False)
    digest: str


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact. module: of its rows; first, last: the rows that tell of its start and its end."""

    row: ReturnedRow
    module: Module
    first: int
    last: int
    registration: Registration | None = None


@dataclass(frozen=True, kw_only=True)
class FactReader:
    """Turns what a return says about a child into facts.

    outside_care: rows of Missing that began while the child was not looked after. files: the name
    of the file of each module.
    """

    authority: str
    year: ReportingYear
    placement_types: CodeList
    outside_care: Set[int | None]
    files: Mapping[Module, str]
    event_key: Callable[[bytes], str]

    def facts(self, child: ReturnedChild) -> Iterator[Fact]:
        """Yield the facts about one child."""
        if child.header is not None:
            yield self._registration(child, child.header)
        for period in child.care.periods:
            yield self._care(child, period)
        for stay in child.care.stays:
            if stay.first.placement_type is not None:
                yield self._stay(child, stay, stay.first.placement_type)
        # A row that says the same again is the same fact; the first of them stands for it.
        absences = {(row.kind, row.starts_on, row.ends_on): row for row in reversed(child.missing)}
        for row in absences.values():
            yield self._absence(child, row)

    def _registration(self, child: ReturnedChild, header: HeaderRow) -> Fact:
        identity = Identity(
            birth_date=header.born_on.isoformat() if header.born_on else None,
            upn=header.upn,
            home_postcode=child.care.home_postcode,
        )
        unaccompanied = True if child.unaccompanied else None
        content = _ENCODER.encode((identity, header.sex, header.ethnicity, unaccompanied))
        registration = Registration(
            identity=identity,
            sex=header.sex,
            ethnicity=header.ethnicity,
            unaccompanied=child.unaccompanied,
            content=content,
            digest=self.event_key(content),
        )
        row = ReturnedRow(
            child=child.child,
            kind=CHILD,
            stem=f"{child.child}/registration",
            start=_ONCE,
            end=None,
            attributes={IDENTITY: registration.digest, "since": self.year.starts_on.isoformat()},
            place=self._place(child, Module.HEADER, header.number),
        )
        number = header.number
        return Fact(
            row=row, module=Module.HEADER, first=number, last=number, registration=registration
        )

    def _care(self, child: ReturnedChild, period: CarePeriod) -> Fact:
        first, last = period.first, period.last
        end = last.ends_on if period.ended else None
        row = ReturnedRow(
            child=child.child,
            kind=CARE,
            stem=child.child,
            start=first.starts_on.isoformat(),
            end=_text(end),
            attributes=_known(
                legal_status=first.legal_status, reason=last.ceased_reason if end else None
            ),
            place=self._place(child, Module.EPISODES, first.number),
            continues=first.new_reason != STARTED,
        )
        return Fact(row=row, module=Module.EPISODES, first=first.number, last=last.number)

    def _stay(self, child: ReturnedChild, stay: Stay, placement_type: str) -> Fact:
        first, last = stay.first, stay.last
        row = ReturnedRow(
            child=child.child,
            kind=PLACEMENT,
            stem=f"{child.child}/P",
            start=first.starts_on.isoformat(),
            end=_text(last.ends_on),
            attributes=_known(
                placement_type=placement_type,
                provider=first.provider,
                reason=last.change_reason if last.ends_on else None,
            ),
            place=self._place(child, Module.EPISODES, first.number),
            continues=first.new_reason == LEGAL_STATUS_ONLY,
        )
        return Fact(row=row, module=Module.EPISODES, first=first.number, last=last.number)

    def _absence(self, child: ReturnedChild, row: MissingRow) -> Fact:
        returned = ReturnedRow(
            child=child.child,
            kind=row.kind.value,
            stem=f"{child.child}/{KIND_LETTERS[row.kind]}",
            start=row.starts_on.isoformat(),
            end=_text(row.ends_on),
            attributes=_known(
                looked_after=row.number not in self.outside_care,
                responsible_authority=self.authority,
                placement_type=self._placement_type(child, row.starts_on),
            ),
            place=self._place(child, Module.MISSING, row.number),
        )
        return Fact(row=returned, module=Module.MISSING, first=row.number, last=row.number)

    def _place(self, child: ReturnedChild, module: Module, number: int) -> Place:
        return Place(file=self.files[module], row=number, subject_row=child.subject_row)

    def _placement_type(self, child: ReturnedChild, day: date) -> str | None:
        """Return the kind of placement on a day, unless its code had left the list by then."""
        code = child.care.placement_type_on(day)
        last = max(day, self.year.ends_on)
        known = code is not None and valid_between(self.placement_types, code, day, last)
        return code if known else None


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _known(**values: Value | None) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value is not None}
