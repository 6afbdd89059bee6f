"""`make bench-generate`: time and memory of a synthetic year, and the year beside DfE's tables.

Generates a tenth of the nation and the whole of it, each in a process of its own, through the
command that everybody uses. Memory is the largest resident set of that process or any child of it.
Prints tables and writes JSON beside them.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from domain.periods import ReportingYear
from hub.synthetic.folder import GENERATOR_VERSION
from tests.benchmarks.published import Compared, compare, counts_of, summary

# The year of DfE's tables.
YEAR: Final = ReportingYear(ending=2022)
TENTH: Final = 0.1

SECONDS_AT_MOST: Final = 300
EVENTS: Final = range(2_000_000, 3_000_001)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one generation took; cpu_seconds do not depend on what else the machine does."""

    scale: float
    seconds: float
    cpu_seconds: float
    megabytes: float
    events: int
    bytes: int


def run(scale: float, out: Path) -> Run:
    """Generate a year in a process of its own."""
    command = ("generate", "--year", str(YEAR), "--scale", str(scale), str(out), "--json")
    began = perf_counter()
    with (out.parent / f"{out.name}.json").open("w+", encoding="utf-8") as answer:
        child = os.posix_spawn(
            sys.executable,
            (sys.executable, "-m", "hub.cli", *command),
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, answer.fileno(), 1)],
        )
        _, status, usage = os.wait4(child, 0)
        seconds = perf_counter() - began
        if os.waitstatus_to_exitcode(status) != 0:
            raise SystemExit("the generation failed")
        answer.seek(0)
        events = json.load(answer)["messages"]
    size = sum(path.stat().st_size for path in out.rglob("*.ndjson"))
    return Run(
        scale=scale,
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        megabytes=usage.ru_maxrss / 1024,
        events=events,
        bytes=size,
    )


def report(runs: Sequence[Run], areas: dict[str, dict[str, list[Compared]]]) -> dict[str, Any]:
    """Print what was measured and return it."""
    print(f"{'scale':>6}{'events':>12}{'GB':>8}{'seconds':>10}{'CPU s':>8}{'RSS, MB':>10}")
    for each in runs:
        print(
            f"{each.scale:>6}{each.events:>12,}{each.bytes / 1e9:>8.2f}{each.seconds:>10.1f}"
            f"{each.cpu_seconds:>8.1f}{each.megabytes:>10.0f}"
        )
    found: dict[str, Any] = {"runs": [asdict(each) for each in runs]}
    for level, figures in areas.items():
        print(f"\n{level}, against DfE {YEAR} (relative where DfE shows 50 or more)")
        print(
            f"{'figure':<12}{'areas':>6}{'largest':>10}{'in':>11}{'median':>10}{'widest':>8}{'in':>11}"
        )
        found[level] = {name: summary(compared) for name, compared in figures.items()}
        for name, one in found[level].items():
            print(
                f"{name:<12}{one['areas']:>6}{one['largest']:>10.2%}{one['largest_in']:>11}"
                f"{one['median']:>10.2%}{one['widest']:>8}{one['widest_in']:>11}"
            )
    return found


def main(arguments: Sequence[str]) -> None:
    """Generate, compare, report; fail if the year is not what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--out", type=Path, default=Path("tests/artifacts/bench-generate.json"))
    asked = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="bench-") as folder:
        runs = [run(asked.scale * TENTH, Path(folder) / "tenth")]
        runs.append(run(asked.scale, Path(folder) / "whole"))
        counts = counts_of(Path(folder) / "whole", YEAR)
    areas = {
        "authorities": compare(counts, authorities=True),
        "regions and England": compare(counts, authorities=False),
    }
    found = report(runs, areas)
    about = {
        "generator_version": GENERATOR_VERSION,
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    print("\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps({**found, "about": about}, indent=2) + "\n")
    whole = runs[-1]
    if asked.scale == 1.0 and (whole.seconds > SECONDS_AT_MOST or whole.events not in EVENTS):
        raise SystemExit(f"a year of {whole.events:,} events in {whole.seconds:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
