"""Reads what was stored under a name that is no longer written, as what is written today.

A stored type never changes its meaning. A new meaning is a new type, and a step from the old one
to it: plain JSON to plain JSON, so that the class of the old type can go. Steps make chains, and a
chain ends at a type that is written today. Old bytes and their hashes stay as they are.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Values = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """How the fields of one stored type become those of the next.

    change: must not alter what it is given, and needs nothing but it: no clock, no lookup.
    """

    old: str
    new: str
    change: Callable[[Values], Values]


class Upcasters:
    """The steps from every stored type that is no longer written."""

    def __init__(self, steps: Iterable[Step]) -> None:
        """Take the steps. Raises ValueError if one type has two, or if a chain has no end."""
        self._steps: Mapping[str, Step] = _by_old(tuple(steps))
        for old in self._steps:
            self._chain(old)

    @property
    def types(self) -> frozenset[str]:
        """The stored types that are read, but not written any more."""
        return frozenset(self._steps)

    def present(self, stored_type: str, values: Values) -> tuple[str, Values]:
        """Return the type of today and its fields; a type without a step as it is."""
        for step in self._chain(stored_type):
            stored_type, values = step.new, step.change(values)
        return stored_type, values

    def _chain(self, stored_type: str) -> tuple[Step, ...]:
        chain: list[Step] = []
        while stored_type in self._steps:
            chain.append(self._steps[stored_type])
            stored_type = chain[-1].new
            if len(chain) > len(self._steps):
                raise ValueError(f"the steps from {chain[0].old} lead back to where they began")
        return tuple(chain)


def _by_old(steps: tuple[Step, ...]) -> dict[str, Step]:
    found = {step.old: step for step in steps}
    if len(found) < len(steps):
        raise ValueError("two steps begin at the same stored type")
    return found


# Nothing that was ever stored has been superseded yet.
UPCASTERS: Final = Upcasters(())
