"""The `hub` program as a person runs it: a command and its end, or a server and its stop."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, Queue
from socket import socket
from threading import Thread
from time import monotonic, sleep
from typing import IO, Final

import httpx

# Beside the interpreter that runs the tests, without resolving links: so it is the venv's own.
HUB: Final = Path(sys.executable).parent / "hub"
START_SECONDS: Final = 90.0
STOP_SECONDS: Final = 90.0
FOLLOW_SECONDS: Final = 60.0
LAST_LINE: Final = "Ctrl-C stops everything."


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, kw_only=True)
class Serving:
    """A hub that answers at `url`; `told` is what it said until then."""

    url: str
    metrics_url: str
    token: str
    told: str
    process: subprocess.Popen[str]

    def ask(self, path: str, *, accept: str = "application/json") -> httpx.Response:
        """Return the answer to a GET with the operator's token."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": accept}
        return httpx.get(self.url + path, headers=headers, timeout=30)


def run_hub(
    *arguments: str | Path,
    data_dir: Path,
    standard_input: str = "",
    settings: Mapping[str, str] | None = None,
) -> Finished:
    """Run one command to its end. settings: more HUB_ variables."""
    done = subprocess.run(
        [str(HUB), *map(str, arguments)],
        input=standard_input,
        env=environment(data_dir, settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Finished(code=done.returncode, out=done.stdout, err=done.stderr)


def start_hub(
    *arguments: str | Path, data_dir: Path, out: int | IO[str] = subprocess.PIPE
) -> subprocess.Popen[str]:
    """Start a command and return it while it runs. out: where its answer goes."""
    return subprocess.Popen(
        [str(HUB), *map(str, arguments)],
        env=environment(data_dir),
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def serving(data_dir: Path, *command: str) -> Iterator[Serving]:
    """Give a hub that serves, by `hub serve` or another such command; stop it with Ctrl-C."""
    port, metrics_port = free_port(), free_port()
    ports = ("--port", str(port), "--metrics-port", str(metrics_port))
    process = start_hub(*(command or ("serve",)), *ports, data_dir=data_dir)
    try:
        told = told_until(process, LAST_LINE)
        yield Serving(
            url=f"http://127.0.0.1:{port}",
            metrics_url=f"http://127.0.0.1:{metrics_port}/metrics",
            token=(data_dir / "keys" / "operator-token").read_text().strip(),
            told=told,
            process=process,
        )
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=STOP_SECONDS)


def told_until(process: subprocess.Popen[str], text: str, seconds: float = START_SECONDS) -> str:
    """Return what a command says on standard error, up to a line that holds the text."""
    assert process.stderr is not None
    stream = process.stderr
    lines: Queue[str] = Queue()

    def listen() -> None:
        for line in stream:
            lines.put(line)
            if text in line:
                return

    Thread(target=listen, daemon=True).start()
    told: list[str] = []
    deadline = monotonic() + seconds
    while not (told and text in told[-1]):
        try:
            told.append(lines.get(timeout=0.2))
        except Empty:
            ended = process.poll() is not None
            assert not ended, f"it ended with {process.returncode} after saying {told}"
            assert monotonic() < deadline, f"it said only {told}"
    return "".join(told)


def wait_until_followed(hub: Serving) -> int:
    """Return the ledger position once links and views have reached it."""
    deadline = monotonic() + FOLLOW_SECONDS
    while monotonic() < deadline:
        state = hub.ask("/v1/status").json()
        reached = {state[name] for name in ("linked_position", "projection_position")}
        if reached == {state["ledger_position"]}:
            return int(state["ledger_position"])
        sleep(0.2)
    raise AssertionError("the views do not reach the ledger")


def processes_of(data_dir: Path) -> list[int]:
    """Return the processes that work for a data directory: hub roles, and PostgreSQL itself."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal():
            continue
        try:
            place = str((process / "cwd").readlink())
            variables = (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        setting = f"HUB_DATA_DIR={data_dir}".encode()
        if place.startswith(f"{data_dir}/") or setting in variables:
            found.append(int(process.name))
    return sorted(found)


def roles_of(data_dir: Path) -> set[str]:
    """Return the roles that run for a data directory."""
    found = set()
    for number in processes_of(data_dir):
        try:
            words = Path(f"/proc/{number}/cmdline").read_text().split("\0")
        except OSError:
            continue
        if "role" in words:
            found.add(words[words.index("role") + 1])
    return found


def none_left(data_dir: Path, seconds: float = 15.0) -> bool:
    """Tell whether every process of a data directory ends in time."""
    deadline = monotonic() + seconds
    while left := processes_of(data_dir):
        if monotonic() > deadline:
            return not left
        sleep(0.1)
    return True


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def environment(data_dir: Path, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a command: no setting of the caller's, and a wide terminal."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    # Half a day off: whenever the tests run, the ledger is not padded in the middle of one.
    hour = str((datetime.now(UTC).hour + 12) % 24)
    ours = {"COLUMNS": "200", "HUB_DATA_DIR": str(data_dir), "HUB_CHECKPOINT_HOUR": hour}
    return {**plain, **ours, **(settings or {})}
