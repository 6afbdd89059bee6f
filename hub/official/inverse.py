"""From a published table back to a world of children that is consistent with all of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Final

from contracts.official import PublishedCell
from domain.geography import Register
from domain.official import (
    MISSING_MEASURES,
    NET_GAIN_MEASURES,
    NO_RETURN,
    NOT_APPLICABLE,
    Absence,
    Absences,
    Level,
    Measure,
    Tally,
)
from domain.official_areas import LONDON, LONDON_HALVES, OfficialAreas, official_areas
from domain.official_worlds import HiddenCell, World
from hub.official.flows import flows_of
from hub.official.program import Program, Solution
from hub.official.statements import Quantity, Variables, state

_MOST_PER_CHILD: Final = 365


def worlds_of(cells: Iterable[PublishedCell], register: Register) -> list[World]:
    """Return a world for each reporting year in published cells, in the order of years.

    Raises UsageError if the solver finds none, however many figures were given up.
    """
    ordered = sorted(cells, key=attrgetter("year"))
    return [
        world_of(list(of_year), official_areas(register, year, release=ordered[-1].year))
        for year, of_year in groupby(ordered, key=attrgetter("year"))
    ]


def world_of(cells: Sequence[PublishedCell], areas: OfficialAreas) -> World:
    """Return a world that is consistent with the published cells of one year, or breaks least."""
    search = Search(areas=areas, cells={(each.area, each.measure): each for each in cells})
    search.declare()
    for cell in cells:
        search.state(cell)
    return search.world(search.program.solve())


@dataclass(kw_only=True)
class Search:
    """The programme of one year as it is built, and what became of its areas."""

    areas: OfficialAreas
    cells: Mapping[tuple[str, Measure], PublishedCell]
    program: Program = field(default_factory=Program)
    variables: dict[str, Variables] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def declare(self) -> None:
        """Make the variables of each authority that has figures, and bind them to each other."""
        existing = {each.code for each in self.areas.areas if each.exists}
        published = {cell.area for cell in self.cells.values() if cell.level is Level.AUTHORITY}
        for code in sorted(published):
            if code not in existing:
                if any(self._text(code, each) not in ("", NOT_APPLICABLE) for each in Measure):
                    self.notes.append(f"{code}: figures of an authority that did not exist")
                continue
            if any(self._text(code, each) not in ("", NOT_APPLICABLE) for each in Measure):
                self.variables[code] = self._authority(code)
        self._bind_flows()

    def state(self, cell: PublishedCell) -> None:
        """Add what a published cell says of the variables."""
        members = self._members(cell.level, cell.area)
        chosen = [self.variables[each] for each in sorted(members) if each in self.variables]
        if chosen:
            state(self.program, cell, chosen)

    def terms(self, area: str, quantity: str) -> tuple[int, ...]:
        """Return the variables whose sum is a count of an area; none if nothing is known of it."""
        level = next(each.level for each in self.areas.areas if each.code == area)
        having = [self.variables.get(each, {}) for each in sorted(self._members(level, area))]
        name = Quantity(quantity)
        return tuple(each[name] for each in having if name in each)

    def world(self, solution: Solution) -> World:
        """Return the world of a solution."""
        tallies = {
            code: _tally(variables, solution.values) for code, variables in self.variables.items()
        }
        names = {f"{area}/{measure}": (area, measure) for area, measure in self.cells}
        return World(
            year=self.areas.year,
            tallies=tallies,
            flows=flows_of(tallies),
            hidden=tuple(self._hidden(*names[each]) for each in solution.flagged),
            broken=(*self.notes, *solution.broken),
        )

    def _hidden(self, area: str, measure: Measure) -> HiddenCell:
        reason = "the figures that are shown beside it allow no value that the rule would hide"
        return HiddenCell(year=self.areas.year, area=area, measure=measure, reason=reason)

    def _text(self, area: str, measure: Measure) -> str:
        cell = self.cells.get((area, measure))
        return "" if cell is None else cell.text

    def _authority(self, code: str) -> Variables:
        found: Variables = {}
        if self._told(code, (Measure.LOOKED_AFTER,)):
            found[Quantity.LOOKED_AFTER] = self.program.variable()
        for kind in Absence:
            if self._told(code, [each for each in MISSING_MEASURES if each.startswith(kind)]):
                found |= self._absences(kind, found.get(Quantity.LOOKED_AFTER))
        if self._told(code, NET_GAIN_MEASURES):
            found[Quantity.PLACED_IN] = self.program.variable()
            found[Quantity.PLACED_OUT] = self.program.variable()
            if Quantity.LOOKED_AFTER in found:
                out, whole = found[Quantity.PLACED_OUT], found[Quantity.LOOKED_AFTER]
                self.program.must({whole: 1, out: -1}, low=0)
        return found

    def _told(self, code: str, measures: Iterable[Measure]) -> bool:
        return any(
            self._text(code, each) not in ("", NO_RETURN, NOT_APPLICABLE)
            or (self._text(code, each) == NOT_APPLICABLE and each.endswith("average"))
            for each in measures
        )

    def _absences(self, kind: Absence, whole: int | None) -> Variables:
        """Every child that is counted has an incident; who is counted twice has two or more."""
        program = self.program
        children, incidents = program.variable(), program.variable()
        repeat, still_open = program.variable(), program.variable()
        program.must({incidents: 1, children: -1, repeat: -1}, low=0)
        program.must({incidents: 1, children: -1, repeat: -_MOST_PER_CHILD}, high=0)
        program.must({children: 1, repeat: -1}, low=0)
        program.must({children: 1, still_open: -1}, low=0)
        if whole is not None:
            program.must({whole: 1, children: -1}, low=0)
        return {
            Quantity(f"{kind}_children"): children,
            Quantity(f"{kind}_incidents"): incidents,
            Quantity(f"{kind}_repeat"): repeat,
            Quantity(f"{kind}_open"): still_open,
        }

    def _bind_flows(self) -> None:
        """Whoever is received was placed by another; the rest live outside England.

        In a part of England, others may have placed them.
        """
        if not any(cell.level is Level.NATIONAL for cell in self.cells.values()):
            return
        having = [each for each in self.variables.values() if Quantity.PLACED_IN in each]
        outs = {each[Quantity.PLACED_OUT]: 1 for each in having}
        if having:
            ins = {each[Quantity.PLACED_IN]: -1 for each in having}
            self.program.should(outs | ins, low=0, said="more are placed in than out, in England")
        for each in having:
            others = {index: 1 for index in outs if index != each[Quantity.PLACED_OUT]}
            said = "an authority receives more children than all others place"
            self.program.should({**others, each[Quantity.PLACED_IN]: -1}, low=0, said=said)

    def _members(self, level: Level, area: str) -> frozenset[str]:
        """Return the authorities of an area: as the file has them, else as the register."""
        if level is Level.AUTHORITY:
            return frozenset((area,))
        if level is Level.NATIONAL:
            return frozenset(self.variables)
        regions = {area} | (set(LONDON_HALVES) if area == LONDON else set())
        said = {
            each.area
            for each in self.cells.values()
            if each.level is Level.AUTHORITY and each.region_code in regions
        }
        return frozenset(said or self.areas.members(area))


def _tally(variables: Variables, values: Sequence[int]) -> Tally:
    def value(quantity: Quantity) -> int | None:
        return values[variables[quantity]] if quantity in variables else None

    def absences(kind: Absence) -> Absences | None:
        if Quantity(f"{kind}_children") not in variables:
            return None
        return Absences(
            children=values[variables[Quantity(f"{kind}_children")]],
            incidents=values[variables[Quantity(f"{kind}_incidents")]],
            repeat=values[variables[Quantity(f"{kind}_repeat")]],
            still_open=values[variables[Quantity(f"{kind}_open")]],
        )

    return Tally(
        looked_after=value(Quantity.LOOKED_AFTER),
        missing=absences(Absence.MISSING),
        away=absences(Absence.AWAY),
        placed_in=value(Quantity.PLACED_IN),
        placed_out=value(Quantity.PLACED_OUT),
    )
