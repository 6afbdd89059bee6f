"""Role processes of a hub, made by forking a parent that has imported everything already."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final, TypeVar

from psycopg import OperationalError

from hub.settings import Settings
from tests.faults.crashes import Plan
from tests.faults.hubs import SmallHub
from tests.faults.roles import Task, perform

PATIENCE_SECONDS: Final = 60.0
STEP_SECONDS: Final = 0.005

T = TypeVar("T")


class StuckError(Exception):
    """A process, or what it should have done, did not come in time."""


@cache
def context() -> ForkServerContext:
    """Return what starts processes; its server imports the hub once and forks from then on."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["tests.faults.roles"])
    return found


@dataclass(frozen=True, kw_only=True)
class Process:
    """A role that runs by itself, to be stopped, frozen or killed."""

    role: str
    running: BaseProcess

    @property
    def pid(self) -> int:
        """Its process id."""
        if self.running.pid is None:
            raise StuckError(f"{self.role} has not been started")
        return self.running.pid

    def kill(self) -> None:
        """End it at once, as a crash would, and wait until it is gone."""
        if self.running.exitcode is None:
            os.kill(self.pid, signal.SIGKILL)
        self.join()

    def freeze(self) -> None:
        """Let it stand still, as a machine that is short of everything does."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on as if nothing had been."""
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self.running.exitcode is None:
            os.kill(self.pid, signal.SIGTERM)
        self.join()

    def join(self) -> int | None:
        """Wait until it has ended; return its exit code. Raises StuckError."""
        self.running.join(PATIENCE_SECONDS)
        if self.running.exitcode is None:
            os.kill(self.pid, signal.SIGKILL)
            self.running.join()
            raise StuckError(f"{self.role} did not end within {PATIENCE_SECONDS:g} s")
        return self.running.exitcode


@contextmanager
def process(
    role: str,
    settings: Settings,
    url: str,
    log: Path,
    *,
    kind: type[SmallHub] = SmallHub,
    plan: Plan | None = None,
    shift: timedelta = timedelta(0),
) -> Iterator[Process]:
    """Run a role in a process of its own; it is killed at the end if it still runs."""
    task = Task(role=role, settings=settings, url=url, log=log, kind=kind, plan=plan, shift=shift)
    started = context().Process(target=perform, args=(task,), daemon=True)
    started.start()
    made = Process(role=role, running=started)
    try:
        yield made
    finally:
        made.kill()
        started.close()


def wait_until(reached: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until something is so. Raises StuckError with what was waited for."""
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise StuckError(f"{what} did not happen within {seconds:g} s")
        time.sleep(STEP_SECONDS)


def patiently(ask: Callable[[], T]) -> T:
    """Return an answer of a server that may just be recovering. Raises what it says in the end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return ask()
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(10 * STEP_SECONDS)


def is_frozen(one: Process) -> bool:
    """Return whether a process stands still."""
    status = Path(f"/proc/{one.pid}/stat").read_text(encoding="ascii")
    return status.rpartition(")")[2].split()[0] == "T"
