"""Runs a nation through a hub of its own and compares what that counts with the truth."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from domain.periods import ReportingYear
from hub.embedded import EmbeddedPostgres
from hub.serving import environment
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from tests.benchmarks.linkage_counts import Tally, true_tally
from tests.benchmarks.linkage_hub import Say, follow, known, load, one_by_one, review, tally
from tests.benchmarks.linkage_nation import options_of, true_absences, true_persons
from tests.benchmarks.linkage_results import counts_values
from tests.benchmarks.measuring import database_on, machine_facts

_FACTS: Final = ("server_version", "fsync", "synchronous_commit", "cpu", "cpus", "python", "at")


@dataclass(frozen=True, kw_only=True)
class InHub:
    """What a nation in the hub gave: counts against the truth, time, and the machine."""

    counts: dict[str, Any]
    seconds: dict[str, Any]
    about: dict[str, Any]


def count_in_hub(folder: Path, say: Say, *, reports: int, seed: int) -> InHub:
    """Take a generated nation in, count, review, count again; then link new reports one by one."""
    options = options_of(folder)
    horizon = datetime.fromtimestamp(options.horizon, UTC)
    with (
        TemporaryDirectory(prefix="bench-") as data,
        EmbeddedPostgres(Path(data) / "postgres-data", None) as server,
    ):
        settings = Settings(
            database_url=database_on(server, "linkage"),
            data_dir=Path(data) / "hub",
            log_level="error",
        )
        with open_hub(settings, clock=lambda: horizon) as hub:
            counts, seconds = _count(hub, folder, options.reporting_year, say)
            seconds["one"] = one_by_one(hub, folder, reports=reports, seed=seed)
        seconds["relink_apart"] = _relink_apart(settings)
        facts = machine_facts(server)
        about = {name: facts[name] for name in _FACTS}
        return InHub(counts=counts, seconds=seconds, about=about)


def _count(
    hub: Hub, folder: Path, year: ReportingYear, say: Say
) -> tuple[dict[str, Any], dict[str, Any]]:
    absences = list(true_absences(folder))
    true = true_tally(year, absences)
    began = perf_counter()
    messages = load(hub, folder, say)
    loaded = perf_counter() - began
    linked, projected = follow(hub, say)
    relinked = asdict(hub.relinker.relink(lambda done, of, what: say(what, done, of)))
    del relinked["begun_at"]
    hub.projector.catch_up(hub.projector.active_build())
    before = _compared(hub, year, true)
    truth = known(hub, list(true_persons(folder)), absences)
    asked = review(hub, truth, say)
    hub.projector.catch_up(hub.projector.active_build())
    after = _compared(hub, year, true)
    seconds = {
        "load": loaded,
        "link": linked,
        "project": projected,
        "messages": messages,
        "relink": relinked,
    }
    return {
        "before": before,
        "after": after,
        "asked": asked,
        "conserved": before["buckets"]["balanced"] and after["buckets"]["balanced"],
    }, seconds


def _relink_apart(settings: Settings) -> dict[str, Any]:
    """Link everything again by the command, in a process of its own, whose memory is its own."""
    # By way of a shell: a process's peak begins with that of the one it was forked from.
    done = subprocess.run(
        ("sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-m", "hub.cli", "relink", "--json"),
        env=environment(settings),
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _compared(hub: Hub, year: ReportingYear, true: Tally) -> dict[str, Any]:
    counted, ranges = tally(hub, year)
    return {**counts_values(counted, true), "ranges": ranges}
