"""Reads the fields of a row of a police export by its mapping, or says why the row cannot be."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from contracts.delimited import TextRow, column_key
from contracts.local_times import Moment, TimeProblem, has_hours, join_time, read_day, read_moment
from contracts.police_mapping import AreaColumn, Coded, DateAndTime, FileForm, WhenColumns
from contracts.police_mapping_words import area_of
from contracts.reasons import Reason
from contracts.refused_rows import (
    LEAPT_OVER,
    TIME_AMBIGUOUS,
    TIME_NEVER_WAS,
    RefusedRowError,
    refused,
)
from contracts.ssda903_rows import Flaw
from contracts.submissions import Contract
from domain.facts import earliest
from domain.identifiers import is_reference

NO_TIME: Final = "The field does not have the form of a day or time that the mapping gives."
NO_WORD: Final = "The mapping does not say what this word means: add it to the mapping."
NO_REFERENCE: Final = "There is no reference."
LONG_REFERENCE: Final = "The reference is longer than 64 characters, or begins with a sign."


@dataclass(frozen=True, kw_only=True)
class FieldReader:
    """Reads the fields of one row, and notes what is wrong with those that do not decide it."""

    row: TextRow = field(repr=False)
    form: FileForm
    contract: Contract
    flaws: list[Flaw] = field(default_factory=list)

    def text(self, column: str | None) -> str:
        """Return a field; empty if the mapping names no column for it."""
        return "" if column is None else self.row.fields.get(column_key(column), "")

    def refuse(self, code: str, column: str, message: str) -> RefusedRowError:
        """Return what says that the row cannot be taken."""
        return refused(self.row.number, code, column, message)

    def note(self, code: str, column: str) -> None:
        """Note a field that is wrong, in a row that is taken."""
        self.flaws.append(Flaw(code=code, field=column))

    def reference(self, columns: str | Sequence[str]) -> str:
        """Return a reference; other signs than those that messages take become hyphens."""
        names = (columns,) if isinstance(columns, str) else tuple(columns)
        parts = [self.text(name) for name in names]
        if not all(parts):
            empty = names[parts.index("")]
            raise self.refuse(Reason.ROW_INVALID, empty, NO_REFERENCE)
        found = "/".join(re.sub(r"[^A-Za-z0-9._:/-]", "-", part) for part in parts)
        if not is_reference(found):
            raise self.refuse(Reason.ROW_INVALID, names[0], LONG_REFERENCE)
        return found

    def moment(self, columns: WhenColumns | None, *, after: Moment | None = None) -> Moment | None:
        """Return a day or an instant; None if the field is empty.

        after: what came before it. Of two instants of which the clock showed the same time, the
        first is taken, or the second if only that comes after.
        """
        if columns is None:
            return None
        found = self._moment(columns)
        column = columns.date if isinstance(columns, DateAndTime) else columns
        if found is None:
            return None
        if found is TimeProblem.UNREADABLE:
            raise self.refuse(Reason.DATE_INVALID, column, NO_TIME)
        if found is TimeProblem.NEVER_WAS:
            raise self.refuse(TIME_NEVER_WAS, column, LEAPT_OVER)
        if found.second is None:
            return found
        self.note(TIME_AMBIGUOUS, column)
        early = after is not None and earliest(found.when) < earliest(after.when)
        return Moment(when=found.second) if early else Moment(when=found.when)

    def _moment(self, columns: WhenColumns) -> Moment | TimeProblem | None:
        if not isinstance(columns, DateAndTime):
            text = self.text(columns)
            return read_moment(text, self.form.formats, self.form.zone) if text else None
        day_text, time_text = self.text(columns.date), self.text(columns.time)
        if not day_text:
            return TimeProblem.UNREADABLE if time_text else None
        day = read_day(day_text, self._days_first())
        if day is None:
            return TimeProblem.UNREADABLE
        if not time_text:
            return Moment(when=day)
        return join_time(day, time_text, self.form.time_formats, self.form.zone)

    def day(self, column: str | None) -> date | None:
        """Return a day; None if the field is empty or holds none, which is noted."""
        text = self.text(column)
        found = read_day(text, self._days_first()) if text else None
        if text and found is None and column is not None:
            self.note(Reason.DATE_INVALID, column)
        return found

    def _days_first(self) -> list[str]:
        return sorted(self.form.formats, key=has_hours)

    def word(self, coded: Coded | None, *, decides: bool = False) -> str | None:
        """Return what the word of a field means; None if it is empty.

        decides: a word without a meaning refuses the row; else it is noted and left out.
        """
        text = self.text(coded.column) if coded else ""
        if coded is None or not text:
            return None
        found = coded.meanings.get(column_key(text))
        if found is None:
            if decides:
                raise self.refuse(Reason.CODE_UNKNOWN, coded.column, NO_WORD)
            self.note(Reason.CODE_UNKNOWN, coded.column)
        return found

    def area(self, column: AreaColumn | None) -> str | None:
        """Return the number of an authority, or SCO, NIR, WAL; what is none is noted."""
        if column is None:
            return None
        name = column.column if isinstance(column, Coded) else column
        text = self.text(name)
        meanings: Mapping[str, str] = column.meanings if isinstance(column, Coded) else {}
        found = meanings.get(column_key(text)) or area_of(text, self.contract)
        if text and found is None:
            self.note(Reason.CODE_UNKNOWN, name)
        return found
