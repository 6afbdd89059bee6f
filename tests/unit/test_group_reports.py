"""Children of a group report that it does not name as missing: held, answered, counted at last."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.episode_events import AttributionCorrected, EpisodeGrouped, EpisodeVoided
from domain.facts import fold_episode
from domain.grouping import ALONE, OVERLAP
from domain.reconciliation import NOT_NAMED, UNANSWERED, held_until, reconcile
from domain.records import RecordedEvent
from domain.safeguarding import Evidence
from domain.vocabulary import Category, Classification, VoidReason
from tests.unit.reconciliation_accounts import DAY, HOUR, NOON, police
from tests.unit.records import record, reported, uuid_of

LEFT = NOON - 5 * HOUR
FOUR_WEEKS = timedelta(days=28)


def grouped(position: int = 1, *, named: bool = False, **told: object) -> RecordedEvent:
    """The record that a group report makes of one of its children."""
    event = EpisodeGrouped(
        episode_id=uuid_of(1),
        subject_id=uuid_of(100),
        group_id=uuid_of(9),
        named_missing=named,
        **told,  # type: ignore[arg-type]
    )
    return record(event, position, at=NOON)


def answered(position: int, *, was_missing: bool) -> RecordedEvent:
    """The record that somebody has found out whether the child was missing."""
    event = AttributionCorrected(
        episode_id=uuid_of(1),
        subject_id=uuid_of(100),
        was_missing=was_missing,
        evidence=Evidence.CARER,
    )
    return record(event, position, at=NOON + position * HOUR)


def test_a_child_that_is_only_listed_has_the_start_and_class_of_its_group() -> None:
    listed = fold_episode([grouped(left=LEFT, classification=Classification.AWAY)])

    assert listed.unnamed
    assert listed.start == LEFT
    assert listed.category is Category.AWAY


def test_a_group_report_without_times_began_when_it_was_made() -> None:
    listed = fold_episode([grouped()])

    assert listed.start == NOON


def test_what_is_said_of_the_child_itself_goes_before_its_group() -> None:
    own = reported(2, left=LEFT - HOUR, at=NOON + HOUR)

    both = fold_episode([grouped(left=LEFT), own])

    assert not both.unnamed
    assert both.start == LEFT - HOUR
    assert both.reported_at == NOON + HOUR


@pytest.mark.parametrize(
    "records",
    [
        [grouped(named=True)],
        [grouped(), grouped(2, named=True)],
        [grouped(), reported(2)],
        [grouped(), answered(2, was_missing=True)],
        [grouped(), answered(2, was_missing=False)],
        [grouped(), answered(2, was_missing=False), answered(3, was_missing=True)],
        [reported(1)],
    ],
)
def test_who_is_named_reported_or_answered_for_is_not_held(records: list[RecordedEvent]) -> None:
    episode = fold_episode(records)

    assert not episode.unnamed
    assert held_until(episode) is None
    assert not reconcile([episode])[0].held


def test_a_listed_child_is_held_for_28_days_from_the_report() -> None:
    listed = fold_episode([grouped(left=LEFT)])

    assert held_until(listed) == NOON + FOUR_WEEKS
    assert held_until(replace(listed, reported=NOON - DAY)) == NOON - DAY + FOUR_WEEKS
    assert held_until(replace(listed, reported=date(2026, 3, 14))) == (
        datetime(2026, 3, 14, tzinfo=UTC) + FOUR_WEEKS
    )


def test_a_held_account_is_matched_with_nothing_until_its_time_is_over() -> None:
    listed = fold_episode([grouped(left=LEFT)])
    found = police(2, LEFT, NOON)
    until = NOON + FOUR_WEEKS

    waiting = reconcile([listed, found], now=until - timedelta.resolution)
    over = reconcile([listed, found], now=until)

    assert [(each.held, each.basis) for each in waiting] == [(True, NOT_NAMED), (False, ALONE)]
    assert [each.national_ids for each in waiting] == [(uuid_of(1),), (uuid_of(2),)]
    assert [(each.held, each.basis) for each in over] == [(False, OVERLAP)] * 2
    assert len({each.national_ids for each in over}) == 1
    assert reconcile([listed], now=until)[0].basis == UNANSWERED
    assert reconcile([listed])[0].held


def test_an_answer_ends_the_hold_at_once() -> None:
    was_missing = fold_episode([grouped(left=LEFT), answered(2, was_missing=True)])
    was_not = fold_episode([grouped(left=LEFT), answered(2, was_missing=False)])
    found = police(2, LEFT, NOON)

    assert [each.basis for each in reconcile([was_missing, found], now=NOON)] == [OVERLAP] * 2
    assert was_not.void
    assert [each.basis for each in reconcile([was_not, found], now=NOON)] == [ALONE] * 2


def test_a_withdrawn_account_is_void_and_not_held() -> None:
    event = EpisodeVoided(
        episode_id=uuid_of(1), subject_id=uuid_of(100), reason=VoidReason.DUPLICATE
    )
    withdrawn = fold_episode([grouped(left=LEFT), record(event, 2)])

    assert held_until(withdrawn) is None
    assert not reconcile([withdrawn])[0].held


def test_a_held_account_ends_no_open_one() -> None:
    listed = fold_episode([grouped(left=NOON + 3 * DAY)])
    open_account = police(2, NOON)
    later = replace(police(3, NOON, force=1), left=None, reported=NOON + 9 * DAY)

    matches = reconcile([listed, open_account, later], now=NOON)

    assert [each.national_ids[0].int for each in matches] == [1, 2, 2]
