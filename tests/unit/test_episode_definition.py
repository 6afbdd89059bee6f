"""The relational definition of the facts equals the readable one, at every ledger position."""

from collections import Counter
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
from domain.episodes import facts_if_linked, facts_of, source_rows
from domain.events import EpisodeEvent, HousekeepingEvent, PublisherEvent
from domain.national import EpisodeFacts
from domain.records import RecordedEvent
from domain.source_rows import SourceRow
from hub.projected_records import TYPES
from projections.engine import FAMILIES, RECORDS, SUBJECTS, EpisodeEngine
from tests.unit.random_histories import history

COLUMNS = tuple(field.name for field in fields(EpisodeFacts))
ROW_COLUMNS = tuple(field.name for field in fields(SourceRow))


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
        if each.event.type in TYPES
    ]
    episodes = {
        each.event.episode_id: each.event.subject_id
        for each in records
        if isinstance(each.event, EpisodeEvent) and each.event.type in TYPES
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


def held_at(rows: Sequence[dict[str, Any]], position: int) -> list[dict[str, Any]]:
    """The rows that held at a position."""
    return [
        row
        for row in rows
        if row["held_from"] <= position
        and (row["held_until"] is None or row["held_until"] > position)
    ]


def facts_at(rows: Sequence[dict[str, Any]], world: str) -> list[dict[str, Any]]:
    """The facts of a world among rows that held at one position, as the readable ones are put."""
    found = [
        {name: row[name] for name in COLUMNS} for row in rows if row["world"] in (world, "both")
    ]
    return sorted(found, key=lambda row: (row["source"], row["fact_id"]))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(1, 60))
def test_both_definitions_give_the_same_facts_and_rows_at_every_position(
    engine: EpisodeEngine, seed: int, length: int
) -> None:
    records = history(Random(seed), length)

    computed = engine.compute(*tables(records))

    facts, rows = computed.facts.to_pylist(), computed.source_rows.to_pylist()
    for position in range(1, length + 1):
        known, held = records[:position], held_at(facts, position)
        decided, linked = facts_of(known), facts_if_linked(known)
        assert facts_at(held, "decided") == [comparable(each) for each in decided], position
        assert facts_at(held, "linked") == [comparable(each) for each in linked], position
        assert (
            Counter(row["world"] for row in held)
            == Counter(
                both=len({*decided} & {*linked}),
                decided=len({*decided} - {*linked}),
                linked=len({*linked} - {*decided}),
            )
            - Counter()
        )
        assert sorted(
            tuple(str(row[name]) for name in ROW_COLUMNS) for row in held_at(rows, position)
        ) == [
            tuple(str(getattr(each, name)) for name in ROW_COLUMNS) for each in source_rows(known)
        ]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(2, 50))
def test_no_version_of_a_fact_or_row_equals_the_one_before(
    engine: EpisodeEngine, seed: int, length: int
) -> None:
    computed = engine.compute(*tables(history(Random(seed), length)))

    for rows, name in (
        (computed.facts.to_pylist(), ("source", "fact_id", "world")),
        (computed.source_rows.to_pylist(), ("episode_id",)),
    ):
        for before, after in pairwise(rows):
            if before["held_until"] == after["held_from"] and all(
                before[each] == after[each] for each in name
            ):
                unmoved = {"held_from": 0, "held_until": 0}
                assert before | unmoved != after | unmoved
