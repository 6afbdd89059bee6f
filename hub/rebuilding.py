"""Builds the views afresh beside the live ones, compares them row by row, and swaps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.measures import DEFINITION_VERSION
from hub.archive.bringing_back import STEP, BroughtBack, detached_ranges
from hub.archive.store import Archive
from hub.database import Database
from hub.projector import ABOUT_STREAMS, TYPES, Projector, activate, learn
from projections.episodes import VIEWS, checksum, drop_build
from projections.kin import everybody

# What is said of the work: how much is done, of how much, and at what it is.
Note = Callable[[int, int, str], None]

CLUSTERS_AT_ONCE = 10_000

_HEAD: LiteralString = "SELECT position FROM ledger.head"
_BUILD: LiteralString = """
SELECT position, definition_version FROM projection.builds WHERE build = %(build)s FOR UPDATE
"""
_MOVE: LiteralString = """
UPDATE projection.builds SET position = %(position)s, updated_at = clock_timestamp()
 WHERE build = %(build)s
"""
_FORGET: LiteralString = "DELETE FROM projection.builds WHERE build = %(build)s"
_LEFT_OVERS: LiteralString = """
SELECT build FROM projection.builds
 WHERE build NOT IN (SELECT build FROM projection.active_build) ORDER BY build
"""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One view in both builds: checksums over all rows, and how many rows each has."""

    view: str
    live: tuple[str, int]
    fresh: tuple[str, int]

    @property
    def equal(self) -> bool:
        """Whether both builds hold the same rows."""
        return self.live == self.fresh


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What a rebuild did; same_definition: both builds were made by one definition version."""

    position: int
    build: int
    comparisons: tuple[Comparison, ...]
    same_definition: bool

    @property
    def equal(self) -> bool:
        """Whether the fresh views are, row for row, the live ones."""
        return all(each.equal for each in self.comparisons)


def rebuild(
    database: Database, projector: Projector, archive: Archive, progress: Note | None = None
) -> Rebuilt:
    """Compute every view from the ledger into a new build, and let readers see it.

    Detached payloads are read from the archive. Readers see the old build to the end and then the
    new one, never a mixture: the swap is one row. If it is interrupted, the next rebuild removes
    what was left.
    """
    live = projector.active_build()
    _clear(database)
    with database.transaction() as connection:
        fresh = projector.start_build(connection)
    _fill(database, projector, archive, fresh, progress or _silent)
    projector.catch_up(fresh)
    with database.transaction() as connection:
        _, version = _lock(connection, live)
        while projector.advance(connection, live).after < _head(connection):
            continue
        while projector.advance(connection, fresh).after < _head(connection):
            continue
        position, _ = _lock(connection, fresh)
        comparisons = tuple(
            Comparison(
                view=view[0],
                live=checksum(connection, live, view),
                fresh=checksum(connection, fresh, view),
            )
            for view in VIEWS
        )
        activate(connection, fresh)
    with database.transaction() as connection:
        _drop(connection, live)
    return Rebuilt(
        position=position,
        build=fresh,
        comparisons=comparisons,
        same_definition=version == DEFINITION_VERSION,
    )


def _fill(
    database: Database, projector: Projector, archive: Archive, build: int, progress: Note
) -> None:
    """Compute everything up to the present head, some thousand persons at a time."""
    with database.transaction() as connection:
        until = _head(connection)
        detached = detached_ranges(connection, until)
        payloads = BroughtBack(
            connection,
            archive,
            detached,
            [*TYPES, *ABOUT_STREAMS],
            lambda done, total: progress(done, total, "reading payloads from the archive"),
        )
        # In one go where nothing has to be carried to the database first.
        step = STEP if detached else until
        for after in range(0, until, step or 1):
            learn(connection, build, archive, after=after, until=min(after + step, until))
            progress(min(after + step, until), until, "learning who is whom")
        kin = everybody(connection, build)
        clusters = kin.clusters()
        for at in range(0, len(clusters), CLUSTERS_AT_ONCE):
            some = kin.part(frozenset().union(*clusters[at : at + CLUSTERS_AT_ONCE]))
            projector.compute(connection, build, some, until=until, payloads=payloads)
            done = min(at + CLUSTERS_AT_ONCE, len(clusters))
            progress(done, len(clusters), "computing views, children")
        projector.compute_streams(connection, build, after=0, until=until, payloads=payloads)
        connection.execute(_MOVE, {"build": build, "position": until})


def _silent(_done: int, _total: int, _text: str) -> None:
    """Say nothing."""


def _clear(database: Database) -> None:
    """Remove builds that an interrupted rebuild left behind."""
    with database.transaction() as connection:
        for (build,) in connection.execute(_LEFT_OVERS).fetchall():
            _drop(connection, int(str(build)))


def _drop(connection: Connection[TupleRow], build: int) -> None:
    drop_build(connection, build)
    connection.execute(_FORGET, {"build": build})


def _lock(connection: Connection[TupleRow], build: int) -> tuple[int, str]:
    row = connection.execute(_BUILD, {"build": build}).fetchone()
    if row is None:
        raise RuntimeError(f"build {build} is gone")
    return int(str(row[0])), str(row[1])


def _head(connection: Connection[TupleRow]) -> int:
    row = connection.execute(_HEAD).fetchone()
    return 0 if row is None else int(str(row[0]))
