"""Keeps the views up to date with the ledger: persons recomputed, only differences written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import LiteralString

import duckdb
from psycopg import Connection
from psycopg.rows import TupleRow
from structlog import get_logger

from domain.errors import RebuildNeededError
from domain.measures import DEFINITION_VERSION
from hub.archive.filling import Payloads
from hub.database import Database
from hub.projected_records import (
    ABOUT_STREAMS,
    TYPES,
    learn,
    records_of,
    touched,
    touched_streams,
)
from projections.catalogue import made_by
from projections.engine import EpisodeEngine
from projections.episodes import apply_rows, create_build, rows_of, stored_rows
from projections.kin import Kin
from projections.quality import apply_quality
from projections.relation import About, apply
from projections.source_rows import apply_source_rows

Progress = Callable[[int, int], None]

_HEAD: LiteralString = "SELECT position FROM ledger.head"
_ACTIVE: LiteralString = """
SELECT b.build, b.position FROM projection.active_build a JOIN projection.builds b USING (build)
"""
_LOCK_BUILD: LiteralString = """
SELECT position, definition_version, relations FROM projection.builds
 WHERE build = %(build)s FOR UPDATE
"""
_STANDS: LiteralString = "SELECT count(*) FROM projection.builds WHERE build = %(build)s"
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
            row = connection.execute(_ACTIVE).fetchone()
            if row is not None:
                return int(str(row[0]))
            connection.execute("LOCK TABLE projection.builds IN SHARE ROW EXCLUSIVE MODE")
            row = connection.execute(_ACTIVE).fetchone()
            if row is not None:
                return int(str(row[0]))
            build = self.start_build(connection)
            connection.execute(_ACTIVATE, {"build": build})
            return build

    @property
    def engine(self) -> EpisodeEngine:
        """What computes the views."""
        return self._engine

    def start_build(self, connection: Connection[TupleRow]) -> int:
        """Make an empty build at position 0, in the caller's transaction."""
        build = self.announce_build(connection)
        create_build(connection, build, self._engine.relations)
        return build

    def announce_build(self, connection: Connection[TupleRow]) -> int:
        """Note that there will be a build, which has no tables yet."""
        row = connection.execute(_NEXT_BUILD).fetchone()
        build = int(str(row[0])) if row else 1
        values = {"build": build, "version": DEFINITION_VERSION, "relations": self._holds()}
        connection.execute(_ADD_BUILD, values)
        return build

    def _holds(self) -> list[str]:
        return [each.name for each in self._engine.relations]

    def catch_up(self, build: int, progress: Progress | None = None) -> int:
        """Bring a build up to the ledger's head, step by step; return the position reached.

        Raises RebuildNeededError if it was made by other definitions than this process has.
        """
        reached = 0
        while True:
            with self._database.transaction() as connection:
                if not _number(connection, _STANDS, {"build": build}):
                    # A rebuild has put another in its place.
                    return reached
                step = self.advance(connection, build)
                head = _number(connection, _HEAD)
            if progress is not None:
                progress(step.after, head)
            reached = step.after
            if reached >= head:
                return reached

    def advance(
        self, connection: Connection[TupleRow], build: int, *, until: int | None = None
    ) -> Advance:
        """Take one step: facts, counts and position move together in the caller's transaction.

        until: go no further than this position. Raises RebuildNeededError if the build was made by
        other definitions than this process has.
        """
        before = self._lock(connection, build)
        head = _number(connection, _HEAD)
        after = max(before, min(head, before + self._chunk, head if until is None else until))
        if after == before:
            return Advance(before=before, after=after, changed=0)
        learn(connection, build, self._payloads, after=before, until=after)
        kin = touched(connection, build, after=before, until=after)
        changed = self.compute(connection, build, kin, until=after)
        changed += self.compute_streams(connection, build, after=before, until=after)
        connection.execute(_MOVE, {"build": build, "position": after})
        return Advance(before=before, after=after, changed=changed)

    def _lock(self, connection: Connection[TupleRow], build: int) -> int:
        """Keep others from moving a build; return its position."""
        row = connection.execute(_LOCK_BUILD, {"build": build}).fetchone()
        if row is None:
            raise RuntimeError(f"build {build} is gone")
        if not made_by(self._engine.relations, str(row[1]), row[2]):
            raise RebuildNeededError(
                f"The views were built by definition {row[1]}, not {DEFINITION_VERSION}, or lack"
                " some of what this version holds, and stand still: run hub rebuild."
            )
        return int(str(row[0]))

    def compute(
        self,
        connection: Connection[TupleRow],
        build: int,
        kin: Kin,
        *,
        until: int,
    ) -> int:
        """Recompute whole clusters as of a position and write what differs; return rows changed.

        A cluster that cannot be computed is parked: its facts and findings are withdrawn and
        coverage counts it. Which clusters share a batch makes no difference. A child without an
        episode has no facts, but may have findings. Raises ArchiveUnusableError if a payload cannot
        be had; that parks nobody.
        """
        if not kin.subjects:
            return 0
        streams = [*kin.subject_of, *kin.subjects]
        records = records_of(connection, self._payloads, streams, TYPES, until=until)
        computed = None
        try:
            families, subjects = kin.tables()
            computed = self._engine.compute(records, families, subjects, sparing=True)
            connection.execute(_UNPARK, {"build": build, "subjects": sorted(kin.subjects)})
        except duckdb.Error as error:
            clusters = kin.clusters()
            if len(clusters) > 1:
                half = len(clusters) // 2
                parts = (frozenset().union(*clusters[:half]), frozenset().union(*clusters[half:]))
                return sum(
                    self.compute(connection, build, kin.part(each), until=until) for each in parts
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
                # Records never vanish: what is passed over has never had a row of these owners.
                and (computed is None or each.name in computed.relations)
            )
        )

    def compute_streams(
        self,
        connection: Connection[TupleRow],
        build: int,
        *,
        after: int,
        until: int,
    ) -> int:
        """Recompute what is about no child, of the streams that a range of positions touched."""
        relations = [each for each in self._engine.relations if each.about is About.STREAMS]
        if not relations:
            return 0
        streams = touched_streams(connection, after=after, until=until)
        if not streams:
            return 0
        records = records_of(connection, self._payloads, streams, ABOUT_STREAMS, until=until)
        found = self._engine.streams(records)
        # Publishers' records lie in one stream; what was once told of is told of for ever.
        return sum(
            apply(
                connection,
                build,
                each,
                found[each.name],
                owners=sorted(set(found[each.name].column(each.owner).to_pylist())),
            )
            for each in relations
        )


def activate(connection: Connection[TupleRow], build: int) -> None:
    """Let readers see a build from their next transaction on."""
    connection.execute(_ACTIVATE, {"build": build})


def _number(
    connection: Connection[TupleRow],
    query: LiteralString,
    values: dict[str, object] | None = None,
) -> int:
    row = connection.execute(query, values).fetchone()
    if row is None:
        raise RuntimeError("the database lacks a row that its migrations make")
    return int(str(row[0]))
