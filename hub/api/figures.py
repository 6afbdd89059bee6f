"""What the HTTP door asks for figures: counts, their history, views, and why sources differ."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from domain.history import HistoryAnswer, HistoryQuery
from domain.measures import CountsAnswer, CountsQuery
from domain.official_tables import OfficialTable
from domain.periods import ReportingYear
from domain.reconciliation_terms import ReconciliationAnswer, ReconciliationQuery
from domain.safeguarding import Board
from domain.views import ViewAbout, ViewAnswer, ViewQuery
from hub.packs.content import Edition, Pack, PackPeriod


class Counts(Protocol):
    """Answers questions for counts."""

    def answer(self, query: CountsQuery) -> CountsAnswer:
        """Return counts and the position of their snapshot.

        Raises UsageError if the question cannot be answered; its message is shown to the caller.
        """
        ...


class History(Protocol):
    """Knows how counts came to be what they are."""

    def answer(self, query: HistoryQuery) -> HistoryAnswer:
        """Return every change of a count between two positions.

        Raises UsageError if the question cannot be answered; its message is shown to the caller.
        """
        ...


class Views(Protocol):
    """Answers questions for the figures of the views."""

    def catalogue(self) -> Sequence[ViewAbout]:
        """Return what every view says of itself, ordered by name."""
        ...

    def answer(self, query: ViewQuery) -> ViewAnswer:
        """Return the figures asked for and the position of their snapshot.

        Raises UsageError if the question cannot be answered, RebuildNeededError if the views were
        built before this one was; either message is shown to the caller.
        """
        ...


class Official(Protocol):
    """Knows DfE's table of every reporting year."""

    def table(
        self,
        year: ReportingYear,
        *,
        as_of: int | date | None = None,
        release: int | None = None,
        publishable: bool = False,
    ) -> OfficialTable:
        """Return the table of a year; release: the last year of the release it is part of.

        publishable: more is hidden, so that nothing can be worked out. Raises UsageError if the
        question cannot be answered, RebuildNeededError if the views lack what it needs,
        ReleaseRefusedError if the table cannot be protected; each message is shown to the caller.
        """
        ...


class Reconciliation(Protocol):
    """Knows what makes up the difference between the sources' totals."""

    def answer(self, query: ReconciliationQuery) -> ReconciliationAnswer:
        """Return the terms and the position of their snapshot.

        Raises UsageError if the question cannot be answered; its message is shown to the caller.
        """
        ...


class Packs(Protocol):
    """Makes packs for boards."""

    def make(
        self,
        *,
        area: str,
        board: Board,
        period: PackPeriod,
        edition: Edition,
        as_of: int | None = None,
    ) -> Pack:
        """Return a pack.

        Raises UsageError or NotFoundError if there can be none; the message is for the caller.
        """
        ...
