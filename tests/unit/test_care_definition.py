"""The relations of care and placements equal a plain reading of the records at every position."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.codes import PLACEMENT_GROUPS
from domain.records import RecordedEvent
from projections.engine import EpisodeEngine
from projections.views.care import CARE
from projections.views.placements import PLACEMENTS
from tests.unit.care_oracle import WORLDS, Row, care_rows, placement_rows
from tests.unit.placement_histories import care_history
from tests.unit.test_episode_definition import held_at, tables

ORACLES: dict[str, Callable[[Sequence[RecordedEvent], str], list[Row]]] = {
    "care_v1": care_rows,
    "placements_v1": placement_rows,
}
THING = {"care_v1": "care_id", "placements_v1": "placement_id"}
VERSIONED = ("world", "held_from", "held_until")
REGIONS = {"330": "E12000005", "331": "E12000005", "332": "E12000007", "WAL": "outside"}


@pytest.fixture(scope="module")
def engine() -> EpisodeEngine:
    groups = {code: str(group) for code, group in PLACEMENT_GROUPS.items()}
    return EpisodeEngine(REGIONS, groups, (CARE, PLACEMENTS))


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what it follows from: its regions and its range."""
    return {
        name: value
        for name, value in row.items()
        if name not in (*VERSIONED, "region", "host_region")
    }


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(1, 70))
def test_care_and_placements_are_what_the_records_say_at_every_position_in_both_worlds(
    engine: EpisodeEngine, seed: int, length: int
) -> None:
    records = care_history(Random(seed), length)

    relations = engine.compute(*tables(records)).relations

    for name, oracle in ORACLES.items():
        rows = relations[name].to_pylist()
        for position in range(1, length + 1):
            held = held_at(rows, position)
            told = {world: oracle(records[:position], world) for world in WORLDS}
            for world, expected in told.items():
                found = [plain(row) for row in held if row["world"] in (world, "both")]
                found.sort(key=lambda row: (row["subject_id"], row[THING[name]]))
                assert found == expected, (name, world, position)
            same = sum(each in told["linked"] for each in told["decided"])
            assert sum(row["world"] == "both" for row in held) == same


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_every_version_differs_from_the_one_before_and_a_protected_one_tells_no_place(
    engine: EpisodeEngine, seed: int
) -> None:
    relations = engine.compute(*tables(care_history(Random(seed), 80))).relations

    for table in relations.values():
        for before, after in pairwise(table.to_pylist()):
            if before["held_until"] == after["held_from"] and before["world"] == after["world"]:
                assert plain(before) != plain(after)
    for row in relations["placements_v1"].to_pylist():
        shown = row["host_authority"], row["host_region"], row["area"]
        if row["restricted"]:
            assert shown == ("restricted", "restricted", "restricted")
            assert row["provider_urn"] is None
        else:
            assert "restricted" not in shown
            assert row["host_region"] == REGIONS.get(row["host_authority"], "unknown")
