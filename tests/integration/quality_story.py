"""Messages of two authorities and a force in which every kind of finding comes about."""

from random import Random
from typing import Any

from hub.wiring import Hub
from tests.examples import (
    BIRMINGHAM,
    COVENTRY,
    WEST_MIDLANDS,
    identity,
    message,
    registration,
)

PUBLISHERS = (BIRMINGHAM, COVENTRY, WEST_MIDLANDS)


def at(day: int, hour: int) -> str:
    """Return an instant of March 2026."""
    return f"2026-03-{day:02d}T{hour:02d}:00:00Z"


def quality_story(hub: Hub, random: Random, children: int = 5) -> list[bytes]:
    """Return what three publishers say of a few children, out of order."""
    sent: list[bytes] = []
    for number in range(1, children + 1):
        for publisher in PUBLISHERS:
            child = f"{publisher}-C{number}"
            who = identity(number, upn=None)
            sent.append(registration(who, hub.keys.sealing, child=child, publisher=publisher))
            sent += random.sample(_of_child(random, publisher, child), random.randrange(5))
            for turn in range(random.randrange(1, 3)):
                sent += _of_episode(random, publisher, child, f"{child}-E{turn}")
    sent += [_period(publisher, rows) for publisher in PUBLISHERS for rows in (3, 0)]
    random.shuffle(sent)
    return sent


def _period(publisher: str, rows: int) -> bytes:
    about: dict[str, Any] = {"publisher": publisher, "subject": "March", "time": at(30 - rows, 9)}
    span = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
    return message("missing.period.declared.v1", rows=rows, **span, **about)


def _of_child(random: Random, publisher: str, child: str) -> list[bytes]:
    about: dict[str, Any] = {"publisher": publisher, "subject": child}
    day = random.randrange(1, 20)
    own = {"placement": f"{child}-P"}
    return [
        message(
            "missing.placement.started.v1",
            started=at(day, 8),
            placement_type="K2",
            placing_authority="330",
            host_authority="331",
            **own,
            **about,
        ),
        message(
            "missing.placement.host-notified.v1",
            notified=at(day + 8, 8),
            host_authority="331",
            **own,
            **about,
        ),
        message("missing.risk.assessed.v1", assessed=at(day, 8), **about),
        message("missing.risk.reassessed.v1", assessed=at(day + 5, 8), **about),
        message("missing.risk-plan.updated.v1", updated=at(day + 9, 8), **about),
    ]


def _of_episode(random: Random, publisher: str, child: str, name: str) -> list[bytes]:
    about: dict[str, Any] = {"publisher": publisher, "subject": name, "child": child}
    day = random.randrange(1, 24)
    told = [
        message("missing.episode.located.v1", located=at(day + 1, 9), **about),
        message("missing.episode.returned.v1", returned=at(day + 1, 10), **about),
        message("missing.interview.offered.v1", offered=at(day + 2, 10), **about),
        message("missing.interview.declined.v1", declined=at(day + 2, 10), **about),
        message("missing.interview.not-offered.v1", decided=at(day + 2, 10), **about),
        message("missing.interview.completed.v1", completed=at(day + 3, 10), **about),
        message("missing.interview.findings-shared.v1", shared=at(day + 4, 10), **about),
        message("missing.check.done.v1", checked=at(day + 3, 10), **about),
        message("missing.check.not-done.v1", **about),
        message("missing.check.outcome-shared.v1", shared=at(day + 4, 10), **about),
        message("missing.episode.voided.v1", time=at(28, 1), **about),
    ]
    first = message(left=at(day, 8), looked_after=random.random() < 0.7, **about)
    return [first, *random.sample(told, random.randrange(7))]
