"""The reconciliation view: every source row in one bucket and one cell, and terms that add up."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from uuid import uuid4

import pytest
from psycopg import connect
from psycopg.sql import SQL, Identifier

from domain.episodes import facts_of, source_rows
from domain.errors import UsageError
from domain.measures import Bucket, CountsQuery, Source
from domain.national import EpisodeFacts
from domain.reconciliation_terms import (
    CELL_DIMENSIONS,
    ReconciliationAnswer,
    ReconciliationQuery,
    Terms,
)
from domain.records import RecordedEvent
from domain.source_rows import SourceRow
from domain.vocabulary import Category
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from tests.examples import message
from tests.hub_steps import SettableClock, change, episode_of, follow, settle
from tests.integration.counts_story import FIRST, Story
from tests.integration.undecided import leave_undecided, ledger

OUTSIDE = {"SCO", "NIR", "WAL"}
COUNTED = ("matched", "police_only", "authority_only", "in_review")


@pytest.fixture(scope="module")
def told(
    postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Hub, list[RecordedEvent]]]:
    """A hub that was told a story, with much in review and held, and its ledger; read it only."""
    name = f"terms_{uuid4().hex}"
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
    settings = Settings(
        database_url=postgres_dsn.replace("@/hub?", f"@/{name}?"),
        data_dir=tmp_path_factory.mktemp("terms"),
    )
    random = Random(11)
    with open_hub(settings, clock=SettableClock(FIRST + timedelta(days=50))) as hub:
        messages = list(Story(11).messages(children=16))
        random.shuffle(messages)
        for start in range(0, len(messages), 60):
            settle(hub, *messages[start : start + 60], sealed=False)
            hub.linker.catch_up()
            leave_undecided(hub, random, pairs=3)
        settle(hub, message("missing.episode.located.v1", subject="E-unknown", child="C-unknown"))
        follow(hub)
        yield hub, ledger(hub)
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def cell_of(hub: Hub, row: SourceRow | EpisodeFacts, by: tuple[str, ...]) -> tuple[str, ...]:
    """Where a row stands, by hand."""
    day = row.started_on
    register = hub.register
    regions = {
        each.number: each.region_code for each in (*register.authorities, *register.abolished)
    }
    named = {
        "month": f"{day:%Y-%m}" if day else "unknown",
        "reporting_year": str(day.year + (day.month >= 4)) if day else "unknown",
        "authority": row.authority,
        "region": "outside" if row.authority in OUTSIDE else regions.get(row.authority, "unknown"),
        "force": row.force,
    }
    return tuple(named[name] for name in by)


def by_hand(
    hub: Hub, records: list[RecordedEvent], query: ReconciliationQuery
) -> dict[tuple[str, ...], Counter[str]]:
    """The terms of every cell, counted one row after the other."""
    apart = {"authority", "region"} & set(query.by)
    cells: dict[tuple[str, ...], Counter[str]] = {}

    def put(row: SourceRow | EpisodeFacts, *names: str) -> None:
        day = row.started_on
        asked = query.first_day or query.last_day
        inside = (
            not asked
            if day is None
            else (query.first_day or date.min) <= day <= (query.last_day or date.max)
        )
        adult = row.age is not None and row.age >= 18
        shown = bool(apart) or row.authority not in OUTSIDE
        if inside and shown and not adult and row.category is query.category:
            cells.setdefault(cell_of(hub, row, query.by), Counter()).update(names)

    for row in source_rows(records):
        side = row.source.value
        split = row.bucket.value if row.bucket.value.endswith("_only") else f"{row.bucket}_{side}"
        put(row, split, *([f"{side}_total"] if row.bucket in COUNTED else []))
    for fact in facts_of(records):
        if fact.source is Source.NATIONAL:
            put(fact, "national_total")
    return cells


def cells_of(answer: ReconciliationAnswer) -> dict[tuple[str, ...], Counter[str]]:
    """The terms of every cell of an answer, without the zeros."""
    return {cell.dimensions: +Counter(vars(cell.terms)) for cell in answer.cells}


@pytest.mark.parametrize("category", Category)
def test_the_terms_of_every_cell_are_those_by_hand_and_add_up_at_any_position(
    told: tuple[Hub, list[RecordedEvent]], category: Category
) -> None:
    hub, records = told
    random = Random(category)

    for as_of in (None, 1, len(records) // 3, len(records) // 2, len(records) - 1):
        for number in (0, 1, 2, 3):
            query = ReconciliationQuery(
                by=tuple(random.sample(list(CELL_DIMENSIONS), number)),
                first_day=random.choice([None, date(2026, 2, 10)]),
                last_day=random.choice([None, date(2026, 3, 20)]),
                as_of=as_of,
                category=category,
            )

            answer = hub.reconciliation.answer(query)

            known = records if as_of is None else records[:as_of]
            expected = by_hand(hub, known, query)
            assert cells_of(answer) == (expected or ({} if query.by else {(): Counter()})), query
            assert all(cell.terms.explained for cell in answer.cells)
            assert answer.total.explained
            found = [cell.dimensions for cell in answer.cells]
            assert found == sorted(found)


def test_every_source_row_is_in_exactly_one_of_the_six_buckets_at_any_position(
    told: tuple[Hub, list[RecordedEvent]],
) -> None:
    hub, records = told

    for as_of in (None, 1, len(records) // 2, len(records)):
        rows = source_rows(records if as_of is None else records[:as_of])
        found = hub.reconciliation.answer(ReconciliationQuery(as_of=as_of)).source_episodes
        buckets = Counter({name: count for name, count in vars(found).items() if name != "total"})
        assert +buckets == Counter(each.bucket.value for each in rows)
        assert found.total == len(rows) == buckets.total()
    assert hub.status.read().balanced
    assert {each.bucket for each in source_rows(records)} == set(Bucket)


def test_the_national_total_is_the_national_count(
    told: tuple[Hub, list[RecordedEvent]],
) -> None:
    hub, _ = told
    by = ("authority", "month")

    counted = hub.counts.answer(CountsQuery(measure="missing_incidents", by=by))
    answer = hub.reconciliation.answer(ReconciliationQuery(by=by))

    assert {row.dimensions: row.value for row in counted.rows if row.value} == {
        cell.dimensions: cell.terms.national_total
        for cell in answer.cells
        if cell.terms.national_total
    }


def test_a_position_that_the_ledger_has_not_reached_is_refused(
    told: tuple[Hub, list[RecordedEvent]],
) -> None:
    with pytest.raises(UsageError, match="`as_of` must be a position"):
        told[0].reconciliation.answer(ReconciliationQuery(as_of=10**6))


def test_a_row_that_is_lost_or_doubled_upsets_the_sum(hub: Hub) -> None:
    settle(hub, message(subject="E-1"), message(subject="E-2"))
    follow(hub)
    whole = hub.status.read()

    change(
        hub,
        "DELETE FROM projection.source_rows_v1 WHERE episode_id = %s",
        [episode_of(hub, "E-1")],
    )

    assert (whole.balanced, whole.source_episodes.total) == (True, 2)
    assert not hub.status.read().balanced


def test_before_anything_was_told_there_is_nothing_to_explain(hub: Hub) -> None:
    hub.projector.active_build()

    answer = hub.reconciliation.answer(ReconciliationQuery())

    assert answer.total == Terms()
    assert (answer.as_of_position, answer.as_of_time) == (0, None)
    assert answer.source_episodes.total == 0
