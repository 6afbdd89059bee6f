"""Reconciliation beside an oracle that tries everything, and what must not change its answer."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.facts import SourceEpisode
from domain.measures import Source
from domain.reconciliation import Match, reconcile
from tests.unit.reconciliation_accounts import (
    DAY,
    FORCES,
    NOON,
    police,
    random_accounts,
    random_answers,
)
from tests.unit.reconciliation_by_hand import by_hand

Answers = Mapping[frozenset[UUID], bool]

seeds = st.integers(0, 2**32)


def child(seed: int, number: int) -> tuple[list[SourceEpisode], Answers]:
    """The accounts of one child, and reviewers' answers about some of them."""
    random = Random(seed)
    episodes = random_accounts(random, number, days=random.choice([1, 2, 6]))
    # Two of three times about a night in which the clocks change, in March or October.
    later = random.choice([0, 13, 223]) * DAY
    episodes = [moved(each, later) for each in episodes]
    return episodes, random_answers(random, episodes, random.choice([0, 0, 1, 3]))


def placed(matches: Sequence[Match]) -> dict[UUID, tuple[UUID, ...]]:
    """Return the national episodes by account."""
    return {match.episode_id: match.national_ids for match in matches}


def fellows(ids: Mapping[UUID, tuple[UUID, ...]]) -> dict[UUID, set[frozenset[UUID]]]:
    """Return, for each account, the members of its national episodes."""
    members: dict[UUID, set[UUID]] = defaultdict(set)
    for account, nationals in ids.items():
        for national in nationals:
            members[national].add(account)
    return {
        account: {frozenset(members[each]) for each in nationals}
        for account, nationals in ids.items()
    }


@settings(max_examples=500, deadline=None)
@given(seed=seeds, number=st.integers(0, 11))
@example(seed=331, number=5)
def test_the_answer_is_that_of_the_rules_by_hand(seed: int, number: int) -> None:
    episodes, decided = child(seed, number)

    matches = reconcile(episodes, decided=decided)

    as_is = by_hand(episodes, decided, proposing=False)
    then = by_hand(episodes, decided, proposing=True)
    assert placed(matches) == as_is
    assert {match.episode_id: match.proposed_ids for match in matches} == then
    before, after = fellows(as_is), fellows(then)
    assert {match.episode_id for match in matches if match.in_review} == {
        name for name in as_is if before[name] != after[name]
    }


@settings(max_examples=200, deadline=None)
@given(seed=seeds, number=st.integers(0, 12))
def test_the_same_accounts_in_any_order_give_the_same_answer(seed: int, number: int) -> None:
    episodes, decided = child(seed, number)
    shuffled = Random(seed + 1).sample(episodes, number)
    answers = dict(Random(seed).sample(sorted(decided.items(), key=str), len(decided)))

    expected = reconcile(episodes, decided=decided)

    assert reconcile(shuffled, decided=answers) == expected


@settings(max_examples=300, deadline=None)
@given(seed=seeds, number=st.integers(0, 12))
def test_every_account_is_placed_once_and_names_are_those_of_members(
    seed: int, number: int
) -> None:
    episodes, decided = child(seed, number)

    matches = reconcile(episodes, decided=decided)

    found = placed(matches)
    assert [match.episode_id for match in matches] == sorted(each.episode_id for each in episodes)
    for nationals in found.values():
        assert nationals
        assert len(set(nationals)) == len(nationals)
        assert all(found[national] == (national,) for national in nationals)
    by_force = [
        (national, each.publisher)
        for each in episodes
        for national in found[each.episode_id]
        if each.source is Source.POLICE
    ]
    assert len(by_force) == sum(each.source is Source.POLICE for each in episodes)
    assert len(set(by_force)) == len(by_force)


@settings(max_examples=200, deadline=None)
@given(seed=seeds, number=st.integers(2, 12))
def test_no_two_accounts_that_a_reviewer_kept_apart_are_one(seed: int, number: int) -> None:
    random = Random(seed)
    episodes = random_accounts(random, number, days=2)
    decided = random_answers(random, episodes, 6)

    matches = reconcile(episodes, decided=decided)

    for ids in (placed(matches), {match.episode_id: match.proposed_ids for match in matches}):
        for pair in (pair for pair, same in decided.items() if not same):
            one, other = pair
            assert not set(ids[one]) & set(ids[other])


@settings(max_examples=150, deadline=None)
@given(seed=seeds, number=st.integers(0, 9), days=st.integers(-9, 9))
def test_the_same_accounts_some_days_later_give_the_same_answer(
    seed: int, number: int, days: int
) -> None:
    # In February and March 2026 no clock changes.
    episodes = [moved(each, -20 * DAY) for each in random_accounts(Random(seed), number)]

    later = [moved(each, days * DAY) for each in episodes]

    assert reconcile(later) == reconcile(episodes)


@settings(max_examples=150, deadline=None)
@given(seed=seeds, number=st.integers(0, 9))
def test_an_absence_long_before_or_after_changes_nothing_for_the_others(
    seed: int, number: int
) -> None:
    episodes = [
        each
        for each in random_accounts(Random(seed), number)
        if each.void or each.ended is not None
    ]
    far = [
        police(900, NOON - 60 * DAY, NOON - 59 * DAY),
        police(901, NOON + 60 * DAY, NOON + 61 * DAY),
    ]

    whole = {match.episode_id: match for match in reconcile([*far, *episodes])}

    for match in reconcile(episodes):
        if ended_after_start(next(e for e in episodes if e.episode_id == match.episode_id)):
            assert whole[match.episode_id] == match


@settings(max_examples=150, deadline=None)
@given(seed=seeds, number=st.integers(0, 6), other=st.integers(0, 6))
def test_two_times_far_apart_are_placed_as_each_for_itself(
    seed: int, number: int, other: int
) -> None:
    random = Random(seed)
    first = [closed(each) for each in random_accounts(random, number)]
    second = [
        replace(moved(closed(each), 90 * DAY), episode_id=UUID(int=each.episode_id.int + 500))
        for each in random_accounts(random, other)
    ]

    together = reconcile([*first, *second])

    assert together == (*reconcile(first), *reconcile(second))


@settings(max_examples=150, deadline=None)
@given(seed=seeds, number=st.integers(0, 9))
def test_void_accounts_change_nothing_for_the_others(seed: int, number: int) -> None:
    episodes = random_accounts(Random(seed), number)
    counting = [each for each in episodes if each.counts]

    whole = {match.episode_id: match for match in reconcile(episodes)}

    assert [whole[match.episode_id] for match in reconcile(counting)] == list(reconcile(counting))


@settings(max_examples=100, deadline=None)
@given(seed=seeds, number=st.integers(0, 9), publisher=st.sampled_from([*FORCES, "la-330"]))
def test_accounts_of_one_publisher_share_an_absence_only_through_another_publisher(
    seed: int, number: int, publisher: str
) -> None:
    single = [
        replace(each, publisher=publisher)  # type: ignore[arg-type]
        for each in random_accounts(Random(seed), number)
    ]

    matches = reconcile(
        [*single, *(replace(e, episode_id=UUID(int=e.episode_id.int + 50)) for e in single)]
    )

    assert all(match.national_ids == (match.episode_id,) for match in matches)


def moved(episode: SourceEpisode, by: timedelta) -> SourceEpisode:
    """Return an account of the same things at another time."""
    names = ("left", "last_seen", "reported", "located", "returned", "reported_at")
    told = {name: getattr(episode, name) for name in names}
    times: dict[str, Any] = {name: when + by for name, when in told.items() if when is not None}
    return replace(episode, **times)


def closed(episode: SourceEpisode) -> SourceEpisode:
    """Return an account that ends, at the latest a fortnight after its time began."""
    end = NOON + 14 * DAY
    return episode if ended_after_start(episode) else replace(episode, located=end)


def ended_after_start(episode: SourceEpisode) -> bool:
    """Tell whether an account has an end that can be true."""
    ended, start = episode.ended, episode.start
    if ended is None or start is None:
        return False
    day = ended.date() if isinstance(ended, datetime) else ended
    first: date = start.date()
    return day > first or (isinstance(ended, datetime) and ended >= start)
