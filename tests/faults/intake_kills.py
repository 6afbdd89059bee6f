"""kill -9, and a long sleep, of the process that reads Kafka: at named points, and anywhere."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle

from tests.faults.crashes import FREEZE, INTAKE_POINTS, Plan, Point
from tests.faults.hubs import SmallHub
from tests.faults.processes import Process, is_frozen, wait_until
from tests.faults.running import Attempt
from tests.faults.site import Site
from tests.faults.stage import Stage, stage

# More than a process sends from its start until it has nothing left to do.
MOST_STATEMENTS = 60
LONGEST_SECONDS = 0.8


@contextmanager
def intake_kills(
    site: Site,
    seed: int,
    *,
    kind: type[SmallHub] = SmallHub,
    points: Sequence[Point] = INTAKE_POINTS,
    anywhere: bool = True,
) -> Iterator[Attempt]:
    """Give what kills an intake process once, lets a sound one go on, and asks the oracle.

    kind: of the hub whose process is killed; a mutant, if it is the harness that is tested.
    """
    with stage(site, seed, kafka=True) as play:
        producer = play.producer()
        named = cycle(points)

        def attempt(number: int) -> None:
            play.publish(producer, play.newsroom.messages(play.random.randrange(10, 60)))
            # Each fourth: at any statement, or at any moment.
            match number % 8 if anywhere else 0:
                case 3:
                    _die_at_a_statement(play, kind)
                case 7:
                    _die_at_a_moment(play, kind)
                case _:
                    _die_at(play, kind, next(named))
            play.drain()
            play.check_ledger()

        yield attempt
        play.follow()
        play.check_views()


@contextmanager
def zombies(
    site: Site,
    seed: int,
    *,
    kind: type[SmallHub] = SmallHub,
    rescuer: type[SmallHub] = SmallHub,
    points: Sequence[Point] = INTAKE_POINTS,
) -> Iterator[Attempt]:
    """Give what freezes an intake process past its lease, lets another take over, and wakes it."""
    with stage(site, seed, kind=rescuer, kafka=True) as play:
        producer = play.producer()
        named = cycle(points)

        def attempt(_number: int) -> None:
            play.publish(producer, play.newsroom.messages(play.random.randrange(10, 60)))
            point = next(named)
            with play.role("intake", kind=kind, plan=Plan(point=point, how=FREEZE)) as zombie:
                wait_until(lambda: is_frozen(zombie), f"a stop {point.name}")
                play.drain(patient=True)
                play.publish(producer, play.newsroom.messages(10))
                zombie.thaw()
                # It must find out by itself, and then go on as an honest process.
                wait_until(play.is_read, "the rest read by the one that came back")
                zombie.stop()
            play.drain()
            play.check_ledger()

        yield attempt


@contextmanager
def takeovers(site: Site, seed: int, *, kind: type[SmallHub] = SmallHub) -> Iterator[Attempt]:
    """Give what kills one of two processes that share the topics; the other reads on for both."""
    with stage(site, seed, kafka=True) as play, ExitStack() as running:
        producer = play.producer()

        def start() -> Process:
            return running.enter_context(play.role("intake", kind=kind))

        pair = [start(), start()]

        def attempt(_number: int) -> None:
            play.publish(producer, play.newsroom.messages(play.random.randrange(10, 60)))
            time.sleep(play.random.uniform(0, LONGEST_SECONDS))
            pair.pop(play.random.randrange(2)).kill()
            play.publish(producer, play.newsroom.messages(20))
            wait_until(play.is_read, "all read by the one that is left")
            play.check_ledger()
            pair.append(start())

        yield attempt
        for each in pair:
            each.stop()
        play.follow()
        play.check_views()


def _die_at(play: Stage, kind: type[SmallHub], point: Point) -> None:
    with play.role("intake", kind=kind, plan=Plan(point=point)) as doomed:
        wait_until(lambda: doomed.running.exitcode is not None, f"a death {point.name}")


def _die_at_a_statement(play: Stage, kind: type[SmallHub]) -> None:
    """Kill at the n-th statement; a process that has come to rest before that is killed then."""
    plan = Plan(at=play.random.randrange(1, MOST_STATEMENTS))
    with play.role("intake", kind=kind, plan=plan) as doomed:
        wait_until(
            lambda: doomed.running.exitcode is not None or play.is_read(), "a death or an end"
        )


def _die_at_a_moment(play: Stage, kind: type[SmallHub]) -> None:
    with play.role("intake", kind=kind):
        time.sleep(play.random.uniform(0, LONGEST_SECONDS))
