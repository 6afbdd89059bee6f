"""The series that the hub exports have the names that operators are promised."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest

from domain.errors import ArchiveUnusableError, DatabaseUnavailableError
from hub.intake_metrics import IntakeCollector, IntakeStateCollector
from hub.kafka_lanes import IntakeReadings, Lag
from hub.metrics import ArchiveCollector, LedgerCollector, Meters


class Rows:
    """A database whose answer to every question is one row of everything that may be asked."""

    def __init__(self, *, up: bool = True) -> None:
        """Answer, or be gone."""
        self.up = up

    @contextmanager
    def snapshot(self) -> Iterator["Rows"]:
        """Give a connection."""
        if not self.up:
            raise DatabaseUnavailableError("gone")
        yield self

    def execute(self, query: str) -> "Rows":
        """Remember the question."""
        self.query = query
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Answer with as many columns as were asked for."""
        head = re.split(r"\n\s+FROM [a-z_]+\.[a-z_]+", self.query, maxsplit=1)[0]
        if "intake.stops" in self.query:
            return [("la-330", "intake", "topic-recreated", 1)]
        if "intake.outbox" in self.query:
            return [(3, 1.5)]
        if "FROM link.pairs" in self.query:
            return [("children", 3, 1.5), ("episodes", 0, 0.0)]
        if "transport" in head:
            return [("la-330", "https", "accepted", 3)]
        if "reason" in head:
            return [("la-330", "not-json", 1)]
        if "CASE WHEN public" in head:
            return [("yes", 1.5e9, 1024)]
        if "extract(epoch FROM max" in head:
            return [("la-330", 1.5e9)]
        if "h.position" in head:
            return [(9, 8, 7, 0.5)]
        return [("ledger.stored_events", 8192)] if "size" in head else [(0,)]


class Reader:
    """An intake role that reads two publishers' topics."""

    readings = IntakeReadings(
        leases=2,
        live={"la-330": Lag(messages=2, seconds=1.5)},
        backfill={"la-330": Lag(messages=9, seconds=0.0)},
    )


def names(*collectors: Any, registry: CollectorRegistry | None = None) -> set[str]:
    """Return the names of all series."""
    whole = registry or CollectorRegistry()
    for each in collectors:
        whole.register(each)
    text = generate_latest(whole).decode()
    return set(re.findall(r"^# TYPE ([^ ]+)", text, re.MULTILINE))


def test_every_series_begins_with_hub() -> None:
    meters = Meters()
    found = names(
        LedgerCollector(Rows()),  # type: ignore[arg-type]
        IntakeCollector(Reader()),
        IntakeStateCollector(Rows()),  # type: ignore[arg-type]
        ArchiveCollector(lambda: 65_536),
        registry=meters.registry,
    )

    assert found
    assert all(name.startswith("hub_") for name in found)


def test_the_promised_series_are_there() -> None:
    meters = Meters()
    meters.record_request("/v1/counts", "GET", 200, 0.01)

    found = names(
        LedgerCollector(Rows()),  # type: ignore[arg-type]
        IntakeCollector(Reader()),
        IntakeStateCollector(Rows()),  # type: ignore[arg-type]
        ArchiveCollector(lambda: 65_536),
        registry=meters.registry,
    )

    assert found >= {
        "hub_events_total",
        "hub_rejects_total",
        "hub_publisher_last_event_timestamp_seconds",
        "hub_intake_lag_events",
        "hub_intake_lag_seconds",
        "hub_intake_backfill_lag_events",
        "hub_intake_leases_held",
        "hub_intake_processes",
        "hub_intake_stopped_partitions",
        "hub_outbox_messages",
        "hub_outbox_age_seconds",
        "hub_intake_commit_seconds",
        "hub_ledger_position",
        "hub_projection_position",
        "hub_projection_lag_seconds",
        "hub_quarantine_size",
        "hub_review_queue_size",
        "hub_review_oldest_seconds",
        "hub_checkpoint_timestamp_seconds",
        "hub_checkpoint_size",
        "hub_archive_position",
        "hub_checkpoint_refusals",
        "hub_http_request_duration_seconds",
        "hub_db_size_bytes",
        "hub_build_info",
    }


def test_a_scrape_without_a_database_says_so_and_nothing_else() -> None:
    found = names(LedgerCollector(Rows(up=False)))  # type: ignore[arg-type]

    assert found == {"hub_database_up", "hub_build_info"}


def test_an_archive_that_cannot_be_read_has_no_position() -> None:
    def extent() -> int:
        raise ArchiveUnusableError("gone")

    assert names(ArchiveCollector(extent)) == set()
