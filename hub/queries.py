"""What readers ask of the hub: counts, its own state, and how a submission ended."""

from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import LiteralString, Protocol
from uuid import UUID

from psycopg.rows import TupleRow

from contracts.outcomes import Outcome, Rejection, RejectsQuery, SubmissionRecord
from contracts.reasons import Reason
from contracts.status import HubStatus, SubmissionTotals, Versions, source_episode_totals
from domain.history import HistoryAnswer, HistoryQuery
from domain.measures import DEFINITION_VERSION, CountsAnswer, CountsQuery
from domain.reconciliation_terms import (
    ReconciliationAnswer,
    ReconciliationQuery,
    SourceRowTotals,
)
from domain.views import ViewAbout, ViewAnswer, ViewQuery
from hub.database import MIGRATIONS, Database
from hub.intake_stops import read_stops
from projections.catalogue import all_relations, made_by
from projections.counts import CountsView
from projections.history import HistoryView
from projections.reconciliation import ReconciliationView
from projections.source_rows import count_source_rows
from projections.standpoint import stand
from projections.view import Registered, View
from projections.view_answers import answer

_POSITION: LiteralString = "SELECT position FROM ledger.head"
_POSITIONS: LiteralString = """
SELECT (SELECT position FROM ledger.head),
       (SELECT b.position FROM projection.active_build a JOIN projection.builds b USING (build)),
       (SELECT position FROM link.progress),
       pg_database_size(current_database()),
       (SELECT count(DISTINCT publisher) FROM intake.received WHERE publisher <> 'unknown'),
       (SELECT count(*) FROM projection.parked_v1 p JOIN projection.active_build a USING (build))
"""
_MADE_BY: LiteralString = """
SELECT b.definition_version, b.relations
  FROM projection.active_build a JOIN projection.builds b USING (build)
"""
_RECEIVED: LiteralString = "SELECT coalesce(sum(messages), 0)::bigint FROM intake.received"
_UNSENT: LiteralString = "SELECT count(*) FROM intake.outbox"
_OUTCOMES: LiteralString = """
SELECT outcome, sum(submissions)::bigint FROM intake.outcomes GROUP BY outcome ORDER BY outcome
"""
_ACCEPTED: LiteralString = """
SELECT s.content_key, s.position, s.seen, e.publisher, e.recorded_at
  FROM intake.submissions s
  JOIN ledger.stored_events e ON e.notification_id = s.position
 WHERE s.source_key = %(source_key)s
"""
_REFUSED: LiteralString = """
SELECT submission_id, publisher, outcome, reason, pointer, message, first_at, seen, replayed_as
  FROM intake.refusals WHERE submission_id = %(id)s
"""
_REJECTS: LiteralString = """
SELECT submission_id, publisher, outcome, reason, pointer, message, first_at, seen
  FROM intake.refusals
 WHERE publisher = %(publisher)s
   AND outcome = 'rejected' AND replayed_as IS NULL
   AND (%(reason)s::text IS NULL OR reason = %(reason)s)
   AND (%(since)s::timestamptz IS NULL OR first_at >= %(since)s)
   AND (%(until)s::timestamptz IS NULL OR first_at < %(until)s)
   AND (%(at)s::timestamptz IS NULL OR (first_at, submission_id) < (%(at)s, %(id)s))
 ORDER BY first_at DESC, submission_id DESC
 LIMIT %(limit)s
"""


class InFlight(Protocol):
    """Knows how many messages the brokers hold that intake has not read yet."""

    def count(self) -> int:
        """Return the number of messages; 0 without a broker."""
        ...


class NothingInFlight:
    """The embedded profile: a message is settled before it is acknowledged."""

    def count(self) -> int:
        """Return 0."""
        return 0


class CountsService:
    """Answers questions for counts from one snapshot."""

    def __init__(self, database: Database, view: CountsView) -> None:
        """Read under the reading role."""
        self._database = database
        self._view = view

    def answer(self, query: CountsQuery) -> CountsAnswer:
        """Return the counts asked for, and the position they are true at."""
        with self._database.snapshot() as connection:
            return self._view.answer(connection, query)


class HistoryService:
    """Tells how counts came to be what they are, from one snapshot."""

    def __init__(self, database: Database, view: HistoryView) -> None:
        """Read under the reading role."""
        self._database = database
        self._view = view

    def answer(self, query: HistoryQuery) -> HistoryAnswer:
        """Return how a count changed, and between which positions."""
        with self._database.snapshot() as connection:
            return self._view.answer(connection, query)


class ViewsService:
    """Answers questions for the figures of the views, each from one snapshot."""

    def __init__(self, database: Database, views: Sequence[View], registered: Registered) -> None:
        """Read under the reading role."""
        self._database = database
        self._views = {view.name: view for view in views}
        self._registered = registered

    def catalogue(self) -> Sequence[ViewAbout]:
        """Return what every view says of itself, ordered by name."""
        return [self._views[name].about for name in sorted(self._views)]

    def answer(self, query: ViewQuery) -> ViewAnswer:
        """Return the figures asked for, and the position they are true at."""
        view = self._views[query.view]
        with self._database.snapshot() as connection:
            return answer(connection, view, query, self._registered)


class ReconciliationService:
    """Tells what makes up the difference between the sources' totals, from one snapshot."""

    def __init__(self, database: Database, view: ReconciliationView) -> None:
        """Read under the reading role."""
        self._database = database
        self._view = view

    def answer(self, query: ReconciliationQuery) -> ReconciliationAnswer:
        """Return the terms asked for, and the position they are true at."""
        with self._database.snapshot() as connection:
            return self._view.answer(connection, query)


class StatusService:
    """Knows the state of the hub."""

    def __init__(self, database: Database, in_flight: InFlight) -> None:
        """Read under the reading role."""
        self._database = database
        self._in_flight = in_flight

    def position(self) -> int:
        """Return the last ledger position."""
        with self._database.snapshot() as connection:
            row = connection.execute(_POSITION).fetchone()
        return 0 if row is None else int(str(row[0]))

    def read(self) -> HubStatus:
        """Return the whole state, in one snapshot."""
        waiting = self._in_flight.count()
        with self._database.snapshot() as connection:
            first = connection.execute(_POSITIONS).fetchone() or (0,) * 6
            ledger, projected, linked, size, heard, parked = (int(str(each or 0)) for each in first)
            received = connection.execute(_RECEIVED).fetchone()
            outcomes = _numbers(connection.execute(_OUTCOMES))
            stops = read_stops(connection)
            ((unsent,),) = connection.execute(_UNSENT).fetchall()
            build = connection.execute(_MADE_BY).fetchone()
            # Before the first build there is nothing to stand on.
            rows = SourceRowTotals()
            if first[1] is not None:
                rows = count_source_rows(connection, stand(connection, None))
        return HubStatus(
            ledger_position=ledger,
            projection_position=projected,
            linked_position=linked,
            submissions=SubmissionTotals(
                received=int(str(received[0] if received else 0)) + waiting,
                accepted=outcomes.get(Outcome.ACCEPTED, 0),
                duplicate=outcomes.get(Outcome.DUPLICATE, 0),
                conflict=outcomes.get(Outcome.CONFLICT, 0),
                rejected=outcomes.get(Outcome.REJECTED, 0),
                in_flight=waiting,
            ),
            source_episodes=source_episode_totals(rows),
            parked_children=parked,
            publishers_heard=heard,
            versions=Versions(
                hub=version("missing-children-hub"),
                schema=MIGRATIONS[-1].removesuffix(".sql"),
                definition=DEFINITION_VERSION,
            ),
            database_bytes=size,
            stopped_topics=stops,
            unsent_rejections=unsent,
            rebuild_needed=build is not None
            and not made_by(all_relations(), str(build[0]), build[1]),
        )


class SubmissionService:
    """Remembers how submissions ended."""

    def __init__(self, database: Database) -> None:
        """Read under the reading role."""
        self._database = database

    def find(self, submission_id: UUID) -> SubmissionRecord | None:
        """Return a submission by its receipt; None if there is none."""
        source_key, content = submission_id.bytes[:10], submission_id.bytes[10:]
        with self._database.snapshot() as connection:
            row = connection.execute(_ACCEPTED, {"source_key": source_key}, binary=True).fetchone()
            if row is not None and bytes(row[0])[:6] == content:
                return SubmissionRecord(
                    submission_id=submission_id,
                    publisher=row[3],
                    outcome=Outcome.ACCEPTED,
                    position=row[1],
                    received_at=row[4],
                    seen=row[2],
                )
            refused = connection.execute(_REFUSED, {"id": submission_id}).fetchone()
        if refused is None:
            return None
        *record, replayed_as = refused
        # The hub had failed on it, and it has another receipt since.
        if replayed_as not in (None, submission_id):
            return self.find(UUID(str(replayed_as)))
        return _refused(tuple(record))

    def rejects(self, wanted: RejectsQuery) -> Sequence[SubmissionRecord]:
        """Return a publisher's rejected submissions, the latest first."""
        values = {
            "publisher": wanted.publisher,
            "limit": wanted.limit,
            "at": wanted.before.received_at if wanted.before else None,
            "id": wanted.before.submission_id if wanted.before else None,
            "reason": None if wanted.reason is None else wanted.reason.value,
            "since": wanted.since,
            "until": wanted.until,
        }
        with self._database.snapshot() as connection:
            return [_refused(row) for row in connection.execute(_REJECTS, values)]


def _numbers(rows: Iterable[TupleRow]) -> dict[str, int]:
    return {str(name): int(str(count)) for name, count in rows}


def _refused(row: TupleRow) -> SubmissionRecord:
    submission_id, publisher, outcome, reason, pointer, message, first_at, seen = row
    rejection = None
    if reason is not None:
        rejection = Rejection(
            reason=Reason(str(reason)), pointer=str(pointer), message=str(message)
        )
    return SubmissionRecord(
        submission_id=submission_id,
        publisher=None if publisher == "unknown" else publisher,
        outcome=Outcome(str(outcome)),
        rejection=rejection,
        received_at=first_at,
        seen=int(str(seen)),
    )
