"""What publishers say of themselves, and the interviews they held, as their records say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.about import When
from domain.interventions import Programme
from domain.periods import london_date
from domain.publisher_events import (
    BoardReportPresented,
    PeriodDeclared,
    ProgrammeEnded,
    ProgrammeStarted,
    ProviderReturnReceived,
)
from domain.records import RecordedEvent
from domain.response_events import ReturnInterviewCompleted
from domain.whose import last_said


@dataclass(frozen=True, kw_only=True)
class BoardReport:
    """A report to a board; the dates are London dates, from_date and to_date both covered."""

    own_id: UUID
    publisher: str
    board: str
    presented_on: date
    from_date: date
    to_date: date


@dataclass(frozen=True, kw_only=True)
class ProviderReturn:
    """A return of a placement provider; the dates are London dates, both ends covered."""

    own_id: UUID
    publisher: str
    provider_urn: str
    from_date: date
    to_date: date
    missing_episodes: int
    away_episodes: int | None
    received_on: date


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """A period that a publisher declared complete; both London dates are inside."""

    own_id: UUID
    publisher: str
    from_date: date
    to_date: date
    rows_sent: int


@dataclass(frozen=True, kw_only=True)
class Interview:
    """A return interview as one publisher recorded it. reasons: in order, joined by commas."""

    episode_id: UUID
    publisher: str
    completed: When
    completed_on: date
    interviewer: str
    independent: bool
    reasons: str


def board_reports(records: Iterable[RecordedEvent]) -> tuple[BoardReport, ...]:
    """Return every report to a board, by its identifier."""
    said = last_said(records, BoardReportPresented, "own_id").values()
    found = [
        BoardReport(
            own_id=each.event.own_id,
            publisher=each.by,
            board=each.event.board,
            presented_on=_day(each.event.presented),
            from_date=each.event.from_date,
            to_date=each.event.to_date,
        )
        for each in said
    ]
    return tuple(sorted(found, key=lambda each: each.own_id))


def provider_returns(records: Iterable[RecordedEvent]) -> tuple[ProviderReturn, ...]:
    """Return every return of a provider, by its identifier."""
    said = last_said(records, ProviderReturnReceived, "own_id").values()
    found = [
        ProviderReturn(
            own_id=each.event.own_id,
            publisher=each.by,
            provider_urn=each.event.provider_urn,
            from_date=each.event.from_date,
            to_date=each.event.to_date,
            missing_episodes=each.event.missing_episodes,
            away_episodes=each.event.away_episodes,
            received_on=_day(each.event.received),
        )
        for each in said
    ]
    return tuple(sorted(found, key=lambda each: each.own_id))


def declarations(records: Iterable[RecordedEvent]) -> tuple[Declaration, ...]:
    """Return every declared period, by its identifier."""
    said = last_said(records, PeriodDeclared, "own_id").values()
    found = [
        Declaration(
            own_id=each.event.own_id,
            publisher=each.by,
            from_date=each.event.from_date,
            to_date=each.event.to_date,
            rows_sent=each.event.rows,
        )
        for each in said
    ]
    return tuple(sorted(found, key=lambda each: each.own_id))


def programmes(records: Sequence[RecordedEvent]) -> tuple[Programme, ...]:
    """Return every local programme that was told to have started, by its identifier."""
    ended = last_said(records, ProgrammeEnded, "own_id")
    found = []
    for about, each in last_said(records, ProgrammeStarted, "own_id").items():
        end = ended[about].event if about in ended else None
        found.append(
            Programme(
                programme_id=each.event.own_id,
                kind=each.event.programme,
                area=each.event.area,
                started_on=_day(each.event.started),
                ended_on=_day(end.ended) if end else None,
            )
        )
    return tuple(sorted(found, key=lambda each: each.programme_id))


def interviews(records: Iterable[RecordedEvent]) -> tuple[Interview, ...]:
    """Return every return interview, by episode, publisher and time.

    What one publisher says of one episode and one time is about one interview.
    """
    by_publisher: dict[str, list[RecordedEvent]] = {}
    for record in records:
        by_publisher.setdefault(record.provenance.publisher, []).append(record)
    found = [
        Interview(
            episode_id=each.event.episode_id,
            publisher=publisher,
            completed=each.event.completed,
            completed_on=_day(each.event.completed),
            interviewer=each.event.interviewer,
            independent=each.event.independent,
            reasons=",".join(sorted(set(each.event.reasons or ()))),
        )
        for publisher, own in by_publisher.items()
        for each in last_said(own, ReturnInterviewCompleted, "episode_id", "completed").values()
    ]
    return tuple(
        sorted(found, key=lambda each: (each.episode_id, each.publisher, str(each.completed)))
    )


def _day(when: When) -> date:
    return london_date(when) if isinstance(when, datetime) else when
