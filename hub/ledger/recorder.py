"""The ledger behind the eventsourcing library's recorder interface.

`insert_events` is ours whole: it takes the same locked head row as every other writer, so that
positions have no gaps and a reader that tails never misses a record. A record's version in its
stream is its position. Nothing retries a commit whose outcome is not known.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from time import sleep
from typing import Any, LiteralString
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    ListenNotifySubscription,
    Notification,
    ProgrammingError,
    StoredEvent,
    Subscription,
)
from psycopg import Connection, OperationalError

from contracts.stored import HUB
from domain.errors import DatabaseUnavailableError, OutcomeUnknownError
from domain.records import Provenance
from hub.archive.filling import Payloads, with_payloads
from hub.database import Database
from hub.ledger.appending import EncodedDraft, append, lock_head

POLL_SECONDS = 1.0

_SELECT_STREAM: LiteralString = """
SELECT notification_id, originator_id, topic, CASE WHEN state IS NULL THEN leaf_hash END, state
  FROM ledger.stored_events
 WHERE originator_id = %(stream)s
   AND notification_id > %(gt)s AND notification_id <= %(lte)s
 ORDER BY CASE WHEN %(desc)s THEN -notification_id ELSE notification_id END
 LIMIT %(limit)s
"""
_SELECT_FROM: LiteralString = """
SELECT notification_id, originator_id, topic, CASE WHEN state IS NULL THEN leaf_hash END, state
  FROM ledger.stored_events
 WHERE notification_id >= %(first)s AND notification_id <= %(last)s
   AND (%(topics)s::text[] = '{}' OR topic = ANY(%(topics)s))
 ORDER BY notification_id
 LIMIT %(limit)s
"""
_MAX: LiteralString = "SELECT position FROM ledger.head WHERE position > 0"
_LAST = 9_223_372_036_854_775_807


class LedgerRecorder(ApplicationRecorder):
    """Records stored events in the hub's ledger; versions and notification ids are positions."""

    def __init__(
        self, database: Database, payloads: Payloads, clock: Callable[[], datetime]
    ) -> None:
        """Write under the role of `database`; `clock` gives the time in UTC.

        payloads: where those lie that were detached.
        """
        self.database = database
        self._payloads = payloads
        self._clock = clock

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Append stored events, all or none; return their positions, which are durable.

        Give version 0: the ledger assigns it. Raises OutcomeUnknownError if the connection broke
        during the commit; read back before trying again. Raises DatabaseUnavailableError if it
        broke before; then nothing was stored.
        """
        if kwargs:
            raise ProgrammingError(f"The ledger does not take {', '.join(sorted(kwargs))}.")
        if any(event.originator_version != 0 for event in stored_events):
            raise ProgrammingError(
                "Versions are ledger positions: give 0, the ledger assigns them."
            )
        now = self._clock()
        origin = Provenance(publisher=HUB, submission_id=None, occurred_at=now)
        drafts = [
            EncodedDraft(
                stream=_uuid(event.originator_id),
                stored_type=event.topic,
                state=event.state,
                provenance=origin,
            )
            for event in stored_events
        ]
        appended = False
        try:
            with self.database.transaction() as connection:
                head = lock_head(connection)
                after = append(connection, head, drafts, now=now)
                appended = True
        except DatabaseUnavailableError as error:
            if not appended:
                raise
            raise OutcomeUnknownError("The connection broke during a commit: read back.") from error
        return list(range(head.position + 1, after.position + 1))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return the events of a stream, in the order of their positions or backwards."""
        values = {
            "stream": _uuid(originator_id),
            "gt": 0 if gt is None else gt,
            "lte": _LAST if lte is None else lte,
            "desc": desc,
            "limit": limit,
        }
        with self.database.transaction() as connection:
            return [
                StoredEvent(
                    originator_id=row[1],
                    originator_version=row[0],
                    topic=row[2],
                    state=bytes(row[3]),
                )
                for row in with_payloads(connection.execute(_SELECT_STREAM, values), self._payloads)
            ]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return records from a position on, in the order of positions."""
        first = 0 if start is None else start if inclusive_of_start else start + 1
        values = {
            "first": first,
            "last": _LAST if stop is None else stop,
            "topics": list(topics),
            "limit": limit,
        }
        with self.database.transaction() as connection:
            return [
                Notification(
                    originator_id=row[1],
                    originator_version=row[0],
                    topic=row[2],
                    state=bytes(row[3]),
                    id=row[0],
                )
                for row in with_payloads(connection.execute(_SELECT_FROM, values), self._payloads)
            ]

    def max_notification_id(self) -> int | None:
        """Return the last position; None while the ledger is empty."""
        with self.database.transaction() as connection:
            row = connection.execute(_MAX).fetchone()
        return None if row is None else int(row[0])

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Follow the ledger from after a position, without end."""
        return LedgerSubscription(self, gt=gt, topics=topics)


class LedgerSubscription(ListenNotifySubscription[LedgerRecorder]):
    """Follows the ledger; a lost notification costs a second, because it also polls."""

    def _loop_on_pull(self) -> None:
        while not self._has_been_stopped:
            try:
                self._follow()
            except (OperationalError, DatabaseUnavailableError):
                # The listener was killed, or the database is down: connect again and read on.
                sleep(POLL_SECONDS)
            except BaseException as error:  # noqa: BLE001 - handed to the reader, as the library does
                self._thread_error = self._thread_error or error
                self.stop()

    def _follow(self) -> None:
        with Connection.connect(self._recorder.database.url, autocommit=True) as connection:
            connection.execute("LISTEN hub_ledger")
            while not self._has_been_stopped:
                self._pull()
                self._wait(connection)

    def _wait(self, connection: Connection[Any]) -> None:
        """Return at a notification, or after POLL_SECONDS without one."""
        for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
            return


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
