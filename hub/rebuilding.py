"""Builds the views afresh beside the live ones, compares them row by row, and swaps."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final, LiteralString

from psycopg import Connection, Error
from psycopg.rows import TupleRow

from domain.errors import HubError
from hub.archive.store import Archive
from hub.builds import alone, clear_left_overs, drop, scratch, unread
from hub.columnar.differing import LISTED, Differences, differences
from hub.columnar.filling import Filling, Topics, compute
from hub.columnar.gathering import Source, gather
from hub.columnar.loading import BareTables
from hub.database import Database
from hub.projected_records import ABOUT_CHILDREN, ABOUT_EPISODES, ABOUT_STREAMS
from hub.projector import Projector, activate
from projections.catalogue import made_by
from projections.episodes import VIEWS, checksum
from projections.topics import PERSON_TYPES

# What is said of the work: how much is done, of how much, and at what it is.
Note = Callable[[int, int, str], None]
View = tuple[LiteralString, LiteralString]

# Of the columns that are computed at once, unless somebody says otherwise.
MEMORY: Final = 2 << 30
_SWAPS: Final = 50

_HEAD: LiteralString = "SELECT position FROM ledger.head"
_BUILD: LiteralString = """
SELECT position, definition_version, relations FROM projection.builds WHERE build = %(build)s
"""
_BUILD_LOCKED: LiteralString = """
SELECT position FROM projection.builds WHERE build = %(build)s FOR UPDATE
"""
_MOVE: LiteralString = """
UPDATE projection.builds SET position = %(position)s, updated_at = clock_timestamp()
 WHERE build = %(build)s
"""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One view in both builds: checksums over all rows, and how many rows each has.

    differences: None: there are none, or the live view is of another definition.
    """

    view: str
    live: tuple[str, int]
    fresh: tuple[str, int]
    differences: Differences | None = None

    @property
    def equal(self) -> bool:
        """Whether both builds hold the same rows."""
        return self.live == self.fresh


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What a rebuild did; same_definition: both builds were made by one definition version.

    build: the fresh one. swapped: readers see it now; else it is gone again. locked_seconds: for
    how long the swap kept the live views from moving on.
    """

    position: int
    build: int
    comparisons: tuple[Comparison, ...]
    same_definition: bool
    swapped: bool
    locked_seconds: float

    @property
    def equal(self) -> bool:
        """Whether the fresh views are, row for row, the live ones."""
        return all(each.equal for each in self.comparisons)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How to rebuild.

    swap: let readers see what was built. scratch: a directory for columns, which is emptied first;
    None: a new one. memory: bytes that computing may take. listed: differing rows that are told of
    each view; None: all.
    """

    source: Source = Source.LEDGER
    swap: bool = True
    scratch: Path | None = None
    memory: int = MEMORY
    listed: int | None = LISTED


def rebuild(
    database: Database,
    projector: Projector,
    archive: Archive,
    progress: Note | None = None,
    plan: Plan | None = None,
) -> Rebuilt:
    """Compute every view from all records into a new build, and let readers see it.

    Readers see the old build to the end and then the new one, never a mixture: the swap is one
    row. If it is interrupted, the live views are untouched, and the next rebuild removes what was
    left. Raises UsageError while another process rebuilds; ArchiveUnusableError if payloads that
    it needs cannot be had.
    """
    plan = plan or Plan()
    with alone(database) as connection, scratch(plan.scratch) as folder:
        return _Rebuild(database, projector, archive, progress or _silent, plan).run(
            connection, folder
        )


class _Rebuild:
    """One rebuild."""

    def __init__(
        self, database: Database, projector: Projector, archive: Archive, note: Note, plan: Plan
    ) -> None:
        self._database = database
        self._projector = projector
        self._archive = archive
        self._note = note
        self._plan = plan
        relations = projector.engine.relations
        self._views: tuple[View, ...] = (*VIEWS, *(each.view for each in relations))

    def run(self, connection: Connection[TupleRow], folder: Path) -> Rebuilt:
        """Build, compare, swap, and remove what nobody reads any more."""
        live = self._projector.active_build()
        clear_left_overs(connection)
        with self._database.transaction() as announcing:
            fresh = self._projector.announce_build(announcing)
        try:
            comparisons, same, locked = self._make(live, fresh, folder)
        except BaseException:
            # What cannot be removed now, the next rebuild removes.
            with suppress(HubError, Error):
                if self._projector.active_build() != fresh:
                    drop(connection, fresh)
            raise
        position = self._position(fresh)
        if not self._plan.swap:
            drop(connection, fresh)
        elif unread(connection):
            drop(connection, live)
        return Rebuilt(
            position=position,
            build=fresh,
            comparisons=comparisons,
            same_definition=same,
            swapped=self._plan.swap,
            locked_seconds=locked,
        )

    def _make(
        self, live: int, fresh: int, folder: Path
    ) -> tuple[tuple[Comparison, ...], bool, float]:
        """Fill a build, compare it and put it in the live one's place."""
        self._fill(fresh, folder)
        same = self._same_definition(live)
        if same:
            self._catch_up_to(live, fresh)
        comparisons = self._compare(live, fresh, folder, same)
        locked = self._swap(live, fresh, same) if self._plan.swap else 0.0
        return comparisons, same, locked

    def _fill(self, build: int, folder: Path) -> None:
        """Compute everything up to the present head into tables that nobody reads yet."""
        tables = BareTables(self._database, build, self._projector.engine)
        tables.create()
        topics = Topics(
            episodes=ABOUT_EPISODES,
            children=ABOUT_CHILDREN,
            persons=PERSON_TYPES,
            streams=ABOUT_STREAMS,
        )
        filling = Filling(folder, self._plan.memory, topics)
        try:
            until = self._sort(filling, folder, tables)
            compute(filling, self._projector.engine, tables, until, self._note)
            if tables.about_streams:
                tables.fill(self._projector.engine.streams(filling.about_streams()))
        finally:
            filling.close()
        tables.count()
        for number, name in enumerate(tables.names, start=1):
            tables.attach(name)
            self._note(number, len(tables.names), "indexing views")
        with self._database.transaction() as connection:
            connection.execute(_MOVE, {"build": build, "position": until})

    def _sort(self, filling: Filling, folder: Path, tables: BareTables) -> int:
        """Put all records before it, by whom they are about; return the last position."""
        with self._database.transaction() as connection:
            until = _number(connection, _HEAD)
            slabs = gather(
                connection,
                self._archive,
                self._plan.source,
                folder,
                until=until,
                progress=lambda done, total: self._note(done, total, "reading records"),
            )
        filling.learn(slabs, self._note)
        tables.fill(filling.summed())
        filling.deal(slabs, self._note)
        return until

    def _same_definition(self, live: int) -> bool:
        with self._database.transaction() as connection:
            row = connection.execute(_BUILD, {"build": live}).fetchone()
        relations = self._projector.engine.relations
        return row is not None and made_by(relations, str(row[1]), row[2])

    def _catch_up_to(self, live: int, fresh: int) -> None:
        """Bring the live build at least as far as the fresh one."""
        goal = self._position(fresh)
        while self._position(live) < goal:
            with self._database.transaction() as connection:
                self._projector.advance(connection, live, until=goal)

    def _compare(self, live: int, fresh: int, folder: Path, same: bool) -> tuple[Comparison, ...]:
        """Hold the builds against each other at one position, while the live one moves on."""
        with self._database.snapshot() as before:
            if same:
                goal = _position(before, live)
                while self._position(fresh) < goal:
                    with self._database.transaction() as connection:
                        self._projector.advance(connection, fresh, until=goal)
            with self._database.snapshot() as now:
                return tuple(
                    self._compared(view, (before, live), (now, fresh), folder, same)
                    for view in self._views
                )

    def _compared(
        self,
        view: View,
        live: tuple[Connection[TupleRow], int],
        fresh: tuple[Connection[TupleRow], int],
        folder: Path,
        same: bool,
    ) -> Comparison:
        self._note(self._views.index(view), len(self._views), "comparing views")
        sums = checksum(*live, view), checksum(*fresh, view)
        differ = None
        if same and sums[0] != sums[1]:
            differ = differences(folder, view, live, fresh, limit=self._plan.listed)
        return Comparison(view=view[0], live=sums[0], fresh=sums[1], differences=differ)

    def _swap(self, live: int, fresh: int, same: bool) -> float:
        """Let readers see the fresh build once it is as far as the live one; they never wait.

        Returns for how long the live build was kept from moving on.
        """
        for attempt in range(_SWAPS):
            self._projector.catch_up(fresh)
            with self._database.transaction() as connection:
                reached = _number(connection, _BUILD_LOCKED, {"build": live})
                began = perf_counter()
                if same and attempt == _SWAPS - 1:
                    self._projector.advance(connection, fresh)
                swapped = not same or _position(connection, fresh) >= reached
                if swapped:
                    activate(connection, fresh)
            if swapped:
                return perf_counter() - began
        raise RuntimeError("the fresh build never came as far as the live one")

    def _position(self, build: int) -> int:
        with self._database.transaction() as connection:
            return _position(connection, build)


def _silent(_done: int, _total: int, _text: str) -> None:
    """Say nothing."""


def _position(connection: Connection[TupleRow], build: int) -> int:
    return _number(connection, _BUILD, {"build": build})


def _number(
    connection: Connection[TupleRow], query: LiteralString, values: dict[str, int] | None = None
) -> int:
    row = connection.execute(query, values).fetchone()
    return 0 if row is None else int(str(row[0]))
