"""Clocks that are wrong: order, times of recording and every figure stay what they were."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, LiteralString

from tests.faults.hubs import SmallHub
from tests.faults.oracle import FaultFoundError
from tests.faults.running import Attempt
from tests.faults.site import Site
from tests.faults.stage import Stage, stage

START: Final = datetime(2026, 11, 2, 12, tzinfo=UTC)
STEP: Final = timedelta(minutes=7)
BATCHES: Final = 8
BATCH: Final = 40

BACKWARDS_IN_TIME: Final[LiteralString] = """
SELECT count(*) FROM (
    SELECT recorded_at < lag(recorded_at) OVER (ORDER BY notification_id) AS back
      FROM ledger.stored_events
) AS steps WHERE back
"""
# What is counted, without the identifiers that are drawn at random.
FIGURES: Final[LiteralString] = """
SELECT md5(string_agg(fact, '|' ORDER BY fact)) FROM (
    SELECT ROW(source, bucket, category, start_at, started_on, month, reporting_year, end_at,
               end_reason, returned_on, offered, declined, completed, within_72h, authority,
               host_authority, region, force, age, age_band, sex, placement_type, looked_after,
               findings)::text AS fact
      FROM projection.episode_facts_v1
     WHERE held_until IS NULL AND build = (SELECT build FROM projection.active_build)
) AS facts
"""

# The time that the clock shows at each batch, from the right time.
Wrong = Callable[[int, datetime], datetime]


@dataclass(frozen=True, kw_only=True)
class Clockwork:
    """A clock that is wrong in a certain way."""

    name: str
    shows: Wrong


def _night(first: datetime) -> Wrong:
    return lambda batch, _right: first + batch * STEP


CLOCKS: Final = (
    Clockwork(
        name="5 minutes fast and slow in turn",
        shows=lambda batch, right: right + timedelta(minutes=5 if batch % 2 else -5),
    ),
    Clockwork(
        name="a day fast and slow in turn",
        shows=lambda batch, right: right + timedelta(days=1 if batch % 2 else -1),
    ),
    Clockwork(name="backwards", shows=lambda batch, right: right - 2 * batch * STEP),
    Clockwork(
        name="the nights of the changes to and from summer time",
        shows=lambda batch, right: (
            _night(datetime(2027, 3, 28, 0, 30, tzinfo=UTC))(batch, right)
            if batch % 2
            else _night(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))(batch, right)
        ),
    ),
    Clockwork(name="a leap day", shows=_night(datetime(2024, 2, 28, 23, 20, tzinfo=UTC))),
)


@dataclass
class _Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def clocks(site: Site, seed: int, *, kind: type[SmallHub] = SmallHub) -> Iterator[Attempt]:
    """Give what plays one story under a right clock and under a wrong one."""

    def attempt(number: int) -> None:
        wrong = CLOCKS[number % len(CLOCKS)]
        told = seed + number
        right = _figures(site, told, kind, lambda _batch, now: now)
        found = _figures(site, told, kind, wrong.shows)
        if found != right:
            raise FaultFoundError(f"the figures differ under a clock that is {wrong.name}")

    yield attempt


def _figures(site: Site, seed: int, kind: type[SmallHub], shows: Wrong) -> object:
    """Return a checksum of all figures after a story that was told under a clock."""
    clock = _Clock()
    with stage(site, seed, kind=kind, clock=clock) as play:
        for batch in range(BATCHES):
            clock.now = shows(batch, START + batch * STEP)
            play.settle(play.newsroom.messages(BATCH))
            if batch % 4 == 2:
                play.follow()
        play.follow()
        _check(play)
        return play.rows(FIGURES)


def _check(play: Stage) -> None:
    play.check_ledger()
    play.check_views()
    if play.rows(BACKWARDS_IN_TIME) != [(0,)]:
        raise FaultFoundError("a record is older than the one before it")
