"""What a synthetic nation is asked to be, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from domain.errors import UsageError
from domain.periods import DAYS_UNTIL_CLOSED, ReportingYear

# DfE has collected missing incidents of any length since 2015; later years are for plans.
FIRST_YEAR: Final = 2015
LAST_YEAR: Final = 2050

# Beyond it the range of test NHS numbers runs out.
LARGEST_SCALE: Final = 2.5


@dataclass(frozen=True, kw_only=True)
class Options:
    """The nation that is asked for; the same options give the same bytes on every machine.

    year: the calendar year in which the reporting year ends. month: 1 to 12, a month of that
    reporting year, so 4 lies in the year before; None: the whole year. scale: share of the
    nation's children. Raises UsageError if there is no such nation.
    """

    year: int
    month: int | None = None
    scale: float = 1.0
    seed: int = 1

    def __post_init__(self) -> None:
        """Raise UsageError if an option is out of range."""
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise UsageError(f"--year is {self.year}; choose {FIRST_YEAR} to {LAST_YEAR}.")
        if self.month is not None and not 1 <= self.month <= 12:
            raise UsageError(f"--month is {self.month}; choose 1 (January) to 12 (December).")
        if not 0 < self.scale <= LARGEST_SCALE:
            raise UsageError(f"--scale is {self.scale}; choose above 0, at most {LARGEST_SCALE}.")
        if self.seed < 0:
            raise UsageError(f"--seed is {self.seed}; choose 0 or a whole number above.")

    @property
    def reporting_year(self) -> ReportingYear:
        """The reporting year whose children are drawn, also for a month."""
        return ReportingYear.parse(str(self.year))

    @property
    def starts_at(self) -> int:
        """The first second of the period, UTC, since 1970."""
        return int(self._period()[0].timestamp())

    @property
    def ends_at(self) -> int:
        """The first second after the period, UTC, since 1970."""
        return int(self._period()[1].timestamp())

    @property
    def horizon(self) -> int:
        """The first second of which nobody knows anything yet: a fortnight after the period."""
        later = self._period()[1] + timedelta(days=DAYS_UNTIL_CLOSED)
        return int(later.timestamp())

    def _period(self) -> tuple[datetime, datetime]:
        if self.month is None:
            return self.reporting_year.starts_at, self.reporting_year.ends_at
        month = next(each for each in self.reporting_year.months() if each.number == self.month)
        return month.starts_at, month.ends_at


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a generation wrote.

    by_publisher, by_type: messages, sorted by key. episodes: absences that really happened.
    reused: the folder already held this very nation.
    """

    messages: int
    by_publisher: dict[str, int]
    by_type: dict[str, int]
    episodes: int
    persons: int
    source_episodes: int = 0
    reused: bool = field(default=False, compare=False)
