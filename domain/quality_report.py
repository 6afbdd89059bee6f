"""The answer to how good a publisher's data are, beside the median of its kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from domain.identifiers import PublisherId
from domain.periods import Month, closed_on, months_between
from domain.quality_figures import Figures


@dataclass(frozen=True, kw_only=True)
class QualityQuery:
    """Whose data are asked about, and for which months of occurrence; None: no limit."""

    publisher: PublisherId
    first: Month | None = None
    last: Month | None = None


@dataclass(frozen=True, kw_only=True)
class Volume:
    """Events of one type that happened in one month. national: median of those who sent any."""

    month: str
    type: str
    events: int
    national: float | None


@dataclass(frozen=True, kw_only=True)
class DeclaredPeriod:
    """A period that the publisher declared complete, both days inside it.

    rows_sent: as declared. received: messages accepted that the publisher recorded in it.
    """

    from_date: date
    to_date: date
    rows_sent: int
    received: int


@dataclass(frozen=True, kw_only=True)
class QualityAnswer:
    """How good a publisher's data are.

    others: every publisher of the same kind that was heard, it included. undeclared: from its
    first month with an episode. silent_from: when it counts as silent, by its own rhythm.
    """

    query: QualityQuery
    as_of_position: int
    as_of_time: datetime | None
    definition_version: str
    figures: Figures
    others: Mapping[str, Figures]
    volumes: tuple[Volume, ...]
    declared: tuple[DeclaredPeriod, ...]
    undeclared: tuple[Month, ...]
    last_heard: datetime | None
    silent_from: datetime | None


def undeclared_months(
    first: Month, today: date, declared: tuple[DeclaredPeriod, ...]
) -> tuple[Month, ...]:
    """Return the closed months from the first heard one that no declared period covers whole.

    today: a London date. Periods may cover a month between them.
    """
    days = sorted((each.from_date, each.to_date) for each in declared)
    return tuple(
        month
        for month in months_between(first, Month.of(today))
        if closed_on(month) < today and not _covers(days, month)
    )


def _covers(days: list[tuple[date, date]], month: Month) -> bool:
    reached = month.starts_on.toordinal()
    for begin, end in days:
        if begin.toordinal() <= reached <= end.toordinal():
            reached = end.toordinal() + 1
    return reached > month.ends_on.toordinal()
