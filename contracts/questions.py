"""The parts of a question as people write it; each is read, or refused with the choices.

Nothing here repeats in an error what was written.
"""

import re
from collections.abc import Collection
from datetime import date
from difflib import get_close_matches
from typing import Final

from domain.errors import UsageError

# PostgreSQL's bigint: no position is larger.
LAST_POSITION: Final = 2**63 - 1

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_POSITION = re.compile(r"[0-9]{1,19}")


def choice(option: str, text: str, choices: Collection[str]) -> str:
    """Return a text that is one of the choices, or raise UsageError with the nearest and all."""
    if text in choices:
        return text
    near = get_close_matches(text[:64], choices, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise UsageError(f"`{option}` is not known.{hint} Choices: {', '.join(choices)}.")


def dimensions(by: str | None, known: Collection[str]) -> tuple[str, ...]:
    """Return the dimensions of a question, each once; None and an empty text: none."""
    if not by:
        return ()
    if by.count(",") >= len(known):
        raise UsageError(f"`by` takes each dimension once: {', '.join(known)}.")
    names = tuple(choice("by", name.strip(), known) for name in by.split(","))
    if len(set(names)) < len(names):
        raise UsageError("`by` names a dimension twice; give each one once.")
    return names


def day(option: str, text: str | None) -> date | None:
    """Return a date; None: none was given."""
    if text is None:
        return None
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"`{option}` is not a date of the calendar; write it as 2026-03-31."
        ) from None


def moment(text: str | None) -> int | date | None:
    """Return a ledger position or a date; None: none was given."""
    if text is None:
        return None
    if _POSITION.fullmatch(text) and int(text) <= LAST_POSITION:
        return int(text)
    try:
        return day("as_of", text)
    except UsageError:
        raise UsageError(
            "`as_of` is neither a ledger position nor a date; write it as 1200 or as 2026-03-31."
        ) from None


def refuse_backwards(first: date | None, last: date | None) -> None:
    """Raise UsageError if the last day lies before the first."""
    if first and last and last < first:
        raise UsageError("`to` lies before `from`; give the earlier date as `from`.")
