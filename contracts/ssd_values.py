"""Reads the fields of a Standard Safeguarding Dataset row: children, days, moments, interviews."""

import re
from datetime import date, datetime
from typing import Final

from contracts.delimited import TextRow
from contracts.local_times import Moment, TimeProblem, read_day, read_moment
from contracts.reasons import Reason
from contracts.refused_rows import (
    INTERVIEW_UNDATED,
    LEAPT_OVER,
    TIME_AMBIGUOUS,
    TIME_NEVER_WAS,
    refused,
)
from contracts.ssda903_parsing import END_BEFORE_START, LONGEST_CHILD
from contracts.ssda903_rows import Flaw
from domain.facts import earliest
from domain.identifiers import is_reference
from domain.periods import London

# Databases write moments like these; the one with a name is what SQL Server makes of it as text.
FORMATS: Final = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S%z",
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%b %d %Y %I:%M%p",
    "%Y-%m-%d",
    "%d/%m/%Y",
)
_YES: Final = ("Y", "YES")
_NO: Final = ("N", "NO")
INTERVIEW: Final = ("miss_missing_rhi_offered", "miss_missing_rhi_accepted")
NO_MOMENT: Final = "The field is not a day or time of the calendar."

_FRACTION: Final = re.compile(r"(:[0-9]{2})\.[0-9]{1,9}")


def child_of(row: TextRow, column: str) -> str:
    """Return the authority's own reference of a child. Raises RefusedRowError."""
    child = row.fields[column]
    if len(child) <= LONGEST_CHILD and is_reference(child):
        return child
    says = (
        f"The reference of the child is longer than {LONGEST_CHILD} characters, or has others than "
        "letters, digits and . _ : / -"
    )
    problem = says if child else "There is no child."
    raise refused(row.number, Reason.ROW_INVALID, column, problem)


def day_of(text: str) -> date | None:
    """Return the day of a text that may have hours behind it; None if it is none."""
    return read_day(_FRACTION.sub(r"\1", text), FORMATS) if text else None


def start_of(row: TextRow, column: str) -> date:
    """Return the day on which something began. Raises RefusedRowError."""
    found = day_of(row.fields[column])
    if found is None:
        message = "The start is not a day of the calendar."
        raise refused(row.number, Reason.DATE_INVALID, column, message)
    return found


def end_of(row: TextRow, column: str) -> date | None:
    """Return the day on which something ended; None if it has not. Raises RefusedRowError."""
    found = day_of(row.fields[column])
    if found is None and row.fields[column]:
        message = "The end is not a day of the calendar."
        raise refused(row.number, Reason.DATE_INVALID, column, message)
    return found


def moment_of(
    row: TextRow,
    column: str,
    *,
    code: str,
    after: Moment | None,
    flaws: list[Flaw],
) -> Moment:
    """Return the day or the instant of a field. Raises RefusedRowError, with a code if it is none.

    A time of 00:00 is what databases make of a day: it is taken as no time. after: what came before
    it: of two instants of which the clock showed the same time, the first is taken, or the second
    if only that comes after; either is noted in `flaws`.
    """
    text = _FRACTION.sub(r"\1", row.fields[column])
    day = day_of(text) if at_midnight(text) else None
    if day is not None:
        return Moment(when=day)
    found = read_moment(text, FORMATS, London)
    if found is TimeProblem.NEVER_WAS:
        raise refused(row.number, TIME_NEVER_WAS, column, LEAPT_OVER)
    if isinstance(found, TimeProblem):
        raise refused(row.number, code, column, NO_MOMENT)
    if found.second is None:
        return found
    flaws.append(Flaw(code=TIME_AMBIGUOUS, field=column))
    early = after is not None and earliest(found.when) < earliest(after.when)
    return Moment(when=found.second if early else found.when)


def at_midnight(text: str) -> bool:
    """Return whether a text is a day, or a moment at 00:00; what is neither does not count."""
    plain_text = _FRACTION.sub(r"\1", text)
    for form in FORMATS:
        try:
            read = datetime.strptime(plain_text, form)  # noqa: DTZ007 - only its time is looked at
        except ValueError:
            continue
        return read.utcoffset() is None and (read.hour, read.minute, read.second) == (0, 0, 0)
    return True


def london_text(moment: Moment) -> str:
    """Return the form that messages carry, by the clock of London: it begins with the day there."""
    if not isinstance(moment.when, datetime):
        return moment.text
    return moment.when.astimezone(London).isoformat(timespec="seconds")


def reversed_days(starts_on: date, ends_on: date | None, column: str) -> tuple[Flaw, ...]:
    """Note an end before its start."""
    wrong = ends_on is not None and ends_on < starts_on
    return (Flaw(code=END_BEFORE_START, field=column),) if wrong else ()


def interview_answers(row: TextRow) -> tuple[bool, bool]:
    """Return whether a return interview is said to have been offered, and then declined."""
    offered, accepted = (row.fields[column].upper() for column in INTERVIEW)
    return offered in _YES, offered in _YES and accepted in _NO


def interview_flaws(row: TextRow) -> tuple[Flaw, ...]:
    """Note what is said of the return interview without the day on which it was so."""
    flaws = []
    for column in INTERVIEW:
        word = row.fields[column].upper()
        if word in _YES:
            flaws.append(Flaw(code=INTERVIEW_UNDATED, field=column))
        elif word not in (*_NO, "", "NA", "N/A"):
            flaws.append(Flaw(code=Reason.CODE_UNKNOWN, field=column))
    return tuple(flaws)
