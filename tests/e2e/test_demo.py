"""`hub demo` loads once, serves until Ctrl-C, and doubles nothing the next time."""

import json
import signal
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

from tests.e2e.program import none_left, run_hub, serving, start_hub, told_until

COMMAND = ("demo", "--scale", "0.02")
SECOND_START_SECONDS = 30


def test_the_demo_loads_once_and_goes_on_from_there(fresh_dir: Path) -> None:
    interrupted = start_hub(*COMMAND, data_dir=fresh_dir)
    told_until(interrupted, "Publishing")
    interrupted.send_signal(signal.SIGINT)
    interrupted.communicate(timeout=90)
    assert none_left(fresh_dir)

    with serving(fresh_dir, *COMMAND) as running:
        page = httpx.get(running.url, follow_redirects=True)
        running.process.send_signal(signal.SIGINT)
        printed, _ = running.process.communicate(timeout=90)
        first_code = running.process.returncode
    assert none_left(fresh_dir)
    first = state_of(fresh_dir)

    began = monotonic()
    with serving(fresh_dir, *COMMAND) as running:
        seconds = monotonic() - began
        told = running.told
    second = state_of(fresh_dir)

    assert interrupted.returncode == 130
    assert (first_code, running.process.returncode) == (0, 0)
    assert page.status_code == 200
    assert "Demonstration" in page.text
    assert "Children missing at least once in 2026-03" in printed
    assert "Both sums balance." in printed
    assert "loaded before" in told
    assert seconds < SECOND_START_SECONDS
    assert second == first
    # The one row of the return that breaks its contract was sent twice by then.
    assert first["submissions"]["rejected"] == 2
    assert first["submissions"]["duplicate"] > 0
    assert none_left(fresh_dir)


def state_of(data_dir: Path) -> dict[str, Any]:
    done = run_hub("status", "--json", data_dir=data_dir)
    state: dict[str, Any] = json.loads(done.out)
    assert done.code == 0, done.err
    return {name: value for name, value in state.items() if name != "database_bytes"}
