"""Turns the fields of an SSDA903 row into a typed row, or says why it cannot be taken."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.reasons import Reason
from contracts.ssda903_rows import EpisodeRow, Flaw, HeaderRow, MissingRow, Refusal, UascRow
from contracts.ssda903_tables import Row
from domain.codes import CodeList, valid_between
from domain.identifiers import is_reference, normalise_postcode, normalise_upn, upn_problem
from domain.missing_periods import MissingEntry, Unread
from domain.periods import ReportingYear
from domain.rules import entry_findings
from domain.vocabulary import Classification, Sex

# Room for the kind and the date that a reference to an episode or a placement adds.
LONGEST_CHILD: Final = 40

# The codes of either generation are understood in every year, since each means one thing only; that
# a year does not have one of them is a finding.
SEXES: Final[Mapping[str, Sex]] = {
    "1": Sex.MALE,
    "2": Sex.FEMALE,
    "M": Sex.MALE,
    "F": Sex.FEMALE,
    "U": Sex.UNKNOWN,
}
KINDS: Final[Mapping[str, Classification]] = {
    "M": Classification.MISSING_FROM_CARE,
    "A": Classification.AWAY,
}
CONTINUES: Final = "X1"

# DfE's numbers of the rules about a single field.
SEX_INVALID: Final = "101"
BIRTH_DATE_INVALID: Final = "102"
ETHNICITY_INVALID: Final = "103"
START_INVALID: Final = "141"
END_INVALID: Final = "147"
UPN_INVALID: Final = "168"
END_BEFORE_START: Final = "356"
# P2 is no placement from 28 October 2023; one that ends on that day is in order.
INDEPENDENT_AFTER: Final = "217t"
INDEPENDENT: Final = "P2"
INDEPENDENT_UNTIL: Final = date(2023, 10, 28)

_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/((?:19|20)[0-9]{2})")
_UPN_UNKNOWN = re.compile(r"UN[1-5]")


@dataclass(frozen=True, kw_only=True)
class CodeField:
    """A column that holds a code: its list, and DfE's number of the rule that it must be in it."""

    column: str
    code_list: str
    rule: str


NEW_REASON: Final = CodeField(column="RNE", code_list="rne", rule="143")
LEGAL_STATUS: Final = CodeField(column="LS", code_list="legal_status", rule="144")
PLACEMENT: Final = CodeField(column="PLACE", code_list="placement_type", rule="146")
CEASED_REASON: Final = CodeField(column="REC", code_list="reason_episode_ceased", rule="149")
PROVIDER: Final = CodeField(column="PLACE_PROVIDER", code_list="placement_provider", rule="178")
CHANGE_REASON: Final = CodeField(
    column="REASON_PLACE_CHANGE", code_list="reason_place_change", rule="1009"
)
SEX: Final = CodeField(column="SEX", code_list="sex", rule=SEX_INVALID)
ETHNICITY: Final = CodeField(column="ETHNIC", code_list="ethnicity", rule=ETHNICITY_INVALID)


@dataclass(frozen=True, kw_only=True)
class RowParser:
    """Reads rows by the code lists of the collection year that the return is for."""

    year: ReportingYear
    code_lists: Mapping[str, CodeList]

    def header(self, row: Row) -> HeaderRow | Refusal:
        """Read a row of the Header; all but the reference of the child may be wanting."""
        child = read_child(row)
        if isinstance(child, Refusal):
            return child
        sex, born_on = SEXES.get(row.fields["SEX"].upper()), read_date(row.fields["DOB"])
        ethnicity = self.code(row, ETHNICITY, self.year.starts_on)
        upn = normalise_upn(row.fields["UPN"])
        upn_known = upn != "" and not _UPN_UNKNOWN.fullmatch(upn)
        upn_valid = upn_known and upn_problem(upn) is None
        checks = (
            (self.code(row, SEX, self.year.starts_on) is None, SEX_INVALID, "SEX"),
            (isinstance(born_on, Unread), BIRTH_DATE_INVALID, "DOB"),
            (ethnicity is None, ETHNICITY_INVALID, "ETHNIC"),
            (upn_known and not upn_valid, UPN_INVALID, "UPN"),
        )
        return HeaderRow(
            number=row.number,
            child=child,
            sex=sex,
            born_on=_date_or_none(born_on),
            ethnicity=ethnicity,
            upn=upn if upn_valid else None,
            flaws=tuple(Flaw(code=code, field=column) for broken, code, column in checks if broken),
        )

    def episode(self, row: Row) -> EpisodeRow | Refusal:
        """Read a row of Episodes; it needs a child and a start, and no end that is not a date."""
        child = read_child(row)
        if isinstance(child, Refusal):
            return child
        starts_on, ends_on = read_date(row.fields["DECOM"]), read_date(row.fields["DEC"])
        if starts_on is Unread.BLANK:
            return _refuse(row, Reason.ROW_INVALID, "DECOM", "The episode has no start.")
        if isinstance(starts_on, Unread):
            return _refuse(row, START_INVALID, "DECOM", "The start is not a date, as 31/03/2018.")
        if ends_on is Unread.INVALID:
            return _refuse(row, END_INVALID, "DEC", "The end is not a date, as 31/03/2018.")
        ceased_code = row.fields["REC"].upper()
        ended = _date_or_none(ends_on)
        return EpisodeRow(
            number=row.number,
            child=child,
            starts_on=starts_on,
            ends_on=ended,
            new_reason=self.code(row, NEW_REASON, starts_on),
            legal_status=self.code(row, LEGAL_STATUS, starts_on),
            placement_type=self.code(row, PLACEMENT, starts_on),
            provider=self.code(row, PROVIDER, starts_on),
            ceased=ceased_code != CONTINUES if ceased_code else None,
            ceased_reason=self.code(row, CEASED_REASON, starts_on),
            change_reason=self.code(row, CHANGE_REASON, starts_on),
            home_postcode=normalise_postcode(row.fields["HOME_POST"]),
            flaws=(*self._code_flaws(row, starts_on, ended), *_order_flaws(starts_on, ended)),
        )

    def missing(self, row: Row) -> MissingRow | Refusal:
        """Read a row of Missing; DfE's rules say when it is no period."""
        child = read_child(row)
        if isinstance(child, Refusal):
            return child
        kind_code = row.fields["MISSING"].upper()
        kind = KINDS.get(kind_code, Unread.INVALID if kind_code else Unread.BLANK)
        starts_on, ends_on = read_date(row.fields["MIS_START"]), read_date(row.fields["MIS_END"])
        broken = entry_findings(MissingEntry(kind=kind, starts_on=starts_on, ends_on=ends_on))
        if broken or isinstance(kind, Unread) or isinstance(starts_on, Unread):
            first, *others = broken
            also = tuple(Flaw(code=rule.code, field=rule.field) for rule in others)
            return _refuse(row, first.code, first.field, first.says, also)
        born_on = read_date(row.fields["DOB"])
        birth_flaw = Flaw(code=Reason.DATE_INVALID, field="DOB")
        return MissingRow(
            number=row.number,
            child=child,
            kind=kind,
            starts_on=starts_on,
            ends_on=_date_or_none(ends_on),
            born_on=_date_or_none(born_on),
            flaws=(birth_flaw,) if born_on is Unread.INVALID else (),
        )

    def uasc(self, row: Row) -> UascRow | Refusal:
        """Read a row of UASC, of which only the child is taken."""
        child = read_child(row)
        return child if isinstance(child, Refusal) else UascRow(number=row.number, child=child)

    def code(self, row: Row, field: CodeField, began_on: date) -> str | None:
        """Return a code that was valid on some day from its fact to the end of the year; else None.

        A code that has left its list since is still right for what was recorded under it.
        """
        code = row.fields[field.column].upper()
        return code if self.listed(field, code, began_on) else None

    def listed(self, field: CodeField, code: str, began_on: date) -> bool:
        """Return whether a return of this year may carry a code for what began on a day."""
        last = max(began_on, self.year.ends_on)
        return valid_between(self.code_lists[field.code_list], code, began_on, last)

    def _code_flaws(self, row: Row, starts_on: date, ends_on: date | None) -> tuple[Flaw, ...]:
        fields = (NEW_REASON, LEGAL_STATUS, PLACEMENT, PROVIDER, CEASED_REASON, CHANGE_REASON)
        flaws = [
            Flaw(code=field.rule, field=field.column)
            for field in fields
            if row.fields[field.column] and self.code(row, field, starts_on) is None
        ]
        last = max(starts_on, ends_on or self.year.ends_on)
        if row.fields[PLACEMENT.column].upper() == INDEPENDENT and last > INDEPENDENT_UNTIL:
            flaws = [flaw for flaw in flaws if flaw.field != PLACEMENT.column]
            flaws.append(Flaw(code=INDEPENDENT_AFTER, field=PLACEMENT.column))
        return tuple(flaws)


def read_child(row: Row) -> str | Refusal:
    """Return the publisher's own reference of a child, or why it cannot serve as one."""
    child = row.fields["CHILD"]
    if len(child) <= LONGEST_CHILD and is_reference(child):
        return child
    says = (
        f"The reference of the child is longer than {LONGEST_CHILD} characters, or has others than "
        "letters, digits and . _ : / -"
    )
    return _refuse(row, Reason.ROW_INVALID, "CHILD", says if child else "There is no child.")


def read_date(text: str) -> date | Unread:
    """Return a date written dd/mm/yyyy, of the years 1900 to 2099."""
    if not text:
        return Unread.BLANK
    match = _DATE.fullmatch(text)
    if match is None:
        return Unread.INVALID
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return Unread.INVALID


def _date_or_none(value: date | Unread) -> date | None:
    return None if isinstance(value, Unread) else value


def _order_flaws(starts_on: date, ends_on: date | None) -> tuple[Flaw, ...]:
    reversed_dates = ends_on is not None and ends_on < starts_on
    return (Flaw(code=END_BEFORE_START, field="DECOM"),) if reversed_dates else ()


def _refuse(row: Row, code: str, field: str, message: str, also: tuple[Flaw, ...] = ()) -> Refusal:
    return Refusal(number=row.number, code=code, field=field, message=message, also=also)
