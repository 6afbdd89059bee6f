"""What may be shown of a count: the one place that turns true counts into published figures."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# A change of any rule below changes this version; every release names the one it was made under.
RULE_BOOK_VERSION: Final = "rounded-to-10.1"

# DfE rounds national and regional figures to 10; a smaller count is not shown at all.
ROUNDING_BASE: Final = 10
SMALLEST_SHOWN: Final = 10


class Symbol(StrEnum):
    """What stands where no number does, in the symbols of the government's statistical service."""

    CONFIDENTIAL = "c"
    NOT_AVAILABLE = "x"
    NOT_APPLICABLE = "z"


@dataclass(frozen=True, kw_only=True)
class Published:
    """A figure as the public sees it: a protected number, or the symbol in its place.

    Exactly one of the two is there. A number that no rule can have produced raises ValueError,
    so that a true count cannot pass for a published one.
    """

    number: int | None = None
    symbol: Symbol | None = None

    def __post_init__(self) -> None:
        """Raise ValueError unless this is a rounded number or a symbol."""
        if (self.number is None) == (self.symbol is None):
            raise ValueError("A published figure is either a number or a symbol.")
        if self.number is not None and (
            self.number < SMALLEST_SHOWN or self.number % ROUNDING_BASE
        ):
            raise ValueError("This number was not made by the rule book.")


def publish_rounded(count: int) -> Published:
    """Return a count to the nearest 10, a 5 upwards; `c` if it is below 10 before or after.

    A true zero is `c` too: whether nobody or somebody went missing is not told. Raises
    ValueError if the count is below zero.
    """
    if count < 0:
        raise ValueError("A count is not below zero.")
    rounded = (count + ROUNDING_BASE // 2) // ROUNDING_BASE * ROUNDING_BASE
    if min(count, rounded) < SMALLEST_SHOWN:
        return Published(symbol=Symbol.CONFIDENTIAL)
    return Published(number=rounded)
