"""`make fuzz`: bad messages and damaged files, until something breaks or the numbers are done.

Stop it at any time: the same command goes on from there; `--again` begins anew, another `--seed`
tries others. Exit code 1 if anything broke.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from hub.console import bar, say
from tests.fuzz.adapters import ADAPTERS
from tests.fuzz.running import Attempt, Run, carry_on, files, keep, load, messages, resident


def main(arguments: Sequence[str]) -> int:
    """Run every fuzzer in turn and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=10_000, help="for each adapter")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="one fuzzer: messages, or an adapter")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("tests/artifacts"))
    asked = parser.parse_args(arguments)
    plans: list[tuple[str, Attempt, int]] = [("messages", messages(asked.seed), asked.messages)]
    plans += [(each.name, files(each, asked.seed), asked.files) for each in ADAPTERS]
    faults = 0
    for name, attempt, until in plans:
        if asked.only in ("", name):
            path = asked.out / f"fuzz-{name}.json"
            run = Run(name=name, seed=asked.seed)
            if not asked.again:
                run = load(path, name, asked.seed)
            faults += _run(run, attempt, until, path)
    say(f"memory at the end: {resident() >> 20} MiB; {faults} faults")
    return min(faults, 1)


def _run(run: Run, attempt: Attempt, until: int, path: Path) -> int:
    began, before = perf_counter(), run.done
    with bar(f"fuzzing {run.name}", until) as shown:
        shown.to(run.done, until)
        for _ in carry_on(run, attempt, until):
            keep(path, run)
            shown.to(run.done, until)
    seconds = perf_counter() - began
    rate = f", {(run.done - before) / seconds:,.0f}/s" if run.done > before else ""
    say(f"{run.name}, seed {run.seed}: {run.done:,} tried{rate}")
    for verdict, count in run.totals.most_common():
        say(f"  {verdict:<20}{count:>12,}")
    for fault in run.faults[:20]:
        say(f"  {fault}")
    return len(run.faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
