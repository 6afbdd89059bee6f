"""The peers of a rebuild: DuckDB folding episodes alone, and the eventsourcing library's runner."""

from collections.abc import Sequence
from functools import singledispatchmethod
from pathlib import Path
from time import perf_counter
from typing import Any, LiteralString
from uuid import UUID, uuid4

import duckdb
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL

from tests.benchmarks.measuring import Leg, database_on

ATTRIBUTES = (
    "classification",
    "risk",
    "left",
    "last_seen",
    "reported",
    "located",
    "returned",
    "responsible_authority",
    "home_authority",
    "host_authority",
    "placement_type",
    "completed",
)
_FOLD: LiteralString = """
COPY (
SELECT stream, min(position) AS first, max(position) AS last, {attributes}
  FROM (SELECT stream, position, occurred_at, from_json(state, '{form}') AS e
          FROM read_parquet({files}))
 WHERE e.episode_id IS NOT NULL
 GROUP BY stream
) TO '{out}' (FORMAT parquet)
"""
_EPISODES: LiteralString = """
SELECT count(*) FROM projection.kin_v1
  JOIN projection.active_build USING (build) WHERE kind = 'e'
"""
_CREATE: LiteralString = """
CREATE TABLE IF NOT EXISTS {schema}.episodes (
    episode_id uuid PRIMARY KEY, left_at text, located_at text, events bigint NOT NULL)
"""
_UPSERT: LiteralString = """
INSERT INTO episodes (episode_id, left_at, located_at, events)
VALUES (%(id)s, %(left)s, %(located)s, 1)
ON CONFLICT (episode_id) DO UPDATE
   SET left_at = coalesce(excluded.left_at, episodes.left_at),
       located_at = coalesce(excluded.located_at, episodes.located_at),
       events = episodes.events + 1
"""
_COUNTED: LiteralString = "SELECT count(*), sum(events) FROM episodes"


def run_fold(files: Sequence[Path], folder: Path, records: int, episodes: int) -> Leg:
    """Fold every episode out of the archive's Parquet: the last value of each attribute."""
    fields = ", ".join(f'"{name}":"VARCHAR"' for name in ("episode_id", *ATTRIBUTES))
    out = folder / "folded.parquet"
    statement: str = _FOLD
    for place, text in {
        "{attributes}": ", ".join(
            f'arg_max(e."{name}", occurred_at) AS "{name}"' for name in ATTRIBUTES
        ),
        "{form}": "{" + fields + "}",
        "{files}": "[" + ", ".join(f"'{each}'" for each in files) + "]",
        "{out}": str(out),
    }.items():
        statement = statement.replace(place, text)
    with duckdb.connect() as database:
        began = perf_counter()
        database.execute(statement)
        seconds = perf_counter() - began
        ((found,),) = database.read_parquet(str(out)).count("*").fetchall()
    if found < episodes:
        raise SystemExit(f"DuckDB folded {found} episodes, and there are {episodes}")
    return Leg(name="fold", events=records, seconds=seconds)


class Absence(Aggregate):
    """An episode as the peer has it: reported, then located."""

    @event("Reported")
    def __init__(self, id: UUID, left: str) -> None:
        self._id = id
        self.left = left

    @event("Located")
    def locate(self, located: str) -> None:
        """Note where it ended."""
        self.located = located


class Absences(Application[UUID]):
    """The peer's application."""


class EpisodeTable(PostgresTrackingRecorder):
    """The peer's view: one upsert an event, its position in the same transaction."""

    def __init__(self, datastore: Any, **more: Any) -> None:
        """Add a table to the library's."""
        super().__init__(datastore, **more)
        self.sql_create_statements.append(SQL(_CREATE).format(schema=SQL(datastore.schema)))

    def upsert(
        self, episode: UUID, left: str | None, located: str | None, tracking: Tracking
    ) -> None:
        """Take an event in."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(_UPSERT, {"id": episode, "left": left, "located": located})


class EpisodeProjection(Projection[EpisodeTable]):
    """The peer's projection."""

    name = "episodes"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Take an event in."""
        self.view.upsert(
            domain_event.originator_id,
            getattr(domain_event, "left", None),
            getattr(domain_event, "located", None),
            tracking,
        )


def run_runner(server: str, events: int) -> Leg:
    """Project events with the library's runner; they were recorded beforehand."""
    url = database_on(server, "runner")
    parts = conninfo_to_dict(url)
    env = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts["port"]),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": "",
    }
    application = Absences(env=env)
    for _ in range(events // 2):
        absence = Absence(uuid4(), "2026-03-14T20:00:00Z")
        absence.locate("2026-03-15T01:00:00Z")
        application.save(absence)
    last = application.recorder.max_notification_id()
    application.close()
    began = perf_counter()
    with ProjectionRunner(
        application_class=Absences,
        projection_class=EpisodeProjection,
        view_class=EpisodeTable,
        env=env,
    ) as runner:
        runner.wait(last, timeout=600)
        seconds = perf_counter() - began
    with Connection.connect(url) as connection:
        if connection.execute(_COUNTED).fetchone() != (events // 2, events // 2 * 2):
            raise SystemExit("the peer's table does not hold every event")
    return Leg(name="runner", events=events // 2 * 2, seconds=seconds)


def episodes_in(url: str) -> int:
    """Return how many episodes the views know of."""
    with Connection.connect(url) as connection:
        row = connection.execute(_EPISODES).fetchone()
    return 0 if row is None else int(str(row[0]))
