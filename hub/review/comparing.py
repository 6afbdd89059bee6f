"""Two records side by side: what each says, and a word for how the two compare."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from unicodedata import combining, normalize

from domain.about import When
from domain.facts import SourceEpisode, earliest
from hub.linkage.records import LinkRecord

# More days say nothing at a glance.
MOST_DAYS: Final = 6
CLOSE: Final = timedelta(days=1)
_NOT_LETTERS: Final = re.compile(r"[^\w]|_")


class Mark(StrEnum):
    """How two values compare."""

    SAME = "same"
    SIMILAR = "similar"
    DIFFERS = "differs"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One field of two records, as a person reads it; empty: not known."""

    field: str
    left: str
    right: str
    mark: Mark


def compare_children(left: LinkRecord, right: LinkRecord) -> tuple[Row, ...]:
    """Return two registrations side by side."""
    return (
        _row("Forenames", left.forenames, right.forenames, alike_names),
        _row("Surname", left.surname, right.surname, alike_names),
        _row("Birth date", _text(left.birth_date), _text(right.birth_date), alike_dates),
        _row("Sex", left.sex, right.sex),
        _row("NHS number", left.nhs_number, right.nhs_number, one_slip),
        _row("UPN", left.upn, right.upn, one_slip),
        _row("Home postcode", left.postcode, right.postcode, alike_postcodes),
        Row(
            field="Days on which episodes began",
            left=_days(left.days),
            right=_days(right.days),
            mark=mark_days(left.days, right.days),
        ),
    )


def compare_accounts(left: SourceEpisode, right: SourceEpisode) -> tuple[Row, ...]:
    """Return two accounts of an absence side by side."""
    times = ("left", "last_seen", "reported", "located", "returned")
    others = (
        "looked_after",
        "responsible_authority",
        "home_authority",
        "host_authority",
        "placement_type",
    )
    return (
        _row("Source", left.source.value, right.source.value),
        _row("Counts as", left.category.value, right.category.value),
        *(_times(_named(each), getattr(left, each), getattr(right, each)) for each in times),
        *(
            _row(_named(each), _plain(getattr(left, each)), _plain(getattr(right, each)))
            for each in others
        ),
    )


def alike_names(one: str, other: str) -> bool:
    """Tell whether two names could be forms of one: a word in common, or a slip or two apart."""
    words = [set(_words(each)) for each in (one, other)]
    if words[0] & words[1]:
        return True
    plain = [" ".join(_words(each)) for each in (one, other)]
    return edits(*plain) <= (1 if min(map(len, plain)) < 5 else 2)


def alike_dates(one: str, other: str) -> bool:
    """Tell whether two ISO dates are a slip apart, or one has day and month the wrong way round."""
    swapped = f"{one[:4]}-{one[8:10]}-{one[5:7]}"
    return swapped == other or edits(one, other) <= 1


def one_slip(one: str, other: str) -> bool:
    """Tell whether two identifiers are one slip of the hand apart."""
    return edits(one, other) <= 1


def alike_postcodes(one: str, other: str) -> bool:
    """Tell whether two postcodes have the first half in common."""
    return _folded(one)[:-3] == _folded(other)[:-3]


def mark_days(one: Sequence[date], other: Sequence[date]) -> Mark:
    """Return how the days compare on which two children's episodes began."""
    if not one or not other:
        return Mark.MISSING
    if set(one) == set(other):
        return Mark.SAME
    near = any(abs(a - b) <= CLOSE for a in one for b in other)
    return Mark.SIMILAR if near else Mark.DIFFERS


def edits(one: str, other: str) -> int:
    """Return how many letters must be put in, left out, changed or swapped with their neighbour."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        row = [at]
        for there, second in enumerate(other, 1):
            cost = min(last[there] + 1, row[there - 1] + 1, last[there - 1] + (letter != second))
            if before and there > 1 and one[at - 2] == second and letter == other[there - 2]:
                cost = min(cost, before[there - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def _row(
    name: str,
    left: str | None,
    right: str | None,
    alike: Callable[[str, str], bool] = lambda _one, _other: False,
) -> Row:
    if not left or not right:
        mark = Mark.MISSING
    elif _folded(left) == _folded(right):
        mark = Mark.SAME
    else:
        mark = Mark.SIMILAR if alike(left, right) else Mark.DIFFERS
    return Row(field=name, left=left or "", right=right or "", mark=mark)


def _times(name: str, left: When | None, right: When | None) -> Row:
    row = _row(name, _text(left), _text(right))
    if left is None or right is None or row.mark is Mark.SAME:
        return row
    near = abs(earliest(left) - earliest(right)) <= CLOSE
    mark = Mark.SIMILAR if near else Mark.DIFFERS
    return Row(field=name, left=row.left, right=row.right, mark=mark)


def _words(text: str) -> list[str]:
    return [_folded(each) for each in re.split(r"[\s\-]+", text) if _folded(each)]


def _folded(text: str) -> str:
    letters = (each for each in normalize("NFKD", text.casefold()) if not combining(each))
    return _NOT_LETTERS.sub("", "".join(letters))


def _text(when: date | datetime | None) -> str | None:
    if isinstance(when, datetime):
        return when.strftime("%Y-%m-%d %H:%M UTC")
    return None if when is None else when.isoformat()


def _plain(value: object) -> str | None:
    if value is None:
        return None
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _named(attribute: str) -> str:
    return attribute.replace("_", " ").capitalize()


def _days(days: Sequence[date]) -> str:
    shown = ", ".join(each.isoformat() for each in days[-MOST_DAYS:])
    rest = len(days) - MOST_DAYS
    return f"{shown}, and {rest} earlier" if rest > 0 else shown
