"""Every series that the hub exports; base units, labels from closed lists."""

from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import LiteralString

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from domain.errors import HubError
from domain.measures import DEFINITION_VERSION
from hub.database import Database

COMMIT_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

_OUTCOMES: LiteralString = """
SELECT publisher, transport, outcome, sum(submissions)
  FROM intake.outcomes GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_REJECTS: LiteralString = """
SELECT publisher, reason, sum(submissions)
  FROM intake.outcomes WHERE outcome = 'rejected' GROUP BY 1, 2 ORDER BY 1, 2
"""
_LAST: LiteralString = """
SELECT publisher, extract(epoch FROM max(last_at)) FROM intake.received GROUP BY 1 ORDER BY 1
"""
_POSITIONS: LiteralString = """
SELECT h.position, b.position, p.position,
       CASE WHEN b.position < h.position
            THEN greatest(extract(epoch FROM clock_timestamp() - n.recorded_at), 0) ELSE 0 END
  FROM ledger.head h, link.progress p, projection.active_build a
  JOIN projection.builds b USING (build)
  LEFT JOIN ledger.stored_events n ON n.notification_id = b.position + 1
"""
_SIZES: LiteralString = """
SELECT n.nspname || '.' || t.relname, sum(pg_total_relation_size(c.oid))::bigint
  FROM pg_class c
  JOIN pg_class t ON t.oid = coalesce(pg_partition_root(c.oid), c.oid)
  JOIN pg_namespace n ON n.oid = t.relnamespace
 WHERE c.relkind = 'r' AND n.nspname IN ('ledger', 'intake', 'vault', 'link', 'projection')
 GROUP BY 1
 ORDER BY 1
"""
_PARKED: LiteralString = """
SELECT count(*) FROM projection.parked_v1 p JOIN projection.active_build a USING (build)
"""
# Pairs and accounts that wait for a reviewer; what a second opinion is asked for is not in.
_REVIEW: LiteralString = """
SELECT 'children', count(*), coalesce(extract(epoch FROM clock_timestamp() - min(p.queued_at)), 0)
  FROM link.pairs p
  JOIN link.persons l ON l.subject_id = p.low
  JOIN link.persons h ON h.subject_id = p.high AND h.person_id <> l.person_id
 WHERE p.verdict = 'review'
 UNION ALL
SELECT 'episodes', count(*), coalesce(extract(epoch FROM clock_timestamp() - min(r.recorded_at)), 0)
  FROM link.episodes e
  JOIN link.persons p ON p.subject_id = e.subject_id
  JOIN ledger.stored_events r ON r.notification_id = e.first_position
 WHERE e.in_review AND coalesce(p.proposed_id, p.person_id) = p.person_id
"""
_SIGNED: LiteralString = """
SELECT CASE WHEN public THEN 'yes' ELSE 'no' END, extract(epoch FROM max(made_at)), max(size)
  FROM ledger.checkpoints GROUP BY public ORDER BY public
"""
_REFUSED: LiteralString = """
SELECT count(*)
  FROM ledger.checkpoint_refusals
 WHERE refused_at >= coalesce((SELECT max(made_at) FROM ledger.checkpoints), '-infinity')
"""


class LedgerCollector(Collector):
    """Reads, at each scrape, what the database knows; so every process tells the same."""

    def __init__(self, database: Database) -> None:
        """Read under the reading role."""
        self._database = database

    def collect(self) -> Iterable[Metric]:
        """Give every series that comes from the database; none while it cannot be read."""
        up = GaugeMetricFamily("hub_database_up", "1 if the database answered this scrape.")
        try:
            series = list(self._series())
        except HubError:
            up.add_metric([], 0.0)
            return [up, *_build_info()]
        up.add_metric([], 1.0)
        return [up, *series, *_build_info()]

    def _series(self) -> Iterable[Metric]:
        with self._database.snapshot() as connection:
            rows = {
                name: connection.execute(query).fetchall()
                for name, query in (
                    ("outcomes", _OUTCOMES),
                    ("rejects", _REJECTS),
                    ("last", _LAST),
                    ("positions", _POSITIONS),
                    ("sizes", _SIZES),
                    ("parked", _PARKED),
                    ("review", _REVIEW),
                    ("signed", _SIGNED),
                    ("refused", _REFUSED),
                )
            }
        yield _counter(
            "hub_events",
            "Submissions settled.",
            ("publisher", "transport", "outcome"),
            rows["outcomes"],
        )
        yield _counter(
            "hub_rejects", "Submissions rejected.", ("publisher", "reason"), rows["rejects"]
        )
        yield _gauge(
            "hub_publisher_last_event_timestamp_seconds",
            "When a publisher was last heard, as Unix time.",
            ("publisher",),
            rows["last"],
        )
        for ledger, projected, linked, lag in rows["positions"]:
            yield _gauge("hub_ledger_position", "Last ledger position.", (), [(ledger,)])
            yield _gauge(
                "hub_projection_position",
                "Ledger position that a view has reached.",
                ("projection",),
                [("episode_facts", projected), ("linkage", linked)],
            )
            yield _gauge(
                "hub_projection_lag_seconds",
                "Age of the oldest record that a view has not reached.",
                ("projection",),
                [("episode_facts", lag)],
            )
        yield _gauge(
            "hub_quarantine_size",
            "Children whose facts cannot be computed.",
            (),
            rows["parked"],
        )
        yield _gauge(
            "hub_review_queue_size",
            "Pairs of registrations, and accounts, that wait for a reviewer.",
            ("kind",),
            [(kind, size) for kind, size, _ in rows["review"]],
        )
        yield _gauge(
            "hub_review_oldest_seconds",
            "How long the oldest of them has waited.",
            ("kind",),
            [(kind, age) for kind, _, age in rows["review"]],
        )
        yield _gauge(
            "hub_checkpoint_timestamp_seconds",
            "When the ledger was signed last, as Unix time; public: for everyone to see.",
            ("public",),
            [(public, made_at) for public, made_at, _ in rows["signed"]],
        )
        yield _gauge(
            "hub_checkpoint_size",
            "How many records the last checkpoint covers; public: for everyone to see.",
            ("public",),
            [(public, size) for public, _, size in rows["signed"]],
        )
        yield _gauge(
            "hub_checkpoint_refusals",
            "How often signing was refused since the last checkpoint.",
            (),
            rows["refused"],
        )
        yield _gauge(
            "hub_db_size_bytes", "Size of a table with its indexes.", ("table",), rows["sizes"]
        )


class ArchiveCollector(Collector):
    """Tells how far the archive has come."""

    def __init__(self, extent: Callable[[], int]) -> None:
        """Take a function that gives the last archived position."""
        self._extent = extent

    def collect(self) -> Iterable[Metric]:
        """Give the position; nothing while the archive cannot be read."""
        try:
            extent = self._extent()
        except HubError:
            return
        yield _gauge(
            "hub_archive_position", "Ledger position that the archive has reached.", (), [(extent,)]
        )


class Meters:
    """The series of one process: what it times itself."""

    def __init__(self) -> None:
        """Make an empty registry."""
        self.registry = CollectorRegistry()
        self.commit_seconds = Histogram(
            "hub_intake_commit_seconds",
            "Time to settle one batch of submissions.",
            buckets=COMMIT_BUCKETS,
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "hub_http_request_duration_seconds",
            "Time to answer a request.",
            ("route", "method", "code"),
            registry=self.registry,
        )

    def record_request(self, route: str, method: str, code: int, seconds: float) -> None:
        """Note one answered request."""
        self.request_seconds.labels(route, method, str(code)).observe(seconds)


def _counter(
    name: str, text: str, labels: tuple[str, ...], rows: Iterable[tuple[object, ...]]
) -> Metric:
    family = CounterMetricFamily(name, text, labels=labels)
    for row in rows:
        family.add_metric([str(each) for each in row[:-1]], float(str(row[-1])))
    return family


def _gauge(
    name: str, text: str, labels: tuple[str, ...], rows: Iterable[tuple[object, ...]]
) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for row in rows:
        family.add_metric([str(each) for each in row[:-1]], float(str(row[-1])))
    return family


def _build_info() -> Iterable[Metric]:
    yield _gauge(
        "hub_build_info",
        "Versions of what runs.",
        ("version", "definition_version"),
        [(version("missing-children-hub"), DEFINITION_VERSION, 1.0)],
    )
