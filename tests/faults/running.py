"""Runs rows of the table run by run, keeps how far each has come, and goes on from there."""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Final

from tests.faults.site import Site

# One run of a row, by its number; raises whatever is wrong.
Attempt = Callable[[int], None]
# A row set up on a site, from a seed.
Play = Callable[[Site, int], AbstractContextManager[Attempt]]

MOST_FAILURES: Final = 20


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the table of faults.

    unit: what is counted. step: how many of them one run is. ci, full: how many to do.
    fresh_every: after so many runs the play begins anew, so that no run gets slower.
    """

    name: str
    fault: str
    unit: str
    passes: str
    play: Play
    ci: int
    full: int
    step: int = 1
    fresh_every: int = 100

    def size(self, *, full: bool) -> int:
        """Return how many units to do."""
        return self.full if full else self.ci


@dataclass(kw_only=True)
class Result:
    """How far a row has come. failures: the numbers of runs that failed, with what was wrong."""

    name: str
    seed: int
    done: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    @property
    def bound(self) -> float:
        """The rate of failure that is excluded at 95 % when there was none: 3/n."""
        return 3 / self.done if self.done else math.inf


def carry_on(row: Row, site: Site, result: Result, until: int) -> Iterator[Result]:
    """Do run after run; yield the result after each."""
    while result.done < until:
        number = result.done // row.step
        # The seed of a play is that of its first run, so a run can be seen again alone.
        first = number - number % row.fresh_every
        last = min(first + row.fresh_every, math.ceil(until / row.step))
        began = perf_counter()
        try:
            with row.play(site, result.seed * 1_000_003 + first) as attempt:
                while number < last:
                    attempt(number)
                    number += 1
                    result.done = min(number * row.step, until)
                    result.seconds += perf_counter() - began
                    began = perf_counter()
                    yield result
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            result.failures.append(f"{number}: {type(error).__name__}: {error}"[:500])
            result.done = min((number + 1) * row.step, until)
            result.seconds += perf_counter() - began
            yield result
            if len(result.failures) >= MOST_FAILURES:
                return


def load(folder: Path, name: str, seed: int) -> Result:
    """Return the result that was kept; a new one if there is none, or it has another seed."""
    path = path_of(folder, name)
    if path.is_file():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["seed"] == seed:
            return Result(**kept)
    return Result(name=name, seed=seed)


def keep(folder: Path, result: Result) -> None:
    """Write a result down; a reader sees all of it or the one before."""
    folder.mkdir(parents=True, exist_ok=True)
    path = path_of(folder, result.name)
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(asdict(result), indent=1) + "\n", encoding="utf-8")
    beside.replace(path)


def path_of(folder: Path, name: str) -> Path:
    """Return where the result of a row is kept."""
    return folder / f"faults-{name}.json"
