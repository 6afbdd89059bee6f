"""Bands of repeat missing, three in 90 days and extended episodes, against brute force."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.repeats import EXTENDED, Spell, extended_at, spells, stands, times_band

FIRST = date(2024, 1, 1)
DAY = timedelta(days=1)
STARTS = st.lists(st.integers(0, 400), max_size=9).map(
    lambda days: [FIRST + timedelta(days=each) for each in days]
)


@pytest.mark.parametrize(
    ("episodes", "band"),
    [(1, "1"), (2, "2"), (3, "3-5"), (5, "3-5"), (6, "6-9"), (9, "6-9"), (10, "10+"), (366, "10+")],
)
def test_a_child_is_in_the_band_of_its_number(episodes: int, band: str) -> None:
    assert times_band(episodes) == band


def test_a_child_without_an_episode_is_in_no_band() -> None:
    with pytest.raises(ValueError, match="in no band"):
        times_band(0)


@pytest.mark.parametrize(("third", "within"), [(89, True), (90, True), (91, False)])
def test_the_ninetieth_day_after_the_first_start_is_within(third: int, *, within: bool) -> None:
    days = [FIRST, FIRST + DAY, FIRST + third * DAY]

    found = spells(days)

    assert found == ((Spell(first_day=days[2], last_day=FIRST + 90 * DAY),) if within else ())


def test_another_start_on_the_last_day_prolongs_the_spell_and_one_after_it_begins_a_new_one() -> (
    None
):
    early = [FIRST, FIRST + 30 * DAY, FIRST + 60 * DAY]

    on_the_last = spells([*early, FIRST + 90 * DAY])
    after_it = spells([*early, FIRST + 91 * DAY])

    assert on_the_last == (Spell(first_day=early[2], last_day=FIRST + 120 * DAY),)
    assert [spell.first_day for spell in after_it] == [early[2], FIRST + 91 * DAY]


@given(STARTS)
def test_a_child_stands_while_three_of_its_starts_lie_in_the_last_90_days(
    starts: list[date],
) -> None:
    for offset in range(0, 500, 7):
        day = FIRST + timedelta(days=offset)

        standing = stands(starts, day)

        near = [start for start in starts if day - 90 * DAY <= start <= day]
        assert standing == (len(near) >= 3)


@given(STARTS)
def test_spells_are_apart_and_each_begins_with_a_start(starts: list[date]) -> None:
    found = spells(starts)

    assert all(spell.first_day in starts for spell in found)
    for one, following in pairwise(found):
        assert one.last_day < following.first_day


def test_an_open_episode_is_extended_when_72_hours_have_passed_whatever_the_clocks_do() -> None:
    before_the_clocks_go_back = datetime(2024, 10, 25, 11, tzinfo=UTC)

    instant = extended_at(before_the_clocks_go_back, None)

    assert instant == datetime(2024, 10, 28, 11, tzinfo=UTC)


@given(st.integers(-10, 200))
def test_an_ended_episode_is_extended_if_it_lasted_72_hours(hours: int) -> None:
    start = datetime(2024, 3, 29, tzinfo=UTC)

    instant = extended_at(start, start + timedelta(hours=hours))

    assert instant == (start + EXTENDED if hours >= 72 else None)
