"""What a publisher says of itself and its area: programmes, returns, reports, declared periods."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.about import When
from domain.safeguarding import Board, ProgrammeKind


@dataclass(frozen=True, kw_only=True)
class AboutPublisher:
    """What every event about a publisher itself names: the thing, by the hub's identifier.

    own_id: stands for the publisher's own reference of the programme, return, report or period.
    """

    own_id: UUID


@dataclass(frozen=True, kw_only=True)
class PeriodDeclared(AboutPublisher):
    """A publisher stated that it has sent everything of a period: silence and zero differ.

    from_date, to_date: London dates, both inside the period. rows: sent for it; 0: a nil return.
    """

    type: ClassVar[str] = "period-declared"

    from_date: date
    to_date: date
    rows: int


@dataclass(frozen=True, kw_only=True)
class ProgrammeStarted(AboutPublisher):
    """A local intervention programme began in an area (¶48-57)."""

    type: ClassVar[str] = "programme-started"

    programme: ProgrammeKind
    started: When
    area: str


@dataclass(frozen=True, kw_only=True)
class ProgrammeEnded(AboutPublisher):
    """A local intervention programme ended."""

    type: ClassVar[str] = "programme-ended"

    ended: When


@dataclass(frozen=True, kw_only=True)
class ProviderReturnReceived(AboutPublisher):
    """A placement provider sent its quarterly figures to an authority (¶81).

    provider_urn: Ofsted's unique reference number. from_date, to_date: London dates, both inside.
    """

    type: ClassVar[str] = "provider-return-received"

    provider_urn: str
    from_date: date
    to_date: date
    missing_episodes: int
    received: When
    away_episodes: int | None = None


@dataclass(frozen=True, kw_only=True)
class BoardReportPresented(AboutPublisher):
    """A report on missing children was presented to a board (¶89).

    from_date, to_date: London dates, both inside the period that it covers.
    """

    type: ClassVar[str] = "board-report-presented"

    board: Board
    presented: When
    from_date: date
    to_date: date
