"""Runs the fuzzers piece by piece, so that a long run goes on where it stopped."""

import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn

from tests.fuzz.adapters import Adapter, end_of
from tests.fuzz.damage import damaged
from tests.fuzz.messages import bad_message
from tests.fuzz.verdicts import verdict
from tests.unit.records import contract

PIECE: Final = 1_000
# The interpreter's own pools grow at first; after that nothing may.
WARM_UP: Final = 20
GROWTH_ALLOWED: Final = 64 * 2**20
SECONDS_A_FILE: Final = 10

Attempt = Callable[[int], str]


@dataclass(kw_only=True)
class Run:
    """How far one fuzzer has come; faults: the numbers of what broke, with what broke."""

    name: str
    seed: int
    done: int = 0
    totals: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class TooLongError(Exception):
    """The reading of one file took too long."""


class MemoryGrewError(Exception):
    """The process holds more and more memory, though every message is forgotten."""


def messages(seed: int) -> Attempt:
    """Return what tries one bad message."""
    rules = contract()
    return lambda number: verdict(bad_message(seed, number), rules)


def files(adapter: Adapter, seed: int) -> Attempt:
    """Return what tries one set of damaged files."""
    samples = adapter.samples()

    def attempt(number: int) -> str:
        with _time_limit():
            return end_of(adapter, damaged(seed, number, samples[number % len(samples)]))

    return attempt


def carry_on(run: Run, attempt: Attempt, until: int) -> Iterator[Run]:
    """Try one number after the other; yield the run after every thousand.

    Raises MemoryGrewError if the process has grown since the first pieces.
    """
    pieces, base = 0, 0
    while run.done < until:
        for number in range(run.done, min(run.done + PIECE, until)):
            try:
                run.totals[attempt(number)] += 1
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
                run.totals["faults"] += 1
                run.faults.append(f"{number}: {type(error).__name__}: {error}"[:300])
        run.done = min(run.done + PIECE, until)
        pieces += 1
        if pieces == WARM_UP:
            base = resident()
        elif pieces > WARM_UP and resident() - base > GROWTH_ALLOWED:
            raise MemoryGrewError(f"from {base >> 20} to {resident() >> 20} MiB in {run.name}")
        yield run


def resident() -> int:
    """Return the bytes of memory that this process holds."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def load(path: Path, name: str, seed: int) -> Run:
    """Return the run that a file tells of; a new one if there is none, or another seed."""
    if path.is_file():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["seed"] == seed and kept["name"] == name:
            return Run(**{**kept, "totals": Counter(kept["totals"])})
    return Run(name=name, seed=seed)


def keep(path: Path, run: Run) -> None:
    """Write down how far a run has come; a reader sees all of it or the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(vars(run)), encoding="utf-8")
    beside.replace(path)


@contextmanager
def _time_limit() -> Iterator[None]:
    def too_long(*_: object) -> NoReturn:
        raise TooLongError(f"more than {SECONDS_A_FILE} s")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_A_FILE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
