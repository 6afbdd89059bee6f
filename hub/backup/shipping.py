"""The backup role: receives the log as it is written, copies the server daily, and tidies up."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryFile
from threading import Event
from time import monotonic
from typing import IO

from structlog import get_logger

from domain.errors import BackupFailedError, HubError
from hub.backup.copying import BaseBackups, Progress
from hub.backup.server import SLOT, Identity

INTERVAL = timedelta(days=1)
STEP_SECONDS = 5.0
TIDY_SECONDS = 3600.0
# After a failure; the log waits on the server meanwhile.
RETRY_SECONDS = 10.0
STOP_SECONDS = 10.0
# What the receiver says when the log no longer reaches back to where it stopped.
REMOVED = "has already been removed"


class Shipper:
    """Ships the log of one server into one directory; one process at a time."""

    def __init__(self, backups: BaseBackups, clock: Callable[[], datetime]) -> None:
        """Take what makes base backups; `clock` gives the time in UTC."""
        self._backups = backups
        self._server = backups.server
        self._folder = backups.folder
        self._clock = clock
        self._receiver: _Receiver | None = None
        self._tidied_at = -TIDY_SECONDS
        self._log = get_logger()

    def run(self, stop: Event) -> None:
        """Work until told to stop; what fails is logged, and tried again."""

        def go_on(_done: int, _total: int) -> None:
            if stop.is_set():
                raise BackupFailedError("The hub was stopped during a backup; nothing was kept.")

        try:
            while not stop.is_set():
                try:
                    self.step(go_on)
                    stop.wait(STEP_SECONDS)
                except HubError as error:
                    self._log.error("backup interrupted", code=error.code, problem=str(error))
                    stop.wait(RETRY_SECONDS)
        finally:
            self.close()

    def step(self, progress: Progress | None = None) -> None:
        """Do what is due: receive, copy, tidy."""
        identity = self._server.identify()
        stream = self._receive(identity)
        if self._due(stream):
            made = self._backups.make(stream, progress)
            self._log.info(
                "backup made", name=made.name, position=made.position, seconds=made.seconds
            )
            self._tidied_at = -TIDY_SECONDS
        if monotonic() - self._tidied_at >= TIDY_SECONDS:
            with self._folder.alone():
                gone = self._folder.expire(self._now(), receiving=stream)
            self._log.info("backups looked at", deleted=len(gone))
            self._tidied_at = monotonic()

    def close(self) -> None:
        """Stop receiving; what was received is durable, and the server keeps the rest."""
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            receiver.stop()

    def _receive(self, identity: Identity) -> str:
        """See to it that the log is being received; return the name of its stream."""
        slot = self._server.slot()
        if slot is None or slot.lost:
            self.close()
            if slot is not None:
                self._log.error("log was lost: it waited too long to be received; copying anew")
                self._server.drop_slot()
            self._server.make_slot()
            return self._begin(identity, self._new_stream(identity))
        receiver = self._receiver
        if receiver is not None and receiver.runs() and receiver.identity_is(identity):
            return receiver.stream
        if receiver is not None:
            self._receiver = None
            said = receiver.stop()
            self._log.error("receiving the log ended, beginning again", said=said)
            if REMOVED in said:
                return self._begin(identity, self._new_stream(identity))
        elif slot.receiver is not None:
            # Left behind by a process that was killed.
            self._server.end_receiver(slot.receiver)
        return self._begin(
            identity, self._folder.last_stream(identity.stream_prefix) or self._new_stream(identity)
        )

    def _begin(self, identity: Identity, stream: str) -> str:
        with self._folder.alone():
            directory = self._folder.stream(stream)
            directory.mkdir(mode=0o700, exist_ok=True)
        said = TemporaryFile()  # noqa: SIM115 - the receiver closes it
        process = self._server.start(
            "pg_receivewal",
            f"--directory={directory}",
            f"--slot={SLOT}",
            "--synchronous",
            "--no-loop",
            errors=said.fileno(),
        )
        self._receiver = _Receiver(process, said, stream, identity)
        return stream

    def _new_stream(self, identity: Identity) -> str:
        # Counted, not dated: a clock that goes back must not lead back into an older stream.
        last = self._folder.last_stream(identity.stream_prefix)
        number = 1 if last is None else int(last.rpartition("-")[2]) + 1
        return f"{identity.stream_prefix}{number:06d}"

    def _due(self, stream: str) -> bool:
        """Tell whether a copy is due: daily, and at once for a log that none goes before."""
        mine = [each for each in self._folder.backups() if each.stream == stream]
        return not mine or self._now() - mine[-1].made_at >= INTERVAL

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC)


class _Receiver:
    """A running program that receives the log of one server into one stream."""

    def __init__(
        self,
        process: subprocess.Popen[str],
        said: IO[bytes],
        stream: str,
        identity: Identity,
    ) -> None:
        self.stream = stream
        self._process = process
        self._said = said
        self._identity = identity

    def runs(self) -> bool:
        return self._process.poll() is None

    def identity_is(self, identity: Identity) -> bool:
        return identity.stream_prefix == self._identity.stream_prefix

    def stop(self) -> str:
        """End it, and return the last that it said."""
        if self.runs():
            self._process.terminate()
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").splitlines()
        self._said.close()
        return lines[-1] if lines else ""
