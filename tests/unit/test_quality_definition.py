"""The relational definition of the data-quality findings equals the readable one."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.codes import PLACEMENT_GROUPS
from domain.measures import Bucket
from domain.quality_findings import child_cases, month_of, quality_findings
from domain.quality_responses import alike, responded
from domain.records import RecordedEvent
from projections.engine import EpisodeEngine
from tests.unit.quality_histories import quality_history
from tests.unit.test_episode_definition import tables

OF_EPISODES_AND_CHILDREN = {
    *("567", "DQ2", "DQ5", "DQ7", "DQ8", "DQ9", "DQ10", "DQ11", "DQ12", "DQ15", "DQ16")
}


@pytest.fixture(scope="module")
def engine() -> EpisodeEngine:
    regions = {number: f"E1200000{number[-1]}" for number in ("330", "331", "332")}
    return EpisodeEngine(regions, {code: str(group) for code, group in PLACEMENT_GROUPS.items()})


def readable(records: Sequence[RecordedEvent]) -> list[dict[str, Any]]:
    return [
        {
            "publisher": each.publisher,
            "code": each.code,
            "subject_id": str(each.subject_id),
            "episode_id": None if each.episode_id is None else str(each.episode_id),
            "position": each.position,
            "month": each.month,
            "true_from": each.true_from,
            "true_until": each.true_until,
        }
        for each in quality_findings(records)
    ]


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["code"], row["position"], str(row["true_from"])))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(1, 70))
def test_both_definitions_give_the_same_findings(
    engine: EpisodeEngine, seed: int, length: int
) -> None:
    records = quality_history(Random(seed), length)

    computed = engine.compute(*tables(records))

    assert in_order(computed.findings.to_pylist()) == in_order(readable(records))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(1, 70))
def test_both_definitions_give_the_same_accounts_to_the_rules_about_publishers(
    engine: EpisodeEngine, seed: int, length: int
) -> None:
    records = quality_history(Random(seed), length)

    rows = engine.compute(*tables(records)).cases.to_pylist()

    assert rows == [
        {
            "publisher": case.account.publisher,
            "subject_id": str(case.account.subject_id),
            "episode_id": str(case.account.episode_id),
            "position": case.account.first_position,
            "month": month_of(case.facts.start_at),
            "start_at": case.facts.start_at,
            "category": case.facts.category.value,
            "matched": case.facts.bucket is Bucket.MATCHED,
            "looked_after": case.facts.looked_after == "yes",
            "ended": case.account.ended is not None,
            "responded": responded(case),
            "alike": alike(case),
        }
        for case in child_cases(records)
    ]


def test_the_histories_bring_about_every_rule_of_episodes_and_children() -> None:
    found = {
        each.code
        for seed in range(100)
        for each in quality_findings(quality_history(Random(seed), 70))
    }

    assert found == OF_EPISODES_AND_CHILDREN
