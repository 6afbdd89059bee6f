"""Counts as the hub would answer them, for tests of releases."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from contracts.feed import Release
from contracts.register import read_register
from domain.geography import UNKNOWN_AREA
from domain.measures import DEFINITION_VERSION, CountRow, CountsAnswer, CountsQuery, Coverage
from domain.periods import Month
from hub.release.build import ReleaseResult, release_month
from hub.release.figures import provisional_release

MARCH: Final = Month(year=2026, number=3)
APRIL: Final = Month(year=2026, number=4)
LATER: Final = date(2026, 7, 1)
REGISTER: Final = read_register()
POSITION: Final = 130_571

# England, then the regions in the order of the register. No number is a multiple of 10 or the
# rounded form of another, so that a true count cannot hide in a published file.
TRUE_COUNTS: Final = {
    "missing_incidents": (6643, (1237, 1293, 551, 392, 489, 612, 1296, 853, 458)),
    "missing_children": (2573, (181, 482, 232, 173, 259, 251, 437, 381, 203)),
    "away_incidents": (738, (7, 131, 53, 32, 8, 18, 337, 134, 16)),
    "away_children": (341, (5, 61, 26, 14, 6, 12, 129, 62, 11)),
}


@dataclass(kw_only=True)
class FakeCounts:
    """Answers every question from a table, and keeps the questions."""

    true_counts: Mapping[str, tuple[int, tuple[int, ...]]] = field(
        default_factory=lambda: TRUE_COUNTS
    )
    change: Callable[[CountsAnswer], CountsAnswer] = lambda answer: answer
    queries: list[CountsQuery] = field(default_factory=list)

    def __call__(self, query: CountsQuery) -> CountsAnswer:
        """Return the counts of a measure: in all, or by region with an unknown rest."""
        self.queries.append(query)
        total, by_region = self.true_counts[query.measure]
        cells: list[tuple[tuple[str, ...], int]] = [((), total)]
        if query.by == ("region",):
            codes = [region.code for region in REGISTER.regions]
            cells = [((code,), value) for code, value in zip(codes, by_region, strict=True)]
            cells.append(((UNKNOWN_AREA,), 13))
        rows = [CountRow(dimensions=key, value=n, low=n, high=n) for key, n in cells]
        return self.change(answer(query, *rows))


def answer(query: CountsQuery, *rows: CountRow) -> CountsAnswer:
    """Return an answer that is fit to be published."""
    return CountsAnswer(
        query=query,
        as_of_position=POSITION,
        as_of_time=datetime(2026, 4, 20, 22, 30, tzinfo=UTC),
        definition_version=DEFINITION_VERSION,
        rows=rows,
        coverage=Coverage(
            publishers_heard=190, publishers_registered=193, parked_children=0, findings=()
        ),
    )


def with_coverage(*, heard: int = 190, parked: int = 0) -> FakeCounts:
    """Return counts that rest on so many publishers, and leave so many children out."""
    coverage = Coverage(
        publishers_heard=heard, publishers_registered=193, parked_children=parked, findings=()
    )
    return FakeCounts(change=lambda each: replace(each, coverage=coverage))


def example_release(counts: FakeCounts | None = None, *, synthetic: bool = False) -> Release:
    """Return the release of March 2026 that these counts give."""
    release, _ = provisional_release(
        MARCH, counts=counts or FakeCounts(), register=REGISTER, synthetic=synthetic
    )
    return release


def publish(
    feed: Path,
    month: Month = MARCH,
    *,
    counts: Callable[[CountsQuery], CountsAnswer] | None = None,
    today: date = LATER,
    synthetic: bool = False,
) -> ReleaseResult:
    """Release a month into a tree."""
    return release_month(
        month,
        counts=counts or FakeCounts(),
        register=REGISTER,
        today=today,
        feed=feed,
        synthetic=synthetic,
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its path from there."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
