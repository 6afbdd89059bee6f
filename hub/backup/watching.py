"""Tells operations how old the last backup is, and how much of the log it lacks."""

from collections.abc import Iterable
from typing import LiteralString

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from domain.errors import HubError
from hub.backup.folder import BackupFolder
from hub.backup.server import SLOT
from hub.database import Database

_WAITING: LiteralString = """
SELECT coalesce(active, false),
       coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint
  FROM pg_replication_slots WHERE slot_name = %(slot)s
"""


class BackupCollector(Collector):
    """Looks, at each scrape, into the directory of backups and at the server's slot."""

    def __init__(self, folder: BackupFolder, database: Database) -> None:
        """Ask under the reading role."""
        self._folder = folder
        self._database = database

    def collect(self) -> Iterable[Metric]:
        """Give every series; none while directory or database cannot be read."""
        try:
            made = [each.made_at.timestamp() for each in self._folder.backups()]
            breaks = self._folder.breaks()
            with self._database.snapshot() as connection:
                row = connection.execute(_WAITING, {"slot": SLOT}).fetchone()
        except (HubError, OSError):
            return
        receiving, waiting = (False, 0) if row is None else row
        if made:
            yield _gauge(
                "hub_backup_timestamp_seconds", "When the last backup was begun.", made[-1]
            )
        yield _gauge(
            "hub_backup_receiving", "1 if somebody receives the log for backups.", float(receiving)
        )
        yield _gauge(
            "hub_backup_waiting_bytes",
            "Log that was written and that no backup has: what a lost disk would take with it.",
            float(waiting),
        )
        lost = CounterMetricFamily(
            "hub_backup_log_breaks", "How often the log was lost before it was received."
        )
        lost.add_metric([], float(breaks))
        yield lost


def _gauge(name: str, text: str, value: float) -> Metric:
    family = GaugeMetricFamily(name, text)
    family.add_metric([], value)
    return family
