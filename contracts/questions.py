"""The parts of a question as people write it; each is read, or refused with the choices.

Nothing here repeats in an error what was written.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Final

from domain.dimension_values import Filter, check_value
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
    listed = ", ".join(choices) or "none"
    raise UsageError(f"`{option}` is not known.{hint} Choices: {listed}.")


def dimensions(by: str | None, known: Collection[str], option: str = "by") -> tuple[str, ...]:
    """Return the dimensions, or figures, of a question, each once; None and empty: none."""
    if not by:
        return ()
    if by.count(",") >= len(known):
        raise UsageError(f"`{option}` takes each once: {', '.join(known) or 'there is none'}.")
    names = tuple(choice(option, name.strip(), known) for name in by.split(","))
    if len(set(names)) < len(names):
        raise UsageError(f"`{option}` names one twice; give each once.")
    return names


def filters(given: Mapping[str, str], known: Collection[str]) -> tuple[Filter, ...]:
    """Return the dimensions that shall have one value each, in their own order."""
    for name, value in given.items():
        check_value(choice("where", name, known), value)
    return tuple((name, given[name]) for name in known if name in given)


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


def moment(text: str | None, option: str = "as_of") -> int | date | None:
    """Return a ledger position or a date; None: none was given."""
    if text is None:
        return None
    if _POSITION.fullmatch(text) and int(text) <= LAST_POSITION:
        return int(text)
    try:
        return day(option, text)
    except UsageError:
        raise UsageError(
            f"`{option}` is neither a ledger position nor a date; write it as 1200 or as"
            " 2026-03-31."
        ) from None


def refuse_backwards(first: date | None, last: date | None) -> None:
    """Raise UsageError if the last day lies before the first."""
    if first and last and last < first:
        raise UsageError("`to` lies before `from`; give the earlier date as `from`.")
