"""`make bench-intake`: intake from a real broker beside its peers, in one run.

Legs, taken in turn in every round, on the same server with the same durability:
  intake   Kafka -> validated -> identity split -> ledger, exactly once, one process
  poll     a bare kafka-python loop over the same topics, which keeps nothing
  save     eventsourcing's Application.save, one event a call
A leg counts only if its result was checked. Prints a table and writes JSON beside it.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import perf_counter
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from kafka import KafkaConsumer, TopicPartition
from psycopg.conninfo import conninfo_to_dict

from domain.identifiers import PublisherId
from hub.broker import Brokers, intake_topic
from hub.broker_producer import IntakeProducer
from hub.embedded import EmbeddedPostgres
from hub.identity.sealing import seal_if_open
from hub.logs import configure_logs
from hub.settings import Settings
from hub.synthetic.batches import batches
from hub.synthetic.options import Options
from hub.wiring import Hub, open_hub
from tests.benchmarks.measuring import (
    Goal,
    Leg,
    database_on,
    machine_facts,
    print_legs,
    print_standings,
    standings,
    take_turns,
    write_json,
)
from tests.kafka_broker import KafkaBroker

GOALS = (
    Goal(number="P1", leg="intake", peer="poll", floor=0.2, stretch=0.4),
    Goal(number="P2", leg="intake", peer="save", floor=12.0, stretch=30.0),
)
MONTH = Options(year=2026, month=3, scale=1.0)


class Episode(Aggregate):
    """The peer's event: as many fields as a report of ours has."""

    @event("Reported")
    def __init__(self, child: str, left: str, reported: str) -> None:
        self.child = child
        self.left = left
        self.reported = reported


def load(hub: Hub, bootstrap: str, most: int) -> tuple[int, dict[str, int]]:
    """Fill the topics with a synthetic month; return messages and bytes, and messages by topic."""
    with Brokers(bootstrap) as brokers:
        brokers.ensure_topics([each.id for each in hub.register.publishers()])
    size = 0
    loaded: dict[str, int] = {}
    with IntakeProducer(bootstrap) as producer:
        for batch in batches(MONTH):
            for publisher, messages in batch.messages.items():
                room = most - sum(loaded.values())
                sealed = [seal_if_open(each.line, hub.keys.sealing) for each in messages[:room]]
                if sealed:
                    producer.send(publisher, sealed)
                    topic = intake_topic(PublisherId(publisher))
                    loaded[topic] = loaded.get(topic, 0) + len(sealed)
                    size += sum(len(raw) for raw in sealed)
    return size, loaded


def run_intake(settings: Settings, expected: int) -> Leg:
    """Read every topic into a fresh ledger, from the first message to the last commit."""
    with open_hub(settings) as hub:
        intake = hub.kafka_intake
        if intake is None:
            raise SystemExit("no broker")
        commits: list[float] = []
        intake._observe = lambda _seconds: commits.append(perf_counter())
        began = perf_counter()
        intake.run(Event(), poll_seconds=0.2, once=True)
        state = hub.status.read()
        if state.submissions.accepted != expected or not state.submissions.balanced:
            raise SystemExit(f"the ledger holds {state.submissions} instead of {expected}")
        return Leg(name="intake", events=expected, seconds=commits[-1] - began)


def run_poll(bootstrap: str, topics: dict[str, int]) -> Leg:
    """Read the same topics with kafka-python alone."""
    expected = sum(topics.values())
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, isolation_level="read_committed"
    )
    partitions = [TopicPartition(topic, 0) for topic in topics]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    seen = 0
    began = perf_counter()
    while seen < expected:
        seen += sum(len(each) for each in consumer.poll(timeout_ms=1000, max_records=5000).values())
    seconds = perf_counter() - began
    consumer.close()
    return Leg(name="poll", events=expected, seconds=seconds)


def run_save(url: str, events: int) -> Leg:
    """Save one event a call through the library's application on the same server."""
    parts = conninfo_to_dict(url)
    application: Application[UUID] = Application(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(parts["dbname"]),
            "POSTGRES_HOST": str(parts["host"]),
            "POSTGRES_PORT": str(parts["port"]),
            "POSTGRES_USER": str(parts["user"]),
            "POSTGRES_PASSWORD": "",
        }
    )
    began = perf_counter()
    for _ in range(events):
        application.save(Episode(str(uuid4()), "2026-03-14T20:00:00Z", "2026-03-14T22:05:00Z"))
    seconds = perf_counter() - began
    if application.recorder.max_notification_id() != events:
        raise SystemExit("the peer did not record every event")
    application.close()
    return Leg(name="save", events=events, seconds=seconds)


def main(arguments: Sequence[str]) -> None:
    """Run every leg in turn, round by round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--saves", type=int, default=2_000)
    parser.add_argument("--out", type=Path, default=Path("tests/artifacts/bench-intake.json"))
    asked = parser.parse_args(arguments)
    configure_logs("error", human=True)
    with TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder)
        with (
            EmbeddedPostgres(data / "postgres-data", None) as server,
            KafkaBroker(data / "kafka") as broker,
        ):
            legs(asked, server, broker.bootstrap, data)


def legs(asked: argparse.Namespace, server: str, bootstrap: str, data: Path) -> None:
    """Run the rounds on a server and a broker that are up."""

    def settings(name: str) -> Settings:
        return Settings(
            database_url=database_on(server, name),
            kafka_brokers=bootstrap,
            data_dir=data / "hub",
            profile="national",
        )

    with open_hub(settings("warm").model_copy(update={"profile": "embedded"})) as hub:
        size, topics = load(hub, bootstrap, asked.events)
    total = sum(topics.values())
    turns: dict[str, Callable[[int], Leg]] = {
        "intake": lambda number: run_intake(settings(f"intake{number}"), total),
        "poll": lambda _number: run_poll(bootstrap, topics),
        "save": lambda number: run_save(database_on(server, f"save{number}"), asked.saves),
    }
    taken = take_turns(turns, asked.rounds)
    found = standings(taken, GOALS)
    about = {
        "events": total,
        "bytes_each": size // total,
        "topics": len(topics),
        **machine_facts(server),
    }
    print_legs(taken)
    print_standings(found)
    write_json(asked.out, taken, found, about)


if __name__ == "__main__":
    main(sys.argv[1:])
