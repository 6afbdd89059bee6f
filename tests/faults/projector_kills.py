"""kill -9 of the processes that link and project, and wake-up calls that get lost."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import cycle
from typing import Final, LiteralString

from hub.database import Role
from tests.faults.crashes import FREEZE, LINKER_POINTS, PROJECTOR_POINTS, Plan, Point
from tests.faults.hubs import Rewrite, SmallHub, WatchedDatabase
from tests.faults.processes import is_frozen, wait_until
from tests.faults.running import Attempt
from tests.faults.site import Site
from tests.faults.stage import Stage, stage

MOST_STATEMENTS: Final = 40
LONGEST_SECONDS: Final = 0.4
# Ends the connections on which processes wait to be woken.
KILL_LISTENERS: Final[LiteralString] = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND query LIKE 'LISTEN%' ORDER BY pid
"""
LISTENERS: Final[LiteralString] = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND query LIKE 'LISTEN%'
"""
LINKED: Final[LiteralString] = """
SELECT count(*) FROM ledger.head h JOIN link.progress l ON l.position = h.position
"""


class MuteHub(SmallHub):
    """A hub whose wake-up calls are lost on the way."""

    rewrites = (Rewrite(role=Role.INTAKE, pattern=r"^NOTIFY hub_ledger$", instead="SELECT 1"),)


@contextmanager
def projector_kills(
    site: Site,
    seed: int,
    *,
    kind: type[SmallHub] = SmallHub,
    points: Sequence[Point] = (*PROJECTOR_POINTS, *LINKER_POINTS),
) -> Iterator[Attempt]:
    """Give what kills a projector or linker once, lets sound ones go on, and asks the oracle."""
    with stage(site, seed) as play:
        named = cycle(points)

        def attempt(number: int) -> None:
            play.settle(play.newsroom.messages(play.random.randrange(10, 60)))
            match number % 8:
                case 3:
                    plan = Plan(at=play.random.randrange(1, MOST_STATEMENTS))
                    _die(play, kind, "project", plan, play.random.choice([0.05, 0.3]))
                case 7:
                    _die(play, kind, "project", None, play.random.uniform(0, LONGEST_SECONDS))
                case _:
                    _die_at(play, kind, next(named))
            play.follow()
            play.check_views()

        yield attempt
        play.check_ledger()
        play.check_rebuilds()


class _ImpatientDatabase(WatchedDatabase):
    idle_limit = timedelta(seconds=2)


class ImpatientHub(SmallHub):
    """A hub whose transactions may stand still for two seconds, not for minutes."""

    database_kind = _ImpatientDatabase


@contextmanager
def linker_freezes(
    site: Site, seed: int, *, kind: type[SmallHub] = ImpatientHub
) -> Iterator[Attempt]:
    """Give what freezes a linker that holds the head of the ledger; the others must get on."""
    with stage(site, seed) as play:
        named = cycle(LINKER_POINTS)

        def attempt(_number: int) -> None:
            play.settle(play.newsroom.messages(play.random.randrange(20, 60)))
            plan = Plan(point=next(named), how=FREEZE)
            with play.role("link", kind=kind, plan=plan) as zombie:
                wait_until(lambda: is_frozen(zombie), "a stop of the linker")
                play.settle(play.newsroom.messages(20))
                zombie.thaw()
                play.hub.projector.catch_up(play.hub.projector.active_build())
                # It must find out that its work was undone, and do it again.
                wait_until(lambda: _linked(play), "links up to the head")
            play.follow()
            play.check_ledger()
            play.check_views()

        yield attempt


def _linked(play: Stage) -> bool:
    return play.rows(LINKED) == [(1,)]


@contextmanager
def lost_wakeups(
    site: Site, seed: int, *, kind: type[SmallHub] = SmallHub, seconds: float = 30.0
) -> Iterator[Attempt]:
    """Give what appends without waking anybody, or kills who listens; the views must follow."""
    with (
        stage(site, seed, kind=MuteHub) as play,
        play.role("link", kind=kind),
        play.role("project", kind=kind),
    ):
        wait_until(lambda: play.rows(LISTENERS)[0][0] == 2, "two that listen")

        def attempt(number: int) -> None:
            play.settle(play.newsroom.messages(20))
            if number % 2:
                play.rows(KILL_LISTENERS)
            wait_until(play.views_are_there, "views without a wake-up call", seconds)
            play.check_views()

        yield attempt
        play.check_ledger()


def _die_at(play: Stage, kind: type[SmallHub], point: Point) -> None:
    role = "link" if point.role is Role.VAULT else "project"
    if role == "project":
        play.hub.linker.catch_up()
    with play.role(role, kind=kind, plan=Plan(point=point)) as doomed:
        wait_until(lambda: doomed.running.exitcode is not None, f"a death {point.name}")


def _die(play: Stage, kind: type[SmallHub], role: str, plan: Plan | None, seconds: float) -> None:
    play.hub.linker.catch_up()
    with play.role(role, kind=kind, plan=plan):
        time.sleep(seconds)
