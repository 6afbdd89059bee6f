"""Joins the episodes of a child into periods of care and placements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from contracts.ssda903_rows import EpisodeRow
from domain.missing_periods import CareSpell, PlacementSpell

STARTED: Final = "S"
LEGAL_STATUS_ONLY: Final = "L"


@dataclass(frozen=True, kw_only=True)
class CarePeriod:
    """A time of being looked after, from its first episode in the return to its last.

    The return need not hold the episode with which care began: a start is the earliest that it
    tells of. ended: False: care goes on, or the return does not say how it ended.
    """

    first: EpisodeRow
    last: EpisodeRow
    ended: bool


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A time in one placement, over all the legal statuses that it saw."""

    first: EpisodeRow
    last: EpisodeRow

    @property
    def spell(self) -> PlacementSpell:
        """The days of the placement."""
        return PlacementSpell(starts_on=self.first.starts_on, ends_on=self.last.ends_on)


@dataclass(frozen=True, kw_only=True)
class Care:
    """The care of one child, in order of time, whatever the order of the rows was."""

    episodes: tuple[EpisodeRow, ...] = ()
    periods: tuple[CarePeriod, ...] = ()
    stays: tuple[Stay, ...] = ()

    @property
    def spells(self) -> tuple[CareSpell, ...]:
        """The episodes as DfE's rules look at them: by their dates alone."""
        return tuple(
            CareSpell(starts_on=each.starts_on, ends_on=each.ends_on, reason=each.ceased_reason)
            for each in self.episodes
        )

    @property
    def home_postcode(self) -> str | None:
        """The home address of the latest episode that has one."""
        known = [each.home_postcode for each in self.episodes if each.home_postcode is not None]
        return known[-1] if known else None

    def placement_type_on(self, day: date) -> str | None:
        """Return the kind of placement on a day; on the day of a move, of the one moved to."""
        covering = [
            stay.first.placement_type
            for stay in self.stays
            if stay.first.starts_on <= day <= (stay.last.ends_on or date.max)
        ]
        return covering[-1] if covering else None


def join_episodes(rows: Iterable[EpisodeRow]) -> Care:
    """Return the care that the episodes of one child tell of."""
    episodes = tuple(sorted(rows, key=_order))
    return Care(episodes=episodes, periods=_periods(episodes), stays=_stays(episodes))


def _periods(episodes: Sequence[EpisodeRow]) -> tuple[CarePeriod, ...]:
    periods: list[CarePeriod] = []
    for at, row in enumerate(episodes):
        ended = _ends_care(row, episodes[at + 1] if at + 1 < len(episodes) else None)
        if periods and _continues_care(periods[-1], row):
            periods[-1] = replace(periods[-1], last=row, ended=ended)
        else:
            periods.append(CarePeriod(first=row, last=row, ended=ended))
    return tuple(periods)


def _ends_care(row: EpisodeRow, following: EpisodeRow | None) -> bool:
    if row.ends_on is None or row.ceased is False:
        return False
    # Without a reason, an episode that the next one takes over from has not ended care.
    return row.ceased is True or following is None or following.starts_on != row.ends_on


def _continues_care(before: CarePeriod, row: EpisodeRow) -> bool:
    gap = before.last.ends_on is not None and before.last.ends_on < row.starts_on
    return not before.ended and not gap and row.new_reason != STARTED


def _stays(episodes: Sequence[EpisodeRow]) -> tuple[Stay, ...]:
    stays: list[Stay] = []
    for row in episodes:
        if stays and _same_placement(stays[-1].last, row):
            stays[-1] = replace(stays[-1], last=row)
        else:
            stays.append(Stay(first=row, last=row))
    return tuple(stays)


def _same_placement(before: EpisodeRow, row: EpisodeRow) -> bool:
    # A change of nothing but the legal status cannot also change the kind of placement.
    return (
        row.new_reason in (LEGAL_STATUS_ONLY, None)
        and row.starts_on == before.ends_on
        and row.placement_type == before.placement_type
        and before.ceased is not True
    )


def _order(row: EpisodeRow) -> tuple[date, date, str, str]:
    # Equal dates fall back on the content, since the order of rows says nothing.
    content = repr(replace(row, number=0))
    return row.starts_on, row.ends_on or date.max, content, row.home_postcode or ""
