"""Steps of the drills that destroy a database: a hub's places, and what must come back."""

import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID

from psycopg import connect

from contracts.bodies import EPISODE
from contracts.facts import CHILD
from hub.backup.folder import Backup
from hub.backup.guarding import root_of
from hub.backup.server import SLOT
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from projections.episodes import VIEWS, checksum
from tests.embedded_steps import server_pid, wait_until_dead
from tests.examples import BIRMINGHAM, identity, message, registration
from tests.hub_steps import SettableClock, follow

LOCATED = "missing.episode.located.v1"
RECEIVED_SECONDS = 60.0
RECEIVED = """
SELECT flush_lsn >= %s::pg_lsn FROM pg_stat_replication r
  JOIN pg_replication_slots s ON s.active_pid = r.pid
 WHERE s.slot_name = %s
"""


@dataclass(frozen=True, kw_only=True)
class State:
    """All that must be the same after a disaster, as far as it can be compared."""

    position: int
    root: bytes
    views: tuple[tuple[str, str, int], ...]
    submissions: tuple[int, int, int, int, int]
    episodes: int
    balanced: bool


@dataclass(frozen=True, kw_only=True)
class Site:
    """The places of one hub: each would be on another disk."""

    top: Path
    clock: SettableClock = field(default_factory=SettableClock)

    @property
    def data_dir(self) -> Path:
        """Where database and keys are."""
        return self.top / "data"

    @property
    def variables(self) -> dict[str, str]:
        """What a command must be told, besides the data directory."""
        return {
            "HUB_ARCHIVE_DIR": str(self.top / "archive"),
            "HUB_BACKUP_DIR": str(self.top / "backups"),
        }

    @property
    def settings(self) -> Settings:
        """The settings of this hub."""
        return Settings(
            data_dir=self.data_dir,
            archive_dir=self.top / "archive",
            backup_dir=self.top / "backups",
        )

    @contextmanager
    def hub(self) -> Iterator[Hub]:
        """Give the hub while its server runs."""
        with open_hub(self.settings, clock=self.clock) as hub:
            yield hub

    def lose_the_database(self) -> None:
        """Kill the server as a failing disk would, and take everything of it away."""
        server = server_pid(self.data_dir)
        os.kill(server, signal.SIGKILL)
        wait_until_dead(server)
        home = (self.data_dir / "postgres").resolve()
        for _ in range(100):
            shutil.rmtree(home, ignore_errors=True)
            if not home.exists():
                break
            sleep(0.05)
        (self.data_dir / "postgres").unlink(missing_ok=True)


def backup(
    made_at: datetime, *, position: int = 0, stream: str | None = None, first: str = "0" * 24
) -> Backup:
    """Return a backup's description with only what matters here."""
    return Backup(
        name=made_at.strftime("%Y%m%dT%H%M%S.%fZ"),
        made_at=made_at,
        seconds=1.0,
        position=position,
        root="",
        keys="",
        software="",
        server_version=18,
        system="7",
        timeline=1,
        stream=stream,
        first_segment=first,
        bytes=1,
    )


def report(child: int, key_of: Hub, *, publisher: str = BIRMINGHAM) -> list[bytes]:
    """Return what is said about one child: who it is, that it is missing, and that it is back."""
    names = {"child": f"C-{child}", "subject": f"E-{child}", "publisher": publisher}
    sealed = registration(
        identity(child),
        key_of.keys.sealing,
        child=names["child"],
        publisher=publisher,
        event_id=f"r-{publisher}-{child}",
    )
    return [
        sealed,
        message(**names, event_id=f"m-{publisher}-{child}", left="2026-03-14T08:00:00Z"),
        message(
            LOCATED,
            **names,
            event_id=f"l-{publisher}-{child}",
            located="2026-03-15T08:00:00Z",
        ),
    ]


def state(hub: Hub) -> State:
    """Return what a hub knows, with links and views up to date."""
    follow(hub)
    status = hub.status.read()
    totals = status.submissions
    with hub.reader.snapshot() as connection:
        ((position,),) = connection.execute("SELECT position FROM ledger.head").fetchall()
    build = hub.projector.active_build()
    with hub.project_database.transaction() as connection:
        views = tuple((view[0], *checksum(connection, build, view)) for view in VIEWS)
    return State(
        position=position,
        root=root_of(hub.ledger_database, position),
        views=views,
        submissions=(
            totals.received,
            totals.accepted,
            totals.duplicate,
            totals.conflict,
            totals.rejected,
        ),
        episodes=status.source_episodes.total,
        balanced=totals.balanced and status.source_episodes.balanced,
    )


def wait_until_received(url: str) -> None:
    """Wait until the receiver of the log has made all of it durable that is written now."""
    with connect(url, autocommit=True) as connection:
        ((written,),) = connection.execute("SELECT pg_current_wal_flush_lsn()::text").fetchall()
        deadline = monotonic() + RECEIVED_SECONDS
        while connection.execute(RECEIVED, [written, SLOT]).fetchone() != (True,):
            assert monotonic() < deadline, "the log is not received"
            sleep(0.05)


def known_ids(hub: Hub, children: Sequence[int]) -> list[tuple[UUID, UUID]]:
    """Return subject and episode that stand for the references of some children."""
    found = []
    for child in children:
        keys = [
            hub.keys.reference_key(kind, BIRMINGHAM, reference)
            for kind, reference in ((CHILD, f"C-{child}"), (EPISODE, f"E-{child}"))
        ]
        with connect(hub.database_url) as connection:
            rows: dict[str, UUID] = dict(
                connection.execute(
                    "SELECT kind, id FROM vault.own_references WHERE reference_key = ANY(%s)",
                    [keys],
                ).fetchall()
            )
        found.append((rows[CHILD], rows[EPISODE]))
    return found
