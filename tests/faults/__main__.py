"""`make faults`: breaks the hub in every way of the table, and says what came of it.

Stop it at any time: the same command goes on from there. Exit code 1 if anything failed.
"""

import argparse
import logging
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from hub.console import bar, say
from hub.logs import configure_logs
from tests.faults.mutants import MUTANTS, hunt
from tests.faults.report import FIGURES, PAGE, collect, kept, page, write
from tests.faults.running import Result, Row, carry_on, keep, load, path_of
from tests.faults.site import Site
from tests.faults.table import ROWS


def main(arguments: Sequence[str]) -> int:
    """Do what is asked for."""
    asked = parser().parse_args(arguments)
    # Brokers and databases are away on purpose: what clients say about it is no news.
    configure_logs("error", human=False)
    logging.disable(logging.ERROR)
    if asked.report:
        PAGE.write_text(page(ROWS, kept()), encoding="utf-8")
        return 0
    wanted = [row for row in ROWS if asked.only in ("", row.name)]
    if not wanted:
        say(f"no row {asked.only}: {', '.join(row.name for row in ROWS)}")
        return 2
    with Site() as site:
        if asked.mutants:
            return _mutants(site, asked.out)
        return _rows(site, wanted, asked)


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    made = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    made.add_argument("--full", action="store_true", help="the sizes of a release")
    made.add_argument("--only", default="", help="one row by its name")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--runs", type=int, default=0, help="so many units instead of the size")
    made.add_argument("--again", action="store_true", help="forget what was done before")
    made.add_argument("--mutants", action="store_true", help="look whether planted bugs are caught")
    made.add_argument("--report", action="store_true", help="write deploy/RELIABILITY.md again")
    made.add_argument("--publish", action="store_true", help="keep the results for that page")
    made.add_argument("--out", type=Path, default=Path("tests/artifacts"))
    return made


def _rows(site: Site, wanted: Sequence[Row], asked: argparse.Namespace) -> int:
    failed = 0
    results: dict[str, Result] = {}
    for row in wanted:
        if asked.again:
            path_of(asked.out, row.name).unlink(missing_ok=True)
        result = load(asked.out, row.name, asked.seed)
        until = asked.runs or row.size(full=asked.full)
        results[row.name] = result
        began = perf_counter()
        with bar(row.name, until) as shown:
            shown.to(min(result.done, until), until)
            for _ in carry_on(row, site, result, until):
                keep(asked.out, result)
                shown.to(result.done, until)
        failed += len(result.failures)
        _tell(row, result, perf_counter() - began)
    if asked.publish:
        write(collect(ROWS, _all(asked.out, asked.seed), kept()["mutants"], _facts()))
        PAGE.write_text(page(ROWS, kept()), encoding="utf-8")
    return min(failed, 1)


def _tell(row: Row, result: Result, seconds: float) -> None:
    bound = f"bound {result.bound:.2g}" if result.bound < 1 else "no bound"
    state = f"{len(result.failures)} FAILED" if result.failures else bound
    say(f"{row.name:<16}{result.done:>11,} {row.unit:<9} {state:<14} {seconds:>6.1f} s")
    for failure in result.failures:
        say(f"    run {failure}")
    if result.failures:
        say(
            f"    again: python -m tests.faults --again --only {row.name} --seed {result.seed}"
            f" --runs {result.done}"
        )


def _mutants(site: Site, out: Path) -> int:
    runs: dict[str, int | None] = {}
    for mutant in MUTANTS:
        caught = hunt(site, mutant)
        runs[mutant.name] = caught.run if caught else None
        state = f"caught in run {caught.run}: {caught.what}" if caught else "SURVIVED"
        say(f"{mutant.name:<58} {state}")
    figures = kept() if FIGURES.exists() else collect(ROWS, _all(out, 1), {}, _facts())
    write({**figures, "mutants": runs})
    return int(None in runs.values())


def _all(out: Path, seed: int) -> dict[str, Result]:
    found = {row.name: load(out, row.name, seed) for row in ROWS}
    return {name: result for name, result in found.items() if result.done}


def _facts() -> dict[str, str]:
    return {
        "processors": str(os.cpu_count()),
        "Python": platform.python_version(),
        "PostgreSQL": "18, fsync and synchronous_commit on",
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
