"""The public size of the ledger comes once a day, and tells little about the day."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import chain, product
from secrets import randbelow

from hypothesis import given
from hypothesis import strategies as st

from domain.publication import BLOCK, extra_blocks, last_due, next_due, padded_size

POSITIONS = st.integers(min_value=0, max_value=10**12)
EXTRA = st.integers(min_value=0, max_value=16)
HOURS = st.integers(min_value=0, max_value=23)
INSTANTS = st.integers(min_value=10**15, max_value=2 * 10**15).map(
    lambda microseconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
)
# The nights on which the clocks of London change, and the last of February in a leap year.
ODD_DAYS = (date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29), date(2026, 12, 31))


@given(POSITIONS, EXTRA)
def test_a_padded_size_is_whole_blocks_and_always_more_than_there_was(
    position: int, extra: int
) -> None:
    size = padded_size(position, extra)

    assert size % 1024 == 0
    assert size > position
    assert 0 < size - extra * 1024 - position <= 1024


@given(POSITIONS, st.integers(min_value=0, max_value=1023), EXTRA)
def test_the_size_does_not_tell_where_in_its_block_the_ledger_stood(
    position: int, other: int, extra: int
) -> None:
    begun = position - position % BLOCK

    assert padded_size(position, extra) == padded_size(begun + other, extra)


def draws() -> Counter[int]:
    """Return how often each number of blocks comes, when every pair of draws comes once."""
    drawn = chain.from_iterable(product(range(9), repeat=2))
    return Counter(extra_blocks(lambda _: next(drawn)) for _ in range(81))


def test_the_number_of_blocks_is_what_its_cost_and_its_protection_are_reckoned_from() -> None:
    counts = draws()
    shares = {extra: Fraction(count, 81) for extra, count in counts.items()}

    def share(extra: int) -> Fraction:
        return shares.get(extra, Fraction(0))

    told_apart = sum(max(share(k) - share(k - 1), Fraction(0)) for k in range(18))
    certain = sum(share(k) for k in range(18) if share(k - 1) == 0)
    mean = sum(extra * each for extra, each in shares.items())
    spread = sum((extra - mean) ** 2 * each for extra, each in shares.items())

    assert (min(shares), max(shares), mean) == (0, 16, 8)
    assert told_apart == Fraction(9, 81)
    assert certain == Fraction(1, 81)
    assert float(mean + Fraction(1, 2)) * BLOCK * 365 < 3.2e6
    assert 65_000 < float(spread * 365) ** 0.5 * BLOCK < 75_000


def test_each_draw_is_asked_for_by_itself_and_is_below_nine() -> None:
    asked: list[int] = []

    def draw(below: int) -> int:
        asked.append(below)
        return randbelow(below)

    found = {extra_blocks(draw) for _ in range(2_000)}

    assert asked == [9] * 4_000
    assert found <= set(range(17))
    assert len(found) > 10


@given(INSTANTS, HOURS)
def test_an_hour_comes_once_a_day_and_is_due_from_then_on(now: datetime, hour: int) -> None:
    due, following = last_due(now, hour), next_due(now, hour)

    assert due <= now < following
    assert following - due == timedelta(days=1)
    assert (due.hour, due.minute, due.second, due.microsecond) == (hour, 0, 0, 0)


@given(st.sampled_from(ODD_DAYS), HOURS)
def test_every_day_has_its_hour_once_whatever_the_clocks_of_london_do(day: date, hour: int) -> None:
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    minutes = [begin + timedelta(minutes=each) for each in range(24 * 60)]

    found = {last_due(each, hour) for each in minutes}

    assert [each for each in found if each.date() == day] == [begin + timedelta(hours=hour)]


def test_what_arrives_at_the_hour_itself_waits_a_day() -> None:
    three = datetime(2026, 3, 14, 3, tzinfo=UTC)

    assert last_due(three, 3) == three
    assert next_due(three, 3) == datetime(2026, 3, 15, 3, tzinfo=UTC)
    assert next_due(three - timedelta(microseconds=1), 3) == three


def test_another_zone_of_the_clock_means_the_same_instant() -> None:
    summer = datetime.fromisoformat("2026-07-01T03:30:00+01:00")

    assert last_due(summer, 3) == datetime(2026, 6, 30, 3, tzinfo=UTC)
