"""`make bench-projections`: rebuilding every view beside its peers, on one server, in one run.

Legs, taken in turn in every round, over the same records:
  archive   hub rebuild --from archive: every view with its history, compared, swapped
  ledger    hub rebuild --from ledger: the same from PostgreSQL
  fold      DuckDB alone, folding the episodes out of the archive's Parquet: no views, no history
  runner    eventsourcing's ProjectionRunner, one upsert an event, on fewer events
Then readers: how long a question takes while views are rebuilt, and while they are not; and for how
long the swap kept the live views from moving. A leg counts only if its result was checked: every
rebuild must give, row for row, what the one before gave.

Sizes: --scale is the share of the nation's year that goes through intake and the linker; --years
how often it is there, under fresh identifiers and a year later each time. Ten national years are
--scale 1 --years 10. Prints tables and writes JSON; --page writes deploy/PROJECTIONS.md as well.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import perf_counter
from typing import Any, Final, LiteralString

from psycopg import Connection

from domain.measures import CountsQuery
from hub.columnar.gathering import Source
from hub.embedded import EmbeddedPostgres
from hub.logs import configure_logs
from hub.rebuilding import Plan, Rebuilt, rebuild
from hub.settings import Settings
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
from tests.benchmarks.projections_nation import YEAR, fill
from tests.benchmarks.projections_page import write_page
from tests.benchmarks.projections_peers import episodes_in, run_fold, run_runner

GOALS: Final = (
    Goal(number="P5", leg="archive", peer="fold", floor=0.03, stretch=0.2),
    Goal(number="P5", leg="archive", peer="runner", floor=60.0, stretch=400.0),
    Goal(number="P6", leg="ledger", peer="runner", floor=40.0, stretch=80.0),
)
ASKED: Final = CountsQuery(measure="missing_incidents", by=("month",))
# Nobody has followed this ledger: its first views come from a rebuild, not event by event.
_UNFOLLOWED: LiteralString = "UPDATE projection.builds SET relations = '{}'"


def main(arguments: Sequence[str]) -> None:
    """Measure and report."""
    asked = _parser().parse_args(arguments)
    configure_logs("error", human=True)
    horizon = datetime.fromtimestamp(Options(year=YEAR).horizon, UTC)
    with (
        TemporaryDirectory(prefix="bench-") as folder,
        EmbeddedPostgres(Path(folder) / "postgres-data", None) as server,
    ):
        settings = Settings(
            database_url=database_on(server, "projections"),
            data_dir=Path(folder) / "hub",
            log_level="error",
        )
        with open_hub(settings, clock=lambda: horizon) as hub:
            nation = asked.nation or Path(folder) / "nation"
            records = fill(hub, nation, scale=asked.scale, years=asked.years)
            about: dict[str, Any] = machine_facts(hub.database_url)
            about |= {"records": records, "scale": asked.scale, "years": asked.years}
            rebuilds = Rebuilds(hub, records)
            rebuilds.first()
            turns: dict[str, Callable[[int], Leg]] = {
                "archive": lambda _number: rebuilds.leg("archive", Source.ARCHIVE),
                "fold": lambda _number: _fold(hub, Path(folder), records),
                "ledger": lambda _number: rebuilds.leg("ledger", Source.LEDGER),
                "runner": lambda _number: run_runner(server, asked.runner_events),
            }
            legs = take_turns(turns, asked.rounds)
            about["swap_ms"] = [round(each * 1000, 1) for each in rebuilds.locked]
            about["rows"] = rebuilds.rows
            about["readers"] = _readers(hub, rebuilds, asked.seconds)
    found = standings(legs, GOALS)
    print_legs(legs)
    print_standings(found)
    print(_of_readers(about))
    write_json(asked.out, legs, found, about)
    if asked.page is not None:
        write_page(asked.page, legs, found, about)


class Rebuilds:
    """Rebuilds of one hub's views; each must give what the one before gave."""

    def __init__(self, hub: Hub, records: int) -> None:
        """Take a hub that holds so many records."""
        self._hub = hub
        self._records = records
        self.locked: list[float] = []
        self.rows: dict[str, int] = {}

    def first(self) -> None:
        """Make the views that the others are held against."""
        self._hub.projector.active_build()
        with Connection.connect(self._hub.database_url) as connection:
            connection.execute(_UNFOLLOWED)
        self._run(Source.LEDGER)

    def leg(self, name: str, source: Source) -> Leg:
        """Rebuild, check, and return how long it took."""
        began = perf_counter()
        done = self._run(source)
        seconds = perf_counter() - began
        if not (done.equal and done.same_definition and done.position == self._records):
            raise SystemExit("a rebuild gave other rows than the one before")
        self.locked.append(done.locked_seconds)
        return Leg(name=name, events=self._records, seconds=seconds)

    def _run(self, source: Source) -> Rebuilt:
        hub = self._hub
        plan = Plan(source=source)
        done = rebuild(hub.project_database, hub.projector, hub.archive, plan=plan)
        self.rows = {each.view: each.fresh[1] for each in done.comparisons}
        return done


def _fold(hub: Hub, folder: Path, records: int) -> Leg:
    files = [hub.archive.segment_dir / each.records for each in hub.archive.segments()]
    return run_fold(files, folder, records, episodes_in(hub.database_url))


def _readers(hub: Hub, rebuilds: Rebuilds, seconds: float) -> dict[str, Any]:
    """Ask on and on, in turn alone and while the views are rebuilt."""
    alone: list[float] = []
    while_building: list[float] = []
    expected = hub.counts.answer(ASKED).rows
    for _ in range(2):
        with _asking(hub, expected, alone) as stop:
            stop.wait(seconds)
        with _asking(hub, expected, while_building):
            rebuilds.leg("archive", Source.ARCHIVE)
    return {"alone": _spread(alone), "rebuilding": _spread(while_building)}


@contextmanager
def _asking(hub: Hub, expected: object, into: list[float]) -> Iterator[Event]:
    """Let a reader ask the same question every 20 ms, and check each answer."""
    stop = Event()
    wrong: list[object] = []

    def ask() -> None:
        while not stop.is_set():
            began = perf_counter()
            rows = hub.counts.answer(ASKED).rows
            into.append(perf_counter() - began)
            if rows != expected:
                wrong.append(rows)
            stop.wait(0.02)

    reader = Thread(target=ask)
    reader.start()
    try:
        yield stop
    finally:
        stop.set()
        reader.join()
    if wrong:
        raise SystemExit("a reader got another answer while the views were rebuilt")


def _spread(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        "answers": len(ordered),
        "p50_ms": ordered[len(ordered) // 2] * 1000,
        "p99_ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000,
        "most_ms": ordered[-1] * 1000,
    }


def _of_readers(about: dict[str, Any]) -> str:
    alone, rebuilding = about["readers"]["alone"], about["readers"]["rebuilding"]
    return (
        f"P7    reader p99 {rebuilding['p99_ms']:.1f} ms while rebuilding,"
        f" {alone['p99_ms']:.1f} ms without: {rebuilding['p99_ms'] / alone['p99_ms']:.2f}x"
        f" (floor 1.5x); swap {max(about['swap_ms']):.1f} ms at most (floor 100 ms)"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--scale", type=float, default=0.05, help="share of the nation's year")
    parser.add_argument("--years", type=int, default=4, help="how many such years")
    parser.add_argument("--nation", type=Path, help="a generated nation to take instead")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runner-events", type=int, default=4_000, help="of the runner's leg")
    parser.add_argument("--seconds", type=float, default=20.0, help="that readers ask alone")
    parser.add_argument("--out", type=Path, default=Path("tests/artifacts/bench-projections.json"))
    parser.add_argument("--page", type=Path, help="deploy/PROJECTIONS.md, to be written again")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
