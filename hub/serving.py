"""`hub serve`: starts the roles as child processes, and stops them all together."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event
from time import monotonic
from urllib.request import urlopen

from structlog import get_logger

from domain.errors import HubError, RoleFailedError
from hub.roles import bound_socket
from hub.settings import Settings, variable

CHECK_SECONDS = 0.2
DATABASE_SECONDS = 2.0
STOP_SECONDS = 15.0
READY_SECONDS = 60.0
# A role that dies this soon after its start, this often in a row, will not get better by itself.
QUICK_DEATH_SECONDS = 5.0
QUICK_DEATHS = 3


@dataclass(kw_only=True)
class _Child:
    role: str
    process: subprocess.Popen[bytes]
    started: float
    quick_deaths: int = field(default=0)


class Supervisor:
    """The roles of one hub on one machine; a role that dies is started again."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings that every role shall run under."""
        self._settings = settings
        self._looked_at = 0.0
        self._children: list[_Child] = []
        self._log = get_logger()

    def run(
        self,
        stop: Event,
        ready: Callable[[], None] | None = None,
        keep_up: Callable[[], None] | None = None,
    ) -> None:
        """Run every role until told to stop; call `ready` once the API answers.

        keep_up: called every few seconds, to start a dead database again.

        Raises UsageError if a port is taken, RoleFailedError if a role keeps dying.
        """
        self.check_ports()
        try:
            for role in self._roles():
                self._children.append(self._start(role))
            announced = ready is None
            deadline = monotonic() + READY_SECONDS
            while not stop.wait(CHECK_SECONDS):
                self._look_after()
                if keep_up is not None:
                    self._keep_up(keep_up)
                if not announced and self._answers():
                    announced = True
                    if ready is not None:
                        ready()
                if not announced and monotonic() > deadline:
                    raise RoleFailedError("The API did not answer within a minute; see the log.")
        finally:
            self._stop_all()

    def check_ports(self) -> None:
        """Raise UsageError if a port is taken, or is to serve for both doors."""
        settings = self._settings
        # Both at a time, so that one port for both is found out as well.
        with (
            bound_socket(settings.host, settings.port, "--port"),
            bound_socket(settings.metrics_host, settings.metrics_port, "--metrics-port"),
        ):
            pass

    def _roles(self) -> Sequence[str]:
        roles = ["link", "project", "archive", "api"]
        if self._settings.backup_dir is not None:
            roles.append("backup")
        if self._settings.profile == "national":
            roles.append("intake")
        return roles

    def _start(self, role: str) -> _Child:
        command = [sys.executable, "-m", "hub.cli", "role", role, "--supervisor", str(os.getpid())]
        # A session of its own, so that Ctrl-C reaches the supervisor only, which stops in order.
        process = subprocess.Popen(
            command,
            env=environment(self._settings),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        return _Child(role=role, process=process, started=monotonic())

    def _look_after(self) -> None:
        for index, child in enumerate(self._children):
            code = child.process.poll()
            if code is None:
                continue
            quick = monotonic() - child.started < QUICK_DEATH_SECONDS
            deaths = child.quick_deaths + 1 if quick else 0
            if deaths >= QUICK_DEATHS:
                raise RoleFailedError(f"The role {child.role} keeps stopping (exit code {code}).")
            self._log.error("role died, starting it again", role=child.role, exit_code=code)
            fresh = self._start(child.role)
            fresh.quick_deaths = deaths
            self._children[index] = fresh

    def _keep_up(self, keep_up: Callable[[], None]) -> None:
        if monotonic() - self._looked_at < DATABASE_SECONDS:
            return
        self._looked_at = monotonic()
        try:
            keep_up()
        except HubError as error:
            self._log.error("the database does not start", code=error.code)

    def _answers(self) -> bool:
        url = f"http://{self._settings.host}:{self._settings.port}/livez"
        try:
            with urlopen(url, timeout=1) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def _stop_all(self) -> None:
        for child in self._children:
            child.process.terminate()
        deadline = monotonic() + STOP_SECONDS
        for child in self._children:
            try:
                child.process.wait(timeout=max(0.1, deadline - monotonic()))
            except subprocess.TimeoutExpired:
                self._log.error("role did not stop, ending it", role=child.role)
                child.process.kill()
                child.process.wait()
        self._children.clear()


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment under which a child process has the same settings."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    given = {
        variable(name): str(value)
        for name in type(settings).model_fields
        if (value := getattr(settings, name)) is not None
    }
    return {**plain, **given}
