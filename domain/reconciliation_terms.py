"""Why the police's total and the authorities' differ: every term, so that the terms add up."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Final

from domain.vocabulary import Category

CELL_DIMENSIONS: Final = {
    "month": "Month of the London date of the start, YYYY-MM; unknown: nothing says when.",
    "reporting_year": "1 April to 31 March, named by its end; unknown: nothing says when.",
    "authority": "Responsible authority, or that of the home; three-digit number.",
    "region": "Region of the authority, GSS code.",
    "force": "Police force that reported, by ONS code; none: no force did.",
}


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The source rows of one cell by source and bucket, and the totals that they explain.

    The totals count what counts: neither held nor void. A row stands in one cell only: that of its
    national episode, of several the first; one that does not count, where it says itself.
    """

    police_total: int = 0
    authority_total: int = 0
    national_total: int = 0
    matched_police: int = 0
    matched_authority: int = 0
    police_only: int = 0
    authority_only: int = 0
    in_review_police: int = 0
    in_review_authority: int = 0
    held_police: int = 0
    held_authority: int = 0
    void_police: int = 0
    void_authority: int = 0

    @property
    def difference(self) -> int:
        """How many more the police have than the authorities."""
        return self.police_total - self.authority_total

    @property
    def within_matched(self) -> int:
        """How many more rows the police have of the episodes that both know of."""
        return self.matched_police - self.matched_authority

    @property
    def within_review(self) -> int:
        """How many more rows the police have in review."""
        return self.in_review_police - self.in_review_authority

    @property
    def explained(self) -> bool:
        """Whether the terms add up to the difference."""
        known_alone = self.police_only - self.authority_only
        return self.difference == known_alone + self.within_matched + self.within_review

    def __add__(self, other: "Terms") -> "Terms":
        """Return the terms of two cells together."""
        return Terms(
            **{each.name: getattr(self, each.name) + getattr(other, each.name) for each in TERMS}
        )


TERMS: Final = fields(Terms)


@dataclass(frozen=True, kw_only=True)
class SourceRowTotals:
    """How many source episodes there are, and how many stand in each bucket.

    total: counted from the records themselves, not summed from the buckets.
    """

    total: int = 0
    matched: int = 0
    police_only: int = 0
    authority_only: int = 0
    in_review: int = 0
    held: int = 0
    void: int = 0


@dataclass(frozen=True, kw_only=True)
class ReconciliationQuery:
    """A question for the terms; see CountsQuery. by: of CELL_DIMENSIONS.

    Where days are given, rows of which nothing says when they began are left out.
    """

    by: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    as_of: int | date | None = None
    category: Category = Category.MISSING


@dataclass(frozen=True, kw_only=True)
class ReconciliationCell:
    """The terms of one cell, with its dimension values in the order of the question."""

    dimensions: tuple[str, ...]
    terms: Terms


@dataclass(frozen=True, kw_only=True)
class ReconciliationAnswer:
    """The terms as they stood at one ledger position; cells in the order of their dimensions.

    source_episodes: every source episode ever heard of, of any category, area and age.
    """

    query: ReconciliationQuery
    as_of_position: int
    as_of_time: datetime | None
    definition_version: str
    cells: tuple[ReconciliationCell, ...]
    source_episodes: SourceRowTotals
    parked_children: int

    @property
    def total(self) -> Terms:
        """The terms of all cells together."""
        return sum((cell.terms for cell in self.cells), Terms())
