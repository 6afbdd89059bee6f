"""The publishable table: more is hidden, until nothing that is hidden can be worked out again.

The audit thinks as a reader who knows the rules, every figure shown, all averages, percentages and
roundings, and even which cells the first rule hid. Of every such count several values must remain
possible: the extremes have been seen in whole worlds that fit all that is shown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from contracts.official import PublishedCell
from domain.errors import ReleaseRefusedError
from domain.official import CONFIDENTIAL, SYMBOLS, Absence, Cells, Level, Measure
from domain.official_areas import LONDON_HALVES, OfficialArea, OfficialAreas
from domain.official_worlds import HiddenCell
from hub.official.inverse import Search
from hub.official.program import Program
from hub.official.statements import Quantity

# Of a hidden count, so many values must remain possible; of children absent more than once among
# at most 5 incidents there are two at all.
_LEAST_VALUES: Final = 3
_LEAST_REPEATS: Final = 2
_DRAWS: Final = 6
_ROUNDS: Final = 12

Key = tuple[str, Measure]

# The measures of one group bind each other; groups share the children looked after only.
_LOOKED_AFTER: Final = "looked_after"
_GROUPS: Final = (_LOOKED_AFTER, *Absence, "placed")


@dataclass(kw_only=True)
class Protection:
    """A table on its way to be publishable.

    by_rule: the cells that the first rule hid. further: what is hidden besides, to protect them.
    """

    areas: OfficialAreas
    table: Mapping[str, Cells]
    by_rule: frozenset[Key] = frozenset()
    further: set[Key] = field(default_factory=set)

    def cells(self) -> dict[str, Cells]:
        """Return the table with every further cell hidden."""
        return {
            area: {
                measure: CONFIDENTIAL if (area, measure) in self.further else text
                for measure, text in cells.items()
            }
            for area, cells in self.table.items()
        }


def protect(
    areas: OfficialAreas, table: Mapping[str, Cells], by_hand: Iterable[HiddenCell] = ()
) -> Protection:
    """Return a table in which no hidden figure follows from what is shown.

    table: as the rules show it. by_hand: what is hidden besides, anyway. Raises
    ReleaseRefusedError if no such table was found.
    """
    hidden = frozenset(
        (area, measure)
        for area, cells in table.items()
        for measure, text in cells.items()
        if text == CONFIDENTIAL
    )
    protection = Protection(areas=areas, table=table, by_rule=hidden)
    protection.further.update((each.area, each.measure) for each in by_hand)
    protection.further.difference_update(hidden)
    _hide_ratios(protection)
    for group in _GROUPS:
        _protect_group(protection, group)
    return protection


def exposed_cells(protection: Protection) -> list[Key]:
    """Return the hidden counts of which too few values remain possible."""
    return [
        key
        for group in _GROUPS
        for audit in (_Audit(protection, group),)
        for key in audit.look(audit.look_around())
    ]


def _protect_group(protection: Protection, group: str) -> None:
    audit = _Audit(protection, group)
    exposed = audit.look(audit.look_around())
    for _ in range(_ROUNDS):
        if not exposed:
            return
        for key in exposed:
            _hide_more(protection, key)
        # To hide more leaves every world possible that was: what is safe stays so.
        audit = _Audit(protection, group)
        exposed = audit.look(exposed)
    raise ReleaseRefusedError(
        "No table was found in which every hidden figure is safe; publish regions only."
    )


def _hide_ratios(protection: Protection) -> None:
    """An average or percentage gives a hidden count away nearly always."""
    for area, measure in protection.by_rule:
        protection.further.update(
            (area, each) for each in _ratios(measure) if protection.table[area][each] not in SYMBOLS
        )


def _ratios(measure: Measure) -> tuple[Measure, ...]:
    """Return the figures that are worked out from a count."""
    if measure in {Measure.PLACED_IN, Measure.PLACED_OUT}:
        return (Measure.NET_GAIN,)
    for kind in Absence:
        if measure == f"{kind}_children":
            return Measure(f"{kind}_average"), Measure(f"{kind}_percent")
        if measure == f"{kind}_incidents":
            return (Measure(f"{kind}_average"),)
    return ()


def _hide_more(protection: Protection, key: Key) -> None:
    """Hide the next cell that helps: beside it first, then of the smallest neighbour."""
    for candidate in _helpers(protection, key):
        area, measure = candidate
        text = protection.table[area][measure]
        if candidate not in protection.further and text not in SYMBOLS:
            protection.further.add(candidate)
            protection.further.update(
                (area, each)
                for each in _ratios(measure)
                if protection.table[area][each] not in SYMBOLS
            )
            return


def _helpers(protection: Protection, key: Key) -> Iterator[Key]:
    area, measure = key
    yield from ((area, each) for each in _beside(measure))
    for near in _neighbours(protection, key):
        yield near, measure


def _beside(measure: Measure) -> tuple[Measure, ...]:
    for kind in Absence:
        if measure.startswith(kind):
            names = ("repeat", "children", "incidents")
            return tuple(Measure(f"{kind}_{name}") for name in names)
    return _ratios(measure)


def _neighbours(protection: Protection, key: Key) -> list[str]:
    """Return areas of the same level and region, from the smallest figure up; 0 comes last."""
    place, measure = key
    by_code = {each.code: each for each in protection.areas.areas}
    here = by_code[place]

    def size(code: str) -> tuple[bool, float, str]:
        number = float(protection.table[code][measure])
        return number == 0, number, code

    near = [
        each.code
        for each in protection.areas.areas
        if _is_near(each, here) and protection.table[each.code][measure] not in SYMBOLS
    ]
    return sorted(near, key=size)


def _is_near(area: OfficialArea, here: OfficialArea) -> bool:
    if area.code == here.code or area.level is not here.level or not area.exists:
        return False
    if here.level is Level.AUTHORITY:
        return area.region_code == here.region_code
    return (area.code in LONDON_HALVES) == (here.code in LONDON_HALVES)


class _Audit:
    """Looks for worlds that fit what is shown of some measures, as different as can be."""

    def __init__(self, protection: Protection, group: str) -> None:
        stated = [
            each
            for each in _published(protection.areas, protection.table)
            # What else is hidden might be anything, so nothing is stated of it.
            if (each.area, each.measure) not in protection.further
            and (_group_of(each.measure) == group or each.measure is Measure.LOOKED_AFTER)
        ]
        self._program = Program(strict=True)
        search = Search(
            areas=protection.areas,
            cells={(each.area, each.measure): each for each in stated},
            program=self._program,
        )
        search.declare()
        for cell in stated:
            search.state(cell)
        wanted = [key for key in sorted(protection.by_rule) if _group_of(key[1]) == group]
        quantities = {each.value for each in Quantity}
        counts = [key for key in wanted if key[1].value in quantities]
        found = {key: search.terms(*key) for key in counts}
        self._targets = {key: terms for key, terms in found.items() if terms}
        self._seen: dict[Key, set[int]] = {key: set() for key in self._targets}
        self._least = {
            key: _LEAST_REPEATS
            if key[1].endswith("repeat")
            and (key[0], Measure(key[1].replace("repeat", "incidents"))) in protection.by_rule
            else _LEAST_VALUES
            for key in self._targets
        }

    def look_around(self) -> list[Key]:
        """Return the targets of which too few values were seen in some worlds of chance."""
        # Not for secrecy: any draw will do.
        random = Random(1)  # noqa: S311
        weights = [dict.fromkeys(self._targets, sign) for sign in (1.0, -1.0)]
        weights += [
            {key: random.choice((1.0, -1.0)) for key in self._targets} for _ in range(_DRAWS)
        ]
        for weight in weights:
            self._look(weight)
        return [key for key in self._targets if not self._is_safe(key)]

    def look(self, doubted: Sequence[Key]) -> list[Key]:
        """Return those of some targets whose smallest and largest value are too near."""
        for key in doubted:
            for sign in (1.0, -1.0):
                if not self._is_safe(key):
                    self._look({key: sign})
        return [key for key in doubted if not self._is_safe(key)]

    def _look(self, weights: Mapping[Key, float]) -> None:
        towards: dict[int, float] = {}
        for key, weight in weights.items():
            for index in self._targets[key]:
                towards[index] = towards.get(index, 0.0) + weight
        if not towards:
            return
        values = self._program.solve(towards).values
        for key, terms in self._targets.items():
            self._seen[key].add(sum(values[index] for index in terms))

    def _is_safe(self, key: Key) -> bool:
        """Between two possible values all others are taken to be possible too."""
        seen = self._seen[key]
        return max(seen, default=0) - min(seen, default=0) >= self._least[key] - 1


def _group_of(measure: Measure) -> str:
    if measure is Measure.LOOKED_AFTER:
        return _LOOKED_AFTER
    return next((kind.value for kind in Absence if measure.startswith(kind)), "placed")


def _published(areas: OfficialAreas, table: Mapping[str, Cells]) -> Sequence[PublishedCell]:
    return [
        PublishedCell(
            year=areas.year,
            level=area.level,
            area=area.code,
            region_code=area.region_code if area.level is Level.AUTHORITY else "",
            measure=measure,
            text=text,
        )
        for area in areas.areas
        for measure, text in table[area.code].items()
    ]
