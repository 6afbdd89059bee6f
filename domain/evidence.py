"""Which police accounts each authority's row is evidence for.

Each authority is looked at for itself: a home and a host authority may both have a row of one
absence. Two rows of one authority are two absences, unless they surely share an instant with one
police account; one row may be evidence for several police accounts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.assignment import assign, columns_by_row, connected
from domain.grouping import (
    LEAST_GAP,
    OVERLAP,
    REVIEWED,
    Accounts,
    Decided,
    Link,
    crossing,
    in_order,
    microseconds,
)
from domain.periods import london_date
from domain.spans import A_DAY, Finds, Span, overlap, surely_overlap, within_a_day

A_DAY_OFF: Final = "within-a-day"

# More than a calendar day, which may have 25 hours.
_SLACK: Final = 2 * A_DAY

# The gap between some rows and some police accounts, by the numbers of both.
Edges = Mapping[tuple[int, int], int]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Where rows belong.

    units: by number of the rows, the numbers of the police accounts, in order; rows that belong to
    none are left out. in_doubt: numbers of the accounts that only a reviewer can place, and that
    were left on their own.
    """

    units: Mapping[int, tuple[int, ...]]
    basis: Mapping[int, str]
    in_doubt: frozenset[int]


def attach(
    rows: Sequence[Accounts],
    units: Sequence[Accounts],
    finds: Finds,
    decided: Decided,
    *,
    proposing: bool,
) -> Evidence:
    """Return which police accounts authorities' rows are evidence for.

    rows: as reviewers joined them; units: police accounts that are one absence. proposing: what is
    in doubt is decided by the same rule, instead of being left on its own.
    """
    work = _Placing(rows, units, decided, proposing=proposing)
    work.place_reviewed()
    overlapping, near, sure = work.edges(
        crossing(in_order(span for each in (*rows, *units) for span in each), _is_police, _SLACK),
        finds,
    )
    for publisher in sorted({each[0].publisher for each in rows}):
        work.place(publisher, overlapping[publisher], near[publisher], sure[publisher])
    return work.evidence()


def _is_police(span: Span) -> bool:
    return span.police


class _Placing:
    """The rows placed so far; of one authority after another."""

    def __init__(
        self,
        rows: Sequence[Accounts],
        units: Sequence[Accounts],
        decided: Decided,
        *,
        proposing: bool,
    ) -> None:
        self._rows = rows
        self._units = units
        self._decided = decided
        self._proposing = proposing
        self._members = [list(each) for each in units]
        self._days = [{london_date(span.start) for span in each} for each in units]
        self._row_of = {span.at: row for row, each in enumerate(rows) for span in each}
        self._unit_of = {span.at: unit for unit, each in enumerate(units) for span in each}
        self._placed: dict[int, set[int]] = {}
        self._basis: dict[int, str] = {}
        self._rows_in_doubt: set[int] = set()
        self._in_doubt: set[int] = set()
        # The units of which the authority at hand has a row, or of which that is in doubt.
        self._taken: set[int] = set()

    def edges(
        self, links: Iterable[Link], finds: Finds
    ) -> tuple[Mapping[str, Edges], Mapping[str, Edges], Mapping[str, Edges]]:
        """Return the gaps by authority: of what overlaps, is nearly so, and surely overlaps."""
        overlapping: dict[str, dict[tuple[int, int], int]] = defaultdict(dict)
        near: dict[str, dict[tuple[int, int], int]] = defaultdict(dict)
        sure: dict[str, dict[tuple[int, int], int]] = defaultdict(dict)
        for one, other in links:
            row, police = (other, one) if one.police else (one, other)
            kinds = [near]
            if overlap(row, police):
                kinds = [overlapping, sure] if surely_overlap(row, police) else [overlapping]
            elif not within_a_day(row, police, finds):
                continue
            edge = (self._row_of[row.at], self._unit_of[police.at])
            cost = microseconds(row, police)
            for kind in kinds:
                theirs = kind[self._rows[edge[0]][0].publisher]
                theirs[edge] = min(theirs.get(edge, cost), cost)
        return overlapping, near, sure

    def place_reviewed(self) -> None:
        """Place what reviewers have matched, whatever the times."""
        for one, other in self._decided.together:
            row = self._row_of.get(one, self._row_of.get(other))
            unit = self._unit_of.get(one, self._unit_of.get(other))
            if row is not None and unit is not None:
                self._put(row, unit, REVIEWED)

    def place(self, publisher: str, overlapping: Edges, near: Edges, sure: Edges) -> None:
        """Place the rows of one authority, given the gaps to what they overlap or nearly do."""
        self._taken = {
            unit
            for row, units in self._placed.items()
            if self._rows[row][0].publisher == publisher
            for unit in units
        }
        for row, unit in _exact_fits(self._free(overlapping)):
            self._put(row, unit, OVERLAP)
        self._share_out(self._free(overlapping), OVERLAP)
        overlapped = {unit for _, unit in overlapping}
        free = self._free(near)
        self._share_out({edge: free[edge] for edge in free if edge[1] not in overlapped}, A_DAY_OFF)
        for row, unit in _nearest_first(overlapping):
            if unit not in self._taken and ((row, unit) in sure or self._of_a_day(row, unit)):
                self._put(row, unit, OVERLAP)
        for row, unit in _nearest_first(sure):
            if row not in self._placed and row not in self._rows_in_doubt:
                self._put(row, unit, OVERLAP)

    def evidence(self) -> Evidence:
        """Return where everything was placed."""
        return Evidence(
            units={row: tuple(sorted(units)) for row, units in self._placed.items()},
            basis=self._basis,
            in_doubt=frozenset(self._in_doubt),
        )

    def _free(self, edges: Edges) -> Edges:
        """Return the edges between rows and units that are still to be had."""
        return {
            (row, unit): cost
            for (row, unit), cost in edges.items()
            if row not in self._placed
            and row not in self._rows_in_doubt
            and unit not in self._taken
            and not self._decided.refused(self._rows[row], self._members[unit])
        }

    def _share_out(self, edges: Edges, basis: str) -> None:
        """Place rows with the least gap in all.

        One row alone is evidence for all that it overlaps alike: the count is the police's.
        """
        units_of = columns_by_row(edges)
        rows_of = columns_by_row((unit, row) for row, unit in sorted(edges))
        for rows, units in connected(sorted(edges)):
            if len(rows) == 1 and (basis == OVERLAP or len(units) == 1):
                self._put_nearest(rows[0], {unit: edges[rows[0], unit] for unit in units}, basis)
                continue
            number = {unit: to for to, unit in enumerate(units)}
            costs = {
                (at, number[unit]): edges[row, unit]
                for at, row in enumerate(rows)
                for unit in units_of[row]
            }
            # A row is evidence for all of a day: which of the equally near it gets is no matter.
            near = [[(row, edges[row, unit]) for row in rows_of[unit]] for unit in units]
            days = [sorted(self._days[unit]) for unit in units]
            found = assign(
                costs,
                [tuple(span.times for span in self._rows[row]) for row in rows],
                [(*days[to], *near[to]) for to in range(len(units))],
            )
            if found.certain or self._proposing:
                for at, to in found.pairs:
                    self._put(rows[at], units[to], LEAST_GAP if basis == OVERLAP else basis)
            else:
                self._doubt(rows, units)

    def _put_nearest(self, row: int, gaps: Mapping[int, int], basis: str) -> None:
        least = min(gaps.values())
        for unit, gap in gaps.items():
            if gap == least:
                self._put(row, unit, basis)

    def _of_a_day(self, row: int, unit: int) -> bool:
        """Tell whether a placed row is of a police account that began on the same day as this."""
        return any(
            not self._days[unit].isdisjoint(self._days[each]) for each in self._placed.get(row, ())
        )

    def _put(self, row: int, unit: int, basis: str) -> None:
        if not self._decided.refused(self._rows[row], self._members[unit]):
            self._placed.setdefault(row, set()).add(unit)
            self._basis.setdefault(row, basis)
            self._members[unit].extend(self._rows[row])
            self._taken.add(unit)

    def _doubt(self, rows: Sequence[int], units: Sequence[int]) -> None:
        accounts = [*(self._rows[row] for row in rows), *(self._units[unit] for unit in units)]
        self._in_doubt |= {span.at for each in accounts for span in each}
        self._rows_in_doubt.update(rows)
        self._taken.update(units)


def _exact_fits(edges: Edges) -> list[tuple[int, int]]:
    """Return the pairs without any gap of which neither has another without a gap."""
    fits = [edge for edge, cost in edges.items() if cost == 0]
    rows = Counter(row for row, _ in fits)
    units = Counter(unit for _, unit in fits)
    return sorted((row, unit) for row, unit in fits if rows[row] == units[unit] == 1)


def _nearest_first(edges: Edges) -> list[tuple[int, int]]:
    return sorted(edges, key=lambda edge: (edges[edge], edge))
