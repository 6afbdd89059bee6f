"""The history of a count: its steps are the counts as they stood, each with what caused it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from psycopg import connect
from psycopg.sql import SQL, Identifier

from domain.errors import UsageError
from domain.history import ChangeKind, HistoryAnswer, HistoryQuery, HistoryStep
from domain.measures import MEASURES, CountsQuery, Source
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from tests.hub_steps import SettableClock, follow, rows, settle
from tests.integration.counts_story import FIRST, Story
from tests.integration.undecided import leave_undecided, ledger

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
CLOSED = date(2026, 4, 14)


@pytest.fixture(scope="module")
def told(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub that was told a story out of order, during its months and long after; read it only."""
    name = f"history_{uuid4().hex}"
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
    settings = Settings(
        database_url=postgres_dsn.replace("@/hub?", f"@/{name}?"),
        data_dir=tmp_path_factory.mktemp("history"),
    )
    clock = SettableClock(FIRST + timedelta(days=50))
    random = Random(5)
    with open_hub(settings, clock=clock) as hub:
        messages = list(Story(5).messages(children=14))
        random.shuffle(messages)
        for start in range(0, len(messages), 24):
            settle(hub, *messages[start : start + 24], sealed=False)
            hub.linker.catch_up()
            # What is kept by differences is to see several of them.
            if start % 96 == 0:
                follow(hub)
            leave_undecided(hub, random, pairs=2)
            clock.move(timedelta(days=9))
        follow(hub)
        yield hub
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def value_at(hub: Hub, counts: CountsQuery, position: int) -> float:
    """Return what /v1/counts says as of a position."""
    (row,) = hub.counts.answer(replace(counts, as_of=position)).rows
    return row.value


def adds_up(answer: HistoryAnswer) -> bool:
    """Tell whether the changes make the difference, and each value what came before it."""
    value = answer.start
    for row in answer.rows:
        value = round(value + row.change, 2)
        if value != row.value:
            return False
    return value == answer.end


@pytest.mark.parametrize("measure", MEASURES)
def test_every_step_of_a_history_is_the_count_as_it_stood_and_nothing_happens_between(
    told: Hub, measure: str
) -> None:
    random = Random(measure)
    newest = told.status.position()
    since = told.history.answer(
        HistoryQuery(counts=CountsQuery(measure=measure, last_day=MARCH[1]), since=CLOSED)
    ).since_position

    for source in Source:
        where = random.choice([(), (("sex", "F"),), (("authority", "330"),)])
        counts = CountsQuery(
            measure=measure, first_day=MARCH[0], last_day=MARCH[1], source=source, where=where
        )
        answer = told.history.answer(
            HistoryQuery(counts=counts, since=since, by=HistoryStep.POSITION)
        )

        values = {row.position: row.value for row in answer.rows}
        value = answer.start
        sampled = {since, newest, *random.sample(range(since, newest), 12)}
        for position in range(since, newest + 1):
            value = values.get(position, value)
            if position in sampled or position in values or position + 1 in values:
                assert value == value_at(told, counts, position), (source, position)
        assert (answer.start, answer.end) == (
            value_at(told, counts, since),
            value_at(told, counts, newest),
        )
        assert adds_up(answer)


@pytest.mark.parametrize("measure", MEASURES)
def test_by_day_the_same_changes_are_told_by_kind_and_add_up(told: Hub, measure: str) -> None:
    counts = CountsQuery(measure=measure, first_day=MARCH[0], last_day=MARCH[1])
    asked = HistoryQuery(counts=counts, since=CLOSED)

    by_day = told.history.answer(asked)
    by_position = told.history.answer(replace(asked, by=HistoryStep.POSITION))

    assert adds_up(by_day)
    assert (by_day.start, by_day.end) == (by_position.start, by_position.end)
    steps = {(row.recorded_on, row.kind) for row in by_position.rows}
    assert [(row.recorded_on, row.kind) for row in by_day.rows] == sorted(
        steps, key=lambda step: (step[0], list(ChangeKind).index(step[1]))
    )
    assert sum(row.records for row in by_day.rows) == len(by_position.rows)


def test_the_kind_of_a_change_is_that_of_the_record_at_its_position(told: Hub) -> None:
    records = {record.position: record for record in ledger(told)}
    of_a_match = {"matched", "unmatched", "in_review", "held"}
    known = {
        "episode-voided": {"voided"},
        "episode-corrected": {"corrected"},
        "episode-matched": of_a_match,
        "person-split": {"split"},
        "care-started": {"care"},
    }
    found = set()

    for source in Source:
        counts = CountsQuery(measure="missing_incidents", last_day=MARCH[1], source=source)
        asked = HistoryQuery(counts=counts, since=0, by=HistoryStep.POSITION)
        for row in told.history.answer(asked).rows:
            record = records[row.position or 0]
            late = row.recorded_on > CLOSED
            if record.event.type == "episode-reported":
                assert row.kind == ("late" if late else "reported")
            else:
                assert row.kind in known.get(record.event.type, set(ChangeKind) - of_a_match)
            found.add(row.kind)

    assert {"reported", "late", "voided", "corrected"} <= found
    assert len(found & of_a_match) >= 3


def test_a_history_starts_at_the_close_of_its_period(told: Hub) -> None:
    counts = CountsQuery(measure="missing_children", first_day=MARCH[0], last_day=MARCH[1])

    unsaid = told.history.answer(HistoryQuery(counts=counts))
    said = told.history.answer(HistoryQuery(counts=counts, since=CLOSED))

    assert replace(unsaid, query=said.query) == said
    assert unsaid.since_time is not None
    assert unsaid.since_time.date() <= CLOSED < unsaid.rows[0].recorded_on


def test_a_history_ends_where_it_is_asked_to_end(told: Hub) -> None:
    counts = CountsQuery(measure="missing_incidents", last_day=MARCH[1])
    whole = told.history.answer(HistoryQuery(counts=counts, since=0, by=HistoryStep.POSITION))
    middle = whole.rows[len(whole.rows) // 2].position or 0

    part = told.history.answer(
        HistoryQuery(counts=replace(counts, as_of=middle), since=0, by=HistoryStep.POSITION)
    )

    assert part.rows == tuple(row for row in whole.rows if (row.position or 0) <= middle)
    assert (part.as_of_position, part.end) == (middle, value_at(told, counts, middle))


@pytest.mark.parametrize(
    ("counts", "since", "said"),
    [
        ({}, None, "Say where the history starts"),
        ({"last_day": date(2998, 1, 1)}, None, "closes on 2998-01-15"),
        ({"last_day": MARCH[1], "as_of": 3}, 9, "after its end at 3"),
        ({}, 10**6, "`since` must be a position from 0 to"),
        ({}, date(2020, 1, 1), "the day of the first record"),
        ({"measure": "open_episodes"}, 5, "say it as `to`"),
        ({"measure": "open_episodes", "last_day": MARCH[1]}, 0, "after its moment"),
        ({"definition_version": "1999.1"}, 0, "`definition_version` is 2026"),
    ],
)
def test_a_history_that_cannot_be_told_is_refused_with_what_to_say(
    told: Hub, counts: dict[str, Any], since: int | date | None, said: str
) -> None:
    asked = replace(CountsQuery(measure="missing_incidents"), **counts)

    with pytest.raises(UsageError, match=said):
        told.history.answer(HistoryQuery(counts=asked, since=since))


def test_the_children_kept_of_areas_and_months_are_those_of_the_facts(told: Hub) -> None:
    children = rows(
        told,
        "SELECT source, category, month, authority, count(DISTINCT person_id) FILTER"
        " (WHERE world <> 'linked'), count(DISTINCT person_id) FILTER (WHERE world <> 'decided'),"
        " count(*) FILTER (WHERE world <> 'linked')"
        "  FROM projection.episode_facts_v1 WHERE held_until IS NULL AND age_band <> '18+'"
        " GROUP BY 1, 2, 3, 4",
    )
    kept = rows(
        told,
        "SELECT source, category, month, authority, children, children_if_linked, episodes"
        " FROM projection.area_months_v1",
    )

    assert sorted(kept) == sorted(children)
    assert any(row[4] != row[6] for row in kept)
