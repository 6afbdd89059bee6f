"""`make bench-backfill`: how long live events take while one publisher sends ten years of old ones.

One hub with its roles as processes: intake, link, project, on a real broker and PostgreSQL. Legs,
taken in turn in every round:
  live       fifty events a second of fifty publishers
  backfill   the same, while a backfill topic holds more than can be read in the time
Accepted: the brokers have acknowledged an event; visible: the views have passed its position. A leg
counts only if every live event is visible. Prints a table and writes JSON.
"""

import argparse
import sys
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any, Final, LiteralString

from psycopg import Connection

from hub.broker import Brokers
from hub.broker_producer import IntakeProducer
from hub.embedded import EmbeddedPostgres
from hub.foundations import KEYS
from hub.identity.keys import load_keys
from hub.logs import configure_logs
from hub.message_reading import Message
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from tests.benchmarks.backfill_load import old_events, roles, send_live
from tests.benchmarks.measuring import database_on, machine_facts
from tests.kafka_broker import KafkaBroker

PUBLISHERS: Final = 50
PATIENCE_SECONDS: Final = 120.0
SAMPLE_SECONDS: Final = 0.004
COLUMNS: Final = (("recorded_p99", 14), ("p50", 14), ("p99", 9))

_REACHED: LiteralString = """
SELECT b.position FROM projection.active_build a JOIN projection.builds b USING (build)
"""
_OLD: LiteralString = "SELECT coalesce(sum(next_offset), 0) FROM intake.offsets WHERE topic = %s"


@dataclass(frozen=True, kw_only=True)
class Latencies:
    """How long each live event of one leg took from accepted to visible, and what else came in.

    recorded: until the ledger had it, of that.
    """

    name: str
    recorded: list[float]
    seconds: list[float]
    old_per_second: float

    def figures(self) -> dict[str, float]:
        """Return what the table shows, in seconds."""
        return {
            "recorded_p99": percentile(self.recorded, 0.99),
            "p50": percentile(self.seconds, 0.5),
            "p99": percentile(self.seconds, 0.99),
            "old_per_second": self.old_per_second,
        }


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Watch:
    """When the views passed which position."""

    def __init__(self, url: str) -> None:
        """Look at the views of a database, from a thread of its own."""
        self._url = url
        self._stop = Event()
        self._times: list[float] = []
        self._positions: list[int] = []
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop looking."""
        self._stop.set()
        self._thread.join()

    def reached(self) -> int:
        """Return the last position seen."""
        return self._positions[-1] if self._positions else 0

    def visible_at(self, position: int) -> float:
        """Return when a position was passed."""
        return self._times[bisect_left(self._positions, position)]

    def _look(self) -> None:
        with Connection.connect(self._url, autocommit=True) as connection:
            while not self._stop.wait(SAMPLE_SECONDS):
                row = connection.execute(_REACHED).fetchone()
                now = time.time()
                if row is not None and (not self._positions or row[0] > self._positions[-1]):
                    self._times.append(now)
                    self._positions.append(row[0])


def recorded(hub: Hub, sent: Sequence[bytes]) -> list[tuple[int, float]]:
    """Return where each event lies in the ledger and since when, once all are there."""
    addresses = hub.intake.address([Message(raw=raw, sent_by=None) for raw in sent])
    deadline = time.monotonic() + PATIENCE_SECONDS
    found: list[tuple[int, float]] = []
    for address in addresses:
        record = hub.submissions.find(address.submission_id)
        while record is None or record.position is None:
            if time.monotonic() > deadline:
                raise SystemExit("a live event did not arrive")
            time.sleep(0.05)
            record = hub.submissions.find(address.submission_id)
        found.append((record.position, record.received_at.timestamp()))
    return found


def leg(
    hub: Hub, producer: IntakeProducer, asked: argparse.Namespace, *, number: int, old: bool
) -> Latencies:
    """Send live events for a while, with or without old ones in between."""
    own, prefix = [str(each.id) for each in hub.register.publishers()], f"leg{number}-"
    own = own[: PUBLISHERS + 1]
    if old:
        for batch in old_events(own[-1], asked.old, prefix):
            producer.send_backfill(own[-1], batch)
        time.sleep(asked.warm)
    before, began = _old_read(hub, own[-1]), time.time()
    watch = Watch(hub.database_url)
    sent = send_live(producer, own[:-1], rate=asked.rate, seconds=asked.seconds, prefix=prefix)
    read = (_old_read(hub, own[-1]) - before) / (time.time() - began)
    places = recorded(hub, [raw for raw, _ in sent])
    _until(lambda: watch.reached() >= max(places)[0])
    watch.end()
    if old:
        # The next leg is to begin with nothing left.
        _until(lambda: _old_read(hub, own[-1]) % asked.old == 0, seconds=3600)
        _until(lambda: hub.progress.read().ledger == hub.progress.read().views)
    return Latencies(
        name="backfill" if old else "live",
        recorded=[
            max(0.0, at - accepted) for (_, at), (_, accepted) in zip(places, sent, strict=True)
        ],
        seconds=[
            max(0.0, watch.visible_at(place) - accepted)
            for (place, _), (_, accepted) in zip(places, sent, strict=True)
        ],
        old_per_second=read,
    )


def report(legs: Sequence[Latencies], about: dict[str, Any], out: Path) -> None:
    """Print medians over rounds, and the ratio; write everything as JSON."""
    table: dict[str, dict[str, list[float]]] = {}
    for each in legs:
        for name, value in each.figures().items():
            table.setdefault(each.name, {}).setdefault(name, []).append(value)
    print(f"{'leg':<10}{'recorded p99':>14}{'visible p50':>14}{'p99':>9}{'min':>9}{'max':>9} s")
    for name, row in table.items():
        medians = "".join(f"{median(row[each]):>{width}.3f}" for each, width in COLUMNS)
        print(f"{name:<10}{medians}{min(row['p99']):>9.3f}{max(row['p99']):>9.3f}")
    print(f"{median(table['backfill']['old_per_second']):,.0f} old events a second beside them")
    pairs = zip(table["backfill"]["p99"], table["live"]["p99"], strict=True)
    ratio = median(with_old / without for with_old, without in pairs)
    print(f"p99 with a backfill is {ratio:.2f}x (floor 2x, stretch 1.2x)")
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(dumps({"seconds": table, "p99_ratio": ratio, "about": about}, indent=2) + "\n")


def main(arguments: Sequence[str]) -> None:
    """Run both legs in turn, round by round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--old", type=int, default=130_000, help="old events of one leg")
    parser.add_argument("--warm", type=float, default=5.0)
    parser.add_argument("--out", type=Path, default=Path("tests/artifacts/bench-backfill.json"))
    asked = parser.parse_args(arguments)
    configure_logs("error", human=True)
    with (
        TemporaryDirectory(prefix="bench-") as folder,
        EmbeddedPostgres(Path(folder) / "postgres-data", None) as server,
        KafkaBroker(Path(folder) / "kafka") as broker,
    ):
        settings = Settings(
            database_url=database_on(server, "backfill"),
            kafka_brokers=broker.bootstrap,
            data_dir=Path(folder) / "hub",
            metrics_port=29_300,
            log_level="error",
        )
        load_keys(settings.data_dir / KEYS, create=True)
        with open_hub(settings) as hub:
            hub.projector.catch_up(hub.projector.active_build())
            report(_rounds(hub, settings, asked), machine_facts(server), asked.out)


def _rounds(hub: Hub, settings: Settings, asked: argparse.Namespace) -> list[Latencies]:
    with Brokers(settings.kafka_brokers or "") as brokers:
        brokers.ensure_topics([each.id for each in hub.register.publishers()])
    done: list[Latencies] = []
    with roles(settings), IntakeProducer(settings.kafka_brokers or "") as producer:
        leg(hub, producer, argparse.Namespace(**{**vars(asked), "seconds": 3}), number=0, old=False)
        for number in range(1, 2 * asked.rounds, 2):
            for turn, old in ((number, False), (number + 1, True)):
                done.append(leg(hub, producer, asked, number=turn, old=old))
                print(f"{done[-1].name} p99 {done[-1].figures()['p99']:.3f} s", file=sys.stderr)
    return done


def _old_read(hub: Hub, publisher: str) -> int:
    with hub.reader.snapshot() as connection:
        row = connection.execute(_OLD, [f"hub.backfill.{publisher}.v1"]).fetchone()
    return 0 if row is None else int(row[0])


def _until(reached: Any, *, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise SystemExit("what was sent did not become visible")
        time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1:])
