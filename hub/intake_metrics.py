"""The series of intake: what each process knows of its share, and what the database keeps."""

from collections.abc import Iterable
from typing import LiteralString, Protocol

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from domain.errors import HubError
from hub.database import Database
from hub.kafka_lanes import IntakeReadings

_STOPS: LiteralString = """
SELECT publisher, split_part(topic, '.', 2), code, count(*)
  FROM intake.stops GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_OUTBOX: LiteralString = """
SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(settled_at)), 0)
  FROM intake.outbox
"""
_PROCESSES: LiteralString = """
SELECT count(*) FROM intake.processes WHERE expires_at >= clock_timestamp()
"""


class Reading(Protocol):
    """An intake role, as its metrics see it."""

    @property
    def readings(self) -> IntakeReadings:
        """How much waits in the topics that this process reads."""
        ...


class IntakeCollector(Collector):
    """Tells how far this process's intake is behind the brokers."""

    def __init__(self, intake: Reading) -> None:
        """Take the intake role of this process."""
        self._intake = intake

    def collect(self) -> Iterable[Metric]:
        """Give the lag of every publisher whose topics this process reads."""
        readings = self._intake.readings
        leases = GaugeMetricFamily(
            "hub_intake_leases_held", "Publishers whose topics this process reads."
        )
        leases.add_metric([], readings.leases)
        yield leases
        events = _by_publisher(
            "hub_intake_lag_events", "Messages in a publisher's topic that intake has not read."
        )
        seconds = _by_publisher(
            "hub_intake_lag_seconds",
            "Age of the oldest message in a publisher's topic that intake has not read.",
        )
        for publisher, lag in sorted(readings.live.items()):
            events.add_metric([publisher], lag.messages)
            seconds.add_metric([publisher], lag.seconds)
        backfill = _by_publisher(
            "hub_intake_backfill_lag_events",
            "Old events in a publisher's backfill topic that intake has not read.",
        )
        for publisher, lag in sorted(readings.backfill.items()):
            backfill.add_metric([publisher], lag.messages)
        yield from (events, seconds, backfill)


class IntakeStateCollector(Collector):
    """Reads, at each scrape, what the database keeps of intake; every process tells the same."""

    def __init__(self, database: Database) -> None:
        """Read under the reading role."""
        self._database = database

    def collect(self) -> Iterable[Metric]:
        """Give stops, outbox and processes; none while the database cannot be read."""
        try:
            with self._database.snapshot() as connection:
                stops = connection.execute(_STOPS).fetchall()
                outbox = connection.execute(_OUTBOX).fetchall()
                processes = connection.execute(_PROCESSES).fetchall()
        except HubError:
            return
        stopped = GaugeMetricFamily(
            "hub_intake_stopped_partitions",
            "Topics that are not read until an operator decides where to go on.",
            labels=("publisher", "lane", "code"),
        )
        for publisher, lane, code, count in stops:
            stopped.add_metric([str(publisher), str(lane), str(code)], float(str(count)))
        yield stopped
        for count, age in outbox:
            yield _single("hub_outbox_messages", "Rejections not sent to their topics yet.", count)
            yield _single("hub_outbox_age_seconds", "Age of the oldest rejection not sent.", age)
        for (count,) in processes:
            yield _single("hub_intake_processes", "Processes that share the topics.", count)


def _by_publisher(name: str, text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=("publisher",))


def _single(name: str, text: str, value: object) -> Metric:
    family = GaugeMetricFamily(name, text)
    family.add_metric([], float(str(value)))
    return family
