"""What the benchmarks share: legs taken in turn, ratios of medians, goals, and the machine."""

import json
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from psycopg import Connection, sql
from psycopg.conninfo import make_conninfo

SERVER_FACTS = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_level")
PACKAGES = ("eventsourcing", "kafka-python", "psycopg", "umadb")


@dataclass(frozen=True, kw_only=True)
class Leg:
    """What one leg did in one round; a leg counts only if its result was checked."""

    name: str
    events: int
    seconds: float

    @property
    def rate(self) -> float:
        """Events per second."""
        return self.events / self.seconds


@dataclass(frozen=True, kw_only=True)
class Goal:
    """How fast `leg` is to be beside `peer`: at least `floor` times, and `stretch` if it can."""

    number: str
    leg: str
    peer: str
    floor: float
    stretch: float


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a goal was met: the median over the rounds, and the worst and best of them."""

    goal: Goal
    ratio: float
    least: float
    most: float

    @property
    def word(self) -> str:
        """What is to be said of it."""
        if self.ratio >= self.goal.stretch:
            return "stretch"
        return "floor" if self.ratio >= self.goal.floor else "MISSED"


def take_turns(
    turns: Mapping[str, Callable[[int], Leg]], rounds: int
) -> Mapping[str, Sequence[Leg]]:
    """Run every leg once a round, in turn, and tell how it goes."""
    taken: dict[str, list[Leg]] = {name: [] for name in turns}
    for number in range(rounds):
        for name, turn in turns.items():
            taken[name].append(turn(number))
        said = ", ".join(f"{name} {legs[-1].rate:,.0f}/s" for name, legs in taken.items())
        print(f"round {number + 1} of {rounds}: {said}", file=sys.stderr)
    return taken


def standings(legs: Mapping[str, Sequence[Leg]], goals: Sequence[Goal]) -> list[Standing]:
    """Hold each goal's leg against its peer, round by round."""
    found = []
    for goal in goals:
        pairs = zip(legs[goal.leg], legs[goal.peer], strict=True)
        ratios = [mine.rate / theirs.rate for mine, theirs in pairs]
        found.append(Standing(goal=goal, ratio=median(ratios), least=min(ratios), most=max(ratios)))
    return found


def print_legs(legs: Mapping[str, Sequence[Leg]]) -> None:
    """Print the rate of every leg."""
    print(f"{'leg':<14}{'events/s (median)':>20}{'min':>12}{'max':>12}")
    for name, taken in legs.items():
        rates = [each.rate for each in taken]
        print(f"{name:<14}{median(rates):>20,.0f}{min(rates):>12,.0f}{max(rates):>12,.0f}")


def print_standings(found: Sequence[Standing]) -> None:
    """Print how the goals were met."""
    print(
        f"{'goal':<6}{'leg':<12}{'beside':<14}{'ratio':>8}{'spread':>16}{'floor':>8}{'stretch':>9}"
    )
    for each in found:
        goal, spread = each.goal, f"{each.least:.2f} to {each.most:.2f}"
        print(
            f"{goal.number:<6}{goal.leg:<12}{goal.peer:<14}{each.ratio:>7.2f}x{spread:>16}"
            f"{goal.floor:>7.2f}x{goal.stretch:>8.2f}x  {each.word}"
        )


def write_json(
    out: Path,
    legs: Mapping[str, Sequence[Leg]],
    found: Sequence[Standing],
    about: Mapping[str, Any],
) -> None:
    """Keep everything that was measured beside what it depends on."""
    values = {
        "events_per_second": {name: [each.rate for each in taken] for name, taken in legs.items()},
        "goals": [{**asdict(each), "met": each.word} for each in found],
        "about": dict(about),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    print(f"written to {out}")


def database_on(server: str, name: str) -> str:
    """Return the address of a fresh, empty database."""
    drop_database(server, name)
    with Connection.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return make_conninfo(server, dbname=name)


def drop_database(server: str, name: str) -> None:
    """Remove a database, so that a long run does not fill the disk."""
    with Connection.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def machine_facts(url: str) -> dict[str, Any]:
    """Return what the figures depend on."""
    with Connection.connect(url) as connection:
        values = {
            name: str((connection.execute(f"SHOW {name}").fetchone() or ("",))[0])
            for name in SERVER_FACTS
        }
    return {
        **values,
        **{name: version(name) for name in PACKAGES},
        "cpu": _cpu(),
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _cpu() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()
