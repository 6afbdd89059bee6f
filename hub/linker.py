"""The linking role: follows the ledger and records who is whom, and which episodes are one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.decisions import ChildReachedEighteen, EpisodeAged
from domain.episode_events import SubjectRegistered
from domain.events import AccountEvent, Event
from domain.linkage_events import (
    EpisodeMatched,
    EpisodeMatchRefused,
    LinkageModelActivated,
    PersonLinked,
    PersonLinkProposed,
    PersonLinkRefused,
    PersonMerged,
    PersonSplit,
)
from domain.periods import london_date
from domain.records import RecordedEvent
from hub.archive.filling import Payloads
from hub.database import Database
from hub.identity.keys import Keys
from hub.identity.linking import healed
from hub.ledger.appending import append, encoded, lock_head
from hub.ledger.reading import read_from
from hub.linkage.comparing import Comparing
from hub.linkage.models import note_activation
from hub.linkage.people import admit, groups_of, note_registrations, regroup
from hub.linkage.settling import Round, Settling, admit_episodes, note_hosts

Progress = Callable[[int, int], None]

_LOCK_PROGRESS: LiteralString = "SELECT position FROM link.progress FOR UPDATE"
_MOVE_PROGRESS: LiteralString = "UPDATE link.progress SET position = %(position)s"
_HEAD: LiteralString = "SELECT position FROM ledger.head"
_OPEN: LiteralString = """
SELECT DISTINCT subject_id FROM link.episodes WHERE open ORDER BY subject_id
"""
_RELEASED: LiteralString = """
SELECT DISTINCT subject_id FROM link.episodes
 WHERE held AND held_until <= %(now)s ORDER BY subject_id
"""
# What the linker itself records; a reviewer's decision is somebody else's, and is followed.
_OWN = (
    EpisodeAged,
    EpisodeMatched,
    PersonLinked,
    PersonLinkProposed,
    PersonMerged,
    PersonSplit,
    ChildReachedEighteen,
)
_REVIEWED = (PersonLinked, PersonLinkRefused, EpisodeMatched, EpisodeMatchRefused)


class Linker:
    """Follows the ledger; only one process at a time gets the lock on its progress."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        payloads: Payloads,
        clock: Callable[[], datetime],
        comparing: Comparing,
        *,
        chunk: int = 100_000,
    ) -> None:
        """Work under the vault's role; `chunk` is the most ledger positions of one step.

        payloads: where those lie that were detached. comparing: finds and scores pairs.
        """
        self._database = database
        self._payloads = payloads
        self._clock = clock
        self._comparing = comparing
        self._settling = Settling(keys, payloads)
        self._chunk = chunk

    def catch_up(self, progress: Progress | None = None) -> int:
        """Decide everything that follows from the ledger so far; return the position reached."""
        while True:
            with self._database.transaction() as connection:
                after, head = self._advance(connection)
            if progress is not None:
                progress(after, head)
            if after >= head:
                return after

    def tend(self) -> int:
        """Record what time alone has made true; return how many decisions that were.

        These are eighteenth birthdays of children with open episodes, and accounts that were held
        for as long as they may be.
        """
        now = self._clock().astimezone(UTC)
        with self._database.transaction() as connection:
            connection.execute(_LOCK_PROGRESS)
            subjects = {row[0] for row in connection.execute(_OPEN)}
            subjects |= {row[0] for row in connection.execute(_RELEASED, {"now": now})}
            work = Round(now=now)
            self._settling.settle(connection, work, groups_of(connection, subjects))
            return _record(connection, work)

    def look_again(self, subjects: Iterable[UUID]) -> int:
        """Judge and cluster again whom these subjects reach; return how many decisions followed."""
        return len(self.decide_again(subjects))

    def decide_again(
        self, subjects: Iterable[UUID], *, basis: str | None = None
    ) -> tuple[Event, ...]:
        """Judge, cluster and match again whom these subjects reach; return what was recorded.

        basis: to be recorded of whoever becomes another person; None: what the pair says.
        """
        work = Round(now=self._clock().astimezone(UTC))
        with self._database.transaction() as connection:
            connection.execute(_LOCK_PROGRESS)
            groups = self._regroup(connection, work, subjects, basis)
            self._settling.settle(connection, work, groups)
            _record(connection, work)
        return tuple(each.event for each in work.drafts)

    def _advance(self, connection: Connection[TupleRow]) -> tuple[int, int]:
        before = _number(connection.execute(_LOCK_PROGRESS).fetchone())
        head = _number(connection.execute(_HEAD).fetchone())
        after = min(head, before + self._chunk)
        fresh = list(read_from(connection, self._payloads, after=before, until=after))
        self._follow(connection, fresh)
        connection.execute(_MOVE_PROGRESS, {"position": after})
        return after, _number(connection.execute(_HEAD).fetchone())

    def _follow(self, connection: Connection[TupleRow], fresh: Sequence[RecordedEvent]) -> None:
        """Record all that follows from some records that are read for the first time."""
        sent = [each for each in fresh if not isinstance(each.event, _OWN)]
        admit(connection, sorted(_first_positions(sent).items(), key=lambda each: each[1]))
        accounts = [
            (each.position, each.event) for each in sent if isinstance(each.event, AccountEvent)
        ]
        admit_episodes(connection, accounts)
        note_hosts(connection, [each.event for each in sent])
        registered = _register(connection, sent) | healed(connection)
        touched = {event.subject_id for _, event in accounts}
        reviewed = _reviewed(fresh)
        for each in fresh:
            if isinstance(each.event, LinkageModelActivated):
                note_activation(connection, each.event)
                self._comparing.forget_model()
        work = Round(now=self._clock().astimezone(UTC))
        self._settling.load(connection, work, touched | registered)
        concerned = reviewed | self._comparing.compare(connection, registered, touched)
        groups = self._regroup(connection, work, concerned) if concerned else ()
        regrouped = {subject for group in groups for subject in group}
        others = groups_of(connection, (touched | registered) - regrouped)
        self._settling.settle(connection, work, (*groups, *others))
        _record(connection, work)

    def _regroup(
        self,
        connection: Connection[TupleRow],
        work: Round,
        subjects: Iterable[UUID],
        basis: str | None = None,
    ) -> tuple[tuple[UUID, ...], ...]:
        result = regroup(connection, subjects, self._comparing.thresholds(connection), work.now)
        for move in result.moves:
            work.decide(move if basis is None else replace(move, basis=basis))
        for proposal in result.proposals:
            work.decide(proposal)
        return result.groups


def _register(connection: Connection[TupleRow], records: Iterable[RecordedEvent]) -> set[UUID]:
    registrations = [
        (each.event.subject_id, each.event.sex, london_date(each.provenance.occurred_at))
        for each in records
        if isinstance(each.event, SubjectRegistered)
    ]
    note_registrations(connection, registrations)
    return {subject for subject, _, _ in registrations}


def _record(connection: Connection[TupleRow], work: Round) -> int:
    if work.drafts:
        head = lock_head(connection)
        append(connection, head, [encoded(each) for each in work.drafts], now=work.now)
    return len(work.drafts)


def _reviewed(records: Iterable[RecordedEvent]) -> set[UUID]:
    """Return of whom reviewers have decided something."""
    found: set[UUID] = set()
    for record in records:
        event = record.event
        if isinstance(event, _REVIEWED) and event.decider is not None:
            found.add(event.subject_id)
            other = getattr(event, "other_subject_id", None)
            if other is not None:
                found.add(other)
    return found


def _first_positions(records: Iterable[RecordedEvent]) -> dict[UUID, int]:
    firsts: dict[UUID, int] = {}
    for record in records:
        subject_id = getattr(record.event, "subject_id", None)
        if subject_id is not None:
            firsts.setdefault(subject_id, record.position)
    return firsts


def _number(row: Sequence[object] | None) -> int:
    if row is None:
        raise RuntimeError("the database lacks a row that its migrations make")
    return int(str(row[0]))
