"""The publishable table: what is hidden cannot be worked out from what is shown."""

from itertools import product

import pytest

from domain.official import Absences, Cells, Measure, Tally
from domain.official_areas import OfficialAreas
from domain.official_worlds import HiddenCell
from hub.official.protecting import Protection, exposed_cells, protect
from tests.unit.official_examples import dfe_areas
from tests.unit.test_official_inverse import invented, region_of

# Three authorities of one region are enough for sums to give one of them away.
NORTH_EAST = "E12000001"
NUMBERS = ("390", "391", "392")


@pytest.fixture
def areas() -> OfficialAreas:
    every = region_of(dfe_areas(), NORTH_EAST)
    kept = [each for each in every.areas if each.code in {*NUMBERS, NORTH_EAST}]
    return OfficialAreas(year=2022, areas=tuple(kept))


def tally(children: int, incidents: int, repeat: int) -> Tally:
    away = Absences(children=children, incidents=incidents, repeat=repeat)
    return Tally(looked_after=400, missing=Absences(), away=away, placed_in=40, placed_out=50)


def possible(areas: OfficialAreas, table: dict[str, Cells], others: dict[str, Tally]) -> set[int]:
    """Count by brute force how many children of 390 fit all that is shown."""
    found = set()
    for children, repeat, incidents in product(range(13), range(13), range(30)):
        fits = repeat <= children and children + repeat <= incidents <= children + 365 * repeat
        if fits and (children or not incidents):
            tried = areas.table(others | {"390": tally(children, incidents, repeat)})
            if all(
                text in {tried[area][measure], "c"}
                for area, cells in table.items()
                for measure, text in cells.items()
            ):
                found.add(children)
    return found


def test_an_average_that_gives_the_children_away_is_hidden(areas: OfficialAreas) -> None:
    # Sefton, Merton and others in 2022: 8 incidents, 2.7 on average, are 3 children.
    figures = {"390": tally(3, 8, 2), "391": tally(40, 100, 20), "392": tally(50, 150, 30)}
    shown = areas.table(figures)
    by_rule = frozenset((a, m) for a, cells in shown.items() for m in cells if cells[m] == "c")

    protected = protect(areas, shown).cells()

    exposed = exposed_cells(Protection(areas=areas, table=shown, by_rule=by_rule))
    assert ("390", Measure.AWAY_CHILDREN) in exposed
    assert possible(areas, shown, figures) == {3}
    assert protected["390"][Measure.AWAY_AVERAGE] == "c"
    assert len(possible(areas, protected, figures)) >= 3
    assert protected["390"][Measure.AWAY_INCIDENTS] == "8"


def test_a_regional_sum_that_leaves_one_value_makes_a_neighbour_hidden_too(
    areas: OfficialAreas,
) -> None:
    # 43 and 60 are shown; a sum of 105 would be shown as 110, so a hidden count can only be 1.
    figures = {"390": tally(1, 1, 0), "391": tally(43, 100, 20), "392": tally(60, 150, 30)}
    shown = areas.table(figures)
    assert shown[NORTH_EAST][Measure.AWAY_CHILDREN] == "100"
    assert possible(areas, shown, figures) - {0} == {1}

    protected = protect(areas, shown)

    near = [area for area, measure in protected.further if measure is Measure.AWAY_CHILDREN]
    assert near == ["391"]
    assert exposed_cells(protected) == []


@pytest.mark.parametrize("seed", range(3))
def test_nothing_stays_exposed_whatever_the_figures_and_nothing_is_shown_anew(seed: int) -> None:
    areas = region_of(dfe_areas(), NORTH_EAST)
    shown = areas.table(invented(areas, seed))

    protection = protect(areas, shown)

    assert exposed_cells(protection) == []
    for area, cells in protection.cells().items():
        for measure, text in cells.items():
            assert text in {shown[area][measure], "c"}


def test_what_is_hidden_by_hand_stays_hidden(areas: OfficialAreas) -> None:
    figures = dict.fromkeys(NUMBERS, tally(40, 100, 20)) | {"390": tally(9, 20, 4)}
    listed = HiddenCell(year=2022, area="391", measure=Measure.AWAY_INCIDENTS, reason="why")

    cells = protect(areas, areas.table(figures), [listed]).cells()

    assert cells["391"][Measure.AWAY_INCIDENTS] == "c"
    assert cells["392"][Measure.AWAY_INCIDENTS] == "100"
