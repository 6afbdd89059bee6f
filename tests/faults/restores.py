"""The disk with the database is lost: back from base backup, log and archive."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from hub.backup.folder import BackupFolder
from hub.backup.guarding import root_of, signed_checkpoint
from hub.backup.laying import finish, lay, recover
from hub.backup.shipping import Shipper
from hub.database import migrate
from hub.embedded import EmbeddedPostgres
from hub.restoring import Reconciled, reconcile
from hub.settings import Settings
from hub.wiring import utc_now
from tests.embedded_steps import server_pid, wait_until_dead
from tests.faults.hubs import SmallHub
from tests.faults.oracle import FaultFoundError
from tests.faults.publishers import Sent
from tests.faults.running import Attempt
from tests.faults.site import Site
from tests.faults.stage import Stage
from tests.restore_steps import wait_until_received

BATCH: Final = 150
PATIENCE: Final = 100


class Node:
    """A machine with its own server; archive and backups lie on others."""

    def __init__(self, top: Path) -> None:
        self.settings = Settings(
            data_dir=top / "data", archive_dir=top / "archive", backup_dir=top / "backups"
        )
        self.backups = top / "backups"

    @contextmanager
    def running(self) -> Iterator[SmallHub]:
        """Give the hub while its server runs."""
        with EmbeddedPostgres(self.settings.data_dir, None) as url:
            migrate(url)
            hub = SmallHub(self.settings, url, utc_now)
            try:
                yield hub
            finally:
                hub.close()

    def destroy(self) -> None:
        """Kill the server and take everything of it away."""
        server = server_pid(self.settings.data_dir)
        os.kill(server, signal.SIGKILL)
        wait_until_dead(server)
        home = (self.settings.data_dir / "postgres").resolve()
        for _ in range(PATIENCE):
            # Its workers may still be writing.
            shutil.rmtree(home, ignore_errors=True)
            if not home.exists():
                return
        raise FaultFoundError("the server's directory does not go away")

    def restore(self) -> Reconciled:
        """Do what `hub restore` does."""
        folder = BackupFolder(self.backups)
        lay(folder, folder.choose(None), self.settings.data_dir, None, now=utc_now())
        with EmbeddedPostgres(self.settings.data_dir, None) as url:
            recover(url)
            hub = SmallHub(self.settings, url, utc_now)
            try:
                found = reconcile(hub)
                signed = signed_checkpoint(hub.archive)
                if signed is None or root_of(hub.ledger_database, signed.size) != signed.root:
                    raise FaultFoundError("the ledger does not lead to what was signed")
            finally:
                hub.close()
        finish(self.settings.data_dir)
        return found


@contextmanager
def restores(site: Site, seed: int) -> Iterator[Attempt]:
    """Give what loses the database, with its log received elsewhere or only with the archive."""

    def attempt(number: int) -> None:
        top = Path(mkdtemp(prefix="hub-restore-"))
        top.chmod(0o711)
        try:
            _lose(site, Node(top), seed + number, log=number % 2 == 0)
        finally:
            shutil.rmtree(top, ignore_errors=True)

    yield attempt


def _lose(site: Site, node: Node, seed: int, *, log: bool) -> None:
    with node.running() as hub:
        play = Stage(site, hub.database_url, hub, seed=seed, kafka=False)
        play.uncertain = True
        shipper = Shipper(hub.backups_in(node.backups), hub.clock)
        play.settle(play.newsroom.messages(BATCH))
        play.follow()
        if log:
            shipper.step()
        else:
            hub.backups_in(node.backups).make(None)
        archived, later = play.newsroom.messages(BATCH), play.newsroom.messages(BATCH)
        play.settle(archived)
        signed = hub.archivist.checkpoint()
        play.settle(later)
        if log:
            wait_until_received(hub.database_url)
        node.destroy()
        shipper.close()
    found = node.restore()
    if found.position < signed.size:
        raise FaultFoundError(f"back at {found.position}, {signed.size} were archived")
    _go_on(play, node, [] if log else [*archived, *later])


def _go_on(play: Stage, node: Node, since: list[Sent]) -> None:
    """Let publishers send again what they sent since the backup, if it was lost; ask the oracle."""
    with node.running() as hub:
        play.hub, play.url = hub, hub.database_url
        if since:
            play.settle(since)
        play.check_records()
        play.follow()
        play.check_views()
