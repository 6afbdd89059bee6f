"""The relations about protection equal their readable folds, at every ledger position."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
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
from domain.events import EpisodeEvent, SubjectEvent
from domain.interventions import Programme
from domain.person import person_if_linked, person_of
from domain.records import RecordedEvent
from domain.told_of_children import (
    HeldConcern,
    Participant,
    Referral,
    ToldOfChild,
    ViewsTold,
    told_of_children,
)
from domain.told_of_publishers import (
    board_reports,
    declarations,
    interviews,
    programmes,
    provider_returns,
)
from projections.engine import FAMILIES, RECORDS, SUBJECTS, EpisodeEngine
from projections.relation import Relation
from projections.views.concerns import CONCERNS
from projections.views.coverage import DECLARATIONS
from projections.views.programmes import PARTICIPANTS, PROGRAMMES
from projections.views.provider_returns import RETURNS
from projections.views.reasons import INTERVIEWS
from projections.views.referrals import REFERRALS
from projections.views.reports import REPORTS
from projections.views.voice import VIEWS_TOLD
from tests.examples import NOON
from tests.unit.protection_histories import of_publisher, protection_history
from tests.unit.records import record

OF_CHILDREN: tuple[tuple[Relation, type[ToldOfChild]], ...] = (
    (CONCERNS, HeldConcern),
    (REFERRALS, Referral),
    (VIEWS_TOLD, ViewsTold),
    (PARTICIPANTS, Participant),
)
OF_PUBLISHERS: tuple[tuple[Relation, Any], ...] = (
    (REPORTS, board_reports),
    (RETURNS, provider_returns),
    (DECLARATIONS, declarations),
    (PROGRAMMES, programmes),
)
# What the readable form of a programme calls its columns.
RENAMED = {"programme_id": "own_id", "kind": "programme"}


@pytest.fixture(scope="module")
def engine() -> EpisodeEngine:
    groups = {code: str(group) for code, group in PLACEMENT_GROUPS.items()}
    relations = (INTERVIEWS, *(each for each, _ in (*OF_CHILDREN, *OF_PUBLISHERS)))
    return EpisodeEngine({"330": "E12000005"}, groups, relations)


def told_records(records: Sequence[RecordedEvent]) -> pa.Table:
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
    return pa.Table.from_pylist(rows, RECORDS)


def kin(records: Sequence[RecordedEvent]) -> tuple[pa.Table, pa.Table]:
    """All odd and all even subjects as one cluster each."""
    subject_of = {
        each.event.episode_id: each.event.subject_id
        for each in records
        if isinstance(each.event, EpisodeEvent)
    }
    told_of = {each.event.subject_id for each in records if isinstance(each.event, SubjectEvent)}
    families = [
        {
            "episode_id": str(episode_id),
            "subject_id": str(subject_id),
            "family": subject_id.int % 2,
            "cluster": subject_id.int % 2,
        }
        for episode_id, subject_id in subject_of.items()
    ]
    subjects = [
        {"subject_id": str(each), "cluster": each.int % 2}
        for each in told_of.union(subject_of.values())
    ]
    return pa.Table.from_pylist(families, FAMILIES), pa.Table.from_pylist(subjects, SUBJECTS)


def held_at(table: pa.Table, position: int, world: str = "both") -> list[dict[str, Any]]:
    """The rows of a world that held at a position, without what says so."""
    aside = ("held_from", "held_until", "world")
    found = [
        {name: value for name, value in row.items() if name not in aside}
        for row in table.to_pylist()
        if row["held_from"] <= position
        and (row["held_until"] is None or row["held_until"] > position)
        and row.get("world", "both") in ("both", world)
    ]
    return sorted(found, key=str)


def comparable(told: Sequence[Any]) -> list[dict[str, Any]]:
    """Readable things as rows are."""
    found = [
        {
            RENAMED.get(field.name, field.name) if isinstance(each, Programme) else field.name: (
                str(value) if isinstance(value := getattr(each, field.name), UUID) else value
            )
            for field in fields(each)
        }
        for each in told
    ]
    return sorted(found, key=str)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(1, 40))
def test_what_is_told_of_children_is_as_readable_folds_say_in_both_worlds_at_every_position(
    engine: EpisodeEngine, seed: int, length: int
) -> None:
    records = protection_history(Random(seed), length)

    found = engine.compute(told_records(records), *kin(records)).relations

    for position in range(1, length + 1):
        known = records[:position]
        for relation, kind in OF_CHILDREN:
            rows = found[relation.name]
            decided, linked = (
                comparable(told_of_children(known, kind, read))
                for read in (person_of, person_if_linked)
            )
            assert held_at(rows, position, "decided") == decided, (relation.name, position)
            assert held_at(rows, position, "linked") == linked, (relation.name, position)
        held = comparable(interviews(known))
        for each in held:
            each["completed"] = written(each["completed"])
        assert held_at(found[INTERVIEWS.name], position) == sorted(held, key=str)
    for relation, _ in OF_CHILDREN:
        assert_no_version_equals_the_one_before(relation, found[relation.name].to_pylist())


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(1, 40))
def test_what_publishers_say_of_themselves_is_as_readable_folds_say_at_every_position(
    engine: EpisodeEngine, seed: int, length: int
) -> None:
    random = Random(seed)
    records = [
        record(
            of_publisher(random),
            position,
            publisher=random.choice(["la-330", "la-331"]),
            at=NOON + timedelta(hours=random.randrange(-9, 9)),
            submission=random.randrange(10**9),
        )
        for position in range(1, length + 1)
    ]

    found = engine.streams(told_records(records))

    for position in range(1, length + 1):
        for relation, readable in OF_PUBLISHERS:
            rows = held_at(found[relation.name], position)
            expected = comparable(readable(records[:position]))
            if relation is PROGRAMMES:
                rows = [{k: v for k, v in row.items() if k != "publisher"} for row in rows]
            assert sorted(rows, key=str) == expected, (relation.name, position)


def assert_no_version_equals_the_one_before(
    relation: Relation, rows: Sequence[dict[str, Any]]
) -> None:
    assert len({tuple(row[name] for name in relation.key) for row in rows}) == len(rows)
    for before, after in pairwise(rows):
        if before["held_until"] == after["held_from"]:
            unmoved = {"held_from": 0, "held_until": 0}
            assert before | unmoved != after | unmoved


def written(when: datetime | date) -> str:
    text = when.isoformat()
    return text.replace("+00:00", "Z")
