"""Every count equals what a reader would count by hand from the records up to a position."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from psycopg import connect
from psycopg.sql import SQL, Identifier

from domain.errors import UsageError
from domain.measures import DIMENSIONS, MEASURES, CountsQuery, Source
from domain.vocabulary import Category
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from tests.examples import NOON, message
from tests.hub_steps import SettableClock, follow, rows, settle
from tests.integration.counts_oracle import Cells, Oracle, Ranges, midnight_after
from tests.integration.counts_story import FIRST, Story
from tests.integration.undecided import leave_undecided, ledger

LONDON = ZoneInfo("Europe/London")
RANGES: tuple[tuple[date | None, date | None], ...] = (
    (None, None),
    (date(2026, 3, 1), date(2026, 3, 31)),
    (date(2026, 2, 10), None),
    (None, date(2026, 3, 29)),
    (date(2026, 3, 14), date(2026, 3, 14)),
    (date(2027, 1, 1), date(2027, 12, 31)),
)


def ranges_of(hub: Hub, query: CountsQuery) -> Ranges:
    """Return the hub's answer as cells; no cell is answered twice, and cells are in order."""
    answer = hub.counts.answer(query)
    found = [row.dimensions for row in answer.rows]
    assert len(set(found)) == len(found)
    assert found == sorted(found)
    return {row.dimensions: (row.value, row.low, row.high) for row in answer.rows}


def cells_of(hub: Hub, query: CountsQuery) -> Cells:
    """Return the values of the hub's answer alone."""
    return {cell: value for cell, (value, _, _) in ranges_of(hub, query).items()}


@pytest.fixture(scope="module")
def own_database(postgres_dsn: str) -> Iterator[str]:
    """An empty database for the tests that only read."""
    name = f"counts_{uuid4().hex}"
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
    yield postgres_dsn.replace("@/hub?", f"@/{name}?")
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture(scope="module")
def told(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub that was told a story in pieces, out of order, over several days; read it only."""
    settings = Settings(database_url=own_database, data_dir=tmp_path_factory.mktemp("counts"))
    clock = SettableClock(FIRST + timedelta(days=50))
    with open_hub(settings, clock=clock) as hub:
        random = Random(7)
        messages = list(Story(7).messages(children=30))
        random.shuffle(messages)
        for start in range(0, len(messages), 40):
            settled = settle(hub, *messages[start : start + 40], sealed=False)
            assert {each.rejection for each in settled} == {None}
            if random.random() < 0.7:
                follow(hub)
                leave_undecided(hub, random, pairs=2)
            clock.move(timedelta(days=random.choice([0, 1, 4]), hours=7))
        follow(hub)
        leave_undecided(hub, random, pairs=6)
        follow(hub)
        yield hub


@pytest.fixture(scope="module")
def oracle(told: Hub) -> Oracle:
    """What counts the same by hand."""
    return Oracle(told, ledger(told))


def positions(newest: int) -> list[int | None]:
    """Return positions at the ends and between, and none."""
    return [None, 0, 1, newest // 3, newest // 2, newest - 1, newest]


def dimension_sets(random: Random) -> list[tuple[str, ...]]:
    """Return no dimension, one and several, in any order."""
    names = list(DIMENSIONS)
    return [(), (random.choice(names),), tuple(random.sample(names, random.choice([2, 2, 3])))]


def test_the_story_has_what_the_counts_tell_apart(oracle: Oracle) -> None:
    facts = [
        fact
        for fact in oracle.facts(len(oracle.records))
        if fact.source is Source.NATIONAL and fact.category is Category.MISSING
    ]

    assert len(oracle.records) > 300
    for name in ("bucket", "end_reason", "sex", "looked_after", "within_72h", "placement_type"):
        assert len({getattr(fact, name) for fact in facts}) >= 3, name
    assert any(fact.age is not None and fact.age >= 18 for fact in facts)
    assert {fact.category for fact in oracle.facts(len(oracle.records))} == set(Category)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_count_equals_the_one_by_hand_at_any_position(
    told: Hub, oracle: Oracle, measure: str
) -> None:
    random = Random(measure)
    newest = len(oracle.records)

    for source in Source:
        for as_of in positions(newest):
            for by in dimension_sets(random):
                if MEASURES[measure].clock == "stock" and {"month", "reporting_year"} <= set(by):
                    continue
                first, last = random.choice(RANGES)
                query = CountsQuery(
                    measure=measure,
                    by=by,
                    first_day=first,
                    last_day=last,
                    as_of=as_of,
                    source=source,
                )

                expected = oracle.ranges(query, newest if as_of is None else as_of)

                assert ranges_of(told, query) == expected, query


@pytest.mark.parametrize("measure", ["missing_incidents", "missing_children", "open_episodes"])
def test_a_date_stands_for_the_last_position_of_that_london_day(
    told: Hub, oracle: Oracle, measure: str
) -> None:
    days = sorted({each.recorded_at.astimezone(LONDON).date() for each in oracle.records})

    for day in (days[0], days[len(days) // 2], days[-1]):
        known = [each for each in oracle.records if each.recorded_at < midnight_after(day)]
        query = CountsQuery(measure=measure, by=("authority",), as_of=day)

        answer = told.counts.answer(query)

        assert answer.as_of_position == len(known)
        assert answer.as_of_time == (known[-1].recorded_at if known else None)
        assert ranges_of(told, query) == oracle.ranges(query, len(known))


def test_a_date_before_the_first_record_is_refused_with_the_days_there_are(
    told: Hub, oracle: Oracle
) -> None:
    first = oracle.records[0].recorded_at.astimezone(LONDON).date()

    with pytest.raises(UsageError, match=f"a date from {first}, the day of the first record, to"):
        told.counts.answer(
            CountsQuery(measure="missing_incidents", as_of=first - timedelta(days=1))
        )


def test_what_is_in_review_opens_a_range_in_both_directions_and_new_cells(told: Hub) -> None:
    by = ("authority", "month", "force")
    found = [
        each
        for source in Source
        for measure in ("missing_incidents", "missing_children", "away_incidents")
        for each in ranges_of(told, CountsQuery(measure=measure, by=by, source=source)).values()
    ]

    assert any(value == low < high for value, low, high in found)
    assert any(low < high == value for value, low, high in found)
    assert any(value == 0 < high for value, low, high in found)
    assert any(low == value == high for value, low, high in found)


def test_children_are_counted_once_in_each_cell_and_once_in_the_total(told: Hub) -> None:
    by_month = cells_of(told, CountsQuery(measure="missing_children", by=("month",)))
    total = cells_of(told, CountsQuery(measure="missing_children"))

    assert max(by_month.values()) <= total[()] < sum(by_month.values())


def test_incidents_of_the_parts_add_up_to_the_total(told: Hub) -> None:
    (total,) = cells_of(told, CountsQuery(measure="missing_incidents")).values()

    for name in set(DIMENSIONS) - {"authority", "region"}:
        parts = cells_of(told, CountsQuery(measure="missing_incidents", by=(name,)))
        assert sum(parts.values()) == total, name


def test_findings_beside_a_count_are_those_of_the_episodes_in_its_period(
    told: Hub, oracle: Oracle
) -> None:
    for as_of in (None, len(oracle.records) // 2):
        query = CountsQuery(measure="missing_incidents", first_day=date(2026, 2, 15), as_of=as_of)
        expected: dict[str, int] = defaultdict(int)
        for fact in oracle.facts(as_of or len(oracle.records)):
            chosen = fact.source is Source.NATIONAL and fact.category is Category.MISSING
            if chosen and fact.started_on >= date(2026, 2, 15):
                for code in fact.findings:
                    expected[code] += 1

        assert dict(told.counts.answer(query).coverage.findings) == expected
        assert expected or as_of


def test_the_table_of_counts_holds_what_the_current_facts_add_up_to(told: Hub) -> None:
    names = (
        "source, category, started_on, authority, host_authority, region, force, age_band, sex,"
        " placement_type, looked_after"
    )

    counted = rows(told, f"SELECT {names}, episodes, if_linked FROM projection.incident_counts_v1")
    facts = rows(
        told,
        f"SELECT {names}, count(*) FILTER (WHERE world <> 'linked'),"
        " count(*) FILTER (WHERE world <> 'decided') FROM projection.episode_facts_v1"
        f" WHERE held_until IS NULL GROUP BY {names}",
    )

    assert sorted(counted) == sorted(facts)
    assert counted


@pytest.mark.parametrize("measure", ["missing_incidents", "missing_children", "away_children"])
def test_what_is_kept_of_areas_and_months_answers_as_the_facts_do(
    told: Hub, oracle: Oracle, measure: str
) -> None:
    newest = len(oracle.records)
    wheres: tuple[tuple[tuple[str, str], ...], ...] = ((), (("authority", "330"),))

    for by in ((), ("month",), ("authority", "month"), ("region", "reporting_year")):
        for where in wheres:
            for first, last in RANGES[:2]:
                query = CountsQuery(
                    measure=measure, by=by, where=where, first_day=first, last_day=last
                )
                expected = {
                    cell[: len(by)]: counted
                    for cell, counted in oracle.ranges(
                        replace(query, by=(*by, *(name for name, _ in where))), newest
                    ).items()
                    if cell[len(by) :] == tuple(value for _, value in where) and any(counted)
                }
                found = ranges_of(told, query)
                assert {cell: value for cell, value in found.items() if any(value)} == expected


@pytest.mark.parametrize("as_of", [10**6, -1])
def test_a_position_beyond_the_ledger_is_refused_with_the_range(told: Hub, as_of: int) -> None:
    newest = told.status.position()

    with pytest.raises(UsageError, match=f"from 0 to {newest}"):
        told.counts.answer(CountsQuery(measure="missing_incidents", as_of=as_of))


def test_a_stock_by_month_and_by_year_at_once_is_refused(told: Hub) -> None:
    query = CountsQuery(measure="open_episodes", by=("month", "reporting_year"))

    with pytest.raises(UsageError, match="not by both"):
        told.counts.answer(query)


def test_nothing_can_be_asked_before_anything_was_counted(hub: Hub) -> None:
    with pytest.raises(UsageError, match="Nothing has been counted"):
        hub.counts.answer(CountsQuery(measure="missing_incidents"))


def test_an_episode_closed_in_a_second_is_still_an_incident(hub: Hub) -> None:
    instant = NOON.isoformat()
    settle(
        hub,
        message(left=instant, last_seen=None),
        message("missing.episode.located.v1", located=instant),
    )
    follow(hub)

    assert cells_of(hub, CountsQuery(measure="missing_incidents")) == {(): 1}
    assert cells_of(hub, CountsQuery(measure="open_episodes")) == {(): 0}
