"""What a return says about one child: missing periods, and the care and placements around them."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import zip_longest
from typing import Final

from domain.periods import ReportingYear, eighteenth_birthday
from domain.vocabulary import Classification

# `REC`: ceased for any other reason; DfE asks for it when a child turns 18 while missing.
CEASED_OTHERWISE: Final = "E8"


class Unread(StrEnum):
    """Why a field of a row holds no value."""

    BLANK = "blank"
    INVALID = "invalid"


@dataclass(frozen=True, kw_only=True)
class MissingEntry:
    """One row of the Missing module as it was filled in, before it is known to be a period."""

    kind: Classification | Unread
    starts_on: date | Unread
    ends_on: date | Unread


@dataclass(frozen=True, kw_only=True)
class MissingPeriod:
    """A time missing or away, in London dates.

    ends_on: None: still open. born_on: the birth date beside the period; None: not given.
    """

    starts_on: date
    ends_on: date | None
    born_on: date | None = None

    @property
    def until(self) -> date:
        """The end, or the end of time if the period is open."""
        return self.ends_on or date.max


@dataclass(frozen=True, kw_only=True)
class CareSpell:
    """A stretch of being looked after, from one row or several; both days belong to it.

    ends_on: None: not ended. reason: `REC` code of its end.
    """

    starts_on: date
    ends_on: date | None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class PlacementSpell:
    """A time in one placement; both days belong to it. ends_on: None: not ended."""

    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, kw_only=True)
class ChildRecord:
    """What one return says about one child.

    registered: the child is in the Header. born_on: as in the Header. care, placements: none:
    the return says nothing about them, and the rules about them do not apply.
    """

    registered: bool
    born_on: date | None
    periods: tuple[MissingPeriod, ...]
    care: tuple[CareSpell, ...] = ()
    placements: tuple[PlacementSpell, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Case:
    """One missing period, beside what the rules compare it with.

    care: as `continuous_care` gives it. earlier_until: the latest end among the periods of the
    child that come before it; date.max if one of them is open; None if there is none.
    """

    period: MissingPeriod
    record: ChildRecord
    care: tuple[CareSpell, ...]
    earlier_until: date | None
    year: ReportingYear

    @property
    def born_on(self) -> date | None:
        """The birth date beside the period, else the one in the Header."""
        return self.period.born_on or self.record.born_on


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A period of last year's return, beside the child's periods of this year."""

    period: MissingPeriod
    this_year: tuple[MissingPeriod, ...]


def cases(record: ChildRecord, year: ReportingYear) -> Iterator[tuple[int, Case]]:
    """Yield the place and the case of each period, by start, then end (open last), then place."""
    care = continuous_care(record.care)
    periods = record.periods
    order = sorted(
        range(len(periods)), key=lambda at: (periods[at].starts_on, periods[at].until, at)
    )
    earlier_until: date | None = None
    for at in order:
        period = periods[at]
        yield (
            at,
            Case(period=period, record=record, care=care, earlier_until=earlier_until, year=year),
        )
        earlier_until = max(earlier_until or date.min, period.until)


def continuous_care(spells: Sequence[CareSpell]) -> tuple[CareSpell, ...]:
    """Return the periods of care: spells that touch or overlap are one, and one is before the next.

    A spell without an end is taken to last until the next one begins.
    """
    ordered = sorted(spells, key=lambda each: (each.starts_on, each.ends_on or date.max))
    periods: list[CareSpell] = []
    for spell, following in zip_longest(ordered, ordered[1:]):
        if spell.ends_on is None and following is not None:
            spell = replace(spell, ends_on=following.starts_on, reason=None)
        before = periods[-1] if periods else None
        if before is None or before.ends_on is None or before.ends_on < spell.starts_on:
            periods.append(spell)
        elif spell.ends_on is None or spell.ends_on > before.ends_on:
            periods[-1] = replace(spell, starts_on=before.starts_on)
    return tuple(periods)


def begun_by(care: tuple[CareSpell, ...], day: date) -> int:
    """Return how many of the periods that `continuous_care` gives began on a day or before it."""
    return bisect_right(care, day, key=lambda spell: spell.starts_on)


def in_care(care: tuple[CareSpell, ...], day: date) -> bool:
    """Return whether a day lies in one of the periods that `continuous_care` gives."""
    begun = begun_by(care, day)
    return begun > 0 and day <= (care[begun - 1].ends_on or date.max)


def ends_before_start(case: Case) -> bool:
    """Return whether a period ends before it starts."""
    return case.period.until < case.period.starts_on


def starts_after_year(case: Case) -> bool:
    """Return whether a period starts after the collection year."""
    return case.period.starts_on > case.year.ends_on


def ends_outside_year(case: Case) -> bool:
    """Return whether a period ends before the collection year or after it."""
    ends_on = case.period.ends_on
    return ends_on is not None and not case.year.starts_on <= ends_on <= case.year.ends_on


def overlaps_earlier(case: Case) -> bool:
    """Return whether a period starts while one before it is open or has not ended.

    Periods of both kinds are taken together, by start, then end. It is the later one that is
    named; one that starts on the day another ends does not overlap it.
    """
    return case.earlier_until is not None and case.period.starts_on < case.earlier_until


def open_after_placement(case: Case) -> bool:
    """Return whether a period is open although a placement in which it began has ended.

    On the day of a move the child may have gone from either placement.
    """
    return case.period.ends_on is None and any(
        placement.ends_on is not None
        and placement.starts_on <= case.period.starts_on <= placement.ends_on
        for placement in case.record.placements
    )


def runs_past_care(case: Case) -> bool:
    """Return whether care has ended and the period has not, or it ended outside care, later."""
    if not case.care:
        return False
    ends_on, last = case.period.ends_on, case.care[-1]
    if ends_on is not None:
        return begun_by(case.care, ends_on) > 0 and not in_care(case.care, ends_on)
    ceased = len(case.care) > 1 or last.ends_on is not None
    return ceased and not (last.ends_on is None and last.starts_on <= case.period.starts_on)


def starts_after_care(case: Case) -> bool:
    """Return whether a period starts outside care, after the child ceased to be looked after."""
    day = case.period.starts_on
    return begun_by(case.care, day) > 0 and not in_care(case.care, day)


def starts_before_care(case: Case) -> bool:
    """Return whether a period starts outside care, before the child is looked after (again)."""
    day = case.period.starts_on
    return begun_by(case.care, day) < len(case.care) and not in_care(case.care, day)


def ceased_at_eighteen_otherwise(case: Case) -> bool:
    """Return whether a child turned 18 while missing and care ended that day, but not with E8."""
    if case.born_on is None:
        return False
    birthday = eighteenth_birthday(case.born_on)
    return case.period.starts_on <= birthday <= case.period.until and any(
        spell.ends_on == birthday and spell.reason != CEASED_OTHERWISE for spell in case.record.care
    )


def before_birth(case: Case) -> bool:
    """Return whether a period starts or ends before the child was born."""
    first = min(case.period.starts_on, case.period.until)
    return case.born_on is not None and first < case.born_on


def not_registered(case: Case) -> bool:
    """Return whether the child of a period is not in the Header."""
    return not case.record.registered


def birth_dates_differ(case: Case) -> bool:
    """Return whether the birth date beside a period is not the one in the Header."""
    header, beside = case.record.born_on, case.period.born_on
    return header is not None and beside is not None and header != beside


def not_carried_on(carried: Carried) -> bool:
    """Return whether an open period of last year has no counterpart with the same start."""
    return carried.period.ends_on is None and all(
        period.starts_on != carried.period.starts_on for period in carried.this_year
    )
