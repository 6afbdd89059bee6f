"""Trends, repeats, triggers and durations equal what one would work out by hand from the facts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from psycopg import Connection, connect
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from domain.measures import Source
from domain.populations import Population
from domain.views import ViewQuery
from hub.settings import Settings
from hub.wiring import open_hub
from projections.catalogue import all_views
from projections.populations import load_populations
from projections.view import Registered
from projections.view_answers import answer
from tests.example_bodies import REGISTERED
from tests.examples import identity, message
from tests.hub_steps import SettableClock, settle
from tests.integration.care_story import (
    Concern,
    People,
    Span,
    concerns,
    people,
    spans,
    store_care,
    store_concerns,
)
from tests.integration.incident_oracle import Figures, Known, durations, of_world, repeats
from tests.integration.incident_story import Fact, Story, edges, store
from tests.integration.subgroup_oracle import Denominators, subgroups
from tests.integration.trend_oracle import trends
from tests.integration.trigger_oracle import triggers

NEWEST = 9
BEGUN = datetime(2024, 2, 28, 23, 30, tzinfo=UTC)
RANGES: tuple[tuple[date | None, date | None], ...] = (
    (None, None),
    (date(2024, 2, 1), date(2024, 2, 29)),
    (date(2025, 2, 1), date(2025, 2, 28)),
    (date(2024, 4, 1), date(2025, 3, 31)),
    (date(2024, 7, 15), date(2025, 10, 3)),
    (date(2025, 1, 1), None),
    (None, date(2025, 3, 30)),
    (date(2025, 3, 30), date(2025, 3, 30)),
    (date(2024, 4, 19), date(2024, 4, 19)),
    (date(2024, 4, 1), date(2024, 4, 20)),
)
DIMENSIONS = (
    "month",
    "reporting_year",
    "authority",
    "host_authority",
    "region",
    "force",
    "age_band",
    "sex",
    "placement_type",
    "looked_after",
)
ORACLES: dict[str, Callable[[Known, ViewQuery], dict[Any, Figures]]] = {
    "national-trends": trends,
    "repeat": repeats,
    "repeat-triggers": triggers,
    "duration": durations,
}
OWN = {
    "repeat": "times",
    "repeat-triggers": "trigger",
    "duration": "length",
    "subgroups": "unaccompanied",
}
VIEWS = {view.name: view for view in all_views()}
WORLDS = ("decided", "linked")
NOBODY = Registered(areas={}, publishers=())


@dataclass(frozen=True, kw_only=True)
class Told:
    """A hub's database whose views hold facts that were made up."""

    connection: Connection[TupleRow]
    facts: list[Fact]
    times: list[datetime]
    declared: tuple[tuple[str, int, date], ...]
    spans: list[Span]
    people: list[People]
    concerns: list[Concern]

    def known(self, world: str, position: int) -> Known:
        """Return what holds in a world at a position."""
        covered = {publisher: day for publisher, at, day in self.declared if at <= position}
        for fact in (*of_world(self.facts, world, position), *self._others(world, position)):
            area = fact.force if fact.source == "police" else fact.authority
            publisher = f"{'pf' if fact.source == 'police' else 'la'}-{area}"
            if fact.source != "national":
                covered[publisher] = min(covered.get(publisher, date.max), fact.started_on)
        return Known(
            facts=of_world(self.facts, world, position),
            now=self.times[position - 1],
            covered=covered,
        )

    def denominators(self, world: str, position: int) -> Denominators:
        """Return what rates are divided by in a world at a position."""
        other = {"decided": "linked", "linked": "decided"}[world]

        def holds(each: Span | Concern) -> bool:
            until = each.held_until or NEWEST + 1
            return each.world != other and each.held_from <= position < until

        return Denominators(
            spans=[each for each in self.spans if holds(each)],
            concerns=[each for each in self.concerns if holds(each)],
            people=self.people,
            since=min(fact.started_on for fact in self.facts),
        )

    def _others(self, world: str, position: int) -> list[Fact]:
        """Facts of the other world: what a publisher recorded it has recorded in both."""
        return of_world(self.facts, "linked" if world == "decided" else "decided", position)


@pytest.fixture(scope="module")
def told(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Facts at nine positions, recorded over two years, two a time; read it only."""
    name = f"incidents_{uuid4().hex}"
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
    url = postgres_dsn.replace("@/hub?", f"@/{name}?")
    clock = SettableClock(BEGUN)
    settings = Settings(database_url=url, data_dir=tmp_path_factory.mktemp("incidents"))
    with open_hub(settings, clock=clock) as hub:
        for number in range(NEWEST):
            settle(
                hub,
                message(REGISTERED, subject=f"C{number}", identity=identity(number + 1)),
                sealed=False,
            )
            clock.move(timedelta(days=194, hours=5))
        build = hub.projector.active_build()
        with connect(hub.database_url, autocommit=True) as connection:
            facts = [*Story(11, NEWEST).facts(), *edges()]
            declared = (("la-317", 2, date(2023, 1, 1)), ("pf-E23000014", 5, date(2023, 3, 1)))
            store(connection, build, facts)
            care, counted = list(spans(5, NEWEST, facts)), list(people(3))
            store_care(connection, build, care, counted)
            worries = list(concerns(4, NEWEST, facts))
            store_concerns(connection, build, worries)
            connection.cursor().executemany(
                "INSERT INTO projection.declared_periods_v1 VALUES (%s, %s, %s, %s, %s, %s, 0)",
                [(build, who, uuid4(), at, day, day) for who, at, day in declared],
            )
            connection.execute("UPDATE projection.builds SET position = %s", [NEWEST])
            found = connection.execute(
                "SELECT recorded_at FROM ledger.stored_events ORDER BY notification_id LIMIT %s",
                [NEWEST],
            )
            times = [time for (time,) in found]
            # What an answer says does not depend on where its reader sits.
            connection.execute("SET TimeZone = 'Europe/London'")
            yield Told(
                connection=connection,
                facts=facts,
                times=times,
                declared=declared,
                spans=care,
                people=counted,
                concerns=worries,
            )
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def questions(view: str) -> Iterator[ViewQuery]:
    """Yield questions with every dimension, range and source, drawn at random."""
    random = Random(view)
    names = (*DIMENSIONS, *([OWN[view]] if view in OWN else []))
    sets: list[tuple[tuple[str, ...], tuple[date | None, date | None]]] = [
        *((by, span) for by in ((), ("month",)) for span in RANGES)
    ]
    sets += [((name,), random.choice(RANGES)) for name in names[1:]]
    sets += [(tuple(random.sample(names, 2)), random.choice(RANGES)) for _ in range(12)]
    for name in (OWN.get(view, "sex"), "region", "reporting_year"):
        yield ViewQuery(view=view, by=(name,))
    for by, (first, last) in sets:
        where = random.choice(((), (), (("sex", "F"),), (("reporting_year", "2025"),)))
        yield ViewQuery(
            view=view,
            by=by,
            first_day=first,
            last_day=last,
            as_of=random.choice((None, 2, 5, 8)),
            source=random.choice((Source.NATIONAL, Source.NATIONAL, *Source)),
            where=where,
        )


@pytest.mark.parametrize("view", [*ORACLES, "subgroups"])
def test_every_figure_equals_the_one_by_hand_in_both_worlds(told: Told, view: str) -> None:
    for query in questions(view):
        position = query.as_of if isinstance(query.as_of, int) else NEWEST

        rows = answer(told.connection, VIEWS[view], query, NOBODY).rows

        decided, linked = (by_hand(told, view, query, world, position) for world in WORLDS)
        found = {(row.dimensions, row.figure): (row.value, row.low, row.high) for row in rows}
        assert len(found) == len(rows)
        for (cell, figure), values in found.items():
            ends = [world.get(cell, world[None])[figure] for world in (decided, linked)]
            known = [each for each in ends if each is not None]
            expected = (ends[0], min(known, default=None), max(known, default=None))
            assert values == expected, (query, cell, figure)
        assert {cell for cell, _ in found} == {*decided, *linked} - {None}, query


def by_hand(
    told: Told, view: str, query: ViewQuery, world: str, position: int
) -> dict[Any, Figures]:
    """Return every cell as worked out by hand, and under None an empty one."""
    known = told.known(world, position)
    if view == "subgroups":
        return subgroups(known, told.denominators(world, position), query)
    return ORACLES[view](known, query)


def test_the_list_of_children_under_triggers_is_restricted_and_holds_who_stands_there(
    told: Told,
) -> None:
    day = date(2024, 4, 19)
    listed = ViewQuery(view="children-on-triggers", by=("trigger", "person", "since"), last_day=day)
    counted = ViewQuery(view="repeat-triggers", by=("trigger",), last_day=day)

    rows = answer(told.connection, VIEWS[listed.view], listed, NOBODY).rows
    figures = answer(told.connection, VIEWS[counted.view], counted, NOBODY).rows

    assert VIEWS[listed.view].restricted
    standing = {
        row.dimensions[0]: (row.value, row.high)
        for row in figures
        if row.figure == f"children_{row.dimensions[0]}"
    }
    assert {trigger for trigger, (number, _) in standing.items() if number} == {
        "extended",
        "three_in_90_days",
    }
    for trigger, (number, _) in standing.items():
        persons = [row for row in rows if row.dimensions[0] == trigger and row.value]
        assert len(persons) == number
        assert all(row.value == 1 for row in persons)


def test_a_population_loaded_again_leaves_the_earlier_one_to_earlier_positions(told: Told) -> None:
    connection = told.connection
    first, again = (
        Population(
            year=2030,
            authority="330",
            region="E12000005",
            age_band="0",
            sex="F",
            children=children,
            source="made up",
        )
        for children in (100, 120)
    )

    with connection.transaction(force_rollback=True):
        load_populations(connection, [first])
        connection.execute("UPDATE projection.populations SET held_from = 3 WHERE year = 2030")
        position, years = load_populations(connection, [again])
        load_populations(connection, [again])
        stored = connection.execute(
            "SELECT children, held_from, held_until FROM projection.populations"
            " WHERE year = 2030 ORDER BY held_from"
        ).fetchall()

    assert (position, years) == (NEWEST, (2030,))
    assert stored == [(100, 3, NEWEST), (120, NEWEST, None)]
