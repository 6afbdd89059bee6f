"""The long-running roles: link, project, archive, backup, intake, api. One process each."""

import os
import signal
import socket
from threading import Event, Thread
from time import monotonic, sleep
from types import FrameType

import uvicorn
from fastapi import FastAPI
from structlog import get_logger

from domain.errors import HubError, UsageError
from hub.api.app import build_app
from hub.api.management import build_management_app
from hub.backup.folder import BackupFolder
from hub.backup.shipping import Shipper
from hub.backup.watching import BackupCollector
from hub.following import follow
from hub.intake_metrics import IntakeStateCollector
from hub.metrics import ArchiveCollector, LedgerCollector
from hub.relinking import Relinker
from hub.wiring import Hub

ORPHAN_CHECK_SECONDS = 0.5
# How often it is looked at what time alone has made true.
TENDING_SECONDS = 600.0
# How often it is looked whether everything is to be linked again.
RELINK_CHECK_SECONDS = 60.0
INTAKE_PORT_OFFSET = 1


def stop_on_signal(*, supervisor: int | None = None) -> Event:
    """Return an event that is set when the process is told to stop, or loses its supervisor.

    supervisor: the process that started this one. It may have died before this one had begun, so
    who the parent is by now does not tell.
    """
    stop = Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    # nohup has a process ignore the end of its terminal, and is to be obeyed.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, ask)
    if supervisor is not None:
        Thread(target=_watch_parent, args=(stop, supervisor), daemon=True).start()
    return stop


def run_linker(hub: Hub, stop: Event) -> None:
    """Follow the ledger: link, match, announce birthdays, let go of what was held long enough.

    Once a night everything is linked again, in the background: new records do not wait for it.
    """
    Thread(target=_relink_nightly, args=(hub.relinker, stop), daemon=True).start()
    looked_at = -TENDING_SECONDS

    def work() -> None:
        nonlocal looked_at
        hub.linker.catch_up()
        if monotonic() - looked_at >= TENDING_SECONDS:
            hub.linker.tend()
            looked_at = monotonic()

    follow(hub.database_url, work, stop, poll_seconds=hub.settings.poll_seconds)


def _relink_nightly(relinker: Relinker, stop: Event) -> None:
    log = get_logger()
    while not stop.is_set():
        try:
            if (found := relinker.relink_if_due()) is not None:
                log.info("relinked", decisions=found.decisions, seconds=found.seconds)
        except HubError as error:
            log.error("relinking interrupted", code=error.code)
        stop.wait(RELINK_CHECK_SECONDS)


def run_projector(hub: Hub, stop: Event) -> None:
    """Follow the ledger: keep the active build of the views up to date."""

    def work() -> None:
        hub.projector.catch_up(hub.projector.active_build())

    follow(hub.database_url, work, stop, poll_seconds=hub.settings.poll_seconds)


def run_archivist(hub: Hub, stop: Event) -> None:
    """Archive the ledger, and make its daily public checkpoint; a failure is tried again."""
    log = get_logger()
    while not stop.is_set():
        try:
            if hub.archivist.work() is not None:
                log.info("public checkpoint made")
        except HubError as error:
            log.error("archiving interrupted", code=error.code, problem=str(error))
        stop.wait(hub.settings.archive_seconds)


def run_backup(hub: Hub, stop: Event) -> None:
    """Copy the database daily and receive its log. Raises UsageError without a directory for it."""
    folder = hub.settings.backup_dir
    if folder is None:
        raise UsageError("Backups need a directory on another machine's disk: set HUB_BACKUP_DIR.")
    Shipper(hub.backups_in(folder), hub.clock).run(stop)


def run_intake(hub: Hub, stop: Event, *, once: bool) -> None:
    """Read the publishers' topics. Raises UsageError without a broker."""
    intake, sender = hub.kafka_intake, hub.outbox_sender
    if intake is None or sender is None:
        raise UsageError("hub intake reads from Kafka: set HUB_KAFKA_BROKERS.")
    port = hub.settings.metrics_port + INTAKE_PORT_OFFSET
    management = build_management_app(hub.meters.registry)
    poll_seconds = hub.settings.poll_seconds
    with _Server(management, hub.settings.metrics_host, port, "--metrics-port"):
        with sender.in_background(poll_seconds):
            intake.run(stop, poll_seconds=poll_seconds, once=once)
        while once and sender.send():
            pass
        sender.give_back()


def run_api(hub: Hub, stop: Event) -> None:
    """Serve the HTTP door, and the management door beside it."""
    settings = hub.settings
    # One process only tells what the database knows, so that sums over processes are right; and
    # what the archive holds, also when the role that writes it has died.
    hub.meters.registry.register(LedgerCollector(hub.reader))
    hub.meters.registry.register(IntakeStateCollector(hub.reader))
    hub.meters.registry.register(ArchiveCollector(hub.archive.extent))
    if settings.backup_dir is not None:
        folder = BackupFolder(settings.backup_dir)
        hub.meters.registry.register(BackupCollector(folder, hub.reader))
    management = build_management_app(hub.meters.registry)
    with (
        _Server(build_app(hub.services()), settings.host, settings.port, "--port"),
        _Server(management, settings.metrics_host, settings.metrics_port, "--metrics-port"),
    ):
        get_logger().info("api ready", port=settings.port, metrics_port=settings.metrics_port)
        stop.wait()


def bound_socket(host: str, port: int, option: str) -> socket.socket:
    """Return a listening socket. Raises UsageError if the port is taken or not allowed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise UsageError(
            f"Port {port} on {host} cannot be used ({error.strerror}):"
            f" stop what uses it, or choose another with {option}."
        ) from error
    return listener


class _Server:
    """An application served from a thread for as long as the context lasts."""

    def __init__(self, app: FastAPI, host: str, port: int, option: str) -> None:
        self._socket = bound_socket(host, port, option)
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=5
        )
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, args=([self._socket],), daemon=True)

    def __enter__(self) -> None:
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            sleep(0.01)

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._socket.close()


def _watch_parent(stop: Event, parent: int) -> None:
    while os.getppid() == parent:
        if stop.wait(ORPHAN_CHECK_SECONDS):
            return
    stop.set()
