"""Every cross-boundary figure equals the one by hand from the records, in both worlds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest
from psycopg import Connection, connect
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from domain.codes import PLACEMENT_GROUPS
from domain.measures import Source
from domain.records import RecordedEvent
from domain.views import ViewQuery
from hub.settings import Settings
from hub.wiring import open_hub
from projections.catalogue import all_relations, all_views
from projections.engine import EpisodeEngine
from projections.episodes import apply_rows, rows_of
from projections.relation import apply
from projections.view import Registered
from projections.view_answers import answer
from tests.examples import message
from tests.hub_steps import SettableClock, settle
from tests.integration.placed_gains import GAINS, gains
from tests.integration.placed_oracle import REGIONS, Known, Row
from tests.integration.placed_story import AREAS, Story
from tests.integration.placed_views import (
    AROUND,
    HOMES,
    MISSING,
    NOTICES,
    PLACED,
    SEARCHES,
    STABILITY,
    Figures,
    episodes,
    moves,
    notices,
    searches,
    stays,
)
from tests.unit.test_episode_definition import tables

VIEWS = {view.name: view for view in all_views()}
REGISTERED_AREAS = Registered(areas=AREAS, publishers=())
BEGUN = datetime(2025, 11, 20, 9, tzinfo=UTC)
Rows = Callable[[Known, ViewQuery], Iterator[Row]]


def placed(*areas: str, shown_by: Sequence[str] = ()) -> Rows:
    """The placements of some areas, with the protected ones if the answer shows them apart."""

    def rows(known: Known, query: ViewQuery) -> Iterator[Row]:
        apart = {"restricted"} if {*asked(query)} & {*shown_by} else set()
        return (row for row in stays(known, query) if row["area"] in {*areas, *apart})

    return rows


def homes(known: Known, query: ViewQuery) -> Iterator[Row]:
    """The placements in homes."""
    return (row for row in stays(known, query) if row["provider_urn"])


def lived_elsewhere(*, abroad: bool) -> Rows:
    """The episodes of looked-after children away from their own authority."""

    def rows(known: Known, query: ViewQuery) -> Iterator[Row]:
        for row in episodes(known, query, asked=asked(query)):
            host, home = row["host_authority"], row["authority"]
            told = host != "restricted" or asked(query) & {"host_authority", "host_region"}
            away = "unknown" not in (host, home) and host != home and row["looked_after"] == "yes"
            if away and told and (abroad or host != "WAL"):
                yield row

    return rows


def led(known: Known, query: ViewQuery) -> Iterator[Row]:
    """The missing episodes, with who leads the search."""
    for row in episodes(known, query, asked=asked(query)):
        if row["category"] == "missing":
            yield searches(known, row)


def around(known: Known, query: ViewQuery) -> Iterator[Row]:
    """The missing episodes of looked-after children, with their moves."""
    for row in episodes(known, query, asked=asked(query)):
        if row["category"] == "missing" and row["looked_after"] == "yes":
            yield moves(known, row)


def asked(query: ViewQuery) -> frozenset[str]:
    """The dimensions that a question names."""
    return frozenset((*query.by, *(name for name, _ in query.where)))


SHOWN_BY = ("host_authority", "host_region", "placed_in")
ORACLES: dict[str, tuple[Rows, Figures]] = {
    "placements-hosted": (placed("out_of_area", shown_by=SHOWN_BY), PLACED),
    "placements-elsewhere": (placed("out_of_area", "outside_england", shown_by=SHOWN_BY), PLACED),
    "placement-flows": (stays, PLACED),
    "placement-stability": (stays, STABILITY),
    "homes": (homes, HOMES),
    "placement-notifications": (notices, NOTICES),
    "missing-hosted": (lived_elsewhere(abroad=False), MISSING),
    "missing-elsewhere": (lived_elsewhere(abroad=True), MISSING),
    "search-lead": (led, SEARCHES),
    "placement-instability": (around, AROUND),
    "net-gain": (gains, GAINS),
}
# How a dimension is called in the rows by hand, where it is called otherwise.
CALLED = {"placed_in": "area", "reason": "out_of_area_reason"}
DIMENSIONS = (
    "authority",
    "region",
    "host_authority",
    "host_region",
    "placed_in",
    "reason",
    "provider",
    "provider_urn",
    "placement_type",
    "force",
    "led_by",
)
RANGES = (
    (date(2025, 2, 1), date(2025, 7, 31)),
    (date(2025, 3, 12), date(2025, 9, 9)),
    (date(2024, 4, 1), date(2025, 3, 31)),
    (date(2025, 5, 1), None),
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A hub's database whose views hold what a story told."""

    connection: Connection[TupleRow]
    records: Sequence[RecordedEvent]
    times: Sequence[datetime]
    read: dict[tuple[str, int], Known] = field(default_factory=dict)

    def known(self, world: str, position: int) -> Known:
        """Return what is known in a world at a position."""
        if (world, position) not in self.read:
            known = Known(self.records[:position], world, self.times[position - 1])
            self.read[world, position] = known
        return self.read[world, position]


@pytest.fixture(scope="module")
def told(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The views of a story, whose last records were made half a year after the first; read it."""
    name = f"placed_{uuid4().hex}"
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
    url = postgres_dsn.replace("@/hub?", f"@/{name}?")
    clock, records = SettableClock(BEGUN), Story(13).records()
    settings = Settings(database_url=url, data_dir=tmp_path_factory.mktemp("placed"))
    with open_hub(settings, clock=clock) as hub:
        for _ in range(5):
            settle(hub, *_fillers(len(records) // 5 + 1), sealed=False)
            clock.move(timedelta(days=44, hours=5))
        build = hub.projector.active_build()
        with connect(hub.database_url, autocommit=True) as connection:
            _store(connection, build, records)
            found = connection.execute(
                "SELECT recorded_at FROM ledger.stored_events ORDER BY notification_id LIMIT %s",
                [len(records)],
            )
            times = [time for (time,) in found]
            yield Told(connection=connection, records=records, times=times)
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _fillers(number: int) -> list[bytes]:
    """Records that take positions of the ledger."""
    return [message("missing.episode.located.v1", subject=f"E-{uuid4()}") for _ in range(number)]


def _store(connection: Connection[TupleRow], build: int, records: Sequence[RecordedEvent]) -> None:
    """Write what follows from records into a build, as the projector would."""
    groups = {code: str(group) for code, group in PLACEMENT_GROUPS.items()}
    engine = EpisodeEngine(REGIONS, groups, all_relations())
    computed = engine.compute(*tables(records))
    apply_rows(connection, build, before=set(), after=rows_of(computed.facts))
    for relation in all_relations():
        if relation.name in computed.relations:
            apply(connection, build, relation, computed.relations[relation.name], owners=[])
    engine.close()
    connection.execute("UPDATE projection.builds SET position = %s", [len(records)])


def questions(view: str, newest: int) -> Iterator[ViewQuery]:
    """Yield questions with every dimension, by month and year, and for ranges and positions."""
    random = Random(view)
    own = {each.name for each in VIEWS[view].dimensions}
    names = [name for name in DIMENSIONS if name in own]
    sets: list[tuple[str, ...]] = [(), ("month",), ("reporting_year",)]
    sets += [(name,) for name in names]
    sets += [(random.choice(("month", *names[:1])), random.choice(names[1:])) for _ in range(3)]
    for by in sets * 3 if len(sets) < 10 else sets:
        first, last = random.choice(RANGES)
        yield ViewQuery(
            view=view,
            by=by,
            first_day=first,
            last_day=last,
            as_of=random.choice((None, newest // 2, newest * 3 // 4)),
            source=random.choice((Source.NATIONAL, Source.NATIONAL, *Source)),
            where=random.choice(((), (), (("authority", "330"),))),
        )


def by_hand(view: str, known: Known, query: ViewQuery) -> dict[tuple[str, ...], list[Row]]:
    """The rows of each cell."""
    cells: dict[tuple[str, ...], list[Row]] = {}
    for row in ORACLES[view][0](known, query):
        if all(_value(row, name) == value for name, value in query.where) and _inside(row, query):
            cells.setdefault(tuple(_value(row, name) for name in query.by), []).append(row)
    return cells


def _value(row: Row, name: str) -> str:
    if name == "month" and "day" in row:
        return f"{row['day']:%Y-%m}"
    if name == "reporting_year" and "day" in row:
        return str(row["day"].year + (row["day"].month >= 4))
    if name in ("month", "reporting_year"):
        return str(row["label"])
    return str(row.get(CALLED.get(name, name)) or "unknown")


def _inside(row: Row, query: ViewQuery) -> bool:
    if "day" not in row:
        return True
    first, last = query.first_day or date.min, query.last_day or date.max
    return bool(first <= row["day"] <= last)


@pytest.mark.parametrize("view", ORACLES)
def test_every_figure_equals_the_one_by_hand_in_both_worlds(told: Told, view: str) -> None:
    figures = ORACLES[view][1]
    told_of: set[str] = set()
    for query in questions(view, len(told.records)):
        position = query.as_of if isinstance(query.as_of, int) else len(told.records)

        rows = answer(told.connection, VIEWS[view], query, REGISTERED_AREAS).rows

        decided, linked = (
            by_hand(view, told.known(world, position), query) for world in ("decided", "linked")
        )
        found = {(row.dimensions, row.figure): (row.value, row.low, row.high) for row in rows}
        for (cell, figure), values in found.items():
            ends = [figures[figure](world.get(cell, [])) for world in (decided, linked)]
            known = [each for each in ends if each is not None]
            expected = (ends[0], min(known, default=None), max(known, default=None))
            assert values == pytest.approx(expected), (query, cell, figure)
        cells = {*decided, *linked} | ({()} if not query.by else set())
        assert {cell for cell, _ in found} == cells, query
        told_of |= {row.figure for row in rows if row.value}
    assert {figure.name for figure in VIEWS[view].figures} == {*figures} == told_of


def test_no_answer_tells_where_a_protected_placement_is(told: Told) -> None:
    homes_told = {
        (row["authority"], row["host_authority"], row["provider_urn"], row["restricted"])
        for row in told.known("decided", len(told.records)).placements
    }
    assert any(restricted for *_, restricted in homes_told)
    for view in ORACLES:
        names = {each.name for each in VIEWS[view].dimensions}
        if not {"host_authority", "host_region", "force"} <= names:
            continue
        query = ViewQuery(view=view, by=("host_authority", "host_region", "force"))

        rows = answer(told.connection, VIEWS[view], query, REGISTERED_AREAS).rows

        shown = [row.dimensions for row in rows if "restricted" in row.dimensions]
        assert shown, view
        assert {*shown} == {("restricted", "restricted", "restricted")}, view
