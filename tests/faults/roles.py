"""What a role process of the harness does: the hub's own role, on a hub that may be wrong."""

import ctypes
import os
import signal
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.logs import configure_logs
from hub.roles import run_api, run_linker, run_projector, stop_on_signal
from hub.settings import Settings
from tests.faults.crashes import Plan
from tests.faults.hubs import SmallHub

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, kw_only=True)
class Task:
    """Which role to run, of which hub; plan: where it shall die; shift: how wrong its clock is."""

    role: str
    settings: Settings
    url: str
    log: Path
    kind: type[SmallHub]
    plan: Plan | None
    shift: timedelta


def perform(task: Task) -> None:
    """Run a role until it is told to stop, or dies where it shall."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    descriptor = os.open(task.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    configure_logs("info", human=False)
    hub = task.kind(task.settings, task.url, lambda: datetime.now(UTC) + task.shift)
    if task.plan is not None:
        hub.watch = task.plan.watch
    stop = stop_on_signal()
    try:
        match task.role:
            case "intake":
                intake = hub.kafka_intake
                if intake is None:
                    raise ValueError("an intake needs a broker")
                intake.run(stop, poll_seconds=task.settings.poll_seconds)
            case "link":
                run_linker(hub, stop)
            case "project":
                run_projector(hub, stop)
            case "api":
                run_api(hub, stop)
            case "checkpoint":
                hub.archivist.checkpoint()
                stop.wait()
            case other:
                raise ValueError(f"no role {other}")
    finally:
        hub.close()
