"""A world behind published figures: consistent with all of them, or with as many as can be."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.official import PublishedCell
from contracts.official_hidden import listed_by_hand
from contracts.register import read_register
from domain.official import Absences, Level, Measure, Tally
from domain.official_areas import LONDON, OfficialAreas, official_areas
from domain.official_comparison import Verdict, compare
from domain.official_worlds import OUTSIDE_ENGLAND
from hub.official.flows import flows_of
from hub.official.inverse import world_of, worlds_of
from hub.official_checking import Check, check_years
from tests.unit.official_examples import YEAR, dfe_areas, dfe_cells, dfe_table, dfe_world

NORTH_EAST = "E12000001"


def region_of(areas: OfficialAreas, region: str) -> OfficialAreas:
    """Return the areas of a region alone, without England."""
    members = areas.members(region)
    kept = [each for each in areas.areas if each.code in members or each.code == region]
    return OfficialAreas(year=areas.year, areas=tuple(kept))


def as_published(areas: OfficialAreas, tallies: dict[str, Tally]) -> list[PublishedCell]:
    """Return what DfE would publish of true figures."""
    table = areas.table(tallies)
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


def invented(areas: OfficialAreas, seed: int) -> dict[str, Tally]:
    """Return figures that the authorities of a region might have, small ones often."""
    random = Random(seed)
    members = sorted(code for each in areas.areas for code in areas.members(each.code))

    def absences(most: int) -> Absences:
        children = min(random.choice((0, 1, 3, 5, 6, 8, 40, 110)), most)
        repeat = random.randint(0, children)
        return Absences(
            children=children,
            incidents=children + (repeat + random.randint(0, 6 * repeat) if repeat else 0),
            repeat=repeat,
            still_open=min(random.choice((0, 0, 2, 6)), children),
        )

    def tally() -> Tally:
        looked_after = random.choice((0, 28, 320, 700))
        return Tally(
            looked_after=looked_after,
            missing=absences(looked_after),
            away=absences(looked_after),
            placed_in=random.choice((0, 2, 9)),
            placed_out=min(random.choice((1, 45, 60)), looked_after),
        )

    return {code: tally() for code in dict.fromkeys(members)}


def test_every_cell_of_dfe_s_files_comes_out_again_and_six_were_hidden_by_hand() -> None:
    check = Check(
        cells=dfe_cells(),
        worlds=[dfe_world()],
        register=read_register(),
        by_hand=listed_by_hand(),
    )

    (comparison,) = check_years(check, quick=True)

    assert comparison.explained
    assert comparison.counted == {Verdict.EQUAL: 2_682, Verdict.LISTED: 6}
    assert comparison.suppressed == 274
    assert not dfe_world().broken


def test_what_no_world_can_hide_by_rule_is_found_from_the_published_figures_alone() -> None:
    found = {(each.area, each.measure) for each in dfe_world().hidden}

    assert found == {(each.area, each.measure) for each in listed_by_hand()}


def test_flows_add_up_and_nobody_is_placed_out_at_home() -> None:
    world = dfe_world()

    out, received = Counter[str](), Counter[str]()
    for flow in world.flows:
        out[flow.responsible] += flow.children
        received[flow.host] += flow.children
    assert all(flow.responsible != flow.host for flow in world.flows)
    assert received.pop(OUTSIDE_ENGLAND) == 35_353 - 34_304
    assert +out == +Counter({code: each.placed_out for code, each in world.tallies.items()})
    assert +received == +Counter({code: each.placed_in for code, each in world.tallies.items()})


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=6))
def test_flows_add_up_whenever_nobody_receives_more_than_all_others_place(
    numbers: list[tuple[int, int]],
) -> None:
    placed = sum(out for _, out in numbers)
    assume(placed >= sum(received for received, _ in numbers))
    assume(all(received <= placed - out for received, out in numbers))
    tallies = {
        f"{number}": Tally(placed_in=received, placed_out=out)
        for number, (received, out) in enumerate(numbers)
    }

    flows = flows_of(tallies)

    assert all(flow.responsible != flow.host for flow in flows)
    for code, tally in tallies.items():
        assert sum(flow.children for flow in flows if flow.host == code) == tally.placed_in
        assert sum(flow.children for flow in flows if flow.responsible == code) == tally.placed_out


@pytest.mark.parametrize(
    ("year", "region"),
    [(2018, "E12000009"), (2021, "E12000004"), (2023, "E12000002"), (2025, NORTH_EAST)],
)
def test_figures_of_years_never_seen_come_out_again(year: int, region: str) -> None:
    areas = region_of(official_areas(read_register(), year), region)

    for seed in range(2):
        cells = as_published(areas, invented(areas, seed))
        world = world_of(cells, areas)

        table = areas.table(world.tallies)
        assert not world.broken
        assert not world.hidden
        assert [each for each in cells if table[each.area][each.measure] != each.text] == []


def test_an_authority_without_a_return_has_no_world_and_comes_out_as_such() -> None:
    areas = region_of(official_areas(read_register(), YEAR), LONDON)
    tallies = invented(areas, 1)
    hackney = tallies["204"]
    tallies["204"] = replace(hackney, missing=None, away=None)
    tallies["205"] = Tally()

    cells = as_published(areas, tallies)
    world = world_of(cells, areas)

    table = areas.table(world.tallies)
    assert table["204"][Measure.MISSING_CHILDREN] == table["205"][Measure.LOOKED_AFTER] == "x"
    assert all(table[each.area][each.measure] == each.text for each in cells)


def test_published_figures_that_contradict_each_other_are_named_and_the_rest_is_kept() -> None:
    areas = region_of(official_areas(read_register(), YEAR), NORTH_EAST)
    cells = [each for each in dfe_cells() if each.area in {a.code for a in areas.areas}]
    # 63 children with 490 incidents are 7.8 on average.
    wrong = [
        replace(each, text="9.8")
        if (each.area, each.measure) == ("390", Measure.MISSING_AVERAGE)
        else each
        for each in cells
    ]

    world = world_of(wrong, areas)

    table = areas.table(world.tallies)
    published = [(each.area, each.measure, each.text) for each in wrong]
    differing = compare(YEAR, published, table, listed_by_hand()).counted[Verdict.DIFFERENT]
    assert any(each.startswith("2022 390: ") for each in world.broken)
    assert 1 <= differing <= 3


def test_one_file_of_several_years_gives_one_world_a_year() -> None:
    areas = region_of(dfe_areas(), NORTH_EAST)
    cells = [each for each in dfe_cells() if each.area in {a.code for a in areas.areas}]
    earlier = [replace(each, year=2021) for each in cells]

    worlds = worlds_of([*cells, *earlier], read_register())

    assert [each.year for each in worlds] == [2021, 2022]
    assert worlds[0].tallies == worlds[1].tallies


def test_a_cell_that_dfe_hides_without_rule_or_list_is_told_as_a_difference() -> None:
    (cell,) = [
        each
        for each in dfe_cells()
        if (each.area, each.measure) == ("330", Measure.MISSING_INCIDENTS)
    ]
    published = [(cell.area, cell.measure, "c"), (cell.area, Measure.MISSING_OPEN, "20")]

    comparison = compare(YEAR, published, dfe_table(), listed_by_hand())

    assert not comparison.explained
    assert [each.why for each in comparison.differences] == [
        "DfE hides it, and no rule does: by hand, perhaps, but it is not listed",
        "off by -6",
    ]
