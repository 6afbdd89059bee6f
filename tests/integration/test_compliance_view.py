"""Every figure of compliance equals what one would work out by hand from the records."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from uuid import uuid4

import pytest
from psycopg import Connection, connect
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from domain.codes import PLACEMENT_GROUPS
from domain.measures import CountsQuery, Source
from domain.records import RecordedEvent
from domain.views import ViewAnswer, ViewQuery
from hub.database import migrate
from projections.counts import CountsView
from projections.engine import EpisodeEngine
from projections.episodes import apply_rows, create_build, rows_of
from projections.relation import apply
from projections.view import Registered
from projections.view_answers import answer
from projections.views.compliance import VIEWS
from tests.integration.compliance_oracle import DIMENSIONS, Ended, ended_episodes, figures_of
from tests.integration.compliance_story import Story
from tests.unit.test_episode_definition import tables

(COMPLIANCE,) = VIEWS
RANGES: tuple[tuple[date | None, date | None], ...] = (
    (None, None),
    (None, None),
    (date(2026, 3, 28), date(2026, 3, 31)),
    (None, date(2026, 3, 29)),
    (date(2026, 4, 1), None),
)
SETS: tuple[tuple[str, ...], ...] = (
    (),
    *((name,) for name in DIMENSIONS),
    ("authority", "area"),
    ("sex", "episode_number"),
)
SAME_QUESTION = {
    "returns": "returns",
    "return_interviews_not_offered": "interviews_not_offered",
    "return_interviews_offered": "interviews_offered",
    "return_interviews_declined": "interviews_declined",
    "return_interviews_completed": "interviews_completed",
    "return_interviews_within_72h": "interviews_within_72h",
    "return_interviews_not_computable": "interviews_not_computable",
}
OWN = {"area", "episode_number", "check_not_done_reason", "declined_by"}
Cells = dict[tuple[str, ...], dict[str, float | None]]


@dataclass(frozen=True, kw_only=True)
class Told:
    """A database whose views hold a story, and the story's records."""

    connection: Connection[TupleRow]
    records: list[RecordedEvent]
    by_hand: dict[tuple[int, Source, bool], list[Ended]] = field(default_factory=dict)

    def ask(self, query: ViewQuery) -> ViewAnswer:
        """Return the answer to a question."""
        return answer(self.connection, COMPLIANCE, query, Registered(areas={}, publishers=()))

    def ended(self, query: ViewQuery, *, linked: bool) -> list[Ended]:
        """Return the episodes of one world that a question is about, by hand."""
        assert not isinstance(query.as_of, date)
        position = len(self.records) if query.as_of is None else query.as_of
        key = (position, query.source, linked)
        if key not in self.by_hand:
            known = self.records[:position]
            self.by_hand[key] = ended_episodes(known, query.source, linked=linked)
        return [
            each
            for each in self.by_hand[key]
            if ("authority" in query.by or each.fact.authority != "SCO")
            and (query.first_day is None or each.day >= query.first_day)
            and (query.last_day is None or each.day <= query.last_day)
        ]


@pytest.fixture(scope="module")
def told(postgres_dsn: str) -> Iterator[Told]:
    """A story in a build; read it only."""
    name = f"compliance_{uuid4().hex}"
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
    url = postgres_dsn.replace("@/hub?", f"@/{name}?")
    migrate(url)
    groups = {code: str(group) for code, group in PLACEMENT_GROUPS.items()}
    engine = EpisodeEngine({"SCO": "outside"}, groups, COMPLIANCE.relations)
    records = Story(7).records()
    with connect(url, autocommit=True) as connection:
        store(connection, engine, records)
        yield Told(connection=connection, records=records)
    engine.close()
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def store(
    connection: Connection[TupleRow], engine: EpisodeEngine, records: list[RecordedEvent]
) -> None:
    """Compute records and write them as the build that readers see."""
    create_build(connection, 1, engine.relations)
    connection.execute(
        "INSERT INTO projection.builds (build, position, definition_version, relations, updated_at)"
        " VALUES (1, %s, 'test', %s, now())",
        [len(records), [each.name for each in engine.relations]],
    )
    connection.execute("INSERT INTO projection.active_build (build) VALUES (1)")
    computed = engine.compute(*tables(records))
    apply_rows(connection, 1, before=set(), after=rows_of(computed.facts))
    for relation in engine.relations:
        apply(connection, 1, relation, computed.relations[relation.name], owners=[])


def questions(told: Told, random: Random) -> Iterator[ViewQuery]:
    """Yield questions for each set of dimensions from each source, now and at two positions."""
    length = len(told.records)
    for as_of in (None, length // 2, length - 20):
        for by in SETS:
            first, last = random.choice(RANGES)
            source = random.choice([Source.NATIONAL, *Source])
            yield ViewQuery(
                view="compliance",
                by=by,
                first_day=first,
                last_day=last,
                as_of=as_of,
                source=source,
            )


def cells(query: ViewQuery, episodes: list[Ended]) -> Cells:
    """The figures of each cell of one world, by hand."""
    found: dict[tuple[str, ...], list[Ended]] = {} if query.by else {(): []}
    for each in episodes:
        cell = tuple(DIMENSIONS[name](each) for name in query.by)
        found.setdefault(cell, []).append(each)
    return {cell: figures_of(own) for cell, own in found.items()}


def test_every_figure_of_every_question_is_what_one_works_out_by_hand(told: Told) -> None:
    nothing = figures_of([])
    seen = set()
    for query in questions(told, Random(3)):
        worlds = [cells(query, told.ended(query, linked=linked)) for linked in (False, True)]

        rows = told.ask(query).rows

        assert {row.dimensions for row in rows} == {*worlds[0], *worlds[1]}
        for row in rows:
            if row.figure in nothing:
                both = [world.get(row.dimensions, nothing)[row.figure] for world in worlds]
                numbers = [each for each in both if each is not None]
                expected = (both[0], min(numbers, default=None), max(numbers, default=None))
                shown = (row.value, row.low, row.high)
                assert shown == pytest.approx(expected, abs=0.051), (query, row)
                seen |= {row.figure} if row.value else set()
    assert seen == nothing.keys()


def test_the_measures_of_return_interviews_are_the_same_figures(told: Told) -> None:
    counts = CountsView(0)
    for each in questions(told, Random(5)):
        query = replace(each, by=tuple(name for name in each.by if name not in OWN))
        found = told.ask(query).rows

        for measure, figure in SAME_QUESTION.items():
            asked = CountsQuery(
                measure=measure,
                by=query.by,
                first_day=query.first_day,
                last_day=query.last_day,
                as_of=query.as_of,
                source=query.source,
            )
            same = counts.answer(told.connection, asked).rows
            assert {row.dimensions: (row.value, row.high) for row in same if row.high} == {
                row.dimensions: (row.value, row.high)
                for row in found
                if row.figure == figure and row.high
            }


def test_figures_of_interviews_are_never_shown_one_without_the_others(told: Told) -> None:
    asked = ViewQuery(view="compliance", figures=("interviews_within_72h", "check_rate"))

    shown = [row.figure for row in told.ask(asked).rows]

    assert shown == [
        "check_rate",
        "interviews_not_offered",
        "interviews_decided_against",
        "interviews_offered",
        "interviews_declined",
        "interviews_completed",
        "interviews_within_72h",
        "interviews_not_computable",
    ]


def test_checks_done_decided_against_elsewhere_and_unrecorded_add_up_to_the_returns(
    told: Told,
) -> None:
    parts = ("checks_done", "checks_not_done", "checks_at_another_time", "checks_not_recorded")

    found = {row.figure: row.value for row in told.ask(ViewQuery(view="compliance")).rows}

    assert sum(found[name] or 0 for name in parts) == found["returns"]


@pytest.mark.parametrize("source", list(Source))
def test_episodes_of_publishers_that_never_responded_stand_beside_the_figures(
    told: Told, source: Source
) -> None:
    query = ViewQuery(view="compliance", source=source)
    episodes = told.ended(query, linked=False)

    found = dict(told.ask(query).coverage.findings)

    assert found.get("responses-never-sent", 0) == sum(each.silent for each in episodes)
    assert found.get("return-not-told", 0) == sum(
        each.fact.returned_on is None for each in episodes
    )
