"""The bodies of messages about a publisher itself: periods, programmes, returns, reports."""

from contracts.bodies import PublisherBody
from contracts.fields import AuthorityCode, DateText, ProviderUrn, Quantity, WhenText
from domain.publisher_events import (
    BoardReportPresented,
    PeriodDeclared,
    ProgrammeEnded,
    ProgrammeStarted,
    ProviderReturnReceived,
)
from domain.safeguarding import Board, ProgrammeKind

PROGRAMME = "programme"


class PeriodDeclaredBody(PublisherBody, frozen=True):
    """Everything of a period has been sent; rows: 0 in a nil return, so silence and zero differ."""

    event_type = "missing.period.declared.v1"
    title = "A period declared complete"
    source = "definitions, coverage"
    event = PeriodDeclared
    own = "period"

    from_date: DateText
    to_date: DateText
    rows: Quantity


class ProgrammeStartedBody(PublisherBody, frozen=True):
    """A local intervention programme began in an area."""

    event_type = "missing.programme.started.v1"
    title = "An intervention programme started"
    source = "¶48-57"
    event = ProgrammeStarted
    own = PROGRAMME

    programme: ProgrammeKind
    started: WhenText
    area: AuthorityCode


class ProgrammeEndedBody(PublisherBody, frozen=True):
    """A local intervention programme ended."""

    event_type = "missing.programme.ended.v1"
    title = "An intervention programme ended"
    source = "¶48-57"
    event = ProgrammeEnded
    own = PROGRAMME

    ended: WhenText


class ProviderReturnReceivedBody(PublisherBody, frozen=True):
    """A placement provider sent its quarterly figures."""

    event_type = "missing.provider-return.received.v1"
    title = "A provider return received"
    source = "¶81"
    event = ProviderReturnReceived
    own = "return"

    provider_urn: ProviderUrn
    from_date: DateText
    to_date: DateText
    missing_episodes: Quantity
    received: WhenText
    away_episodes: Quantity | None = None


class BoardReportPresentedBody(PublisherBody, frozen=True):
    """A report on missing children was presented to a board."""

    event_type = "missing.board-report.presented.v1"
    title = "A report presented to a board"
    source = "¶89"
    event = BoardReportPresented
    own = "report"

    board: Board
    presented: WhenText
    from_date: DateText
    to_date: DateText
