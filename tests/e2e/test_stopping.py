"""However the program is stopped, nothing of it stays, and the next run goes on."""

import json
import os
import signal
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from hub.cli import STOPPED
from tests.e2e.program import (
    free_port,
    none_left,
    processes_of,
    roles_of,
    run_hub,
    serving,
    start_hub,
)

FORCE = "pf-E23000001"
# A publish is interrupted at so many processes: the database is being made, or it runs.
PROCESSES = (2, 6)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_hub_that_is_told_to_stop_leaves_no_process(
    fresh_dir: Path, number: signal.Signals
) -> None:
    with serving(fresh_dir) as running:
        began = processes_of(fresh_dir)
        roles = roles_of(fresh_dir)
        running.process.send_signal(number)
        code = running.process.wait(timeout=90)

    assert len(began) > 4
    assert roles == {"link", "project", "archive", "api"}
    assert code == 0
    assert none_left(fresh_dir)


def test_a_hub_that_is_killed_leaves_no_process_and_starts_again(fresh_dir: Path) -> None:
    process = start_hub("serve", "--port", str(free_port()), data_dir=fresh_dir)
    # Its roles have been started, and have not yet seen who their supervisor is.
    while not roles_of(fresh_dir):
        sleep(0.01)
    process.kill()
    gone = [none_left(fresh_dir, seconds=60)]
    process.communicate(timeout=90)
    with serving(fresh_dir) as running:
        ready = httpx.get(f"{running.url}/readyz")
        running.process.kill()
        gone.append(none_left(fresh_dir, seconds=60))

    assert gone == [True, True]
    assert ready.status_code == 200


def test_a_publish_that_is_interrupted_is_taken_up_by_the_next_one(
    fresh_dir: Path, nation: Path
) -> None:
    file = nation / f"{FORCE}.ndjson"
    events = len(file.read_bytes().splitlines())
    command = ("publish", file, "--publisher", FORCE, "--json")

    said = []
    for number in PROCESSES:
        process = start_hub(*command, data_dir=fresh_dir)
        while len(processes_of(fresh_dir)) < number:
            sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=90)
        said.append((process.returncode, told))
        assert none_left(fresh_dir)
    done = run_hub(*command, data_dir=fresh_dir)
    state = json.loads(run_hub("status", "--json", data_dir=fresh_dir).out)

    assert said == [(130, f"hub: {STOPPED}\n")] * len(PROCESSES)
    assert json.loads(done.out)["rejected"] == 0
    assert state["submissions"]["accepted"] == events
    assert state["submissions"]["balanced"]


def test_a_database_that_dies_is_said_so_and_comes_back_by_itself(fresh_dir: Path) -> None:
    with serving(fresh_dir) as running:
        pid = int((fresh_dir / "postgres/cluster/postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        answers = [running.ask("/v1/status")]
        deadline = monotonic() + 30
        while answers[-1].status_code != 200 and monotonic() < deadline:
            sleep(0.2)
            answers.append(running.ask("/v1/status"))

    problems = [each.json()["type"] for each in answers[:-1]]
    assert answers[-1].status_code == 200
    assert set(problems) <= {"/problems/database-unavailable"}
    assert none_left(fresh_dir)


def test_ctrl_c_in_the_first_moment_is_as_quiet_as_later(fresh_dir: Path) -> None:
    process = start_hub("status", data_dir=fresh_dir)
    # Long enough for Python to have begun, too short for the program to have been imported.
    sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=90)

    assert process.returncode == 130
    assert told.startswith("hub: stopped")
    assert "Traceback" not in told
    assert none_left(fresh_dir)
