"""Turns a row of list 8 into what it says of a child, or says why it cannot be taken."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from openpyxl.utils.datetime import from_excel

from contracts.annex_a_columns import Column
from contracts.annex_a_workbook import SheetRow
from contracts.identity import Identity
from contracts.local_times import FIRST_YEAR, LAST_YEAR, read_day
from contracts.police_mapping_words import area_of
from contracts.reasons import Reason
from contracts.refused_rows import RefusedRowError, refused
from contracts.returned_children import PersonSaid
from contracts.returned_rows import Value
from contracts.ssda903_parsing import LONGEST_CHILD
from contracts.ssda903_rows import Flaw, Refusal
from contracts.submissions import Contract
from domain.codes import valid_between
from domain.identifiers import is_reference
from domain.vocabulary import Sex

FORMULA_WITHOUT_RESULT: Final = "formula-without-result"
COUNT_BLANK: Final = "count-blank"
# More episodes than this in a year are a mistake: the SSDA903 schema takes 366 for a child.
MOST_EPISODES: Final = 366

DAYS: Final = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y")
_URN: Final = re.compile(r"SC[0-9]{6}|[0-9]{7}")
# What the template writes before an answer: `a) Yes`.
_LETTER: Final = re.compile(r"^[a-z]{1,2}\)\s*")
_NOTHING: Final = frozenset({"", "n/a", "na", "null", "none", "-", "#n/a", "#ref!", "#value!"})
_SEXES: Final[Mapping[str, Sex]] = {
    "male": Sex.MALE,
    "m": Sex.MALE,
    "1": Sex.MALE,
    "female": Sex.FEMALE,
    "f": Sex.FEMALE,
    "2": Sex.FEMALE,
}
# How the hub's lists of codes are called, by the column.
_LISTS: Final[Mapping[Column, str]] = {
    Column.LEGAL_STATUS: "legal_status",
    Column.CARE_END_REASON: "reason_episode_ceased",
    Column.PLACEMENT_TYPE: "placement_type",
    Column.PROVIDER: "placement_provider",
}


@dataclass(frozen=True, kw_only=True)
class ListRow:
    """What a row of list 8 says of a child; what it does not say is None.

    counts: by the field that the message has for each.
    """

    number: int
    child: str = field(repr=False)
    said: PersonSaid = field(repr=False)
    care_started: date | None
    care_ended: date | None
    care: Mapping[str, Value]
    placed: date | None
    placement: Mapping[str, Value]
    counts: Mapping[str, Value]
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, kw_only=True)
class ListParser:
    """Reads rows. ends_on: the last day of the twelve months that the list is about."""

    contract: Contract
    ends_on: date

    def read(self, row: SheetRow) -> ListRow | Refusal:
        """Read one row; it needs a child, and numbers where numbers are asked for."""
        reader = _Cells(row=row)
        try:
            return self._read(reader)
        except RefusedRowError as error:
            return error.refusal

    def _read(self, cells: "_Cells") -> ListRow:
        child = cells.child()
        missing = cells.count(Column.MISSING)
        absent = cells.count(Column.ABSENT)
        counts: dict[str, Value | None] = {
            "missing_episodes": None if missing is None else str(missing),
            "away_episodes": None if absent is None else str(absent),
            "last_interview_offered": cells.answer(Column.OFFERED),
            "last_interview_accepted": cells.answer(Column.ACCEPTED),
        }
        if missing is None:
            cells.note(COUNT_BLANK, Column.MISSING)
        care_started, placed = cells.day(Column.CARE_STARTED), cells.day(Column.PLACED)
        care_ended = cells.day(Column.CARE_ENDED)
        placement = {
            "placement_type": self._code(cells, Column.PLACEMENT_TYPE, placed),
            "provider": self._code(cells, Column.PROVIDER, placed),
            "provider_urn": cells.urn(),
            "host_authority": self._host(cells),
        }
        reason = self._code(cells, Column.CARE_END_REASON, care_ended)
        care = {
            "legal_status": self._code(cells, Column.LEGAL_STATUS, care_started),
            "reason": reason if care_ended else None,
        }
        for column in sorted(cells.row.formulas):
            cells.note(FORMULA_WITHOUT_RESULT, column)
        return ListRow(
            number=cells.row.number,
            child=child,
            said=self._person(cells),
            care_started=care_started,
            care_ended=care_ended,
            care=_known(care),
            placed=placed,
            placement=_known(placement),
            counts={} if missing is None else _known(counts),
            flaws=tuple(dict.fromkeys(cells.flaws)),
        )

    def _person(self, cells: "_Cells") -> PersonSaid:
        born_on = cells.day(Column.BORN)
        text = cells.text(Column.GENDER).casefold()
        sex = _SEXES.get(text, Sex.UNKNOWN if text else None)
        ethnicity = cells.text(Column.ETHNICITY).upper()
        known = valid_between(
            self.contract.code_lists["ethnicity"], ethnicity, self.ends_on, self.ends_on
        )
        if ethnicity and not known:
            cells.note(Reason.CODE_UNKNOWN, Column.ETHNICITY)
        return PersonSaid(
            identity=Identity(birth_date=born_on.isoformat() if born_on else None),
            sex=sex,
            ethnicity=ethnicity if known else None,
            unaccompanied=True if cells.answer(Column.UNACCOMPANIED) else None,
        )

    def _code(self, cells: "_Cells", column: Column, began_on: date | None) -> str | None:
        text = cells.text(column)
        found = re.match(r"[A-Za-z0-9]+", text)
        code = found[0].upper() if found else ""
        first = began_on or self.ends_on
        last = max(first, self.ends_on)
        if not text:
            return None
        if valid_between(self.contract.code_lists[_LISTS[column]], code, first, last):
            return code
        cells.note(Reason.CODE_UNKNOWN, column)
        return None

    def _host(self, cells: "_Cells") -> str | None:
        text = cells.text(Column.HOST)
        found = area_of(text, self.contract) if text else None
        if text and found is None:
            cells.note(Reason.CODE_UNKNOWN, Column.HOST)
        return found


@dataclass(frozen=True, kw_only=True)
class _Cells:
    """The cells of one row; what is wrong with those that do not decide it is noted."""

    row: SheetRow
    flaws: list[Flaw] = field(default_factory=list)

    def note(self, code: str, column: Column) -> None:
        self.flaws.append(Flaw(code=code, field=column.value))

    def text(self, column: Column) -> str:
        """Return a cell as text, without the letter that the template puts before an answer."""
        text = _LETTER.sub("", _plain(self.row.cells.get(column)))
        return "" if text.casefold() in _NOTHING else text

    def child(self) -> str:
        child = _plain(self.row.cells.get(Column.CHILD))
        if child and len(child) <= LONGEST_CHILD and is_reference(child):
            return child
        says = "The id of the child has other signs than letters, digits and . _ : / -, or is long."
        message = says if child else "There is no child."
        raise refused(self.row.number, Reason.ROW_INVALID, Column.CHILD.value, message)

    def count(self, column: Column) -> int | None:
        text = self.text(column)
        if not text:
            return None
        if text.isascii() and text.isdecimal() and len(text) < 4 and int(text) <= MOST_EPISODES:
            return int(text)
        message = f"This is no number of episodes, 0 to {MOST_EPISODES}."
        raise refused(self.row.number, Reason.ROW_INVALID, column.value, message)

    def answer(self, column: Column) -> bool | None:
        """Return an answer; None: it is not known, or there is none."""
        word = self.text(column).casefold()
        if word in ("yes", "y", "true", "1"):
            return True
        if word in ("no", "n", "false", "0"):
            return False
        if word and not word.startswith(("unk", "not ")):
            self.note(Reason.CODE_UNKNOWN, column)
        return None

    def day(self, column: Column) -> date | None:
        found = _day(self.row.cells.get(column))
        if found is None and self.text(column):
            self.note(Reason.DATE_INVALID, column)
        return found

    def urn(self) -> str | None:
        text = self.text(Column.URN).upper().replace(" ", "")
        if text and not _URN.fullmatch(text) and set(text) != {"X"}:
            self.note(Reason.CODE_UNKNOWN, Column.URN)
        return text if _URN.fullmatch(text) else None


def _plain(cell: Any) -> str:
    """Return a cell as text; a whole number has no decimals, whatever the workbook keeps."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if math.isfinite(cell) and cell.is_integer() else str(cell)
    return str(cell).strip()


def _day(cell: Any) -> date | None:
    """Return a day from a date, a serial number of Excel, or text; None if it is none."""
    if isinstance(cell, datetime):
        cell = cell.date()
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        try:
            found = from_excel(cell)
        except (ValueError, OverflowError, TypeError):
            return None
        cell = found.date() if isinstance(found, datetime) else None
    elif isinstance(cell, str):
        text = cell.strip()
        if re.fullmatch(r"[0-9]{5}(\.0+)?", text):
            return _day(float(text))
        cell = read_day(re.sub(r"[ T]00:00(:00)?(\.0+)?$", "", text), DAYS)
    usable = isinstance(cell, date) and FIRST_YEAR <= cell.year <= LAST_YEAR
    return cell if usable else None


def _known(values: Mapping[str, Value | None]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value is not None}


def differing(rows: Sequence[ListRow]) -> bool:
    """Return whether rows say different things of one child, its care or its placement."""
    parts = (
        [("", repr((row.said, sorted(row.counts.items())))) for row in rows],
        [(row.care_started, repr((row.care_ended, sorted(row.care.items())))) for row in rows],
        [(row.placed, repr(sorted(row.placement.items()))) for row in rows],
    )
    return any(len(set(part)) > len({key for key, _ in part}) for part in parts)
