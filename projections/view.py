"""A view that can be asked: its figures and dimensions as SQL over rows that it selects."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import Composable

from domain.views import DimensionAbout, FigureAbout, ViewAbout, ViewQuery, ViewRow
from projections.relation import Relation
from projections.standpoint import Standpoint

# The moments at which a stock is taken: for the rows of a view without a day.
PERIODS: Final[LiteralString] = (
    "unnest(%(labels)s::text[], %(instants)s::timestamptz[]) AS periods (label, boundary)"
)
OF_DAY: dict[str, LiteralString] = {
    "month": "to_char({day}, 'YYYY-MM')",
    # Three months on, the calendar year is the one in which the reporting year ends, less 1.
    "reporting_year": "to_char({day} + INTERVAL '9 months', 'YYYY')",
}
_OF_PERIOD: Final = {
    "month": "Month of the London date, YYYY-MM.",
    "reporting_year": "1 April to 31 March, named by its end.",
}


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """A dimension; sql: an expression over the view's rows that gives text, never NULL."""

    name: str
    text: str
    sql: LiteralString


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure; sql: an aggregate over the view's rows in one world, which `{world}` stands for.

    It may give NULL: a rate without a denominator. unit, source: see `FigureAbout`.
    """

    name: str
    title: str
    definition: str
    unit: str
    source: str
    sql: LiteralString


@dataclass(frozen=True, kw_only=True)
class Registered:
    """Whom the hub expects to hear from today, so that the silent are rows and not gaps.

    areas: the region of each authority's three-digit number. publishers: their identifiers.
    """

    areas: Mapping[str, str]
    publishers: Sequence[str]


# Selects the rows of a view as they stood; values at hand: build, position, now, source, first,
# last; areas, area_regions and publishers (text[], of `Registered`); for a stock labels, instants.
Rows = Callable[[Standpoint, ViewQuery], Composable]
# Gives the rows of an answer that no single aggregate can give.
Compute = Callable[[Connection[TupleRow], Standpoint, ViewQuery], Iterable[ViewRow]]


@dataclass(frozen=True, kw_only=True)
class View:
    """Something that can be asked, with its definition and where its rule comes from.

    relations: stored relations without which there is no answer. rows: must give `world`, and
    `findings` (codes joined by commas) if has_findings. day: the London date that puts a row into a
    period; None: a stock, whose rows select from PERIODS and give `label`. compute: instead of
    rows. restricted, notes: see `ViewAbout`. together: figures of which none is shown without the
    others.
    """

    name: str
    title: str
    definition: str
    source: str
    figures: tuple[Figure, ...]
    dimensions: tuple[Dimension, ...]
    relations: tuple[Relation, ...] = ()
    rows: Rows | None = None
    day: LiteralString | None = None
    compute: Compute | None = None
    has_findings: bool = False
    restricted: bool = False
    notes: tuple[str, ...] = ()
    together: frozenset[str] = frozenset()

    @property
    def about(self) -> ViewAbout:
        """What the view says of itself."""
        periods = tuple(_OF_PERIOD.items()) if self.rows is not None else ()
        own = tuple((each.name, each.text) for each in self.dimensions)
        return ViewAbout(
            name=self.name,
            title=self.title,
            definition=self.definition,
            source=self.source,
            figures=tuple(
                FigureAbout(
                    name=each.name,
                    title=each.title,
                    definition=each.definition,
                    unit=each.unit,
                    source=each.source,
                )
                for each in self.figures
            ),
            dimensions=tuple(DimensionAbout(name=name, text=text) for name, text in periods + own),
            stock=self.rows is not None and self.day is None,
            restricted=self.restricted,
            notes=self.notes,
        )
