"""Keeps the views up to date with the ledger: persons recomputed, only differences written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

import duckdb
import pyarrow as pa
from psycopg import Connection
from psycopg.rows import TupleRow
from structlog import get_logger

from domain.measures import DEFINITION_VERSION
from hub.archive.filling import Payloads, with_payloads
from hub.database import Database
from projections.catalogue import all_relations
from projections.engine import RECORDS, EpisodeEngine
from projections.episodes import apply_rows, create_build, rows_of, stored_rows
from projections.kin import LEARN, Kin, related
from projections.quality import apply_quality, tally
from projections.quality_sql import QUALITY_CHILD_TYPES, QUALITY_EPISODE_TYPES
from projections.relation import CHILD_TOPICS, EPISODE_TOPICS, STREAM_TOPICS, About, apply
from projections.source_rows import apply_source_rows
from projections.topics import CHILD_TYPES, EPISODE_TYPES, PERSON_TYPES

Progress = Callable[[int, int], None]

_DECLARED = frozenset(topic for relation in all_relations() for topic in relation.topics)
ABOUT_EPISODES = sorted({*EPISODE_TYPES, *QUALITY_EPISODE_TYPES, *(_DECLARED & EPISODE_TOPICS)})
ABOUT_CHILDREN = sorted({*CHILD_TYPES, *QUALITY_CHILD_TYPES, *(_DECLARED & CHILD_TOPICS)})
ABOUT_STREAMS = sorted(_DECLARED & STREAM_TOPICS)
TYPES = [*ABOUT_EPISODES, *ABOUT_CHILDREN]

_HEAD: LiteralString = "SELECT position FROM ledger.head"
_ACTIVE: LiteralString = """
SELECT b.build, b.position FROM projection.active_build a JOIN projection.builds b USING (build)
"""
_LOCK_BUILD: LiteralString = """
SELECT position FROM projection.builds WHERE build = %(build)s FOR UPDATE
"""
_ADD_BUILD: LiteralString = """
INSERT INTO projection.builds (build, position, definition_version, relations, updated_at)
VALUES (%(build)s, 0, %(version)s, %(relations)s, clock_timestamp())
"""
_NEXT_BUILD: LiteralString = "SELECT coalesce(max(build), 0) + 1 FROM projection.builds"
_ACTIVATE: LiteralString = """
INSERT INTO projection.active_build (build) VALUES (%(build)s)
ON CONFLICT (one) DO UPDATE SET build = excluded.build
"""
_MOVE: LiteralString = """
UPDATE projection.builds SET position = %(position)s, updated_at = clock_timestamp()
 WHERE build = %(build)s
"""
# The stream of a record about a child is the child, of one about an episode the episode.
_TOUCHED: LiteralString = """
SELECT DISTINCT originator_id::text, topic = ANY(%(episode_types)s) AS episode
  FROM ledger.stored_events
 WHERE notification_id > %(after)s AND notification_id <= %(until)s
   AND topic = ANY(%(types)s)
 ORDER BY 1, 2
"""
_STREAMS: LiteralString = """
SELECT DISTINCT originator_id FROM ledger.stored_events
 WHERE notification_id > %(after)s AND notification_id <= %(until)s AND topic = ANY(%(types)s)
 ORDER BY 1
"""
_RECORDS: LiteralString = """
SELECT notification_id, topic, publisher, coalesce(submission_id::text, ''), occurred_at,
       CASE WHEN state IS NULL THEN leaf_hash END, state
  FROM ledger.stored_events
 WHERE originator_id = ANY(%(streams)s::uuid[]) AND notification_id <= %(until)s
   AND topic = ANY(%(types)s)
 ORDER BY notification_id
"""
_DETACHED: LiteralString = """
SELECT count(*) FROM ledger.partitions
 WHERE detached_at IS NOT NULL
   AND first_position <= %(until)s AND last_position > %(after)s
"""
_LEAVES: LiteralString = """
SELECT notification_id, leaf_hash FROM ledger.stored_events
 WHERE notification_id > %(after)s AND notification_id <= %(until)s AND state IS NULL
 ORDER BY notification_id
"""
_PARK: LiteralString = """
INSERT INTO projection.parked_v1 (build, subject_id, since_position)
VALUES (%(build)s, %(subject)s, %(position)s) ON CONFLICT DO NOTHING
"""
_UNPARK: LiteralString = """
DELETE FROM projection.parked_v1 WHERE build = %(build)s AND subject_id = ANY(%(subjects)s::uuid[])
"""


@dataclass(frozen=True, kw_only=True)
class Advance:
    """What one step did: from one ledger position to another, and how many rows changed."""

    before: int
    after: int
    changed: int


class Projector:
    """Moves a build of the views along the ledger; one at a time for each build."""

    def __init__(
        self,
        database: Database,
        engine: EpisodeEngine,
        payloads: Payloads,
        *,
        chunk: int = 100_000,
    ) -> None:
        """Work under the projecting role; `chunk` is the most ledger positions of one step.

        payloads: where those lie that were detached.
        """
        self._database = database
        self._payloads = payloads
        self._engine = engine
        self._chunk = chunk
        self._log = get_logger()

    def active_build(self) -> int:
        """Return the build that readers see, making the first one if there is none."""
        with self._database.transaction() as connection:
            connection.execute("LOCK TABLE projection.builds IN SHARE ROW EXCLUSIVE MODE")
            row = connection.execute(_ACTIVE).fetchone()
            if row is not None:
                return int(str(row[0]))
            build = self.start_build(connection)
            connection.execute(_ACTIVATE, {"build": build})
            return build

    def start_build(self, connection: Connection[TupleRow]) -> int:
        """Make an empty build at position 0, in the caller's transaction."""
        row = connection.execute(_NEXT_BUILD).fetchone()
        build = int(str(row[0])) if row else 1
        relations = self._engine.relations
        values = {
            "build": build,
            "version": DEFINITION_VERSION,
            "relations": [each.name for each in relations],
        }
        connection.execute(_ADD_BUILD, values)
        create_build(connection, build, relations)
        return build

    def catch_up(self, build: int, progress: Progress | None = None) -> int:
        """Bring a build up to the ledger's head, step by step; return the position reached."""
        while True:
            with self._database.transaction() as connection:
                step = self.advance(connection, build)
                head = _number(connection, _HEAD)
            if progress is not None:
                progress(step.after, head)
            if step.after >= head:
                return step.after

    def advance(self, connection: Connection[TupleRow], build: int) -> Advance:
        """Take one step: facts, counts and position move together in the caller's transaction."""
        before = _number(connection, _LOCK_BUILD, {"build": build})
        head = _number(connection, _HEAD)
        after = min(head, before + self._chunk)
        if after == before:
            return Advance(before=before, after=after, changed=0)
        learn(connection, build, self._payloads, after=before, until=after)
        touched = connection.execute(
            _TOUCHED,
            {
                "after": before,
                "until": after,
                "types": TYPES,
                "episode_types": ABOUT_EPISODES,
            },
        ).fetchall()
        kin = related(
            connection,
            build,
            episodes=[str(stream) for stream, episode in touched if episode],
            subjects=[str(stream) for stream, episode in touched if not episode],
        )
        changed = self.compute(connection, build, kin, until=after)
        changed += self.compute_streams(connection, build, after=before, until=after)
        connection.execute(_MOVE, {"build": build, "position": after})
        return Advance(before=before, after=after, changed=changed)

    def compute(
        self,
        connection: Connection[TupleRow],
        build: int,
        kin: Kin,
        *,
        until: int,
        payloads: Payloads | None = None,
    ) -> int:
        """Recompute whole clusters as of a position and write what differs; return rows changed.

        A cluster that cannot be computed is parked: its facts and findings are withdrawn and
        coverage counts it. Which clusters share a batch makes no difference. A child without an
        episode has no facts, but may have findings. payloads: where detached ones are to be had
        quicker than in the archive. Raises ArchiveUnusableError if one cannot be had; that parks
        nobody.
        """
        if not kin.subjects:
            return 0
        streams = [*kin.subject_of, *kin.subjects]
        values = {"streams": streams, "until": until, "types": TYPES}
        told = connection.execute(_RECORDS, values, binary=True)
        records = _records(with_payloads(told, payloads or self._payloads))
        computed = None
        try:
            families, subjects = kin.tables()
            computed = self._engine.compute(records, families, subjects)
            connection.execute(_UNPARK, {"build": build, "subjects": sorted(kin.subjects)})
        except duckdb.Error as error:
            clusters = kin.clusters()
            if len(clusters) > 1:
                half = len(clusters) // 2
                parts = (clusters[:half], clusters[half:])
                return sum(
                    self.compute(
                        connection,
                        build,
                        kin.part(frozenset().union(*part)),
                        until=until,
                        payloads=payloads,
                    )
                    for part in parts
                )
            # Not the library's message: it may quote what it could not read.
            self._log.error("child parked", build=build, position=until, error=type(error).__name__)
            for subject in sorted(kin.subjects):
                connection.execute(_PARK, {"build": build, "subject": subject, "position": until})
        episodes, children = sorted(kin.subject_of), sorted(kin.subjects)
        before = stored_rows(connection, build, episodes)
        rows = rows_of(computed.facts) if computed else []
        stand = computed.source_rows if computed else None
        return (
            apply_rows(connection, build, before=before, after=rows)
            + apply_source_rows(connection, build, stand, episodes=episodes)
            + apply_quality(connection, build, computed, episodes=episodes, subjects=children)
            + sum(
                apply(
                    connection,
                    build,
                    each,
                    computed.relations[each.name] if computed else None,
                    owners=episodes if each.about is About.EPISODES else children,
                )
                for each in self._engine.relations
                if each.about is not About.STREAMS
            )
        )

    def compute_streams(
        self,
        connection: Connection[TupleRow],
        build: int,
        *,
        after: int,
        until: int,
        payloads: Payloads | None = None,
    ) -> int:
        """Recompute what is about no child, of the streams that a range of positions touched."""
        relations = [each for each in self._engine.relations if each.about is About.STREAMS]
        if not relations:
            return 0
        values = {"after": after, "until": until, "types": ABOUT_STREAMS}
        streams = [str(row[0]) for row in connection.execute(_STREAMS, values)]
        if not streams:
            return 0
        values = {"streams": streams, "until": until, "types": ABOUT_STREAMS}
        told = connection.execute(_RECORDS, values, binary=True)
        found = self._engine.streams(_records(with_payloads(told, payloads or self._payloads)))
        return sum(
            apply(connection, build, each, found[each.name], owners=streams) for each in relations
        )


def learn(
    connection: Connection[TupleRow], build: int, payloads: Payloads, *, after: int, until: int
) -> None:
    """Note who is whom in the records of a range of positions, and what each publisher sent."""
    archived = _archived(connection, payloads, after=after, until=until)
    connection.execute(
        LEARN,
        {
            "build": build,
            "after": after,
            "until": until,
            "archived": list(archived),
            "states": list(archived.values()),
            "episode_types": ABOUT_EPISODES,
            "child_types": ABOUT_CHILDREN,
            "person_types": list(PERSON_TYPES),
            "topics": TYPES,
        },
    )
    tally(connection, build, archived, after=after, until=until)


def _archived(
    connection: Connection[TupleRow], payloads: Payloads, *, after: int, until: int
) -> Mapping[int, bytes]:
    """Return the states that a range of positions lacks.

    Nothing is detached while a transaction that has read the ledger is open, so there are no more.
    """
    values: dict[str, object] = {"after": after, "until": until}
    if not _number(connection, _DETACHED, values):
        return {}
    rows = connection.execute(_LEAVES, values, binary=True)
    return payloads.attested({position: bytes(leaf) for position, leaf in rows})


def activate(connection: Connection[TupleRow], build: int) -> None:
    """Let readers see a build from their next transaction on."""
    connection.execute(_ACTIVATE, {"build": build})


def _records(rows: Iterable[TupleRow]) -> pa.Table:
    told = ((*row[:-1], bytes(row[-1]).decode()) for row in rows)
    columns: list[Sequence[object]] = list(zip(*told, strict=True))
    columns = columns or [() for _ in RECORDS.names]
    return pa.Table.from_pydict(dict(zip(RECORDS.names, columns, strict=True)), RECORDS)


def _number(
    connection: Connection[TupleRow],
    query: LiteralString,
    values: dict[str, object] | None = None,
) -> int:
    row = connection.execute(query, values).fetchone()
    if row is None:
        raise RuntimeError("the database lacks a row that its migrations make")
    return int(str(row[0]))
