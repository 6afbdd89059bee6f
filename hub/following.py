"""Waits for the ledger to grow: a notification wakes, a poll makes up for a lost one."""

from collections.abc import Callable
from threading import Event
from time import monotonic

from psycopg import Connection, OperationalError
from psycopg.rows import TupleRow
from structlog import get_logger

from domain.errors import HubError

_STEP_SECONDS = 0.2


def follow(url: str, work: Callable[[], object], stop: Event, *, poll_seconds: float) -> None:
    """Do the work now and whenever the ledger grows, and at least every `poll_seconds`.

    A lost database is waited for. Returns when `stop` is set.
    """
    log = get_logger()
    while not stop.is_set():
        try:
            with Connection.connect(url, autocommit=True, connect_timeout=5) as connection:
                connection.execute("LISTEN hub_ledger")
                while not stop.is_set():
                    work()
                    _wait(connection, stop, poll_seconds)
        except HubError as error:
            log.error("role interrupted", code=error.code)
            stop.wait(poll_seconds)
        except OperationalError as error:
            log.error("role interrupted", code="database-unavailable", error=type(error).__name__)
            stop.wait(poll_seconds)


def _wait(connection: Connection[TupleRow], stop: Event, seconds: float) -> None:
    """Return at a notification, at the deadline, or soon after `stop` is set."""
    deadline = monotonic() + seconds
    while not stop.is_set() and (left := deadline - monotonic()) > 0:
        for _ in connection.notifies(timeout=min(left, _STEP_SECONDS), stop_after=1):
            return
