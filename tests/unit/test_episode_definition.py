"""The relational definition of the facts equals the readable one, at every ledger position."""

from collections.abc import Sequence
from dataclasses import fields
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.stored import encode_event
from domain.codes import PLACEMENT_GROUPS
from domain.episodes import facts_of
from domain.events import EpisodeEvent, HousekeepingEvent, PublisherEvent
from domain.national import EpisodeFacts
from domain.records import RecordedEvent
from projections.engine import FAMILIES, RECORDS, SUBJECTS, EpisodeEngine
from tests.unit.random_histories import history

COLUMNS = tuple(field.name for field in fields(EpisodeFacts))


def tables(records: Sequence[RecordedEvent]) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The engine's input, with all odd and all even subjects as one cluster each."""
    rows = [
        {
            "position": each.position,
            "topic": each.event.type,
            "publisher": each.provenance.publisher,
            "submission": str(each.provenance.submission_id),
            "occurred_at": each.provenance.occurred_at,
            "state": encode_event(each.event).decode(),
        }
        for each in records
    ]
    episodes = {
        each.event.episode_id: each.event.subject_id
        for each in records
        if isinstance(each.event, EpisodeEvent)
    }
    families = [
        {
            "episode_id": str(episode_id),
            "subject_id": str(subject_id),
            "family": subject_id.int % 2,
            "cluster": subject_id.int % 2,
        }
        for episode_id, subject_id in episodes.items()
    ]
    subjects = [
        {"subject_id": str(subject_id), "cluster": subject_id.int % 2}
        for subject_id in {
            *episodes.values(),
            *(
                each.event.subject_id
                for each in records
                if not isinstance(each.event, HousekeepingEvent | PublisherEvent)
            ),
        }
    ]
    return (
        pa.Table.from_pylist(rows, RECORDS),
        pa.Table.from_pylist(families, FAMILIES),
        pa.Table.from_pylist(subjects, SUBJECTS),
    )


def comparable(fact: EpisodeFacts) -> dict[str, Any]:
    values = {name: getattr(fact, name) for name in COLUMNS}
    return {
        name: str(value)
        if isinstance(value, UUID)
        else list(value)
        if name == "findings"
        else value
        for name, value in values.items()
    }


@pytest.fixture(scope="module")
def engine() -> EpisodeEngine:
    regions = {number: f"E1200000{number[-1]}" for number in ("330", "331", "332")}
    return EpisodeEngine(regions, {code: str(group) for code, group in PLACEMENT_GROUPS.items()})


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(1, 60))
def test_both_definitions_give_the_same_facts_at_every_position(
    engine: EpisodeEngine, seed: int, length: int
) -> None:
    records = history(Random(seed), length)

    rows = engine.facts(*tables(records)).to_pylist()

    for position in range(1, length + 1):
        expected = [comparable(each) for each in facts_of(records[:position])]
        held = [
            {name: row[name] for name in COLUMNS}
            for row in rows
            if row["held_from"] <= position
            and (row["held_until"] is None or row["held_until"] > position)
        ]
        held.sort(key=lambda row: (row["source"], row["fact_id"]))
        assert held == expected, f"position {position}"


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(2, 50))
def test_no_version_of_a_fact_equals_the_one_before(
    engine: EpisodeEngine, seed: int, length: int
) -> None:
    records = history(Random(seed), length)

    rows = engine.facts(*tables(records)).to_pylist()

    for before, after in pairwise(rows):
        if before["held_until"] == after["held_from"] and before["fact_id"] == after["fact_id"]:
            assert {**before, "held_from": 0, "held_until": 0} != {
                **after,
                "held_from": 0,
                "held_until": 0,
            }
