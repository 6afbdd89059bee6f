"""Planted bugs, and the rows of the table that must catch them."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from hub.database import Role
from tests.faults.clocks import clocks
from tests.faults.crashes import EVENTS, INTAKE_POINTS, LINKER_POINTS, PROJECTOR_POINTS, Point
from tests.faults.database_kills import database_kills
from tests.faults.disk import disk_full
from tests.faults.https import https
from tests.faults.hubs import AFTER, COMMIT
from tests.faults.intake_kills import intake_kills, zombies
from tests.faults.projector_kills import lost_wakeups, projector_kills
from tests.faults.running import Play
from tests.faults.site import Site
from tests.faults.stateful import stateful
from tests.faults.streams import streams
from tests.faults.topics import topics
from tests.faults.writers import writers
from tests.faults.wrong_hubs import (
    BackdatingHub,
    BlindHub,
    CarelessHub,
    DeafHub,
    EarlyHub,
    ForgetfulHub,
    HastyLinkerHub,
    HastyProjectorHub,
    LenientHub,
    OffsetsFirstHub,
    RowsFirstHub,
    TrustingHub,
    UnfencedHub,
    UnflushedHub,
    UnlockedHub,
)
from tests.faults.wrong_models import LenientModel, LonelyModel

SEED: Final = 2026
SECONDS: Final = 15.0
BEFORE_THE_HEAD: Final = INTAKE_POINTS[:1]
AFTER_THE_ROWS: Final = (
    Point(
        name="after the commit of the rows",
        when=AFTER,
        pattern=f"^{COMMIT}$",
        role=Role.INTAKE,
        needs=EVENTS,
    ),
)
BEFORE_THE_FACTS: Final = PROJECTOR_POINTS[1:2]
BEFORE_THE_DECISIONS: Final = LINKER_POINTS[:1]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A planted bug, and the play that must catch it within so many runs."""

    name: str
    play: Play
    most: int = 3


MUTANTS: Final = (
    Mutant(
        name="offsets committed before the rows",
        play=partial(intake_kills, kind=OffsetsFirstHub, points=BEFORE_THE_HEAD, anywhere=False),
    ),
    Mutant(
        name="rows committed before the offsets",
        play=partial(intake_kills, kind=RowsFirstHub, points=AFTER_THE_ROWS, anywhere=False),
    ),
    Mutant(name="the last message of a batch forgotten", play=partial(writers, kind=ForgetfulHub)),
    Mutant(name="known submissions not looked up", play=partial(streams, kind=BlindHub)),
    Mutant(
        name="positions given without the lock on the head", play=partial(writers, kind=UnlockedHub)
    ),
    Mutant(
        name="neither leases nor expected offsets compared",
        play=partial(zombies, kind=UnfencedHub, rescuer=LenientHub, points=BEFORE_THE_HEAD),
    ),
    Mutant(
        name="neither the topic's id nor its last message compared",
        play=partial(topics, kind=TrustingHub, seconds=SECONDS),
    ),
    Mutant(name="recorded at whatever the clock shows", play=partial(clocks, kind=BackdatingHub)),
    Mutant(
        name="the views' position moved before their rows",
        play=partial(projector_kills, kind=HastyProjectorHub, points=BEFORE_THE_FACTS),
    ),
    Mutant(
        name="the linker's progress moved before its decisions",
        play=partial(projector_kills, kind=HastyLinkerHub, points=BEFORE_THE_DECISIONS),
        most=6,
    ),
    Mutant(
        name="no look at the ledger without a wake-up call",
        play=partial(lost_wakeups, kind=DeafHub, seconds=SECONDS),
    ),
    Mutant(name="acknowledged before the commit", play=partial(https, kind=EarlyHub)),
    Mutant(
        name="acknowledged although the disk is full", play=partial(disk_full, kind=CarelessHub)
    ),
    Mutant(
        name="commits not waited for (synchronous_commit off)",
        play=partial(database_kills, kind=UnflushedHub, seconds=2 * SECONDS),
        most=9,
    ),
    Mutant(
        name="another message under a known id taken for a repetition",
        play=partial(stateful, hub_kind=LenientModel),
    ),
    Mutant(
        name="registrations of one child not linked",
        play=partial(stateful, hub_kind=LonelyModel),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Caught:
    """In which run a mutant was found out, from 1 on, and by what."""

    run: int
    what: str


def hunt(site: Site, mutant: Mutant) -> Caught | None:
    """Return how a mutant was caught; None: it survived."""
    number = 0
    try:
        with mutant.play(site, SEED) as attempt:
            for number in range(mutant.most):
                attempt(number)
    except Exception as error:  # noqa: BLE001 - whatever gives it away
        return Caught(run=number + 1, what=f"{type(error).__name__}: {error}".splitlines()[0])
    return None
