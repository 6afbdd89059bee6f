"""What can be asked of a view, and what each answer carries."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.measures import Coverage, Source


@dataclass(frozen=True, kw_only=True)
class DimensionAbout:
    """A dimension of a view: its name and what its values mean."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class FigureAbout:
    """A figure of a view.

    unit: what one is. source: the rule's origin (¶: founding report; ours: to be confirmed).
    """

    name: str
    title: str
    definition: str
    unit: str
    source: str


@dataclass(frozen=True, kw_only=True)
class ViewAbout:
    """What a view answers, by what, and what must be known to read it.

    stock: figures stand at a moment, the end of the period asked for, instead of belonging to a
    period. restricted: it may name homes or single children. notes: stated with every answer.
    """

    name: str
    title: str
    definition: str
    source: str
    figures: tuple[FigureAbout, ...]
    dimensions: tuple[DimensionAbout, ...]
    stock: bool
    restricted: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ViewQuery:
    """A question for the figures of a view.

    by: dimensions, in the order of the answer's columns. figures: empty: all of them. first_day,
    last_day: London dates, both inclusive; None: open. as_of: a ledger position, or the end of a
    London date; None: now. where: dimensions with the one value that each shall have.
    definition_version: the answer must be made under it; None: whichever the hub runs.
    """

    view: str
    by: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    as_of: int | date | None = None
    source: Source = Source.NATIONAL
    where: tuple[tuple[str, str], ...] = ()
    definition_version: str | None = None


@dataclass(frozen=True, kw_only=True)
class ViewRow:
    """One figure of one cell, and its range.

    dimensions: values in the order of the question. value: as decided; None: it cannot be said,
    such as a rate without a denominator. low, high: the range to what it would be if everything in
    review were linked.
    """

    dimensions: tuple[str, ...]
    figure: str
    value: int | float | None
    low: int | float | None
    high: int | float | None


@dataclass(frozen=True, kw_only=True)
class ViewAnswer:
    """Figures as they stood at one ledger position; rows by cell, then in the view's own order."""

    query: ViewQuery
    about: ViewAbout
    as_of_position: int
    as_of_time: datetime | None
    definition_version: str
    rows: tuple[ViewRow, ...]
    coverage: Coverage
